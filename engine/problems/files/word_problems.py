"""Problem files: reading ours, GSM8K's, SVAMP's and others', and writing ours.

Told apart by their content: a row with `Body` is SVAMP's (`Body`, `Question`, `Answer`); any other has a question and
an answer under one of their usual names. An answer that contains `####` is GSM8K's worked solution, whose calculations
stand in `<<` and `>>`, and what follows the last `####` is the gold. A row with a gold trace and no answer has the
answer that the trace computes. Whether a gold is a number is the verifier's matter, not checked here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.json_rows import (
    JsonRow,
    json_line,
    read_rows,
    say_ambiguities,
    unique_ids,
)
from trace_trainer.engine.rows.columns import ANSWER, QUESTION, REFERENCE, Columns, Named
from trace_trainer.engine.rows.conversations import CONVERSATIONS, last_said, text_of
from trace_trainer.engine.rows.golds import GSM8K_MARK, final_answer, is_trace, only_answer
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.problems.problem import Problem

PROBLEM_COLUMNS = Columns(
    {"question": QUESTION, "answer": ANSWER, "trace": ("trace",), "expert": ("expert",), "id": ("id",)}
)
"""Where a row holds what, for word problems."""
_REPLIES = (*REFERENCE, "completion", "output", "response", "solution", "reply", "chosen", "text")
"""Columns that hold the gold trace where they hold a trace, and else the gold answer, where nothing else does."""
MAX_EXPONENT = 30
SENTENCE_ENDS = (".", "?", "!")


def read_problems(path: str | Path, limit: int | None = None, named: Named = None) -> list[Problem]:
    """The problems of a file in order, at most `limit` of them.

    A problem without an `id` gets the file's name and its line (in other forms, its position) as one, from 1.
    Fields that are not ours are passed over.

    Args:
        named: the columns that the user named, by field.

    Raises UserError, naming file, line and field, for a file that can't be read, a field that is missing or
    of the wrong type, and an id that occurs twice.
    """
    columns = PROBLEM_COLUMNS.with_named(named or {})
    rows = say_ambiguities(
        read_rows(path, "question and answer", limit, Decimal), columns, ("question", "answer")
    )
    return list(unique_ids((row, _problem(row, columns)) for row in rows))


def write_problems(path: str | Path, problems: Iterable[Problem]) -> None:
    """Write problems as JSON lines, whole or not at all. Fields that are None are left out."""
    with atomic_write(path) as stream:
        for problem in problems:
            stream.write(problem_line(problem))


def problem_line(problem: Problem) -> str:
    """A problem as one line of JSON, with its newline."""
    return json_line({name: getattr(problem, name) for name in Problem.__slots__})


def _problem(row: JsonRow, columns: Columns) -> Problem:
    if "Body" in row.fields and not columns.named:
        return _svamp_problem(row)
    row = _with_reply(row.renamed(columns, *columns.names))
    answer, steps = _answer(row, "answer"), row.fields.get("steps")
    if GSM8K_MARK in answer:
        if not answer.rpartition(GSM8K_MARK)[2].strip():
            raise UserError(f"{row.place}: field answer has nothing after {GSM8K_MARK}")
        steps = answer.count("<<")
    return Problem(
        id=row.identifier(),
        question=row.text("question"),
        answer=final_answer(answer),
        expert=row.optional_text("expert"),
        trace=row.optional_text("trace"),
        source=row.optional_text("source") or row.source,
        # Other people's files may call something else so.
        steps=steps if type(steps) is int and steps > 0 else None,
    )


def _with_reply(row: JsonRow) -> JsonRow:
    """The row with question, trace and answer as far as conversations and replies hold them."""
    fields = row.fields
    found: dict[str, Any] = {}
    question = fields.get("question")
    if isinstance(question, str) and question == fields.get("instruction") and fields.get("input"):
        found["question"] = f"{question}\n{fields['input']}"
    elif isinstance(question, list | dict):
        found["question"] = text_of(question, "user")
    elif question is None and any(name in fields for name in CONVERSATIONS):
        found["question"] = last_said(fields, "user")
    replies = [_said(fields[name]) for name in _REPLIES if fields.get(name) is not None]
    replies += [last_said(fields, "assistant")]
    if fields.get("trace") is None:
        found["trace"] = next(filter(is_trace, replies), None)
    if fields.get("answer") is None:
        found["answer"] = next((reply for reply in replies if reply and not is_trace(reply)), None)
        trace = found.get("trace", fields.get("trace"))
        if found["answer"] is None and isinstance(trace, str):
            found["answer"] = _computed(trace)
    return row.with_fields({name: value for name, value in found.items() if value is not None})


def _said(value: Any) -> Any:
    """A reply as text or as a number: a message stands for what it says."""
    return text_of(value, "assistant") if isinstance(value, list | dict) else value


def _computed(trace: str) -> str | None:
    """What a trace computes; None where it computes nothing."""
    from trace_trainer.verifiers import verify_trace

    answer = verify_trace(trace).answer
    return None if answer is None else format_number(answer)


def _svamp_problem(row: JsonRow) -> Problem:
    """SVAMP splits a text in two; its body often lacks the full stop."""
    body, question = row.text("Body").strip(), row.text("Question").strip()
    if not body.endswith(SENTENCE_ENDS):
        # "If there is a discount of 25 dollars on each pack" + "How much do you have to pay to buy each
        # pack?"
        if _is_open_condition(body):
            body, question = body + ",", question[0].lower() + question[1:]
        else:
            body += "."
    return Problem(row.text("ID"), f"{body} {question}", _answer(row, "Answer"), source=row.source)


def _is_open_condition(body: str) -> bool:
    """Whether the last sentence of a body is an if-clause that the question completes."""
    last = body
    for end in SENTENCE_ENDS:
        last = last.rpartition(f"{end} ")[2]
    return last.lstrip().lower().startswith("if ")


def _answer(row: JsonRow, name: str) -> str:
    """The answer as text; a whole number written as 51.0 becomes 51."""
    value = only_answer(row.fields.get(name))
    if isinstance(value, str) and value.strip():
        return value
    if isinstance(value, float) and math.isfinite(value):
        value = Decimal(repr(value))
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise UserError(f"{row.place}: field {name} {row.found(name)}; it must be a number or text")
    # 1e999999999 written out would fill the memory.
    if isinstance(value, Decimal) and abs(value.adjusted()) > MAX_EXPONENT:
        raise UserError(f"{row.place}: field {name} is {value}; that is beyond 10^{MAX_EXPONENT}")
    return str(int(value)) if value == int(value) else f"{value:f}"
