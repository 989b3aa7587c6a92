"""What `trainer convert gsm8k` reads: rows with a question and a worked solution; a file, a folder or the hub.

A row that can't be used is passed on as such, with its reason, so that it is counted. A folder's test files are left
out, and said to be: test data is for final figures.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.converting.rows import parsed, require_text
from trace_trainer.engine.problems.gsm8k.solution import ANSWER_MARK
from trace_trainer.engine.rows.columns import ANSWER, QUESTION, Columns, MissingColumnError, Named
from trace_trainer.engine.rows.reading import Row, rows_of
from trace_trainer.engine.rows.sources import HUB, Source, sources_of

COLUMNS = Columns({"question": QUESTION, "answer": (*ANSWER, "solution", "response", "output", "completion")})
"""Where a row holds the question, and the worked solution."""
_HUB_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_HUB_CONFIGURATION = "main:train"


@dataclass(frozen=True, slots=True)
class SolvedProblem:
    """A row: where it is from, and its question and solution, or why it has none."""

    id: str
    source: str
    question: str
    solution: str
    refused: RefusedError | None = None


def read_solved(
    path: str, hold_out: int = 0, named: Named = None
) -> tuple[list[SolvedProblem], list[SolvedProblem]]:
    """The problems of a file, of a folder's files, or of a data set on the hub; and the last `hold_out` of each apart.

    Args:
        named: the columns that the user named, by field.

    Raises UserError where there is nothing to read, or nothing of this form.
    """
    columns = COLUMNS.with_named(named or {})
    kept: list[SolvedProblem] = []
    held_out: list[SolvedProblem] = []
    for source in solved_sources(path):
        rows = _checked(source, list(_source_rows(source, columns)))
        last = max(0, len(rows) - hold_out)
        kept += rows[:last]
        held_out += rows[last:]
    return kept, held_out


def solved_sources(path: str) -> list[Source]:
    """What a path names; a name that is no path here, such as openai/gsm8k, is the hub's. Raises UserError."""
    if Path(path).exists() or path.startswith(HUB):
        return sources_of(path)
    if not _HUB_NAME.fullmatch(path) or path.startswith("."):
        raise UserError(f"{path} does not exist; give a file, a folder of files, or openai/gsm8k (the hub)")
    return [replace(source, name=path) for source in sources_of(f"{HUB}{path}:{_HUB_CONFIGURATION}")]


def _checked(source: Source, rows: list[SolvedProblem]) -> list[SolvedProblem]:
    """The rows. Raises UserError where none of them is of this form."""
    if rows and all(row.refused and row.refused.reason is Refusal.UNREADABLE for row in rows):
        raise UserError(
            f"{source.name}: no line is a problem ({rows[0].refused}); it takes rows with question and answer"
        )
    return rows


def _source_rows(source: Source, columns: Columns) -> Iterator[SolvedProblem]:
    name = Path(source.name).name if Path(source.path).exists() else source.name
    for number, row in rows_of(source):
        yield _row(row, f"{source.stem}-{number}", name, columns)


def _row(row: Row, identifier: str, source: str, columns: Columns) -> SolvedProblem:
    question = ""
    try:
        fields = parsed(row)
        question, solution = _texts(fields if isinstance(fields, dict) else {}, columns)
        require_text(question + solution)
        if ANSWER_MARK not in solution:
            raise RefusedError(
                Refusal.NO_SOLUTION, f"the answer is no worked solution that ends in {ANSWER_MARK}"
            )
    except RefusedError as error:
        return SolvedProblem(identifier, source, question, "", error)
    return SolvedProblem(identifier, source, question, solution)


def _texts(fields: dict[str, Any], columns: Columns) -> tuple[str, str]:
    """Question and solution. Raises RefusedError."""
    try:
        question = columns.find(fields, "question")[1]
        solution = columns.find(fields, "answer", _is_worked)[1] or columns.find(fields, "answer")[1]
    except MissingColumnError as error:
        raise RefusedError(Refusal.UNREADABLE, f"there is no column {error}") from None
    if not isinstance(question, str) or not isinstance(solution, str) or not question.strip():
        raise RefusedError(Refusal.UNREADABLE, "expected an object with the texts question and answer")
    return question, solution


def _is_worked(value: Any) -> bool:
    return isinstance(value, str) and ANSWER_MARK in value


def solved_row(problem: SolvedProblem) -> dict[str, Any]:
    """A problem as it was read."""
    return {
        "id": problem.id,
        "source": problem.source,
        "question": problem.question,
        "answer": problem.solution,
    }
