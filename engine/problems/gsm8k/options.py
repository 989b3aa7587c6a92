"""The readings of one equation: what all its numbers may stand for together, and how plausible that is.

The cost of a reading is that of its numbers, plus and less what only shows between them: numbers that the question
states side by side belong together, a product of two amounts of money makes no sense, twice some eggs are eggs.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trace_trainer.engine.problems.converting.expressions import Expression, Literal, Operation
from trace_trainer.engine.problems.converting.formula import Constant, Form, Given
from trace_trainer.engine.problems.gsm8k.operands import (
    Operand,
    Operands,
    mentions_used,
    results_used,
)
from trace_trainer.engine.problems.gsm8k.solution import Equation

_MAX_OPTIONS = 300  # readings of one equation


@dataclass(frozen=True, slots=True)
class Option:
    """One reading of an equation.

    Attributes:
        cost: how odd it is.
        operands: what its numbers stand for, left to right.
        results: the earlier equations that it needs.
        mentions: the question's numbers that it uses.
        repeats: whether it uses one of them twice.
    """

    cost: float
    operands: tuple[Operand, ...]
    results: frozenset[int]
    mentions: tuple[int, ...]
    repeats: bool


class Options:
    """Finds the readings of a problem's equations.

    Args:
        equations: the solution's, simplified.
        operands: what each number may stand for.
    """

    def __init__(self, equations: Sequence[Equation], operands: Operands) -> None:
        self._equations = equations
        self._operands = operands
        self._weights = operands.weights

    def of(self, index: int) -> tuple[list[Option], bool]:
        """The readings of an equation, cheapest first, and whether there are more than are given."""
        expression = self._equations[index].expression
        choices = [self._operands.choices(index, literal, role) for literal, role in _leaves(expression, "")]
        if any(not readings for readings in choices):
            return [], False
        choices = [
            [c for c in readings if c.cost <= readings[0].cost + self._weights.slack] for readings in choices
        ]
        options = []
        for combination in itertools.islice(itertools.product(*choices), _MAX_OPTIONS * 4):
            operands = tuple(choice.operand for choice in combination)
            counts = Counter(o for o in operands if not isinstance(o, Constant))
            repeats = sum(count - 1 for count in counts.values())
            cost = sum(choice.cost for choice in combination) + self._weights.repeated * repeats
            cost -= self._weights.whole_fraction * _has_whole_fraction(operands)
            if isinstance(expression, Operation) and expression.name in ("mul", "div"):
                cost -= self._nearness(operands)
                cost += self._money_oddness(self._equations[index], expression, operands)
                cost -= self._keeps_noun(self._equations[index], operands)
            results = frozenset(r for o in operands for r in results_used(o))
            mentions = tuple(m for o in operands for m in mentions_used(o))
            options.append(Option(cost, operands, results, mentions, _repeats_given(operands)))
        options.sort(key=lambda option: option.cost)
        return options[:_MAX_OPTIONS], len(options) > _MAX_OPTIONS

    def _nearness(self, operands: Sequence[Operand]) -> float:
        """What is taken off for a product of numbers that the question states together."""
        given = [operand.mention for operand in operands if isinstance(operand, Given)]
        if len(given) != 2 or given[0] == given[1]:
            return 0.0
        context = self._operands.context
        if context.adjacent(*given):
            return self._weights.adjacent
        return (
            self._weights.same_sentence if context.sentences[given[0]] == context.sentences[given[1]] else 0.0
        )

    def _money_oddness(self, equation: Equation, expression: Operation, operands: Sequence[Operand]) -> float:
        """A product of amounts of money makes no sense, nor does money that comes from counts alone."""
        if expression.name != "mul" or not all(isinstance(operand, Given) for operand in operands):
            return 0.0
        kinds = [self._operands.mentions[o.mention].kind for o in operands if isinstance(o, Given)]
        amounts = sum(kind in ("money", "cents") for kind in kinds)
        if amounts > 1:
            return self._weights.money_squared
        return self._weights.no_money if not amounts and (equation.value, True) in equation.money else 0.0

    def _keeps_noun(self, equation: Equation, operands: Sequence[Operand]) -> float:
        """What is taken off where twice or a third of some things are stated as such things."""
        given = [operand for operand in operands if isinstance(operand, Given)]
        if len(given) != 2:
            return 0.0
        context = self._operands.context
        for ratio, base in (given, given[::-1]):
            scales = self._operands.mentions[ratio.mention].kind in ("multiple", "fraction", "percent")
            if (scales or ratio.mention in context.ratios) and context.named(
                base.mention, equation.value, equation.words
            ):
                return self._weights.result_noun
        return 0.0


def _repeats_given(operands: Sequence[Operand]) -> bool:
    given = [operand for operand in operands if isinstance(operand, Given)]
    return len(set(given)) < len(given)


def _has_whole_fraction(operands: Sequence[Operand]) -> bool:
    forms = {(o.mention, o.form) for o in operands if isinstance(o, Given)}
    return any(form is Form.TOP and (mention, Form.BOTTOM) in forms for mention, form in forms)


def _leaves(expression: Expression, role: str) -> Iterator[tuple[Literal, str]]:
    """The numbers of an expression, left to right, with the operation that each goes into."""
    if isinstance(expression, Literal):
        yield expression, role
        return
    for place, argument in enumerate(expression.arguments):
        yield from _leaves(argument, "divisor" if expression.name == "div" and place else expression.name)
