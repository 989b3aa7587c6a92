"""The problems that a reward is tried on: read as an audit reads traces, so many of them drawn with a seed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from trace_trainer.engine.audit.inputs import (
    RawInput,
    UnreadableInput,
    answer_of,
    missing,
    question_of,
    read_chunks,
    read_object,
    read_text,
    text_at,
)
from trace_trainer.engine.rows.columns import Columns, MissingColumnError
from trace_trainer.engine.rows.sources import Source
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.answers import AnswerError, parse_answer
from trace_trainer.verifiers.traces.verdict import Outcome


@dataclass(frozen=True, slots=True)
class StressProblem:
    """A question with its answer and, where it is known, its gold trace, which verifies."""

    question: str
    answer: str | int | float
    gold: str | None = None


def drawn(sources: Iterable[Source], count: int, seed: int) -> list[RawInput]:
    """At most `count` inputs of all sources, in their order, each as likely as any other; memory for these alone.

    Raises UserError where one can't be read.
    """
    rng = Random(f"stress:{seed}")
    kept: list[tuple[int, RawInput]] = []
    inputs = (raw for chunk in read_chunks(sources) for raw in chunk.inputs)
    for index, raw in enumerate(inputs):
        if index < count:
            kept.append((index, raw))
        elif (place := rng.randrange(index + 1)) < count:
            kept[place] = (index, raw)
    return [raw for _, raw in sorted(kept, key=lambda item: item[0])]


def read_problem(raw: RawInput, columns: Columns) -> StressProblem:
    """The problem in one line; a worked solution of GSM8K's form is read as its answer.

    Raises UnreadableInput, with the reason, also where the gold answer is no number or the gold trace does not verify.
    """
    if raw.is_yaml:
        raise UnreadableInput("a YAML file holds traces; problems are read from JSON lines")
    row = read_object(read_text(raw))
    try:
        question, answer = question_of(row, columns), answer_of(row, columns)
        gold = text_at(row, "reference", columns)
    except MissingColumnError as error:
        raise UnreadableInput(f"no field {error}") from None
    if question is None or answer is None:
        raise missing(columns, "question" if question is None else "answer", row)
    try:
        parse_answer(answer)
    except AnswerError as error:
        raise UnreadableInput(f"the gold answer is no number: {error}") from None
    if gold is not None:
        verdict = verify_trace(gold, question, answer, reference=gold)
        if verdict.outcome is not Outcome.CORRECT:
            raise UnreadableInput(f"bad reference: {verdict.violations[0].message}")
    return StressProblem(question, answer, gold)
