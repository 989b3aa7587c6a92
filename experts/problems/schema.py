"""A problem schema: a formula, the numbers it takes, and several ways to ask it.

    @schema(
        "percentage",
        price=money(20, 400), discount=percent(5, 60),
        questions=("A {good} costs {price}. The shop takes {discount} off. How much does it cost now?", ...),
    )
    def sale_price(t):
        '''The price after one discount.'''
        return t.percent_off(t.price, t.discount)

The function is the formula: run on drawn numbers it builds and executes the gold trace (see builder.py). The questions
are templates over the slots and over words (see words.py) that are drawn consistently within a problem.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from types import SimpleNamespace
from typing import Any

from trace_trainer.experts import expert_names
from trace_trainer.experts.language.catalogue import Catalogue, DeclarationError
from trace_trainer.experts.language.trace import Trace
from trace_trainer.experts.problems.builder import build_trace
from trace_trainer.experts.problems.distractors import insert_distractor
from trace_trainer.experts.problems.slots import Slot, choice, decimal, money, percent, whole
from trace_trainer.experts.problems.spelling import runs_together
from trace_trainer.experts.problems.words import WordDraw

__all__ = ["SCHEMAS", "Draft", "Schema", "choice", "decimal", "money", "percent", "schema", "whole"]

_MAX_DRAWS = 2000
_DISTRACTOR_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Draft:
    """What a schema makes: a question, its gold trace and the answer that the trace computed."""

    question: str
    trace: Trace
    answer: Fraction


@dataclass(frozen=True, slots=True)
class Schema:
    """A declared schema. `held_out` ones are never trained on: they make the split test_schemas."""

    name: str
    expert: str
    function: Callable[[Any], Any]
    slots: Mapping[str, Slot]
    questions: tuple[str, ...]
    where: Callable[[Any], bool] | None
    variables: Mapping[str, str]
    held_out: bool

    @property
    def source(self) -> str:
        """How a problem names its schema: expert/name."""
        return f"{self.expert}/{self.name}"

    def draft(self, rng: Random) -> Draft:
        """Draw numbers, words and a phrasing; execute the formula.

        Raises DeclarationError where no draw satisfies `where` in 2,000 attempts.
        """
        for _ in range(_MAX_DRAWS):
            numbers = {name: slot.draw(rng) for name, slot in self.slots.items()}
            if self.where is not None and not self.where(SimpleNamespace(**numbers)):
                continue
            words = WordDraw(rng)
            variables = {slot: words.variable(template) for slot, template in self.variables.items()}
            trace, answer = build_trace(self.expert, self.function, numbers, variables)
            # Counts and amounts of money: an answer below zero means the story makes no sense with these numbers.
            if answer < 0:
                continue
            question = self._ask(rng, numbers, words)
            if runs_together(question):  # slots spell no number above 100, so there it is never one
                continue
            return Draft(question, trace, answer)
        raise DeclarationError(
            f"schema {self.source}: no draw satisfies its condition in {_MAX_DRAWS} attempts"
        )

    def _ask(self, rng: Random, numbers: Mapping[str, Fraction], words: WordDraw) -> str:
        template = rng.choice(self.questions)
        values = {
            key: self.slots[key].show(rng, numbers[key]) if key in self.slots else words[key]
            for key in placeholders(template)
        }
        question = template.format_map(values)
        if rng.random() < _DISTRACTOR_SHARE:
            question = insert_distractor(question, rng, words)
        return _capitalise_sentences(question)


SCHEMAS: Catalogue[Schema] = Catalogue("schema", "trace_trainer.experts.problems.schemas")
"""Every declared schema by its source, "expert/name"."""


def schema(
    expert: str,
    *,
    questions: tuple[str, ...],
    where: Callable[[Any], bool] | None = None,
    variables: Mapping[str, str] | None = None,
    held_out: bool = False,
    **slots: Slot,
) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Declare a schema.

    Args:
        expert: the expert that solves it, or "composition".
        questions: templates, each with every slot exactly once.
        where: a condition on the drawn numbers (`lambda n: n.eaten < n.eggs`), each a Fraction.
        variables: for slots whose trace variable comes from the question's words: {"start": "{name}.{things}"}.
        held_out: never trained on.
        slots: the numbers.

    Raises DeclarationError for an unknown expert, a phrasing that lacks a slot or shows one twice, an unknown word, or
    a second schema of the same name.
    """

    def declare(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        declared = Schema(
            function.__name__, expert, function, slots, questions, where, dict(variables or {}), held_out
        )
        _check(declared)
        SCHEMAS.declare(declared.source, declared, depth=2)
        return function

    return declare


def _check(declared: Schema) -> None:
    if declared.expert not in expert_names():
        raise DeclarationError(
            f"schema {declared.source}: no expert {declared.expert!r}; there are {', '.join(expert_names())}"
        )
    for template in (*declared.questions, *declared.variables.values()):
        for key in placeholders(template):
            if key not in declared.slots and not WordDraw.knows(key):
                raise DeclarationError(
                    f"schema {declared.source}: {{{key}}} is neither a slot nor a word: {template}"
                )
    for template in declared.questions:
        shown = placeholders(template)
        wrong = [slot for slot in declared.slots if shown.count(slot) != 1]
        if wrong:
            raise DeclarationError(
                f"schema {declared.source}: {wrong} must stand exactly once in: {template}"
            )


def placeholders(template: str) -> list[str]:
    """The placeholders of a template, in order, with repetitions."""
    return [key for _, key, _, _ in string.Formatter().parse(template) if key is not None]


def _capitalise_sentences(text: str) -> str:
    """Upper-case the first letter of each sentence: a slot there may have been written in words."""
    return re.sub(r"(?:^|(?<=[.!?] ))[a-z]", lambda match: match.group().upper(), text)
