"""The numbers of a trace as text: exact rationals, read and written in one canonical form."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from trace_trainer.experts.language.declaration import Exact

MAX_DIGITS = 15
"""How many significant digits a literal may have."""
MAX_NUMBER = 40
"""Characters of a literal."""

_WHOLE = "(?:0|[1-9][0-9]*)"
_NUMBER = re.compile(rf"-?(?:{_WHOLE}(?:\.[0-9]+)?|\.[0-9]+|{_WHOLE}/[1-9][0-9]*)")


def plain(value: Exact) -> Exact:
    """The same number, as an int where it is whole."""
    return value.numerator if value.denominator == 1 else value


def parse_number(text: str) -> Fraction | None:
    """An exact rational from an integer, a decimal or a fraction; None for any other text.

    Forms that YAML would also read as numbers (1e3, 0x10, 010, 1:30, 1_000, .inf) are None, and so is a literal of more
    than 15 significant digits or a fraction with denominator 0.
    """
    return _parsed(text) if len(text) <= MAX_NUMBER else None


@lru_cache(maxsize=1 << 13)
def _parsed(text: str) -> Fraction | None:
    if _NUMBER.fullmatch(text) is None:
        return None
    whole = text.removeprefix("-")
    if whole.isdecimal():  # by far the most frequent case
        return Fraction(int(text)) if len(whole) <= MAX_DIGITS else None
    digits = sum(len(part.replace(".", "").lstrip("-0")) for part in text.split("/"))
    return Fraction(text) if digits <= MAX_DIGITS else None


def format_number(value: Exact) -> str:
    """The canonical literal: an integer, a decimal without trailing zeros, or a fraction in lowest terms."""
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return str(numerator)
    twos = fives = 0
    rest = denominator
    while rest % 2 == 0:
        rest //= 2
        twos += 1
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    places = max(twos, fives)
    digits = str(abs(numerator) * 10**places // denominator)
    if rest != 1 or len(digits) > MAX_DIGITS:
        return f"{numerator}/{denominator}"
    digits = digits.rjust(places + 1, "0")
    return f"{'-' if numerator < 0 else ''}{digits[:-places]}.{digits[-places:]}"
