"""A hint for a wrong answer: where the gold is one operation away from what the trace computed.

Two failures of the field look like this: the last operation is missing (a tip computed, never added to the bill), or a
wrong one was used (plus where minus was meant).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations

from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number, plain
from trace_trainer.verifiers.questions.answers import Answer

_TRIED = tuple((name, COMPUTE_OPS[name].function) for name in ("add", "sub", "mul", "div"))
_COMMUTATIVE = frozenset({"add", "mul"})
_MAX_VALUES = 20  # with more, pairs are not tried: some would fit by chance, and it would take long


def hint(values: Mapping[str, Exact], gold: Answer) -> str | None:
    """Name a value that is the gold answer, or one operation on two values that gives it; None where there is none.

    Args:
        values: the variables of the last sub-trace with what they hold at the end.
        gold: the answer that was expected.
    """
    wanted = plain(gold.value)
    exact = gold.places is None and not gold.percent

    def right(value: Exact) -> bool:
        return value == wanted or (not exact and gold.matches(value))

    for name, value in values.items():
        if right(value):
            return f"{name} holds the right answer, but another variable is queried"
    for (first, a), (second, b) in permutations(values.items() if len(values) <= _MAX_VALUES else (), 2):
        for operation, function in _TRIED:
            if (operation == "div" and b == 0) or (operation in _COMMUTATIVE and first > second):
                continue
            if right(function(a, b)):
                return f"{operation} [{first}, {second}] would give {format_number(wanted)}"
    return None
