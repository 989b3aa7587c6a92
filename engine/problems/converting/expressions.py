"""Arithmetic expressions as solutions write them: `48/2`, `(3*30)+(25*4)`, `5(4)`, `20%*50`, `1,080 - .5`.

Reading is exact: numbers are whole or fractions, never floats. Chains of `+` and of `*` become one operation of several
arguments, because the trace language has one for them. Not covered: powers, roots and unknowns; these are unreadable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain

MAX_DIGITS = 15
_MAX_TOKENS = 200  # a longer text between two equals signs is no sum a person would write
_TOKEN = re.compile(r"\s*(?:(\d[\d,]*\.?\d*|\.\d+)|([-+*/()%]))")
_NAMES = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_CHAINED = frozenset({"add", "mul"})


class UnreadableError(ValueError):
    """A text that is no arithmetic expression."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number of an expression, as its solution wrote it; `place` is where the question states it, if known."""

    value: Exact
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """A computation of the trace language on expressions."""

    name: str
    arguments: tuple[Expression, ...]


Expression = Literal | Operation


def read_expression(text: str) -> Expression:
    """Read an expression. Raises UnreadableError where there is anything else in the text."""
    reader = _Reader(text)
    expression = reader.sum()
    reader.end()
    return expression


def evaluate(expression: Expression) -> Exact:
    """The exact value of an expression. Raises ZeroDivisionError."""
    if isinstance(expression, Literal):
        return expression.value
    return COMPUTE_OPS[expression.name].function(*map(evaluate, expression.arguments))


def operation(name: str, left: Expression, right: Expression) -> Expression:
    """`left` and `right` combined; a chain of sums or of products stays one operation."""
    if name in _CHAINED and isinstance(left, Operation) and left.name == name:
        return Operation(name, (*left.arguments, right))
    return Operation(name, (left, right))


def number(text: str) -> Exact:
    """The value of digits with separators: `1,080`, `.5`. Raises UnreadableError beyond 15 digits."""
    digits = text.replace(",", "")
    if len(digits) > MAX_DIGITS + 1:
        raise UnreadableError("a number too long")
    return plain(Fraction(digits))


class _Reader:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        position = 0
        text = text.rstrip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or len(self.tokens) == _MAX_TOKENS:
                raise UnreadableError(f"no arithmetic: {text[position : position + 20]!r}")
            self.tokens.append(match.group(1) or match.group(2))
            position = match.end()
        self.position = 0

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.position += 1
        return token

    def end(self) -> None:
        if self.peek():
            raise UnreadableError(f"no arithmetic: {self.peek()!r}")

    def sum(self) -> Expression:
        left = self.product()
        while self.peek() in ("+", "-"):
            left = operation(_NAMES[self.take()], left, self.product())
        return left

    def product(self) -> Expression:
        left = self.factor()
        while self.peek() in ("*", "/", "("):
            name = "mul" if self.peek() == "(" else _NAMES[self.take()]
            left = operation(name, left, self.factor())
        return left

    def factor(self) -> Expression:
        token = self.take()
        if token == "(":
            inner = self.sum()
            if self.take() != ")":
                raise UnreadableError("a parenthesis stays open")
            return self.percent(inner)
        if token == "-":
            inner = self.factor()
            if not isinstance(inner, Literal):
                raise UnreadableError("the negative of an expression")
            return Literal(-inner.value)
        if token == "+":
            return self.factor()
        if not token or token in "*/)%":
            raise UnreadableError(f"a number is missing before {token!r}" if token else "a number is missing")
        return self.percent(Literal(number(token)))

    def percent(self, inner: Expression) -> Expression:
        """`20%` is written as the share that it is."""
        if self.peek() != "%":
            return inner
        self.take()
        if isinstance(inner, Literal):
            return Literal(plain(Fraction(inner.value) / 100))
        return operation("div", inner, Literal(100))
