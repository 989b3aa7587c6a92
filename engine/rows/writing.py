"""Rows into files: JSON lines, these compressed by gzip, or Parquet, as the ending says."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, cast

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_modules
from trace_trainer.engine.terminal.printable import printable_json


def row_line(row: Mapping[str, Any]) -> str:
    """A row as a line of JSON with its newline."""
    return printable_json(row) + "\n"


@contextmanager
def row_writer(path: str | Path) -> Iterator[Callable[[str], None]]:
    """A function that writes a row, given as JSON, to a file that is written whole or not at all.

    A Parquet file is held in memory until the end. Raises UserError where the place can't be written to, and for rows
    that Parquet can't hold, and for endings of tables of text, which would be read back as such.
    """
    ending = Path(str(path).lower()).suffix
    if ending in (".csv", ".tsv"):
        raise UserError(
            f"{path}: rows are written as JSON lines, these compressed (.gz) or Parquet (.parquet), not as {ending}"
        )
    if ending == ".parquet":  # known before the work, not after it
        require_modules("train", ("pyarrow",), f"writing {path}, Parquet,")
    with atomic_write(path) as stream:
        if ending == ".parquet":
            rows: list[str] = []
            yield rows.append
            from trace_trainer.engine.rows.tables import parquet_bytes

            _binary(stream).write(parquet_bytes([json.loads(row) for row in rows], str(path)))
        elif ending == ".gz":
            with gzip.GzipFile(filename="", fileobj=_binary(stream), mode="wb", mtime=0) as compressed:
                yield lambda row: cast(None, compressed.write(f"{row}\n".encode()))
        else:
            yield lambda row: cast(None, stream.write(f"{row}\n"))


def _binary(stream: TextIO) -> io.BufferedIOBase:
    return cast(io.BufferedIOBase, stream.buffer)
