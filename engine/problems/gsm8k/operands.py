"""What each number of an equation may stand for, and how plausible each reading is.

A number is an earlier result, a number of the question in one of its forms, or a constant that the question calls for.
Where none of the first two fits, a value that the solution worked out in its head may: what a percentage or a fraction
leaves of the whole, a unit converted, hours between two times of day, a quotient rounded to a whole number. Such values
are marked as derived. Sums or products of just any two numbers are not tried: one in ten fits by coincidence.

What each sign of a reading costs stands in `weights`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trace_trainer.engine.problems.converting.context import Context
from trace_trainer.engine.problems.converting.expressions import Literal, Operation
from trace_trainer.engine.problems.converting.formula import (
    Computed,
    Constant,
    Form,
    Formula,
    Given,
    is_fraction,
    value_of,
)
from trace_trainer.engine.problems.converting.readings import readings
from trace_trainer.engine.problems.gsm8k.solution import Equation
from trace_trainer.engine.problems.gsm8k.units import UNIT_STEMS
from trace_trainer.engine.problems.gsm8k.weights import Weights
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.mentions import QuestionNumbers
from trace_trainer.verifiers.questions.number_words import Number

_COUNTING = frozenset({"digits", "word", "multiple", "ordinal"})
_CLOSE = Fraction(6, 1000)  # a number written rounded is at most this far away


@dataclass(frozen=True, slots=True)
class Earlier:
    """The result of an earlier equation."""

    index: int


Operand = Earlier | Given | Constant | Computed
"""`Computed` is a derived value; its arguments are operands too, until `assignment` resolves them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One reading of a number, with its cost."""

    cost: float
    operand: Operand


class Operands:
    """Finds what the numbers of a problem's equations may stand for.

    Args:
        numbers: the question's numbers and constants.
        implied: the numbers that it implies.
        context: the words around its numbers.
        equations: the solution's.
        weights: what each sign of a reading costs.
    """

    def __init__(
        self,
        numbers: QuestionNumbers,
        implied: frozenset[Number],
        context: Context,
        equations: Sequence[Equation],
        weights: Weights,
    ) -> None:
        self.mentions = numbers.mentions
        self.constants = numbers.constants
        self.implied = implied
        self.ones = any(1 in mention.grounded for mention in numbers.mentions) or 1 in numbers.constants
        self.readings = readings(numbers.mentions)
        self.context = context
        self.equations = equations
        self.weights = weights
        self._dollars = any(is_money for equation in equations for _, is_money in equation.money)

    def choices(self, index: int, literal: Literal, role: str) -> list[Choice]:
        """The readings of a number of equation `index`, cheapest first; `role` is the operation that it goes into."""
        value = literal.value
        found = [*self._earlier(index, value), *self._given(index, value, role)]
        inside = bool(found)
        found += self._constants(index, value, role)
        if not inside:
            found += self._derived(index, value)
        if not found and self.implied:
            found += self._implied(value, role)
        return sorted(found, key=lambda choice: choice.cost)

    def _earlier(self, index: int, value: Exact) -> Iterator[Choice]:
        for j in range(index - 1, -1, -1):
            equation = self.equations[j]
            if isinstance(equation.expression, Literal):
                continue
            cost = self.weights.distance * (index - 1 - j)
            if value in (equation.value, equation.exact):
                yield Choice(cost, Earlier(j))
            elif _rounds_to(equation.exact, value):
                yield Choice(cost + self.weights.rounded, Earlier(j))

    def _given(self, index: int, value: Exact, role: str) -> Iterator[Choice]:
        equation, weights = self.equations[index], self.weights
        for m, forms in enumerate(self.readings):
            if self.context.aliases[m] != m:
                continue
            for place, given in enumerate(forms):
                rounded = given.value != value
                if rounded and not (is_fraction(self.mentions[m]) and _rounds_to(given.value, value)):
                    continue
                cost = weights.given + weights.later_form * place + (weights.rounded if rounded else 0)
                cost += self._oddness(given, role)
                cost -= weights.shared_words * min(weights.most_shared, self.context.shared(m, equation.line))
                if self.context.named(m, value, equation.words):
                    cost -= weights.same_noun
                elif role in ("add", "sub") and self.context.named(m, equation.value, equation.words):
                    cost -= weights.result_noun
                yield Choice(cost + self._money_mismatch(given, equation), given)
                if self._may_be_rest(given):
                    whole = 1 if given.form is Form.SHARE else 100
                    yield Choice(cost + weights.other_half, Computed("sub", (Constant(whole), given)))
                break

    def _may_be_rest(self, given: Given) -> bool:
        """Whether a number is 50 % and could as well be what 50 % leaves."""
        mention = self.mentions[given.mention]
        return mention.kind == "percent" and mention.value == 50 and self.context.leaves_rest

    def _money_mismatch(self, given: Given, equation: Equation) -> float:
        if not self._dollars:
            return 0.0
        signs = {is_money for number, is_money in equation.money if number == given.value}
        if self.mentions[given.mention].kind == "money":
            has_none = not any(is_money for _, is_money in equation.money)
            return self.weights.money_mismatch if signs == {False} and has_none else 0.0
        return self.weights.money_mismatch if signs == {True} else 0.0

    def _oddness(self, given: Given, role: str) -> float:
        mention, weights = self.mentions[given.mention], self.weights
        cost = 0.0
        if given.mention in self.context.weak:
            cost += weights.weak
        if mention.kind == "multiple" and role == ("mul" if is_fraction(mention) else "divisor"):
            cost += weights.inverse if given.value.denominator == 1 else 0
        if role in ("add", "sub") and mention.kind in ("multiple", "fraction"):
            pairs = mention.text.lower().endswith(("dozen", "couple", "pair"))
            cost += (
                0 if pairs or (given.form is Form.SAME and is_fraction(mention)) else weights.multiple_added
            )
        if given.mention in self.context.ratios and role in ("add", "sub"):
            cost += weights.ratio_added
        if given.mention in self.context.deltas and role in ("mul", "div", "divisor"):
            cost += weights.delta_scaled
        if given.form is Form.TOP and given.value == 1:
            cost += weights.top_alone
        return cost

    def _constants(self, index: int, value: Exact, role: str) -> Iterator[Choice]:
        if value == 1:
            if role in ("mul", "divisor"):
                yield Choice(self.weights.one_left_out, Constant(1))
            elif self.ones and not any(given.value == 1 for forms in self.readings for given in forms):
                yield Choice(self.weights.constant, Constant(1))
        elif value in self.constants:
            yield Choice(self._constant_cost(index, value, role), Constant(value))

    def _constant_cost(self, index: int, value: Exact, role: str) -> float:
        if value == 2:
            return self.weights.uncalled_two + (self.weights.two_added if role in ("add", "sub") else 0)
        units = UNIT_STEMS.get(value, frozenset())
        return self.weights.constant - (
            self.weights.constant_unit if self.context.speaks_of(self.equations[index].line, units) else 0
        )

    def is_derived(self, operand: Operand) -> bool:
        """Whether an operand is neither a number of the question, an earlier result, a constant nor a 1."""
        if isinstance(operand, Constant):
            return operand.value != 1 and operand.value in self.implied - self.constants
        return isinstance(operand, Computed)

    def _implied(self, value: Exact, role: str) -> Iterator[Choice]:
        """Where nothing else fits: what the question implies, and a number of it with one more or one less."""
        if value in self.implied and (value != 1 or role in ("add", "sub")):
            yield Choice(self.weights.implied, Constant(value))
        for m, mention in enumerate(self.mentions):
            given = self.readings[m][0]
            if self.context.aliases[m] == m and mention.kind in _COUNTING:
                for name in ("add", "sub"):
                    yield from _fitting(value, self.weights.one_more, Computed(name, (given, Constant(1))))

    def _derived(self, index: int, value: Exact) -> Iterator[Choice]:
        yield from self._complements(index, value)
        yield from self._conversions(value)
        yield from self._between_times(value)

    def _complements(self, index: int, value: Exact) -> Iterator[Choice]:
        for m, mention in enumerate(self.mentions):
            if mention.kind == "percent":
                rate = Given(m, Form.SAME, plain(mention.value))
                share = Given(m, Form.SHARE, plain(mention.value / 100))
                for whole, part in ((100, rate), (1, share)):
                    for name in ("sub", "add"):
                        yield from _fitting(
                            value, self.weights.derived, Computed(name, (Constant(whole), part))
                        )
            elif is_fraction(mention):
                part = Given(m, Form.SAME, plain(mention.value))
                for name in ("sub", "add"):
                    yield from _fitting(value, self.weights.derived, Computed(name, (Constant(1), part)))
                if mention.value.denominator - mention.value.numerator == value:
                    top = Given(m, Form.TOP, mention.value.numerator)
                    bottom = Given(m, Form.BOTTOM, mention.value.denominator)
                    whole_less = top if mention.value.numerator != 1 else Constant(1)
                    yield Choice(self.weights.derived, Computed("sub", (bottom, whole_less)))
        for j in range(index):
            exact = self.equations[j].exact
            if isinstance(self.equations[j].expression, Literal):
                continue
            rest = [whole for whole in (1, 100) if whole - exact == value and whole in self.constants]
            if rest and exact > 0:
                yield Choice(self.weights.derived, Computed("sub", (Constant(rest[0]), Earlier(j))))  # type: ignore[arg-type]
            if (
                exact != value
                and _is_quotient(self.equations[j])
                and value in (math.floor(exact), math.ceil(exact))
            ):
                name = "floor_div" if value < exact else "ceil_div"
                yield Choice(self.weights.derived, Computed(name, (Earlier(j),)))  # type: ignore[arg-type]

    def _conversions(self, value: Exact) -> Iterator[Choice]:
        for m, mention in enumerate(self.mentions):
            given = self.readings[m][0]
            for constant in self.constants - {1, 2}:
                for name in ("mul", "div"):
                    yield from _fitting(
                        value, self.weights.converted, Computed(name, (given, Constant(constant)))
                    )
            following = self.readings[m + 1][0] if m + 1 < len(self.mentions) else None
            if following and self.mentions[m + 1].start - mention.end == 1:  # "2 dozen"
                yield from _fitting(value, self.weights.derived, Computed("mul", (given, following)))

    def _between_times(self, value: Exact) -> Iterator[Choice]:
        if not any(mention.kind == "clock" for mention in self.mentions):
            return
        for m, mention in enumerate(self.mentions):
            for n, other in enumerate(self.mentions):
                if m != n and "clock" in (mention.kind, other.kind):
                    for late in self.readings[m]:
                        for early in self.readings[n]:
                            yield from _fitting(value, self.weights.derived, Computed("sub", (late, early)))


def _fitting(value: Number, cost: float, formula: Computed) -> Iterator[Choice]:
    try:
        if value > 0 and value_of(formula) == value:
            yield Choice(cost, formula)
    except ZeroDivisionError:
        return


def _is_quotient(equation: Equation) -> bool:
    return isinstance(equation.expression, Operation) and equation.expression.name == "div"


def _rounds_to(exact: Exact, written: Exact) -> bool:
    """Whether a solution may have written `exact` as `written`, rounded."""
    distance = abs(Fraction(exact) - Fraction(written))
    return 0 < distance <= _CLOSE and distance * 100 < abs(Fraction(written))


def mentions_used(operand: Operand) -> Iterator[int]:
    """The numbers of the question that an operand comes from directly."""
    if isinstance(operand, Given):
        yield operand.mention
    elif isinstance(operand, Computed):
        for argument in operand.arguments:
            yield from mentions_used(argument)


def results_used(operand: Operand | Formula) -> Iterator[int]:
    """The earlier equations that an operand reads."""
    if isinstance(operand, Earlier):
        yield operand.index
    elif isinstance(operand, Computed):
        for argument in operand.arguments:
            yield from results_used(argument)
