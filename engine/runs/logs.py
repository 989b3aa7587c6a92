"""Logs of a run: files of JSON lines that grow by a record a step."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError


def read_lines(log: Path) -> Iterator[dict[str, Any]]:
    """The records of a log; a last line that was torn by a crash is left out.

    Raises UserError where another line is no record.
    """
    # Not splitlines(): a completion may hold other characters that end a line, such as U+2028.
    for number, line in enumerate(log.read_bytes().split(b"\n")[:-1], 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UserError(f"{log}:{number} can't be read: {error}") from None
        if not isinstance(record, dict) or not isinstance(record.get("step"), int):
            raise UserError(f"{log}:{number} can't be read: it is no record of a step")
        yield record


def append(log: Path, records: Iterable[Mapping[str, Any]]) -> None:
    """Add a line for each record. Half a character, which UTF-8 lacks, is written as JSON's own escape."""
    with log.open("a", encoding="utf-8", errors="backslashreplace") as stream:
        stream.writelines(log_line(record) for record in records)


def log_line(record: Mapping[str, Any]) -> str:
    """A record as a line of JSON, which has no word for a number that is not finite: null stands for it."""
    finite = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in record.items()}
    return json.dumps(finite, ensure_ascii=False) + "\n"
