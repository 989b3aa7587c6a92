"""Equations with unknowns as a trace of the expert algebra."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.experts import OPERATIONS
from trace_trainer.experts.language.expression import Expression, parse_expression
from trace_trainer.experts.language.linear import Linear, solve_system
from trace_trainer.experts.language.trace import FieldValue, Step, SubTrace, Trace, write_trace


def system_trace(equations: Sequence[tuple[str, str]], target: str) -> str:
    """The canonical trace that states equations and solves them for one of their unknowns.

    An unknown is named before the first equation that it stands in. Raises ExpressionError for a side that is none,
    UnsolvableError for a system that is not linear or has not exactly one solution, and ZeroDivisionError.
    """
    sides = [(parse_expression(left), parse_expression(right)) for left, right in equations]
    solve_system([_form(left) - _form(right) for left, right in sides], target)
    steps: list[Step] = []
    known: set[str] = set()
    for left, right in sides:
        for operand in (*left.operands, *right.operands):
            if isinstance(operand, str) and operand not in known:
                known.add(operand)
                steps.append(_step("unknown", var=operand))
        steps.append(_step("equation", lhs=left, rhs=right))
    steps += [_step("solve", var=target), _step("query", var=target)]
    return write_trace(Trace((SubTrace("algebra", tuple(steps)),)))


def _form(expression: Expression) -> Linear:
    return expression.compute(
        [Linear.unknown(o) if isinstance(o, str) else Linear.of(o) for o in expression.operands]
    )


def _step(operation: str, **fields: FieldValue) -> Step:
    return Step(OPERATIONS[operation], fields)
