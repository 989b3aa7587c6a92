"""A formula in the language's own terms: percent operations, one spelling of a half, numbers in the question's order.

Every rule keeps the function. A computation that another one needs too is not taken apart: where a solution computes
the tip and later both adds it and names it, it stays a step of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from trace_trainer.engine.problems.converting.formula import (
    Computed,
    Constant,
    Form,
    Formula,
    Given,
    givens,
    is_fraction,
    parts,
    uses,
)
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.mentions import Mention

_COMMUTATIVE = frozenset({"add", "mul"})
_ONE, _HUNDRED = Constant(1), Constant(100)
_LAST = 10**6


def rewrite(formula: Formula, mentions: Sequence[Mention]) -> Formula:
    """The same function in the language's terms."""
    while True:
        rewritten = _Rewriter(formula, mentions).whole()
        if rewritten == formula:
            return formula
        formula = rewritten


class _Rewriter:
    """One pass over a formula, from its operands up."""

    def __init__(self, formula: Formula, mentions: Sequence[Mention]) -> None:
        self._formula = formula
        self._mentions = mentions
        self._uses = uses(formula)
        self._rules: Mapping[str, Callable[[Computed, list[bool]], Formula | None]] = {
            "mul": self._product,
            "div": self._quotient,
            "sub": self._difference,
            "add": self._sum,
            "percent_of": self._percent_of,
        }

    def whole(self) -> Formula:
        new: dict[Formula, Formula] = {}
        for part in parts(self._formula):
            if not isinstance(part, Computed):
                new[part] = part
                continue
            single = [self._uses[argument] == 1 for argument in part.arguments]
            arguments = [new[argument] for argument in part.arguments]
            if part.name in _COMMUTATIVE:
                order = sorted(range(len(arguments)), key=lambda i: self._place(arguments[i]))
                arguments, single = [arguments[i] for i in order], [single[i] for i in order]
            built = Computed(part.name, tuple(arguments))
            rule = self._rules.get(part.name)
            new[part] = (rule(built, single) if rule else None) or built
        return new[self._formula]

    def _place(self, formula: Formula) -> tuple[int, int]:
        """Where in the question a formula's first number stands, results before plain numbers; constants are last."""
        used = givens(formula)
        literal = not used or (isinstance(formula, Given) and is_word_factor(formula, self._mentions))
        first = min((given.mention for given in used), default=_LAST)
        return _LAST if literal else first, not isinstance(formula, Computed)

    def _product(self, node: Computed, single: list[bool]) -> Formula | None:
        factors = node.arguments
        if _ONE in factors:
            rest = [factor for factor in factors if factor != _ONE]
            return _product_of(rest) if rest else None
        for index, factor in enumerate(factors):
            others = [*factors[:index], *factors[index + 1 :]]
            scaled = self._scaled(factor, others)
            if scaled is not None:
                return scaled
            # (x / 3) * 2, where the question says two thirds
            if isinstance(factor, Computed) and factor.name == "div" and single[index]:
                top, bottom = factor.arguments
                for place, other in enumerate(others):
                    whole = self._fraction(other, bottom)
                    if whole is not None:
                        return _product_of([top, *others[:place], *others[place + 1 :], whole])
        return None

    def _scaled(self, factor: Formula, others: list[Formula]) -> Formula | None:
        """A product with one factor that the language has an operation, or one spelling, for."""
        if isinstance(factor, Given) and self._is_half(factor):
            return Computed("div", (_product_of(others), _bottom(factor)))
        for name, rate in _percentages(factor, self._mentions):
            return Computed(name, (_product_of(others), rate))
        return None

    def _quotient(self, node: Computed, single: list[bool]) -> Formula | None:
        top, bottom = node.arguments
        if bottom == _ONE:
            return top
        if isinstance(bottom, Given) and self._is_half(bottom):
            return Computed("mul", (top, _bottom(bottom)))
        if isinstance(bottom, Given) and bottom.form is Form.BOTTOM:
            fraction = self._mention(bottom).value
            if fraction.numerator == 1 and fraction.denominator != 2:
                return Computed("mul", (top, _same(bottom, self._mentions)))
        if isinstance(top, Computed) and top.name == "mul" and single[0]:
            for index, factor in enumerate(top.arguments):
                others = [*top.arguments[:index], *top.arguments[index + 1 :]]
                whole = self._fraction(factor, bottom)
                if whole is not None:
                    return _product_of([*others, whole])
                for name, rate in _percentages(Computed("div", (factor, bottom)), self._mentions):
                    return Computed(name, (_product_of(others), rate))
        return None

    def _difference(self, node: Computed, single: list[bool]) -> Formula | None:
        whole, part = node.arguments
        if (
            isinstance(part, Computed)
            and part.name == "percent_of"
            and part.arguments[0] == whole
            and single[1]
        ):
            return Computed("percent_off", part.arguments)
        return None

    def _sum(self, node: Computed, single: list[bool]) -> Formula | None:
        if len(node.arguments) != 2:
            return None
        for part, whole, only in (
            (node.arguments[1], node.arguments[0], single[1]),
            (node.arguments[0], node.arguments[1], single[0]),
        ):
            if (
                isinstance(part, Computed)
                and part.name == "percent_of"
                and part.arguments[0] == whole
                and only
            ):
                return Computed("percent_increase", part.arguments)
        return None

    def _percent_of(self, node: Computed, single: list[bool]) -> Formula | None:
        base, rate = node.arguments
        if (
            isinstance(rate, Computed)
            and rate.arguments[0] == _HUNDRED
            and rate.name in ("sub", "add")
            and single[1]
        ):
            name = "percent_off" if rate.name == "sub" else "percent_increase"
            return Computed(name, (base, rate.arguments[1]))
        return None

    def _mention(self, given: Given) -> Mention:
        return self._mentions[given.mention]

    def _is_half(self, given: Given) -> bool:
        return given.form is Form.SAME and given.value == Fraction(1, 2) and is_fraction(self._mention(given))

    def _fraction(self, top: Formula, bottom: Formula) -> Given | None:
        """The fraction of the question that these are the two numbers of."""
        if not isinstance(top, Given) or not isinstance(bottom, Given) or top.mention != bottom.mention:
            return None
        return _same(top, self._mentions) if (top.form, bottom.form) == (Form.TOP, Form.BOTTOM) else None


def is_word_factor(given: Given, mentions: Sequence[Mention]) -> bool:
    """Whether a number is written into a step as it is, without an init: twice, a dozen, the 2 of a half."""
    mention = mentions[given.mention]
    if mention.kind == "multiple":
        return given.value.denominator == 1
    return given.form is Form.BOTTOM and mention.value == Fraction(1, 2)


def _percentages(factor: Formula, mentions: Sequence[Mention]) -> list[tuple[str, Formula]]:
    """The percent operation that multiplying by `factor` is, with its rate; at most one."""
    rate = _rate(factor, mentions)
    if rate is not None:
        return [("percent_of", rate)]
    if not isinstance(factor, Computed):
        return []
    if factor.name in ("sub", "add") and len(factor.arguments) == 2:
        for whole, part in (
            factor.arguments,
            factor.arguments[::-1] if factor.name == "add" else factor.arguments,
        ):
            rate = _rate(part, mentions)
            if whole == _ONE and rate is not None:
                return [("percent_off" if factor.name == "sub" else "percent_increase", rate)]
    if factor.name == "div" and factor.arguments[1] == _HUNDRED and isinstance(factor.arguments[0], Computed):
        inner = factor.arguments[0]
        if inner.name in ("sub", "add") and len(inner.arguments) == 2:
            for whole, part in (
                inner.arguments,
                inner.arguments[::-1] if inner.name == "add" else inner.arguments,
            ):
                if whole == _HUNDRED and _is_percentage(part, mentions):
                    return [("percent_off" if inner.name == "sub" else "percent_increase", part)]
    return []


def _rate(share: Formula, mentions: Sequence[Mention]) -> Given | None:
    """The percentage that a share is: 0.2 or 20 / 100 of "20 %"."""
    if isinstance(share, Computed) and share.name == "div" and share.arguments[1] == _HUNDRED:
        part = share.arguments[0]
        return part if isinstance(part, Given) and _is_percentage(part, mentions) else None
    if isinstance(share, Given) and share.form is Form.SHARE and mentions[share.mention].kind == "percent":
        return _same(share, mentions)
    return None


def _is_percentage(formula: Formula, mentions: Sequence[Mention]) -> bool:
    return (
        isinstance(formula, Given)
        and formula.form is Form.SAME
        and mentions[formula.mention].kind == "percent"
    )


def _same(given: Given, mentions: Sequence[Mention]) -> Given:
    return Given(given.mention, Form.SAME, plain(mentions[given.mention].value))


def _bottom(half: Given) -> Given:
    return Given(half.mention, Form.BOTTOM, 2)


def _product_of(factors: Sequence[Formula]) -> Formula:
    return factors[0] if len(factors) == 1 else Computed("mul", tuple(factors))
