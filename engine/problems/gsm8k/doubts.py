"""Signs that an assignment is wrong although it is the cheapest: what certain problems must not show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trace_trainer.engine.problems.converting.expressions import Operation
from trace_trainer.engine.problems.gsm8k.operands import Earlier, Operands
from trace_trainer.engine.problems.gsm8k.options import Option
from trace_trainer.engine.problems.gsm8k.solution import Equation

Chosen = Mapping[int, Option]
"""The reading of each equation that feeds the answer."""


def is_doubtful(
    chosen: Chosen, equations: Sequence[Equation], operands: Operands, strong: frozenset[int]
) -> bool:
    """Whether an assignment shows any of the signs below.

    Args:
        chosen: the assignment.
        equations: the solution's.
        operands: what its numbers may stand for.
        strong: the mentions that count for something.
    """
    used = {mention for option in chosen.values() for mention in option.mentions}
    return (
        _repeats(chosen)
        or _splits_pair(used, strong, operands)
        or _counts_ordinal(used, operands)
        or _counts_terms(chosen, equations)
    )


def _repeats(chosen: Chosen) -> bool:
    """Whether an equation of a single operation takes the same number twice: more often a mistake than a square."""
    return any(option.repeats and len(option.operands) == 2 for option in chosen.values())


def _splits_pair(used: set[int], strong: frozenset[int], operands: Operands) -> bool:
    """Whether one of two numbers that stand side by side is used and the other is not: "200 dozen" as 200."""
    adjacent = operands.context.adjacent
    return any(adjacent(m, other) for m in strong - used for other in used & {m - 1, m + 1})


def _counts_ordinal(used: set[int], operands: Operands) -> bool:
    """Whether "first" or "second" is taken for a quantity."""
    return any(operands.mentions[mention].kind == "ordinal" for mention in used)


def _counts_terms(chosen: Chosen, equations: Sequence[Equation]) -> bool:
    """Whether a sum is divided by a result that happens to be the number of its terms: a mean of four numbers."""
    for index, option in chosen.items():
        expression = equations[index].expression
        if not isinstance(expression, Operation) or expression.name != "div" or len(option.operands) != 2:
            continue
        top, bottom = option.operands
        if isinstance(top, Earlier) and isinstance(bottom, Earlier):
            terms = equations[top.index].expression
            if (
                isinstance(terms, Operation)
                and terms.name == "add"
                and len(terms.arguments) == equations[bottom.index].value
            ):
                return True
    return False
