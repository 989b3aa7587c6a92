"""The rows of a source, one after the other: lines as bytes, which others may parse, and objects of all other forms.

JSON lines and comma-separated values are streamed, Parquet and saved data sets by the batch; an array is read at once.
Only Parquet, saved data sets and the hub need libraries that train.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.sources import MAX_BYTES, STANDARD_INPUT, Form, Source, open_bytes

_HOLDERS = (
    "data",
    "rows",
    "train",
    "examples",
    "instances",
    "items",
    "problems",
    "samples",
    "records",
    "results",
)
"""Under which an object holds the rows of a file."""

Row = bytes | dict[str, Any]
"""One row: the bytes of a line of JSON, or what another form holds."""


def rows_of(source: Source, parse_float: Callable[[str], Any] = float) -> Iterator[tuple[int, Row]]:
    """The rows of a source with their numbers, from 1. Blank lines are no rows, but are counted.

    Items of an array that are no objects come as their JSON; `parse_float` makes what its numbers with a point become.
    Raises UserError where the source can't be read to its end.
    """
    try:
        if source.form is Form.LINES:
            yield from _text_lines(source)
        elif source.form is Form.ARRAY:
            yield from _items(source, parse_float)
        elif source.form in (Form.CSV, Form.TSV):
            yield from _separated(source)
        else:
            from trace_trainer.engine.rows.tables import table_rows

            yield from enumerate(table_rows(source), 1)
    except (OSError, EOFError) as error:
        raise UserError(f"{source.name} can't be read: {getattr(error, 'strerror', None) or error}") from None


def lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines with their number, from 1, less a byte order mark. Of one longer than MAX_BYTES as much as shows that it
    is."""
    number = 0
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        yield number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        while len(line) > MAX_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_BYTES + 1)


def line_text(line: bytes) -> str:
    """The text of a line. Raises ValueError, which says why it has none."""
    if len(line) > MAX_BYTES:
        raise ValueError(f"longer than {MAX_BYTES // 2**20} MiB")
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"not UTF-8: {error.reason} at byte {error.start}") from None


def _text_lines(source: Source) -> Iterator[tuple[int, bytes]]:
    if source.path == STANDARD_INPUT:
        yield from ((number, line) for number, line in lines(sys.stdin.buffer) if line.strip())
        return
    with open_bytes(source.path) as stream:
        yield from ((number, line) for number, line in lines(stream) if line.strip())


def _items(source: Source, parse_float: Callable[[str], Any]) -> Iterator[tuple[int, Row]]:
    with open_bytes(source.path) as stream:
        content = stream.read()
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_float=parse_float)
    except UnicodeDecodeError as error:
        raise UserError(f"{source.name}: not UTF-8: {error.reason} at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise UserError(
            f"{source.name}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{source.name}: not JSON that can be read: {error}") from None
    for number, item in enumerate(_within(document), 1):
        yield number, item if isinstance(item, dict) else json.dumps(item).encode()


def _within(document: Any) -> list[Any]:
    """The rows of a document: its items, or those of the list that an object holds under a usual name, or itself."""
    if not isinstance(document, dict):
        return document if isinstance(document, list) else [document]
    held = [value for name, value in document.items() if name in _HOLDERS and isinstance(value, list)]
    return held[0] if len(held) == 1 else [document]


def _separated(source: Source) -> Iterator[tuple[int, Row]]:
    """Cells stay the text that they are; an empty one is None."""
    csv.field_size_limit(MAX_BYTES)
    with (
        open_bytes(source.path) as stream,
        io.TextIOWrapper(stream, encoding="utf-8-sig", newline="") as text,
    ):
        reader = csv.DictReader(text, delimiter="," if source.form is Form.CSV else "\t", strict=True)
        try:
            if reader.fieldnames and len(set(reader.fieldnames)) < len(reader.fieldnames):
                raise UserError(f"{source.name}: two columns have the same name")
            for number, row in enumerate(reader, 1):
                if None in row:
                    raise UserError(f"{source.place(number)}: more cells than there are columns")
                yield number, {name: cell or None for name, cell in row.items()}
        except csv.Error as error:
            raise UserError(f"{source.name}: line {reader.line_num}: {error}") from None
        except UnicodeDecodeError as error:
            raise UserError(f"{source.name}: not UTF-8: {error.reason} at byte {error.start}") from None
