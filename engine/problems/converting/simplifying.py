"""Expressions put in one form before their numbers are looked up in the question.

`1/3` is one number where the question says "a third", and `20/100` where it says "20 %". What solutions write to show a
unit or to be formal goes: `x * 1/4` is `x / 4`, `x + 0` is `x`, and `x * .01` is `x / 100` unless the question states a
hundredth.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from trace_trainer.engine.problems.converting.expressions import Expression, Literal, Operation
from trace_trainer.engine.problems.converting.formula import is_fraction
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.mentions import Mention

_HUNDREDTH = Fraction(1, 100)
_STATED = (1, 100)  # among the fractions: the question states a hundredth, such as a cent


def known_fractions(mentions: Sequence[Mention]) -> frozenset[tuple[Exact, Exact]]:
    """The numerators and denominators under which the question's fractions and percentages may be written."""
    pairs: set[tuple[Exact, Exact]] = set()
    for mention in mentions:
        if mention.kind == "percent":
            pairs.add((plain(mention.value), 100))
        elif is_fraction(mention):
            pairs.add((mention.value.numerator, mention.value.denominator))
        elif _HUNDREDTH in mention.grounded:
            pairs.add(_STATED)
    return frozenset(pairs)


def simplify(expression: Expression, fractions: frozenset[tuple[Exact, Exact]]) -> Expression:
    """The same expression in simpler terms; `fractions` as `known_fractions` gives them."""
    if isinstance(expression, Literal):
        return expression
    arguments = [simplify(argument, fractions) for argument in expression.arguments]
    if expression.name == "div":
        return _quotient(arguments[0], arguments[1], fractions)
    if expression.name == "mul":
        return _product(arguments, fractions)
    if expression.name == "add":
        arguments = [argument for argument in arguments if argument != Literal(0)] or arguments[:1]
        return arguments[0] if len(arguments) == 1 else Operation("add", tuple(arguments))
    if arguments[1] == Literal(0):
        return arguments[0]
    return Operation(expression.name, tuple(arguments))


def _quotient(top: Expression, bottom: Expression, fractions: frozenset[tuple[Exact, Exact]]) -> Expression:
    if (
        isinstance(top, Literal)
        and isinstance(bottom, Literal)
        and top.place is None  # else they are two numbers of the question
        and (top.value, bottom.value) in fractions
    ):
        return Literal(plain(Fraction(top.value) / bottom.value))
    if bottom == Literal(_HUNDREDTH) and _STATED not in fractions:
        return _product([top, Literal(100)], fractions)
    return Operation("div", (top, bottom))


def _product(arguments: Sequence[Expression], fractions: frozenset[tuple[Exact, Exact]]) -> Expression:
    """A product whose factors 1/b and .01 have become divisors."""
    factors: list[Expression] = []
    divisors: list[Expression] = []
    for argument in arguments:
        if argument == Literal(_HUNDREDTH) and _STATED not in fractions:
            divisors.append(Literal(100))
        elif (
            isinstance(argument, Operation) and argument.name == "div" and argument.arguments[0] == Literal(1)
        ):
            divisors.append(argument.arguments[1])
        else:
            factors.append(argument)
    if not factors:
        return Operation("mul", tuple(arguments))
    product = factors[0] if len(factors) == 1 else Operation("mul", tuple(factors))
    for divisor in divisors:
        product = Operation("div", (product, divisor))
    return product
