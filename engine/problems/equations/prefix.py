"""Formulas in prefix form over number slots: `- number0 * number1 2.0`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from trace_trainer.engine.problems.converting.expressions import (
    Expression,
    Literal,
    UnreadableError,
    operation,
)
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain

SLOT = re.compile(r"number(\d{1,2})")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,20})?(?:e[+-]?\d\d?)?")
_OPERATIONS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_MOST_TOKENS = 200
_NOISY = 12  # decimals from which on a number is one that a computer cut off
_LARGEST_DENOMINATOR = 1000
_NOISE = Fraction(1, 10**12)


def meant(value: float | int | str) -> Exact:
    """The number that a decimal was before a computer cut it off: 2.6666666666666665 is 8/3. Raises ValueError."""
    text = str(value).strip()
    if _NUMBER.fullmatch(text) is None:
        raise ValueError(f"{text[:40]!r} is no number of at most 15 digits")
    number = Fraction(text)
    if len(text.partition(".")[2]) >= _NOISY:
        near = number.limit_denominator(_LARGEST_DENOMINATOR)
        if abs(near - number) < _NOISE * (1 + abs(near)):
            return plain(near)
    return plain(number)


def read_prefix(text: str, values: Sequence[Exact], places: Sequence[int]) -> Expression:
    """The expression that a formula is; slot i holds `values[i]`, stated at `places[i]`. Raises UnreadableError."""
    tokens = text.split()
    if len(tokens) > _MOST_TOKENS:
        raise UnreadableError(f"a formula of more than {_MOST_TOKENS} signs")
    reader = iter(tokens)
    expression = _read(reader, values, places)
    rest = next(reader, None)
    if rest is not None:
        raise UnreadableError(f"{rest!r} stands behind the formula")
    return expression


def _read(tokens: Iterator[str], values: Sequence[Exact], places: Sequence[int]) -> Expression:
    token = next(tokens, None)
    if token is None:
        raise UnreadableError("a number is missing")
    if token in _OPERATIONS:
        left = _read(tokens, values, places)
        return operation(_OPERATIONS[token], left, _read(tokens, values, places))
    slot = SLOT.fullmatch(token)
    if slot:
        index = int(slot.group(1))
        if index >= len(values):
            raise UnreadableError(f"there is no {token} among the numbers")
        return Literal(values[index], places[index])
    if _NUMBER.fullmatch(token) is None:
        raise UnreadableError(f"{token!r} is neither a number, a slot nor one of + - * /")
    return Literal(meant(token))
