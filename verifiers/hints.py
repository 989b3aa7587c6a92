"""A hint for a wrong answer: where the gold is one operation away from what the trace computed.

Two failures of the field look like this: the last operation is missing (a tip computed, never added to the bill), or a
wrong one was used (plus where minus was meant).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from experts.core import COMPUTE_OPS
from experts.trace import format_number
from verifiers.answers import Answer

_TRIED = ("add", "sub", "mul", "div")


def hint(values: Mapping[str, Fraction], gold: Answer) -> str | None:
    """Name a value that is the gold answer, or one operation on two values that gives it; None where there is none.

    Args:
        values: the variables of the last sub-trace with what they hold at the end.
        gold: the answer that was expected.
    """
    for name, value in values.items():
        if gold.matches(value):
            return f"{name} holds the right answer, but another variable is queried"
    for first, a in values.items():
        for second, b in values.items():
            for operation in _TRIED:
                if first == second or (b == 0 and operation == "div"):
                    continue
                if operation in ("add", "mul") and first > second:  # commutative: once is enough
                    continue
                if gold.matches(COMPUTE_OPS[operation].function(a, b)):
                    return f"{operation} [{first}, {second}] would give {format_number(gold.value)}"
    return None
