"""Formulas in natural text, over numbers alone: `6*14=84`, `757/65=11 r42`, `8:15=48:90`, and chains of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from trace_trainer.engine.problems.converting.expressions import (
    Expression,
    Literal,
    Operation,
    UnreadableError,
    evaluate,
    number,
    read_expression,
)
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.answers import Answer

_UNKNOWN_OPERATION = re.compile(r"\b(GCD|LCM)\s*[\[(]|\^\s*\(?\s*1\s*/|√")
_WORDS = re.compile(r"(?<=\d)\s*[A-Za-z][A-Za-z ]*$")  # a unit behind a result
_REST = re.compile(r"^\s*(\d[\d,]*)\s*r\s*(\d[\d,]*)\s*$")
_POWER = re.compile(r"(\([^()]*\)|\d[\d.,]*)\s*\^\s*([23])(?!\d)")
_MOST_NUMBERS = 500  # of a chain, each result written out
_FEWEST_TERMS = 3  # that show a pattern
_KINDS = {"Surplus": "mod", "Floor-Division": "floor_div", "Ceil-Division": "ceil_div"}


@dataclass(frozen=True, slots=True)
class Computation:
    """What a formula computes.

    Attributes:
        expression: over numbers that the question states or calls for.
        derived: a number was worked out that is stated nowhere.
        doubtful: a number could be a result as well as one of the question's.
    """

    expression: Expression
    derived: bool = False
    doubtful: bool = False


def read_infix(
    statements: Sequence[str], kind: str, gold: Answer, stated: Collection[Exact], is_ratio: bool = False
) -> Computation:
    """What the last statement that gives the answer computes.

    Args:
        statements: the formula's parts, in order.
        kind: the type of the solution.
        gold: the answer.
        stated: the values that the question states.
        is_ratio: whether the answer is a ratio; else that of a proportion is one of its numbers.

    Raises RefusedError.
    """
    for statement in statements:
        found = _UNKNOWN_OPERATION.search(statement)
        if found:
            name = found.group(1) or "a root"
            raise RefusedError(Refusal.NO_OPERATION, f"the formula takes {name}, which is no operation")
    reader = _Chain(kind, gold, stated, is_ratio)
    try:
        terms = _terms(statements)
        if terms:
            return Computation(continued(terms[:-1]))
        for statement in statements:
            reader.read(statement)
    except (UnreadableError, ZeroDivisionError) as error:
        raise RefusedError(Refusal.NO_EQUATION, str(error) or "a division by zero") from None
    if reader.answer is None:
        raise RefusedError(Refusal.NOT_COMPUTED, "no part of the formula gives the answer")
    return Computation(reader.answer, reader.derived, reader.doubtful)


class _Chain:
    """Reads statements one after the other."""

    def __init__(self, kind: str, gold: Answer, stated: Collection[Exact], is_ratio: bool) -> None:
        self._kind, self._gold, self._stated, self._is_ratio = kind, gold, stated, is_ratio
        self._results: dict[Exact, Expression] = {}
        self.answer: Expression | None = None
        self.derived = self.doubtful = False

    def read(self, statement: str) -> None:
        """Read one. Raises UnreadableError and ZeroDivisionError."""
        sides = [_WORDS.sub("", side) for side in statement.split("=")]
        if len(sides) < 2 and ":" not in statement:
            raise UnreadableError(f"no equation: {statement!r}")
        if any(":" in side for side in sides):
            self._ratio([side.split(":") for side in sides])
            return
        expression = self._substituted(_expression(sides[0]))
        rest = _REST.match(sides[1])
        if rest:
            self._divided(expression, *(number(text) for text in rest.groups()))
        else:
            self._keep(plain(Fraction(evaluate(_expression(sides[1])))), expression)

    def _keep(self, value: Exact, expression: Expression) -> None:
        self._results[value] = expression
        if self._gold.matches(evaluate(expression)):
            self.answer = expression

    def _divided(self, quotient: Expression, whole: Exact, rest: Exact) -> None:
        """A division with a rest: which of its results is asked for says the type, or else the answer itself."""
        if not isinstance(quotient, Operation) or quotient.name != "div":
            raise UnreadableError("a rest of what is no division")
        if not rest and self._kind != "Surplus":
            self._keep(whole, quotient)
            return
        named = {name: Operation(name, quotient.arguments) for name in ("floor_div", "mod", "ceil_div")}
        self._results |= {whole: named["floor_div"], rest: named["mod"]}
        fitting = [name for name, found in named.items() if self._gold.matches(evaluate(found))]
        if fitting:
            self.answer = named[_KINDS[self._kind] if _KINDS.get(self._kind) in fitting else fitting[0]]

    def _ratio(self, sides: Sequence[Sequence[str]]) -> None:
        """A ratio, or a proportion of which one number is asked for."""
        terms = [[self._substituted(_expression(term)) for term in side] for side in sides]
        if any(len(side) != 2 for side in terms):
            raise UnreadableError("a ratio of more than two numbers")
        values = [[evaluate(term) for term in side] for side in terms]
        if self._is_ratio and self._gold.matches(plain(Fraction(values[0][0]) / values[0][1])):
            self.answer = Operation("div", tuple(self._worked_out(terms[0])))
            return
        if len(terms) != 2 or Fraction(values[0][0]) * values[1][1] != Fraction(values[0][1]) * values[1][0]:
            raise UnreadableError("no proportion")
        places = [(side, place) for side in (1, 0) for place in (0, 1)]
        new = [at for at in places if values[at[0]][at[1]] not in self._stated]
        asked = [at for at in places if values[at[0]][at[1]] == self._gold.value]
        both = [at for at in new if at in asked]
        for side, place in (both or new or asked)[:1]:
            self._proportion(terms, values, side, place)

    def _proportion(
        self,
        terms: Sequence[Sequence[Expression]],
        values: Sequence[Sequence[Exact]],
        side: int,
        place: int,
    ) -> None:
        """The number at this place: what one part is, times the parts; where that breaks, the product first."""
        other = self._worked_out(terms[1 - side])
        partner, parts, times = terms[side][1 - place], other[1 - place], other[place]
        part = Fraction(values[side][1 - place]) / values[1 - side][1 - place]
        if part.denominator == 1:
            expression = Operation("mul", (Operation("div", (partner, parts)), times))
        else:
            expression = Operation("div", (Operation("mul", (partner, times)), parts))
        self._keep(values[side][place], expression)

    def _worked_out(self, ratio: Sequence[Expression]) -> list[Expression]:
        """A ratio's numbers; one that is the sum of the two that the question states is written as that sum."""
        found = list(ratio)
        for place, (term, other) in enumerate(zip(ratio, ratio[::-1], strict=True)):
            if not isinstance(term, Literal) or not isinstance(other, Literal) or term.value in self._stated:
                continue
            rest = plain(Fraction(term.value) - other.value)
            if rest in self._stated:
                found[place] = Operation("add", (other, Literal(rest)))
                self.derived = True
        return found

    def _substituted(self, expression: Expression) -> Expression:
        """The expression with what earlier results were computed from in their place."""
        if isinstance(expression, Operation):
            whole = Operation(expression.name, tuple(map(self._substituted, expression.arguments)))
            if _size(whole) > _MOST_NUMBERS:
                raise UnreadableError("results of results of results beyond reading")
            return whole
        if expression.value not in self._results:
            return expression
        self.doubtful |= expression.value in self._stated
        return self._results[expression.value]


def _size(expression: Expression) -> int:
    """How many numbers an expression takes."""
    return 1 if isinstance(expression, Literal) else sum(map(_size, expression.arguments))


def _expression(text: str) -> Expression:
    """An expression as formulas write it, small powers as products."""
    return read_expression(_POWER.sub(lambda m: "(" + "*".join([m.group(1)] * int(m.group(2))) + ")", text))


def _terms(statements: Sequence[str]) -> list[Literal]:
    """The terms of a sequence whose last is the answer; none where the formula is no such list."""
    texts = re.split(r"[,.]\s+", statements[0])
    if (
        len(statements) > 1
        or len(texts) <= _FEWEST_TERMS
        or not all(text.strip().isdecimal() for text in texts)
    ):
        return []
    return [Literal(number(text.strip())) for text in texts]


def continued(terms: Sequence[Expression]) -> Expression:
    """What follows numbers that grow by the same, by the same factor, or by what itself grows by the same.

    Raises UnreadableError where they do none of that.
    """
    values = [Fraction(evaluate(term)) for term in terms]
    *_, third, second, last = terms
    growth = Operation("sub", (last, second))
    changes = [after - before for before, after in pairwise(values)]
    if len(set(changes)) == 1:
        return Operation("add", (last, growth))
    if all(values) and len({after / before for before, after in pairwise(values)}) == 1:
        return Operation("mul", (last, Operation("div", (last, second))))
    if len({after - before for before, after in pairwise(changes)}) == 1:
        more = Operation("sub", (growth, Operation("sub", (second, third))))
        return Operation("add", (last, growth, more))
    raise UnreadableError("a sequence of no pattern that is known")


def with_averages(expression: Expression) -> Expression:
    """The expression with sums that are divided by the number of their terms as averages."""
    if isinstance(expression, Literal):
        return expression
    arguments = tuple(map(with_averages, expression.arguments))
    if expression.name == "div":
        total, count = arguments
        if (
            isinstance(total, Operation)
            and total.name == "add"
            and isinstance(count, Literal)
            and count.value == len(total.arguments)
        ):
            return Operation("average", total.arguments)
    return Operation(expression.name, arguments)
