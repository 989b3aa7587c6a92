"""Logs of a run: files of JSON lines that grow by a record a step."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any


def read_lines(log: Path) -> Iterator[dict[str, Any]]:
    """The records of a log; a last line that was torn by a crash is left out."""
    # Not splitlines(): a completion may hold other characters that end a line, such as U+2028.
    for line in log.read_text(encoding="utf-8").split("\n")[:-1]:
        yield json.loads(line)


def append(log: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Add a line for each record."""
    with log.open("a", encoding="utf-8") as stream:
        stream.writelines(log_line(record) for record in records)


def log_line(record: Mapping[str, Any]) -> str:
    """A record as a line of JSON, which has no word for a number that is not finite: null stands for it."""
    finite = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in record.items()}
    return json.dumps(finite, ensure_ascii=False) + "\n"
