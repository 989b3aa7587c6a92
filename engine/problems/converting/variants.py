"""New problems from a converted one: other numbers, persons and things, and the trace run again for the answer.

Only certain conversions are varied: one that is wired wrongly would put a wrong answer under a right question.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.formula import Computed, Formula, Given, givens, parts, value_of
from trace_trainer.engine.problems.converting.naming import name_numbers
from trace_trainer.engine.problems.converting.numbers import Variable, draw_numbers, variable_numbers
from trace_trainer.engine.problems.converting.words import replace_words
from trace_trainer.engine.problems.converting.writing import Writer, needs_name
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import write_trace
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.numbers import read_question

_TRIES = 25  # draws for each variant wanted; most draws that fail leave a whole number of something no longer whole
_KEPT_WORDS = 0.25  # how often a variant with new numbers keeps its persons and things


@dataclass(frozen=True, slots=True)
class Variant:
    """A new problem with its verified trace."""

    question: str
    answer: str
    expert: str
    trace: str


def vary(conversion: Conversion, count: int, seed: str) -> list[Variant]:
    """At most `count` different variants of a certain conversion, the same for the same seed.

    None of one that solves an equation, which has no formula.
    """
    if conversion.formula is None:
        return []
    rng = Random(f"variants:{seed}:{conversion.question}")
    variables = variable_numbers(conversion)
    found: dict[str, Variant] = {}
    for _ in range(count * _TRIES):
        if len(found) == count:
            break
        variant = _draw(conversion, variables, rng)
        if variant is not None:
            found.setdefault(variant.question, variant)
    return list(found.values())


def _draw(conversion: Conversion, variables: list[Variable], rng: Random) -> Variant | None:
    assert conversion.formula is not None  # certain
    values: Mapping[Given, Exact] = {given: given.value for given in givens(conversion.formula)}
    question = conversion.question
    if variables:
        drawn = draw_numbers(conversion, variables, rng)
        if drawn is None:
            return None
        question, values = drawn
    if not variables or rng.random() > _KEPT_WORDS:
        question = replace_words(question, rng)
    if question == conversion.question:
        return None
    mentions = read_question(question).mentions
    formula = _with_values(conversion.formula, values)
    named = [given for given in givens(formula) if needs_name(given, mentions)]
    trace = write_trace(
        Writer(mentions, name_numbers(question, mentions, named)).write(formula, conversion.expert)
    )
    answer = format_number(value_of(formula))
    verdict = verify_trace(trace, question, answer, conversion.expert)
    return Variant(question, answer, conversion.expert, trace) if verdict.outcome == "correct" else None


def _with_values(formula: Computed, values: Mapping[Given, Exact]) -> Computed:
    """The same formula on other numbers."""
    new: dict[Formula, Formula] = {}
    for part in parts(formula):
        if isinstance(part, Computed):
            new[part] = Computed(part.name, tuple(new[argument] for argument in part.arguments))
        elif isinstance(part, Given):
            new[part] = Given(part.mention, part.form, values[part])
        else:
            new[part] = part
    whole = new[formula]
    assert isinstance(whole, Computed)
    return whole
