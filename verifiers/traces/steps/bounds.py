"""How large a value may become, and a computation on the way to it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trace_trainer.experts.language.declaration import Exact

MAX_MAGNITUDE = 10**15
LOWEST = -MAX_MAGNITUDE
MAX_DENOMINATOR = 10**12

FEW_INPUTS = 8
"""So many inputs, each in bounds, make no computation long; an operation on more of them is looked at more closely."""
_MAX_COMMON_BITS = 512


def in_bounds(value: Exact) -> bool:
    """Whether a value is at most 10^15 in size, with a denominator of at most 10^12."""
    return abs(value.numerator) <= MAX_MAGNITUDE * value.denominator and value.denominator <= MAX_DENOMINATOR


def computable(inputs: Sequence[Exact]) -> bool:
    """Whether an operation on these values, each in bounds, takes no time to speak of.

    Hundreds of fractions without a common denominator would be added up for half a minute, to a denominator that is out
    of bounds.
    """
    return (
        len(inputs) <= FEW_INPUTS
        or math.lcm(*(v.denominator for v in inputs)).bit_length() <= _MAX_COMMON_BITS
    )
