"""What `trainer audit` reads: rows in any form, YAML files, folders of them and standard input, one input at a time.

Reading is done in two halves, so that the second can run in other processes: `read_chunks` only finds where
each input starts and ends, and `read_row` makes sense of one (`audit_calls` where it is a reply with calls). Lines are
streamed; an input of more than 16 MiB is not held in memory and counts as unreadable.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.columns import (
    ANSWER,
    QUESTION,
    REFERENCE,
    REPLY,
    Columns,
    MissingColumnError,
)
from trace_trainer.engine.rows.conversations import last_said, text_of
from trace_trainer.engine.rows.golds import final_answer, only_answer
from trace_trainer.engine.rows.reading import line_text, lines, rows_of
from trace_trainer.engine.rows.sources import MAX_BYTES, STANDARD_INPUT, Form, Source, open_bytes, sources_of

CHUNK_INPUTS = 256
CHUNK_BYTES = 2**20

TRACES = Columns(
    {
        "trace": ("trace", *REPLY),
        "question": QUESTION,
        "answer": ANSWER,
        "expert": ("expert",),
        "reference": REFERENCE,
    }
)
"""Where a row holds what, for traces."""

_SEPARATOR = re.compile(rb"(?:---|\.\.\.)(?=\s|$)")
_NOTHING = re.compile(rb"\s*(?:[#%].*)?")


class UnreadableInput(Exception):
    """One input is no trace with its fields; the message says why. The rest is read on."""


@dataclass(frozen=True, slots=True)
class RawInput:
    """The bytes of one input and where they start: the line, or the number of the row, from 1, in `source`."""

    source: str
    line: int
    data: bytes
    is_yaml: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive inputs. `bytes_read` counts all bytes read up to their end; the last of a shard ends it."""

    inputs: list[RawInput]
    bytes_read: int
    ends_shard: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One trace to check, with what is known about it."""

    trace: str
    question: str | None = None
    answer: str | int | float | None = None
    expert: str | None = None
    reference: str | None = None


def find_sources(paths: Iterable[str]) -> list[Source]:
    """What the paths name, folders searched through in sorted order.

    Raises UserError, before anything is read, for a path that can't be read or holds nothing to read.
    """
    return [source for path in paths for source in sources_of(path, yaml=True, whole=True)]


def total_bytes(sources: Iterable[Source]) -> int | None:
    """The size of all files; None where one of the sources is no file."""
    if not all(os.path.isfile(source.path) for source in sources):
        return None
    return sum(os.path.getsize(source.path) for source in sources)


def read_chunks(sources: Iterable[Source], bytes_before: int = 0) -> Iterator[Chunk]:
    """All inputs of all sources in order, in chunks of bounded size, of which the last ends the shard and may be empty.

    Blank lines of JSON-lines files are no inputs. Raises UserError where a source can't be read to its end.

    Args:
        bytes_before: what was read before, counted in.
    """
    size = position = 0
    inputs: list[RawInput] = []
    for source in sources:
        for raw, position_in_source in _inputs(source):
            if len(inputs) == CHUNK_INPUTS or size >= CHUNK_BYTES:
                yield Chunk(inputs, bytes_before + position)
                inputs, size = [], 0
            inputs.append(raw)
            size += len(raw.data)
            position = position_in_source
        if os.path.isfile(source.path):
            bytes_before += os.path.getsize(source.path)
        position = 0
    yield Chunk(inputs, bytes_before, ends_shard=True)


def read_row(row: dict[str, Any], columns: Columns) -> Row:
    """The trace in one row, with the question, the answer and the expert that stand beside it.

    Raises UnreadableInput, with the reason.
    """
    try:
        name, value = columns.find(row, "trace")
        trace = last_said(row, "assistant") if name is None else _reply(value, name)
        if trace is None:
            raise missing(columns, "trace", row)
        return Row(
            trace,
            question_of(row, columns),
            answer_of(row, columns),
            text_at(row, "expert", columns),
            text_at(row, "reference", columns),
        )
    except MissingColumnError as error:
        raise UnreadableInput(f"no field {error}; it has {_present(row)}") from None


def read_text(raw: RawInput) -> str:
    """The text of one input. Raises UnreadableInput, with the reason."""
    try:
        return line_text(raw.data)
    except ValueError as error:
        raise UnreadableInput(str(error)) from None


def read_object(text: str) -> dict[str, Any]:
    """The JSON object that a line is. Raises UnreadableInput, with the reason."""
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableInput(f"not JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError) as error:  # integers of thousands of digits, nesting without end
        raise UnreadableInput(f"not JSON that can be read: {error}") from None
    if not isinstance(row, dict):
        raise UnreadableInput("not a JSON object")
    return row


def missing(columns: Columns, role: str, row: dict[str, Any]) -> UnreadableInput:
    """The error that no column of a role holds anything; it names those that do, or the one that is null."""
    null = next((name for name in columns.of(role) if name in row), None)
    if null is not None:
        return UnreadableInput(f"field {null} is null")
    return UnreadableInput(f"no field {' or '.join(columns.of(role))}; it has {_present(row)}")


def _present(row: dict[str, Any]) -> str:
    return ", ".join(name for name, value in row.items() if value is not None) or "none"


def _reply(value: Any, name: str) -> str | None:
    """A reply as text: a message stands for what it says."""
    if value is None or isinstance(value, str):
        return value
    said = text_of(value, "assistant")
    if said is None:
        raise UnreadableInput(f"field {name} is {_JSON_TYPES[type(value)]}, not text")
    return said


def question_of(row: dict[str, Any], columns: Columns) -> str | None:
    """The question; what an instruction is about stands behind it. Raises UnreadableInput, MissingColumnError."""
    name, value = columns.find(row, "question")
    if name is None:
        return last_said(row, "user")
    if value is None or isinstance(value, str):
        more = row.get("input") if name == "instruction" else None
        return f"{value}\n{more}" if value and isinstance(more, str) and more.strip() else value
    said = text_of(value, "user")
    if said is None:
        raise UnreadableInput(f"field {name} is {_JSON_TYPES[type(value)]}, not text")
    return said


def text_at(row: dict[str, Any], role: str, columns: Columns) -> str | None:
    """The text of a role. Raises UnreadableInput for anything but text, MissingColumnError."""
    name, value = columns.find(row, role)
    if value is None or isinstance(value, str):
        return value
    raise UnreadableInput(f"field {name} is {_JSON_TYPES[type(value)]}, not text")


def answer_of(row: dict[str, Any], columns: Columns) -> str | int | float | None:
    """The gold answer, that of a worked solution too; a value that can be none as the JSON that it is."""
    value = only_answer(columns.find(row, "answer")[1])
    if isinstance(value, str):
        return final_answer(value)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    return json.dumps(value)  # no number: the verifier's word for that is the outcome `error`


_JSON_TYPES = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}


def _inputs(source: Source) -> Iterator[tuple[RawInput, int]]:
    """The inputs of one source, each with the position up to which its file has been read, 0 if unknown."""
    if source.form not in (Form.LINES, Form.YAML):
        for number, row in rows_of(source):
            data = row if isinstance(row, bytes) else json.dumps(row, default=str).encode()
            yield RawInput(source.name, number, data, is_yaml=False), 0
    elif source.path == STANDARD_INPUT:
        for number, line in lines(sys.stdin.buffer):
            if line.strip():
                yield RawInput(source.name, number, line, is_yaml=False), 0
    else:
        try:
            with open_bytes(source.path) as stream:
                is_yaml = source.form is Form.YAML
                for number, data in _documents(stream) if is_yaml else lines(stream):
                    if is_yaml or data.strip():
                        yield RawInput(source.name, number, data, is_yaml), stream.tell()
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(f"{source.name} can't be read: {reason}") from None


def _documents(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The documents of a YAML file as text, each with the number of its first line; the verifier makes sense of them.

    `---` starts a document and `...` ends one. A file with neither is one document, whatever is in it.
    Nothing but blank lines and comments makes no document, except between two `---`: that is an empty trace.
    """
    start, marked, any_marker = 1, False, False
    kept: list[bytes] = []
    size = 0
    for number, line in lines(stream):
        if not _SEPARATOR.match(line):
            if size <= MAX_BYTES:
                kept.append(line)
                size += len(line)
            continue
        begins = line.startswith(b"---")
        if (marked and begins) or _holds_something(kept):
            yield start, b"".join(kept)
        rest = line[3:]
        inline = begins and _NOTHING.fullmatch(rest.strip()) is None
        start, kept, size = (number, [rest.lstrip()], len(rest)) if inline else (number + 1, [], 0)
        marked, any_marker = begins, True
    if not any_marker or _holds_something(kept):
        yield start, b"".join(kept)


def _holds_something(lines: list[bytes]) -> bool:
    return any(_NOTHING.fullmatch(line.strip()) is None for line in lines)
