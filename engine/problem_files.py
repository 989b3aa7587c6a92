"""Problem files: reading ours, GSM8K's and SVAMP's, and writing ours.

Told apart by their content: a file that starts with `[` is a JSON array, SVAMP's form (`Body`, `Question`,
`Answer`); anything else is JSON lines with `question` and `answer`. An answer that contains `####` is GSM8K's
worked solution, and what follows the last `####` is the gold. Whether a gold is a number is the verifier's
matter, not checked here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from engine.atomic import atomic_write
from engine.errors import UserError
from experts.problems.problem import Problem

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
    problems: list[Problem] = []
    places: dict[str, str] = {}
    for number, place, row in islice(_rows(path), limit):
        problem = _problem(row, place, path, number)
        if problem.id in places:
            raise UserError(f"{place}: id {problem.id!r} occurs twice, first at {places[problem.id]}")
        places[problem.id] = place
        problems.append(problem)
    return problems


def write_problems(path: str | Path, problems: Iterable[Problem]) -> None:
    """Write problems as JSON lines, whole or not at all. Fields that are None are left out."""
    with atomic_write(path) as stream:
        for problem in problems:
            stream.write(problem_line(problem))


def problem_line(problem: Problem) -> str:
    """A problem as one line of JSON, with its newline."""
    fields = {name: getattr(problem, name) for name in Problem.__slots__}
    return (
        json.dumps({name: value for name, value in fields.items() if value is not None}, ensure_ascii=False)
        + "\n"
    )


def _rows(path: Path) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The objects of a file: number from 1, place for messages, and the object. Numbers stay as written: Decimal."""
    try:
        # One line ends at \n and nowhere else: a question may hold other characters that Python takes for
        # line ends.
        with open(path, encoding="utf-8-sig", newline="\n") as stream:
            first = next((line for line in stream if line.strip()), "")
            stream.seek(0)
            if first.lstrip().startswith("["):
                array = _parse(stream.read(), str(path))
                rows: Iterable[tuple[int, str, Any]] = (
                    (number, f"{path}: item {number}", item) for number, item in enumerate(array, 1)
                )
            else:
                rows = (
                    (n, f"{path}:{n}", _parse(line, f"{path}:{n}"))
                    for n, line in enumerate(stream, 1)
                    if line.strip()
                )
            for number, place, row in rows:
                if not isinstance(row, dict):
                    raise UserError(f"{place}: expected an object with question and answer")
                yield number, place, row
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path} can't be read: not UTF-8 ({error.reason} at byte {error.start})") from None


def _parse(text: str, place: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{place}: not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from None
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: not JSON that can be read: {error}") from None


def _problem(row: dict[str, Any], place: str, path: Path, number: int) -> Problem:
    if "Body" in row:
        return _svamp_problem(row, place, path)
    answer = _answer(row, "answer", place)
    if GSM8K_MARK in answer:
        answer = answer.rpartition(GSM8K_MARK)[2].strip()
        if not answer:
            raise UserError(f"{place}: field answer has nothing after {GSM8K_MARK}")
    identifier = row.get("id")
    if isinstance(identifier, int) and not isinstance(identifier, bool):
        identifier = str(identifier)
    elif identifier is not None:
        identifier = _text(row, "id", place)
    return Problem(
        id=identifier or f"{path.stem}-{number}",
        question=_text(row, "question", place),
        answer=answer,
        expert=_optional_text(row, "expert", place),
        trace=_optional_text(row, "trace", place),
        source=_optional_text(row, "source", place) or path.name,
    )


def _svamp_problem(row: dict[str, Any], place: str, path: Path) -> Problem:
    """SVAMP splits a text in two; its body often lacks the full stop."""
    body, question = _text(row, "Body", place).strip(), _text(row, "Question", place).strip()
    if not body.endswith(SENTENCE_ENDS):
        # "If there is a discount of 25 dollars on each pack" + "How much do you have to pay to buy each
        # pack?"
        if _is_open_condition(body):
            body, question = body + ",", question[0].lower() + question[1:]
        else:
            body += "."
    return Problem(
        _text(row, "ID", place), f"{body} {question}", _answer(row, "Answer", place), source=path.name
    )


def _is_open_condition(body: str) -> bool:
    """Whether the last sentence of a body is an if-clause that the question completes."""
    last = body
    for end in SENTENCE_ENDS:
        last = last.rpartition(f"{end} ")[2]
    return last.lstrip().lower().startswith("if ")


def _text(row: dict[str, Any], name: str, place: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value.strip():
        raise UserError(f"{place}: field {name} {_found(row, name)}; it must be text")
    return value


def _optional_text(row: dict[str, Any], name: str, place: str) -> str | None:
    return None if row.get(name) is None else _text(row, name, place)


def _answer(row: dict[str, Any], name: str, place: str) -> str:
    """The answer as text; a whole number written as 51.0 becomes 51."""
    value = row.get(name)
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UserError(f"{place}: field {name} {_found(row, name)}; it must be a number or text")
    # 1e999999999 written out would fill the memory.
    if isinstance(value, Decimal) and abs(value.adjusted()) > MAX_EXPONENT:
        raise UserError(f"{place}: field {name} is {value}; that is beyond 10^{MAX_EXPONENT}")
    return str(int(value)) if value == int(value) else f"{value:f}"


def _found(row: dict[str, Any], name: str) -> str:
    if name not in row:
        return f"is missing (there are {', '.join(row) or 'none'})"
    value = row[name]
    return "is empty" if value is None or value == "" else f"is {json.dumps(value, default=str)[:60]}"
