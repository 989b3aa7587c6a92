"""What holds rows, and in which form: a file, a folder, a data set on the hub, standard input.

A form is told by the content where that says it, whatever the file is called: JSON lines under any ending, a JSON array
or one JSON object that holds the rows, Parquet, each of them also compressed by gzip. Comma-separated values and YAML
are told by their ending alone. A folder is a data set saved by `save_to_disk`, or else all files below it.
"""

from __future__ import annotations

import codecs
import gzip
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, cast

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.notes import say_once

STANDARD_INPUT = "-"
HUB = "hub:"
MAX_BYTES = 16 * 2**20
"""A longer line is not held in memory and counts as unreadable."""

_SUFFIXES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
ANSWERS = "possible_answer"
"""The folder of the answers to Berkeley's rows: each of its files goes with the one of the same name above it."""
_SPLIT_FILES = ("state.json", "dataset_dict.json")  # of a saved data set, and of several splits
HELD_OUT_SPLITS = ("test", "validation", "valid", "dev", "eval")


class Form(StrEnum):
    """A form of rows, as messages call it."""

    LINES = "JSON lines"
    ARRAY = "JSON"
    CSV = "comma-separated values"
    TSV = "tab-separated values"
    PARQUET = "Parquet"
    SAVED = "a saved data set"
    ON_HUB = "a data set on the hub"
    YAML = "YAML"


FORMS_READ = (
    "JSON lines, a JSON array, .csv, .tsv, Parquet, these compressed by gzip, or a saved data set's folder"
)


@dataclass(frozen=True, slots=True)
class Source:
    """Rows in one form.

    Attributes:
        name: what messages call it: the path, `hub:NAME`, or `<stdin>`.
        form: how the rows are written.
        path: where they lie.
        stem: what ids of rows without one begin with.
    """

    name: str
    form: Form
    path: str
    stem: str

    @property
    def noun(self) -> str:
        """What one row is called in a place: a line has none."""
        return {Form.LINES: "", Form.ARRAY: "item "}.get(self.form, "row ")

    def place(self, number: int) -> str:
        """Where a row is, for messages: `FILE:3`, `FILE: row 3`."""
        return f"{self.name}: {self.noun}{number}" if self.noun else f"{self.name}:{number}"


def open_bytes(path: str) -> BinaryIO:
    """A file to read from its start, uncompressed where it is compressed by gzip."""
    stream = open(path, "rb")  # noqa: SIM115 - whoever asked for it closes it
    return cast(BinaryIO, gzip.open(stream)) if stream.peek(2).startswith(_GZIP) else stream


def sources_of(path: str, *, yaml: bool = False, whole: bool = False) -> list[Source]:
    """What a path names: a file, what lies in a folder, `hub:NAME[:config][:split]`, or `-`.

    Args:
        yaml: YAML files are among what is read.
        whole: all files of a folder are wanted; else those of held-out splits are left out where there are others.

    Raises UserError, before anything is read, for what is not there, and for what is in none of the forms.
    """
    if path == STANDARD_INPUT:
        return [Source("<stdin>", Form.LINES, path, "stdin")]
    if path.startswith(HUB):
        return [Source(path, Form.ON_HUB, path, path.rpartition(":")[2].rpartition("/")[2])]
    if not os.path.exists(path):
        raise UserError(f"{path} does not exist, so it can't be read")
    if _is_endless(path):
        raise UserError(f"{path} is a device, which has no end; give a file, a pipe, or - for standard input")
    if not os.path.isdir(path):
        return [_file_source(path, yaml)]
    if any(os.path.isfile(os.path.join(path, name)) for name in _SPLIT_FILES):
        return [Source(path, Form.SAVED, path, Path(path).name)]
    known = (*_SUFFIXES, ".yaml", ".yml") if yaml else _SUFFIXES
    files = _files(Path(path), known, whole)
    if not files:
        raise UserError(f"{path} holds no {', '.join(known)} file")
    return [_file_source(file, yaml) for file in (files if whole else _to_train_on(path, files))]


def _is_answers(file: Path) -> bool:
    return file.parent.name == ANSWERS and (file.parent.parent / file.name).is_file()


def _is_endless(path: str) -> bool:
    """Whether a path is a device to read from for ever; a terminal and the empty device end."""
    if not Path(path).is_char_device() or os.path.samefile(path, os.devnull):
        return Path(path).is_block_device()
    with open(path, "rb", buffering=0) as stream:
        return not stream.isatty()


def _files(folder: Path, known: Sequence[str], whole: bool) -> list[str]:
    """The files of a folder with these endings, in order; of several configurations of a data set only the main one."""
    found = (file for file in folder.rglob("*") if _ending(file.name) in known and file.is_file())
    files = sorted(str(file) for file in found if not _is_answers(file))
    for main in () if whole else (folder / "main", folder / "default"):
        of_main = [file for file in files if Path(file).is_relative_to(main)]
        if of_main and len(of_main) < len(files):
            others = dict.fromkeys(
                Path(file).relative_to(folder).parts[0] for file in files if file not in of_main
            )
            say_once(
                f"{folder}: {main.name} is read, not {', '.join(others)}; name another folder or file to read it"
            )
            return of_main
    return files


def _to_train_on(path: str, files: list[str]) -> list[str]:
    """The files but for those of held-out splits, which are named, where there are others."""
    held_out = [file for file in files if Path(file).name.lower().startswith(HELD_OUT_SPLITS)]
    if not held_out or len(held_out) == len(files):
        return files
    names = ", ".join(os.path.relpath(file, path) for file in held_out)
    say_once(f"{path}: left out {names}: held-out data is for figures; name the file to read it")
    return [file for file in files if file not in held_out]


def _ending(name: str) -> str:
    """The ending of a file's name in small letters, less that of the compression."""
    return Path(name.lower().removesuffix(".gz")).suffix


def _stem(path: str) -> str:
    return Path(Path(path).name.removesuffix(".gz")).stem


def _file_source(path: str, yaml: bool) -> Source:
    try:
        form = _form(path, yaml)
        if not os.access(path, os.R_OK):
            raise PermissionError
    except PermissionError:
        raise UserError(f"{path} can't be read: permission denied") from None
    except (OSError, EOFError) as error:
        raise UserError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from None
    return Source(path, form, path, _stem(path))


def _form(path: str, yaml: bool) -> Form:
    ending = _ending(path)
    if yaml and ending in (".yaml", ".yml"):
        return Form.YAML
    if ending in (".csv", ".tsv"):
        return Form.CSV if ending == ".csv" else Form.TSV
    if not os.path.isfile(path):  # a pipe can be read only once
        return Form.LINES
    with open_bytes(path) as stream:
        first = b""
        while (line := stream.readline(MAX_BYTES + 1)) and not (
            first := line.removeprefix(codecs.BOM_UTF8).strip()
        ):
            pass
        if line.startswith(_PARQUET):
            return Form.PARQUET
        if first.startswith(b"["):
            # One line that is a list, and more lines: lines, of which this one is no object.
            rest = any(line.strip() for line in stream) if first.endswith(b"]") else False
            return Form.LINES if rest else Form.ARRAY
        if first.startswith(b"{") or not first or ending in _SUFFIXES[:3]:
            # Over several lines, or all on one: one object, which may hold the rows.
            alone = ending == ".json" and (
                not first.endswith(b"}") or not any(line.strip() for line in stream)
            )
            return Form.ARRAY if first and alone else Form.LINES
    raise UserError(f"{path} is none of {FORMS_READ}")
