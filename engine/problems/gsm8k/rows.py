"""What `trainer convert gsm8k` reads: JSON lines with a question and a worked solution; a file, a folder or the hub.

A row that can't be used is passed on as such, with its reason, so that it is counted. A folder's test files are left
out, and said to be: test data is for final figures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.problems.gsm8k.conversion import Refusal, RefusedError
from trace_trainer.engine.problems.gsm8k.solution import ANSWER_MARK

SUFFIX = ".jsonl"
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_HUB_CONFIGURATION = "main"
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
MAX_LINE = 1_000_000  # characters; a longer line is no problem


@dataclass(frozen=True, slots=True)
class SolvedProblem:
    """A row: where it is from, and its question and solution, or why it has none."""

    id: str
    source: str
    question: str
    solution: str
    refused: RefusedError | None = None


def read_solved(path: str, hold_out: int = 0) -> tuple[list[SolvedProblem], list[SolvedProblem]]:
    """The problems of a file, of a folder's files, or of a data set on the hub; and the last `hold_out` of each apart.

    Raises UserError where there is nothing to read, or nothing of this form.
    """
    place = Path(path)
    if not place.exists() and _HUB_NAME.fullmatch(path) and not path.startswith("."):
        sources = [_checked(path, _hub_rows(path))]
    else:
        sources = [_checked(file, list(_file_rows(file))) for file in _files(place)]
    kept: list[SolvedProblem] = []
    held_out: list[SolvedProblem] = []
    for rows in sources:
        last = max(0, len(rows) - hold_out)
        kept += rows[:last]
        held_out += rows[last:]
    return kept, held_out


def _checked(source: str | Path, rows: list[SolvedProblem]) -> list[SolvedProblem]:
    """The rows. Raises UserError where none of them is of this form."""
    if rows and all(row.refused and row.refused.reason is Refusal.UNREADABLE for row in rows):
        raise UserError(
            f"{source}: no line is a problem ({rows[0].refused}); it takes JSON lines with question and answer"
        )
    return rows


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    if not place.is_dir():
        raise UserError(
            f"{place} does not exist; give a {SUFFIX} file, a folder of them, or openai/gsm8k (the hub)"
        )
    files = sorted(place.glob(f"*{SUFFIX}"))
    tests = [file for file in files if file.stem.startswith("test")]
    if tests and len(tests) < len(files):
        names = ", ".join(repr(file.name)[1:-1] for file in tests)  # a name may hold what steers a terminal
        click.echo(f"left out {names}: test data is for final figures; name the file to convert it", err=True)
        files = [file for file in files if file not in tests]
    if not files:
        raise UserError(f"{place} holds no {SUFFIX} file")
    return files


def _file_rows(file: Path) -> Iterator[SolvedProblem]:
    try:
        # One line ends at \n and nowhere else: a question may hold other characters that Python takes for line ends.
        with open(file, encoding="utf-8-sig", newline="\n", errors="replace") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield _row(_parse(line), f"{file.stem}-{number}", file.name)
    except OSError as error:
        raise UserError(f"{file} can't be read: {error.strerror}") from None


def _parse(line: str) -> Any:
    if len(line) > MAX_LINE:
        return RefusedError(Refusal.UNREADABLE, f"a line of more than {MAX_LINE:,} characters")
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        return RefusedError(Refusal.UNREADABLE, f"not JSON: {str(error)[:100]}")


def _row(parsed: Any, identifier: str, source: str) -> SolvedProblem:
    question: Any = None
    solution: Any = None
    refused = parsed if isinstance(parsed, RefusedError) else None
    if refused is None:
        fields = parsed if isinstance(parsed, dict) else {}
        question, solution = fields.get("question"), fields.get("answer")
        if not isinstance(question, str) or not isinstance(solution, str) or not question.strip():
            refused = RefusedError(
                Refusal.UNREADABLE, "expected an object with the texts question and answer"
            )
        elif _HALF_CHARACTER.search(question + solution):
            refused = RefusedError(
                Refusal.UNREADABLE, "half a character (a lone surrogate), which no text holds"
            )
        elif ANSWER_MARK not in solution:
            refused = RefusedError(
                Refusal.NO_SOLUTION, f"the answer is no worked solution that ends in {ANSWER_MARK}"
            )
    if refused is not None:
        return SolvedProblem(identifier, source, question if isinstance(question, str) else "", "", refused)
    return SolvedProblem(identifier, source, question, solution)


def _hub_rows(name: str) -> list[SolvedProblem]:
    require_extra("train", f"reading {name} from the hub")
    from datasets import load_dataset

    try:
        rows = load_dataset(name, _HUB_CONFIGURATION, split="train")
    except Exception as error:  # the hub's client raises many kinds, and all of them mean the same here
        reason = str(error).partition("\n")[0][:200]
        raise UserError(f"{name} is no file or folder here, and the hub does not give it: {reason}") from None
    return [_row(dict(row), f"train-{number}", name) for number, row in enumerate(rows, 1)]
