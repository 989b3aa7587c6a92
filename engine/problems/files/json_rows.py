"""Rows of JSON lines, or of a JSON array, with the place of each; and fields read with errors that name the place.

Problem files of every kind are read through here, so that a broken line is reported the same way: file, line, field.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError


@dataclass(frozen=True, slots=True)
class JsonRow:
    """One object of a file.

    Attributes:
        number: its line, or in an array its position, from 1.
        place: `FILE:LINE` or `FILE: item N`, for messages.
        fields: the object.
    """

    number: int
    place: str
    fields: dict[str, Any]

    def text(self, name: str) -> str:
        """A field that holds text. Raises UserError where it is missing, empty, or something else."""
        value = self.fields.get(name)
        if not isinstance(value, str) or not value.strip():
            raise UserError(f"{self.place}: field {name} {self.found(name)}; it must be text")
        return value

    def optional_text(self, name: str) -> str | None:
        """A field that holds text where it is there at all. Raises UserError for something else."""
        return None if self.fields.get(name) is None else self.text(name)

    def identifier(self, stem: str) -> str:
        """The field `id` as text, a number too; where there is none, the stem and the row's number."""
        value = self.fields.get("id")
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return f"{stem}-{self.number}" if value is None else self.text("id")

    def found(self, name: str) -> str:
        """What stands in a field, in the words of a message: `is missing (there are ...)`."""
        if name not in self.fields:
            return f"is missing (there are {', '.join(self.fields) or 'none'})"
        value = self.fields[name]
        return "is empty" if value is None or value == "" else f"is {json.dumps(value, default=str)[:60]}"


def read_rows(
    path: Path, needed: str, limit: int | None = None, parse_float: Callable[[str], Any] = float
) -> Iterator[JsonRow]:
    """The objects of a file in order, at most `limit`.

    Args:
        path: JSON lines, or, where it starts with `[`, an array.
        needed: what an object must hold, for the message where a line is none.
        parse_float: what a number with a point or an exponent becomes.

    Raises UserError, naming the place, for what can't be read.
    """
    return islice(_rows(path, needed, parse_float), limit)


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
    present = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(present, ensure_ascii=False) + "\n"


def _rows(path: Path, needed: str, parse_float: Callable[[str], Any]) -> Iterator[JsonRow]:
    try:
        # One line ends at \n and nowhere else: a question may hold other characters that Python takes for
        # line ends.
        with open(path, encoding="utf-8-sig", newline="\n") as stream:
            first = next((line for line in stream if line.strip()), "")
            stream.seek(0)
            if first.lstrip().startswith("["):
                array = _parse(stream.read(), str(path), parse_float)
                rows: Iterable[tuple[int, str, Any]] = (
                    (number, f"{path}: item {number}", item) for number, item in enumerate(array, 1)
                )
            else:
                rows = (
                    (n, f"{path}:{n}", _parse(line, f"{path}:{n}", parse_float))
                    for n, line in enumerate(stream, 1)
                    if line.strip()
                )
            for number, place, row in rows:
                if not isinstance(row, dict):
                    raise UserError(f"{place}: expected an object with {needed}")
                yield JsonRow(number, place, row)
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} can't be read: not UTF-8 ({error.reason} at byte {error.start})") from None


def _parse(text: str, place: str, parse_float: Callable[[str], Any]) -> Any:
    try:
        return json.loads(text, parse_float=parse_float)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{place}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: not JSON that can be read: {error}") from None
