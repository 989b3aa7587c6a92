"""Rows of problem files, in any form, with the place of each; and fields read with errors that name the place.

Problem files of every kind are read through here, so that a broken line is reported the same way: file, line, field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.columns import Columns, MissingColumnError
from trace_trainer.engine.rows.notes import say_once
from trace_trainer.engine.rows.reading import line_text, rows_of
from trace_trainer.engine.rows.sources import Source, sources_of
from trace_trainer.engine.rows.writing import row_line


@dataclass(frozen=True, slots=True)
class JsonRow:
    """One object of a file.

    Attributes:
        number: its line, or in other forms its position, from 1.
        place: `FILE:LINE`, `FILE: item N` or `FILE: row N`, for messages.
        fields: the object.
        stem: what the id of a row without one begins with, most often the file's name without its ending.
        source: the name of the file.
        path: where it lies.
    """

    number: int
    place: str
    fields: dict[str, Any]
    stem: str = "row"
    source: str = ""
    path: str = ""

    def text(self, name: str) -> str:
        """A field that holds text. Raises UserError where it is missing, empty, or something else."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UserError(f"{self.place}: field {name} {self.found(name)}; it must be text")
        return value

    def optional_text(self, name: str) -> str | None:
        """A field that holds text where it is there at all. Raises UserError for something else."""
        return None if self.fields.get(name) is None else self.text(name)

    def identifier(self) -> str:
        """The field `id` as text, a number too; where there is none, the stem and the row's number."""
        value = self.fields.get("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return f"{self.stem}-{self.number}" if value is None else self.text("id")

    def renamed(self, columns: Columns, *roles: str) -> JsonRow:
        """The same row with what these roles are read from under their names.

        Raises UserError where a column that the user named is not there.
        """
        try:
            found = {role: columns.find(self.fields, role) for role in roles}
        except MissingColumnError as error:
            raise UserError(f"{self.place}: no column {error} (there are {', '.join(self.fields)})") from None
        return self.with_fields({role: value for role, (name, value) in found.items() if name is not None})

    def with_fields(self, fields: Mapping[str, Any]) -> JsonRow:
        """The same row with these fields in place of those of their names."""
        return replace(self, fields={**self.fields, **fields})

    def found(self, name: str) -> str:
        """What stands in a field, in the words of a message: `is missing (there are ...)`."""
        if name not in self.fields:
            return f"is missing (there are {', '.join(self.fields) or 'none'})"
        value = self.fields[name]
        return "is empty" if value is None or value == "" else f"is {json.dumps(value, default=str)[:60]}"


def read_rows(
    path: str | Path, needed: str, limit: int | None = None, parse_float: Callable[[str], Any] = float
) -> Iterator[JsonRow]:
    """The rows of a file, of a folder or of the hub in order, at most `limit`.

    Args:
        path: what holds rows, as `sources_of` reads it.
        needed: what a row must hold, for the message where one is none.
        parse_float: what a number with a point or an exponent becomes.

    Raises UserError, naming the place, for what can't be read.
    """
    return islice(
        (row for source in sources_of(str(path)) for row in _rows(source, needed, parse_float)), limit
    )


def say_ambiguities(rows: Iterable[JsonRow], columns: Columns, roles: Iterable[str]) -> Iterator[JsonRow]:
    """The rows as they come; what two columns of the first row could mean is said once, on standard error."""
    for index, row in enumerate(rows):
        if index == 0:
            for said in columns.ambiguities(row.fields, roles):
                say_once(f"{row.source}: {said}")
        yield row


def unique_ids(items: Iterable[tuple[JsonRow, Any]]) -> Iterator[Any]:
    """The problems of rows as they come. Raises UserError where an `id` occurs twice, naming both places."""
    places: dict[str, str] = {}
    for row, problem in items:
        if problem.id in places:
            raise UserError(f"{row.place}: id {problem.id!r} occurs twice, first at {places[problem.id]}")
        places[problem.id] = row.place
        yield problem


def json_line(fields: Mapping[str, Any]) -> str:
    """Fields as one line of JSON with its newline; those that are None are left out."""
    return row_line({name: value for name, value in fields.items() if value is not None})


def _rows(source: Source, needed: str, parse_float: Callable[[str], Any]) -> Iterator[JsonRow]:
    name = source.name.rpartition("/")[2]
    for number, row in rows_of(source, parse_float):
        place = source.place(number)
        if isinstance(row, bytes):
            row = _parse(row, place, parse_float)
        if not isinstance(row, dict):
            raise UserError(f"{place}: expected an object with {needed}")
        yield JsonRow(number, place, row, source.stem, name, source.path)


def _parse(line: bytes, place: str, parse_float: Callable[[str], Any]) -> Any:
    try:
        text = line_text(line)
    except ValueError as error:
        raise UserError(f"{place}: {error}") from None
    try:
        return json.loads(text, parse_float=parse_float)
    except json.JSONDecodeError as error:
        raise UserError(f"{place}: not JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: not JSON that can be read: {error}") from None
