"""Which number of the question each number of a formula is.

A formula over slots says where the question states its numbers, a formula in digits only what they are. Either is
ambiguous where the question states the same number twice: data sets tell equal numbers apart by their value alone. So
all assignments that use as many of the question's numbers as possible are tried; where they compute different
functions, the problem is not certain.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from trace_trainer.engine.problems.converting.context import Context
from trace_trainer.engine.problems.converting.expressions import Expression, Literal
from trace_trainer.engine.problems.converting.formula import Computed, Constant, Field, Formula, Given, parts
from trace_trainer.engine.problems.converting.readings import readings
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.questions.implied import implied_numbers
from trace_trainer.verifiers.questions.mentions import QuestionNumbers

_MOST = 20_000  # assignments tried; of more, the problem counts as ambiguous

Leaf = Given | Constant


class UnstatedError(ValueError):
    """A number that the question neither states nor calls for."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A formula over the question's numbers, and whether every assignment as good computes the same function."""

    formula: Formula
    unambiguous: bool


class Assigner:
    """Finds the question's numbers in formulas.

    Args:
        question: the text.
        numbers: its numbers.
    """

    def __init__(self, question: str, numbers: QuestionNumbers) -> None:
        self._mentions = numbers.mentions
        self._constants = numbers.constants | implied_numbers(question)
        self._readings = readings(numbers.mentions)
        self._context = Context(question, numbers.mentions)

    def assign(self, expression: Expression) -> Assignment:
        """The formula that an expression is. Raises UnstatedError."""
        leaves = list(_leaves(expression))
        counts = Counter(leaf.value for leaf in leaves)
        choices = [self._choices(leaf, counts[leaf.value]) for leaf in leaves]
        if prod(map(len, choices)) > _MOST:
            return Assignment(_built(expression, iter([choice[0] for choice in choices])), False)
        best = min(map(_oddness, itertools.product(*choices)))
        plausible = [c for c in itertools.product(*choices) if _oddness(c) == best]
        formulas = [_built(expression, iter(choice)) for choice in sorted(plausible, key=_disorder)]
        formulas.sort(key=self._mixture)  # stable: of those as likely the one in the question's order
        field = Field(self._mentions)
        prints = {field.fingerprint(formula) for formula in formulas}
        return Assignment(formulas[0], len(prints) == 1)

    def _choices(self, leaf: Literal, needed: int) -> list[Leaf]:
        """What a number may be: numbers of the question, and constants where those don't suffice."""
        found = self._given(leaf)
        strong = [given for given in found if given.mention not in self._context.weak]
        here = [given for given in found if self._is_at(given, leaf.place)]
        choices: list[Leaf] = [*(strong or found)]
        choices += [given for given in here if given not in choices]
        if len(choices) < needed and leaf.value in self._constants and leaf.place is None:
            choices.append(Constant(leaf.value))
        if not choices:
            raise UnstatedError(f"the question states no {format_number(leaf.value)}, nor calls for it")
        return choices

    def _given(self, leaf: Literal) -> list[Given]:
        """The question's numbers of this value, each in one form; in plain form where there are such."""
        plain: list[Given] = []
        other: list[Given] = []
        for index, forms in enumerate(self._readings):
            if self._context.aliases[index] != index and not self._is_at(forms[0], leaf.place):
                continue
            for place, given in enumerate(forms):
                if given.value == leaf.value:
                    (other if place else plain).append(given)
                    break
        return plain or other

    def _mixture(self, formula: Formula) -> int:
        """How many numbers are added to or taken from numbers of other things."""
        found = 0
        for part in parts(formula):
            if isinstance(part, Computed) and part.name in ("add", "sub"):
                given = [argument for argument in part.arguments if isinstance(argument, Given)]
                nouns = {self._context.nouns[number.mention] for number in given} - {""}
                found += len(nouns) - 1 if nouns else 0
        return found

    def _is_at(self, given: Given, place: int | None) -> bool:
        mention = self._mentions[given.mention]
        return place is not None and mention.start <= place < mention.end


def _leaves(expression: Expression) -> Iterator[Literal]:
    if isinstance(expression, Literal):
        yield expression
    else:
        for argument in expression.arguments:
            yield from _leaves(argument)


def _oddness(leaves: Sequence[Leaf]) -> int:
    """How many of the numbers are one that another one is already, or constants."""
    mentions = [leaf.mention for leaf in leaves if isinstance(leaf, Given)]
    return len(leaves) - len(set(mentions))


def _disorder(leaves: Sequence[Leaf]) -> int:
    """How many numbers stand before one that the formula uses earlier."""
    mentions = [leaf.mention for leaf in leaves if isinstance(leaf, Given)]
    return sum(one > other for one, other in itertools.combinations(mentions, 2))


def _built(expression: Expression, leaves: Iterator[Leaf]) -> Formula:
    if isinstance(expression, Literal):
        return next(leaves)
    return Computed(expression.name, tuple([_built(argument, leaves) for argument in expression.arguments]))
