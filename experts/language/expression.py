"""Expressions over variables and numbers, `2 * (x + 3) - y / 4`: only read here, and computed on any type of value.

The canonical text has one space around each operator, none inside parentheses, and the parentheses that were written.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from trace_trainer.experts.language.literals import MAX_DIGITS, format_number, parse_number

MAX_TOKENS = 64
MAX_LENGTH = 400
"""Characters of an expression as written."""

_TOKEN = re.compile(
    r"\s*(?:([A-Za-z_][A-Za-z0-9_.]*)|((?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?![A-Za-z0-9_.]))|([-+*/()]))"
)
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "neg": 3}
_FUNCTIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class ExpressionError(ValueError):
    """A text that is no expression; the message says what is wrong with it.

    Attributes:
        code: of the violation that it is, bad_type or bad_number.
    """

    def __init__(self, message: str, code: str = "bad_type") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """An expression as read.

    Attributes:
        text: its canonical text.
        operands: the variables and numbers in it, from left to right, each as often as it occurs.
        program: the same in postfix order: an index of `operands`, or an operator, "neg" for a minus in front.
    """

    text: str
    operands: tuple[str | Fraction, ...]
    program: tuple[int | str, ...]

    def compute(self, values: Sequence[Any]) -> Any:
        """The value of the expression, from those of its operands: anything that knows + - * and /."""
        stack: list[Any] = []
        for item in self.program:
            if isinstance(item, int):
                stack.append(values[item])
            elif item == "neg":
                stack.append(-stack.pop())
            else:
                right = stack.pop()
                stack.append(_FUNCTIONS[item](stack.pop(), right))
        return stack.pop()

    # The text says it all, and hashing the numbers would take long.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Expression:
    """Read an expression. Raises ExpressionError, one line."""
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"an expression has at most {MAX_LENGTH} characters, not {len(text)}")
    reader = _Reader()
    for token in _tokens(text):
        reader.take(*token)
    return reader.finish()


def _tokens(text: str) -> list[tuple[str, str]]:
    """Each token with its kind: name, number or sign."""
    tokens = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise ExpressionError(_unreadable(text[position:end].lstrip()))
        kind = "name" if match[1] else "number" if match[2] else "sign"
        tokens.append((kind, match[match.lastindex or 0]))
        position = match.end()
    if len(tokens) > MAX_TOKENS:
        raise ExpressionError(
            f"an expression has at most {MAX_TOKENS} names, numbers and signs, not {len(tokens)}"
        )
    return tokens


def _unreadable(rest: str) -> str:
    shown = repr(rest[:20])
    if rest[0].isdigit():
        return f"{shown}: write a product with its sign, 2 * x, and a number without letters"
    if rest[0] == "=":
        return f"{shown}: the two sides of an equation are its fields lhs and rhs"
    return f"{shown}: an expression has variables, numbers, + - * / and parentheses"


def _number(token: str) -> Fraction:
    value = parse_number(token)
    if value is None:
        raise ExpressionError(
            f"{token!r} is no number here; write an integer or a decimal of at most {MAX_DIGITS} digits",
            "bad_number",
        )
    return value


class _Reader:
    """Dijkstra's shunting yard: tokens from left to right to postfix order, and to canonical text."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._operands: list[str | Fraction] = []
        self._program: list[int | str] = []
        self._open: list[str] = []  # operators and parentheses that wait for their right side
        self._wants_operand = True

    def take(self, kind: str, token: str) -> None:
        if kind != "sign":
            self._operand(token if kind == "name" else _number(token), token)
        elif token == "(":
            self._need(self._wants_operand, token)
            self._open.append(token)
            self._text.append(token)
        elif token == ")":
            self._close()
        elif token == "-" and self._wants_operand:
            self._need(not self._open or self._open[-1] != "neg", token)
            self._open.append("neg")
            self._text.append(token)
        else:
            self._need(not self._wants_operand, token)
            self._release(_BINDING[token])
            self._open.append(token)
            self._text.append(f" {token} ")
            self._wants_operand = True

    def _operand(self, value: str | Fraction, token: str) -> None:
        self._need(self._wants_operand, token)
        self._program.append(len(self._operands))
        self._operands.append(value)
        self._text.append(token if isinstance(value, str) else format_number(value))
        self._wants_operand = False

    def _close(self) -> None:
        self._need(not self._wants_operand and "(" in self._open, ")")
        self._release(0)
        self._open.pop()
        self._text.append(")")

    def _release(self, binding: int) -> None:
        """Write down the waiting operators that bind as tightly or more, back to a parenthesis."""
        while self._open and self._open[-1] != "(" and _BINDING[self._open[-1]] >= binding:
            self._program.append(self._open.pop())

    def _need(self, fits: bool, token: str) -> None:
        if not fits:
            before = "".join(self._text)[-20:].strip()
            raise ExpressionError(
                f"{token!r} can't stand {f'after {before!r}' if before else 'at the start'}"
            )

    def finish(self) -> Expression:
        if self._wants_operand:
            raise ExpressionError(
                "the expression ends too early" if self._text else "the expression is empty"
            )
        if "(" in self._open:
            raise ExpressionError("a parenthesis is not closed")
        self._release(0)
        return Expression("".join(self._text), tuple(self._operands), tuple(self._program))
