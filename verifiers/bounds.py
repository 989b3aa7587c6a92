"""How large a value may become."""

from __future__ import annotations

from experts.declaration import Exact

MAX_MAGNITUDE = 10**15
MAX_DENOMINATOR = 10**12


def in_bounds(value: Exact) -> bool:
    """Whether a value is at most 10^15 in size, with a denominator of at most 10^12."""
    return abs(value.numerator) <= MAX_MAGNITUDE * value.denominator and value.denominator <= MAX_DENOMINATOR
