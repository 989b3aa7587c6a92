"""Problem files: reading ours, GSM8K's and SVAMP's, and writing ours.

Told apart by their content: a file that starts with `[` is a JSON array, SVAMP's form (`Body`, `Question`,
`Answer`); anything else is JSON lines with `question` and `answer`. An answer that contains `####` is GSM8K's worked
solution, whose calculations stand in `<<` and `>>`, and what follows the last `####` is the gold. Whether a gold is a
number is the verifier's matter, not checked here.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.json_rows import JsonRow, json_line, read_rows, unique_ids
from trace_trainer.experts.problems.problem import Problem

GSM8K_MARK = "####"
MAX_EXPONENT = 30
SENTENCE_ENDS = (".", "?", "!")


def read_problems(path: str | Path, limit: int | None = None) -> list[Problem]:
    """The problems of a file in order, at most `limit` of them.

    A problem without an `id` gets the file's name and its line (for an array, its position) as one, from 1.
    Fields that are not ours are passed over.

    Raises UserError, naming file, line and field, for a file that can't be read, a field that is missing or
    of the wrong type, and an id that occurs twice.
    """
    path = Path(path)
    rows = read_rows(path, "question and answer", limit, Decimal)
    return list(unique_ids((row, _problem(row, path)) for row in rows))


def write_problems(path: str | Path, problems: Iterable[Problem]) -> None:
    """Write problems as JSON lines, whole or not at all. Fields that are None are left out."""
    with atomic_write(path) as stream:
        for problem in problems:
            stream.write(problem_line(problem))


def problem_line(problem: Problem) -> str:
    """A problem as one line of JSON, with its newline."""
    return json_line({name: getattr(problem, name) for name in Problem.__slots__})


def _problem(row: JsonRow, path: Path) -> Problem:
    if "Body" in row.fields:
        return _svamp_problem(row, path)
    answer, steps = _answer(row, "answer"), row.fields.get("steps")
    if GSM8K_MARK in answer:
        solution, _, answer = answer.rpartition(GSM8K_MARK)
        answer, steps = answer.strip(), solution.count("<<")
        if not answer:
            raise UserError(f"{row.place}: field answer has nothing after {GSM8K_MARK}")
    return Problem(
        id=row.identifier(path.stem),
        question=row.text("question"),
        answer=answer,
        expert=row.optional_text("expert"),
        trace=row.optional_text("trace"),
        source=row.optional_text("source") or path.name,
        # Other people's files may call something else so.
        steps=steps if type(steps) is int and steps > 0 else None,
    )


def _svamp_problem(row: JsonRow, path: Path) -> Problem:
    """SVAMP splits a text in two; its body often lacks the full stop."""
    body, question = row.text("Body").strip(), row.text("Question").strip()
    if not body.endswith(SENTENCE_ENDS):
        # "If there is a discount of 25 dollars on each pack" + "How much do you have to pay to buy each
        # pack?"
        if _is_open_condition(body):
            body, question = body + ",", question[0].lower() + question[1:]
        else:
            body += "."
    return Problem(row.text("ID"), f"{body} {question}", _answer(row, "Answer"), source=path.name)


def _is_open_condition(body: str) -> bool:
    """Whether the last sentence of a body is an if-clause that the question completes."""
    last = body
    for end in SENTENCE_ENDS:
        last = last.rpartition(f"{end} ")[2]
    return last.lstrip().lower().startswith("if ")


def _answer(row: JsonRow, name: str) -> str:
    """The answer as text; a whole number written as 51.0 becomes 51."""
    value = row.fields.get(name)
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UserError(f"{row.place}: field {name} {row.found(name)}; it must be a number or text")
    # 1e999999999 written out would fill the memory.
    if isinstance(value, Decimal) and abs(value.adjusted()) > MAX_EXPONENT:
        raise UserError(f"{row.place}: field {name} is {value}; that is beyond 10^{MAX_EXPONENT}")
    return str(int(value)) if value == int(value) else f"{value:f}"
