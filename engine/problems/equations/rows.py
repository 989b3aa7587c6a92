"""What `trainer convert equations` reads: rows with a question, a formula and its value; a file, a folder or the hub.

A row that can't be used is passed on as such, with its reason, so that it is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.converting.expressions import UnreadableError
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.converting.rows import parsed, require_text
from trace_trainer.engine.problems.equations.asdiv import AsdivProblem, is_asdiv, read_asdiv
from trace_trainer.engine.problems.equations.infix import Computation, read_infix
from trace_trainer.engine.problems.equations.natural import natural
from trace_trainer.engine.problems.equations.prefix import SLOT, meant, read_prefix
from trace_trainer.engine.problems.equations.systems import System, read_system
from trace_trainer.engine.rows.columns import ANSWER, QUESTION, Columns, MissingColumnError, Named
from trace_trainer.engine.rows.reading import Row, rows_of
from trace_trainer.engine.rows.sources import Source, sources_of
from trace_trainer.verifiers.questions.answers import Answer, AnswerError, parse_answer
from trace_trainer.verifiers.questions.numbers import read_question

COLUMNS = Columns(
    {
        "question": (*QUESTION, "Question"),
        "numbers": ("numbers", "Numbers"),
        "equation": ("equation", "formula", "Equation", "Formula"),
        "answer": (*ANSWER, "Answer"),
    }
)
"""Where a row holds the text, its numbers, the formula and its value."""
_ASDIV = "asdiv"
_RATIO = re.compile(r"\A(\d+):(\d+)\Z")
_FLOAT = re.compile(r"-?\d+\.\d{12,}|-?\d+\.0")
_MOST_NUMBERS = 100


class FormulaForm(StrEnum):
    """How problems and their formulas are written."""

    PREFIX = "prefix"
    ASDIV = "asdiv"


@dataclass(frozen=True, slots=True)
class FormulaProblem:
    """A row: where it is from, its question, its formula and what that gives, or why it has none.

    Attributes:
        answer: as it is written.
        gold: as it is read; None where the row is refused, as is the formula.
    """

    id: str
    source: str
    question: str
    answer: str
    formula: Computation | System | None = None
    gold: Answer | None = None
    refused: RefusedError | None = None


def read_formulas(
    path: str,
    hold_out: int = 0,
    named: Named = None,
    wanted: Sequence[str] = (),
    form: FormulaForm | None = None,
) -> tuple[list[FormulaProblem], list[FormulaProblem]]:
    """The problems of what a path names, and the last `hold_out` of each file apart.

    Args:
        named: the columns that the user named, by field.
        wanted: the sources whose rows are taken; all where it is empty.
        form: how they are written; None for what the file shows.

    Raises UserError where there is nothing to read, or nothing of this form, or a source that no row is of.
    """
    columns = COLUMNS.with_named(named or {})
    if form is None and is_asdiv(path):
        form = FormulaForm.ASDIV
    files: Iterable[list[FormulaProblem]] = _files_rows(path, columns)
    if form is FormulaForm.ASDIV:
        files = [list(map(_asdiv_problem, read_asdiv(path)))]
    kept: list[FormulaProblem] = []
    held_out: list[FormulaProblem] = []
    sources: dict[str, None] = {}
    for rows in files:
        sources |= dict.fromkeys(row.source for row in rows)
        rows = [row for row in rows if not wanted or row.source in wanted]
        last = max(0, len(rows) - hold_out)
        kept += rows[:last]
        held_out += rows[last:]
    for name in wanted:
        if name not in sources:
            raise UserError(
                f"--source {name}: no row of {path} is from there; there are {', '.join(sources)}"
            )
    return kept, held_out


def _files_rows(path: str, columns: Columns) -> Iterator[list[FormulaProblem]]:
    for source in sources_of(path):
        yield _checked(source, list(_source_rows(source, columns)))


def _asdiv_problem(problem: AsdivProblem) -> FormulaProblem:
    """A problem of ASDiv as all are: its formula read, or why it can't be."""
    answer = "; ".join(problem.answers)
    try:
        if len(problem.answers) > 1:
            raise RefusedError(Refusal.SEVERAL, f"{len(problem.answers)} numbers are asked for")
        ratio = _RATIO.sub(r"\1/\2", answer)  # the fraction that it is; a time is neither
        is_ratio = ratio != answer and not any("hh:mm" in part for part in problem.statements)
        gold = _gold(ratio if is_ratio else answer)
        formula: Computation | System | None = read_system(problem.statements)
        if formula is None:
            mentions = read_question(problem.question).mentions
            stated = {value for mention in mentions for value in mention.grounded}
            formula = read_infix(problem.statements, problem.kind, gold, stated, is_ratio)
    except RefusedError as error:
        return FormulaProblem(problem.id, _ASDIV, problem.question, answer, refused=error)
    return FormulaProblem(problem.id, _ASDIV, problem.question, answer, formula, gold)


def _gold(answer: str) -> Answer:
    """An answer as it is read, one with a point as the number that a computer may have cut off. Raises RefusedError."""
    try:
        return parse_answer(float(answer) if _FLOAT.fullmatch(answer) else answer)
    except AnswerError as error:
        raise RefusedError(Refusal.NO_ANSWER, str(error)) from None


def _checked(source: Source, rows: list[FormulaProblem]) -> list[FormulaProblem]:
    """The rows. Raises UserError where none of them is of this form."""
    if rows and all(row.refused and row.refused.reason is Refusal.UNREADABLE for row in rows):
        raise UserError(
            f"{source.name}: no line is a problem ({rows[0].refused}); it takes rows with question, numbers, equation"
            " and answer"
        )
    return rows


def _source_rows(source: Source, columns: Columns) -> Iterator[FormulaProblem]:
    name = Path(source.name).name if Path(source.path).exists() else source.name
    for number, row in rows_of(source):
        identifier = f"{source.stem}-{number}"
        try:
            yield _problem(_fields(row, columns), identifier, name)
        except RefusedError as error:
            yield FormulaProblem(identifier, name, "", "", refused=error)


def _fields(row: Row, columns: Columns) -> dict[str, Any]:
    """A row's fields by role, with its `source`. Raises RefusedError."""
    held = parsed(row)
    fields: Mapping[str, Any] = held if isinstance(held, dict) else {}
    try:
        found = {role: columns.find(fields, role)[1] for role in columns.roles}
    except MissingColumnError as error:
        raise RefusedError(Refusal.UNREADABLE, f"there is no column {error}") from None
    missing = [role for role in ("question", "equation", "answer") if found[role] in (None, "")]
    if missing:
        raise RefusedError(Refusal.UNREADABLE, f"there is no {' and no '.join(missing)}")
    return {**found, "source": fields.get("source")}


def _problem(fields: Mapping[str, Any], identifier: str, file: str) -> FormulaProblem:
    """The problem of a row over number slots. Raises RefusedError for a row that is none."""
    question, equation = fields["question"], fields["equation"]
    if not isinstance(question, str) or not isinstance(equation, str):
        raise RefusedError(Refusal.UNREADABLE, "question and equation are no texts")
    require_text(question + equation)
    source = fields["source"] if isinstance(fields["source"], str) and fields["source"] else file
    answer = str(fields["answer"]).strip()
    try:
        values = [meant(value) for value in _numbers(fields["numbers"])]
        text, places = natural(question, values, {int(slot) for slot in SLOT.findall(equation)})
    except (ValueError, IndexError, ZeroDivisionError) as error:
        raise RefusedError(Refusal.UNREADABLE, f"numbers and slots do not fit: {error}") from None
    try:
        formula, gold = Computation(read_prefix(equation, values, places)), _gold(answer)
    except UnreadableError as error:
        refused = RefusedError(Refusal.NO_EQUATION, str(error))
    except RefusedError as error:
        refused = error
    else:
        return FormulaProblem(identifier, source, text, answer, formula, gold)
    return FormulaProblem(identifier, source, text, answer, refused=refused)


def _numbers(given: Any) -> list[Any]:
    """The numbers of a row: a list, or a text with spaces between them. Raises ValueError."""
    numbers = given.split() if isinstance(given, str) else given
    if not isinstance(numbers, list) or len(numbers) > _MOST_NUMBERS:
        raise ValueError("numbers are a list, or a text with spaces between them")
    if any(isinstance(number, bool) or not isinstance(number, int | float | str) for number in numbers):
        raise ValueError("one of the numbers is none")
    return numbers


def formula_row(problem: FormulaProblem) -> dict[str, Any]:
    """A problem with its answer, as evaluation reads it."""
    return {
        "id": problem.id,
        "source": problem.source,
        "question": problem.question,
        "answer": problem.answer,
    }
