"""What `trainer audit` reads: JSON lines, YAML files, folders of them and standard input, one input at a time.

Reading is done in two halves, so that the second can run in other processes: `read_chunks` only finds where
each input starts and ends, and `read_row` makes sense of one (`audit_calls` where it is a reply with calls). Files are
streamed; an input of more than 16 MiB is not held in memory and counts as unreadable. Not covered: compressed files,
JSON arrays, chat messages in place of text.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from trace_trainer.engine.errors import UserError

STANDARD_INPUT = "-"
JSON_LINES = (".jsonl",)
YAML = (".yaml", ".yml")
MAX_BYTES = 16 * 2**20
CHUNK_INPUTS = 256
CHUNK_BYTES = 2**20

_SEPARATOR = re.compile(rb"(?:---|\.\.\.)(?=\s|$)")
_NOTHING = re.compile(rb"\s*(?:[#%].*)?")


class UnreadableInput(Exception):
    """One input is no trace with its fields; the message says why. The rest is read on."""


@dataclass(frozen=True, slots=True)
class RawInput:
    """The bytes of one input and where they start: the line, from 1, in `source`."""

    source: str
    line: int
    data: bytes
    is_yaml: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive inputs. `first_index` counts all inputs before them; `bytes_read` all bytes read up to their end."""

    first_index: int
    inputs: list[RawInput]
    bytes_read: int


@dataclass(frozen=True, slots=True)
class Row:
    """One trace to check, with what is known about it."""

    trace: str
    question: str | None = None
    answer: str | int | float | None = None
    expert: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class FieldNames:
    """Where a JSON object holds what: the first name present counts. One that the user gave must be present."""

    trace: Sequence[str] = ("trace", "completion", "response", "output", "text")
    question: Sequence[str] = ("question", "query", "prompt")
    answer: Sequence[str] = ("answer", "gold")
    expert: Sequence[str] = ("expert",)
    reference: Sequence[str] = ("reference", "gold_trace", "solution_trace")
    required: frozenset[str] = frozenset()

    @classmethod
    def choose(
        cls,
        trace: str | None,
        question: str | None,
        answer: str | None,
        expert: str | None,
        reference: str | None = None,
    ) -> FieldNames:
        """The defaults, with the names that the user gave in place of them."""
        given = {
            "trace": trace,
            "question": question,
            "answer": answer,
            "expert": expert,
            "reference": reference,
        }
        chosen = {kind: (name,) for kind, name in given.items() if name is not None}
        return cls(**chosen, required=frozenset(name for (name,) in chosen.values()))


def find_files(paths: Iterable[str]) -> list[str]:
    """The files named by paths, folders searched through in sorted order; `-` stays what it is.

    Raises UserError, before anything is read, for a path that can't be read or holds nothing to read.
    """
    files: list[str] = []
    for path in paths:
        if path == STANDARD_INPUT:
            files.append(path)
        elif os.path.isdir(path):
            found = sorted(
                str(file)
                for file in Path(path).rglob("*")
                if file.suffix in JSON_LINES + YAML and file.is_file()
            )
            if not found:
                raise UserError(f"{path} holds no {', '.join(JSON_LINES + YAML)} file")
            files.extend(found)
        elif not os.path.exists(path):
            raise UserError(f"{path} does not exist")
        elif Path(path).suffix in JSON_LINES + YAML:
            files.append(path)
        else:
            raise UserError(
                f"{path} is none of {', '.join(JSON_LINES + YAML)}; "
                "give its content on standard input, as JSON lines: trainer audit - < FILE"
            )
    for file in files:
        if file != STANDARD_INPUT and not os.access(file, os.R_OK):
            raise UserError(f"{file} can't be read: permission denied")
    return files


def total_bytes(files: Iterable[str]) -> int | None:
    """The size of all files; None where standard input is one of them."""
    if STANDARD_INPUT in files:
        return None
    return sum(os.path.getsize(file) for file in files)


def read_chunks(files: Iterable[str]) -> Iterator[Chunk]:
    """All inputs of all files in order, in chunks of bounded size. Blank lines of JSON-lines files are no inputs.

    Raises UserError where a file can't be read to its end.
    """
    index = size = bytes_read = 0
    inputs: list[RawInput] = []
    for file in files:
        for raw, position in _read_file(file):
            inputs.append(raw)
            size += len(raw.data)
            if len(inputs) == CHUNK_INPUTS or size >= CHUNK_BYTES:
                yield Chunk(index, inputs, bytes_read + position)
                index += len(inputs)
                inputs, size = [], 0
        if file != STANDARD_INPUT:
            bytes_read += os.path.getsize(file)
    if inputs:
        yield Chunk(index, inputs, bytes_read)


def read_row(raw: RawInput, names: FieldNames) -> Row:
    """The trace in one input, with the question, the answer and the expert that stand beside it.

    Raises UnreadableInput, with the reason.
    """
    text = read_text(raw)
    if raw.is_yaml:
        return Row(text)
    row = read_object(text)
    trace = text_of(row, names.trace, names)
    if trace is None:
        raise missing(names.trace, row)
    return Row(
        trace,
        text_of(row, names.question, names),
        answer_of(row, names),
        text_of(row, names.expert, names),
        text_of(row, names.reference, names),
    )


def read_text(raw: RawInput) -> str:
    """The text of one input. Raises UnreadableInput, with the reason."""
    if len(raw.data) > MAX_BYTES:
        raise UnreadableInput(f"longer than {MAX_BYTES // 2**20} MiB")
    try:
        return raw.data.decode("utf-8-sig" if raw.line == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableInput(f"not UTF-8: {error.reason} at byte {error.start}") from None


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


def value_of(row: dict[str, Any], candidates: Sequence[str], names: FieldNames) -> tuple[str, Any]:
    """The first of these fields that is there, with its value; the first name and None where none is.

    Raises UnreadableInput where a field that the user named is not there.
    """
    for name in candidates:
        if row.get(name) is not None:
            return name, row[name]
        if name in names.required and name not in row:
            raise missing([name], row)
    return candidates[0], None


def missing(names: Sequence[str], row: dict[str, Any]) -> UnreadableInput:
    """The error that none of these fields is there; it names those that are."""
    present = ", ".join(name for name, value in row.items() if value is not None)
    return UnreadableInput(f"no field {' or '.join(names)}; it has {present or 'none'}")


def text_of(row: dict[str, Any], candidates: Sequence[str], names: FieldNames) -> str | None:
    """The text in the first of these fields that is there. Raises UnreadableInput for anything but text."""
    name, value = value_of(row, candidates, names)
    if value is None or isinstance(value, str):
        return value
    raise UnreadableInput(f"field {name} is {_JSON_TYPES[type(value)]}, not text")


def answer_of(row: dict[str, Any], names: FieldNames) -> str | int | float | None:
    """The gold answer; a value that can be none as the JSON that it is."""
    _, value = value_of(row, names.answer, names)
    if value is None or (isinstance(value, str | int | float) and not isinstance(value, bool)):
        return value
    return json.dumps(value)  # no number: the verifier's word for that is the outcome `error`


_JSON_TYPES = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}


def _read_file(file: str) -> Iterator[tuple[RawInput, int]]:
    """The inputs of one file, each with the position up to which the file has been read (0 for standard input)."""
    if file == STANDARD_INPUT:
        for number, line in _lines(sys.stdin.buffer):
            if line.strip():
                yield RawInput("<stdin>", number, line, is_yaml=False), 0
        return
    try:
        with open(file, "rb") as stream:
            is_yaml = file.endswith(YAML)
            for number, data in _documents(stream) if is_yaml else _lines(stream):
                if is_yaml or data.strip():
                    yield RawInput(file, number, data, is_yaml), stream.tell()
    except OSError as error:
        raise UserError(f"{file} can't be read: {error.strerror}") from None


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines with their number, from 1. Of one longer than MAX_BYTES only as much as shows that it is."""
    number = 0
    while line := stream.readline(MAX_BYTES + 1):
        number += 1
        yield number, line
        while len(line) > MAX_BYTES and not line.endswith(b"\n"):
            line = stream.readline(MAX_BYTES + 1)


def _documents(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The documents of a YAML file as text, each with the number of its first line; the verifier makes sense of them.

    `---` starts a document and `...` ends one. A file with neither is one document, whatever is in it.
    Nothing but blank lines and comments makes no document, except between two `---`: that is an empty trace.
    """
    start, marked, any_marker = 1, False, False
    kept: list[bytes] = []
    size = 0
    for number, line in _lines(stream):
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
