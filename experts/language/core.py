"""The operations that every expert shares: init, compute, query; and the table of computations.

A computation is a function too: its parameters give the number of its arguments (`*args` means two or more), its body
computes on exact rationals, its docstring says what it is for. Computations take whole numbers as plain ints, which are
many times faster than fractions, so their bodies divide with `div`, never with `/`.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from trace_trainer.experts.language.declaration import (
    OPERATIONS,
    ComputeOp,
    Exact,
    NewVariable,
    Number,
    Operands,
    Operation,
    Result,
    Source,
    Variable,
)

_FEW = 32  # operands that are added one by one


def add(*args: Exact) -> Exact:
    """The sum of all."""
    return sum(args) if len(args) <= _FEW else _sum_of_many(args)


def _sum_of_many(numbers: Sequence[Exact]) -> Exact:
    """Their sum, with one addition of fractions for each denominator: those are slow."""
    totals: dict[int, int] = {}
    for number in numbers:
        totals[number.denominator] = totals.get(number.denominator, 0) + number.numerator
    if totals.keys() == {1} and all(type(number) is int for number in numbers):
        return totals[1]
    return sum((Fraction(total, denominator) for denominator, total in totals.items()), Fraction(0))


def sub(a: Exact, b: Exact) -> Exact:
    """The first less the second."""
    return a - b


def mul(*args: Exact) -> Exact:
    """The product of all."""
    return math.prod(args)


def div(a: Exact, b: Exact) -> Exact:
    """The first divided by the second, exactly."""
    quotient, remainder = divmod(a, b)
    return Fraction(a, b) if remainder else quotient


def floor_div(a: Exact, b: Exact) -> Exact:
    """How many whole times the second goes into the first (full boxes)."""
    return a // b


def ceil_div(a: Exact, b: Exact) -> Exact:
    """The quotient rounded up (buses needed)."""
    return -(-a // b)


def mod(a: Exact, b: Exact) -> Exact:
    """What remains after floor_div (left over)."""
    return a % b


def minimum(*args: Exact) -> Exact:
    """The smallest."""
    return min(args)


def maximum(*args: Exact) -> Exact:
    """The largest."""
    return max(args)


def average(*args: Exact) -> Exact:
    """The arithmetic mean."""
    return div(sum(args), len(args))


@dataclass(frozen=True, slots=True)
class Computation:
    """One entry of the table: `arity` is the number of arguments, or None for two or more."""

    name: str
    function: Callable[..., Exact]
    arity: int | None
    description: str


def _computation(name: str, function: Callable[..., Exact]) -> Computation:
    parameters = list(inspect.signature(function).parameters.values())
    variadic = parameters[0].kind is inspect.Parameter.VAR_POSITIONAL
    return Computation(name, function, None if variadic else len(parameters), inspect.getdoc(function) or "")


# `min` and `max` shadow builtins, hence the two names that differ from their functions'.
_FUNCTIONS: Mapping[str, Callable[..., Exact]] = {
    "add": add,
    "sub": sub,
    "mul": mul,
    "div": div,
    "floor_div": floor_div,
    "ceil_div": ceil_div,
    "mod": mod,
    "min": minimum,
    "max": maximum,
    "average": average,
}

COMPUTE_OPS: Mapping[str, Computation] = MappingProxyType(
    {name: _computation(name, function) for name, function in _FUNCTIONS.items()}
)


def init(var: NewVariable, value: Number | None = None, source: Source | None = None) -> Fraction | None:
    """Bind a number of the question (value), or an earlier sub-trace's answer (source)."""
    return value


def compute(compute_op: ComputeOp, args: Operands) -> Result:
    """Compute a new variable from variables and numbers."""
    return COMPUTE_OPS[compute_op].function(*args)


def query(var: Variable) -> None:
    """Name the answer: exactly one, the last step."""


CORE_OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        function.__name__: OPERATIONS.declare(function.__name__, Operation.from_function(function))
        for function in (init, compute, query)
    }
)
