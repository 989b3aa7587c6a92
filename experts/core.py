"""The operations that every expert shares: init, compute, query; and the table of computations.

A computation is a function too: its parameters give the number of its arguments (`*args` means two or more), its body
computes on exact rationals, its docstring says what it is for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from experts.declaration import ComputeOp, NewVariable, Number, Operands, Operation, Result, Source, Variable


def add(*args: Fraction) -> Fraction:
    """The sum of all."""
    return sum(args, Fraction(0))


def sub(a: Fraction, b: Fraction) -> Fraction:
    """The first less the second."""
    return a - b


def mul(*args: Fraction) -> Fraction:
    """The product of all."""
    product = args[0]
    for factor in args[1:]:
        product *= factor
    return product


def div(a: Fraction, b: Fraction) -> Fraction:
    """The first divided by the second, exactly."""
    return a / b


def floor_div(a: Fraction, b: Fraction) -> Fraction:
    """How many whole times the second goes into the first (full boxes)."""
    return Fraction(a // b)


def ceil_div(a: Fraction, b: Fraction) -> Fraction:
    """The quotient rounded up (buses needed)."""
    return Fraction(-(-a // b))


def mod(a: Fraction, b: Fraction) -> Fraction:
    """What remains after floor_div (left over)."""
    return a % b


def minimum(*args: Fraction) -> Fraction:
    """The smallest."""
    return min(args)


def maximum(*args: Fraction) -> Fraction:
    """The largest."""
    return max(args)


def average(*args: Fraction) -> Fraction:
    """The arithmetic mean."""
    return sum(args, Fraction(0)) / len(args)


@dataclass(frozen=True, slots=True)
class Computation:
    """One entry of the table: `arity` is the number of arguments, or None for two or more."""

    name: str
    function: Callable[..., Fraction]
    arity: int | None
    description: str


def _computation(name: str, function: Callable[..., Fraction]) -> Computation:
    parameters = list(inspect.signature(function).parameters.values())
    variadic = parameters[0].kind is inspect.Parameter.VAR_POSITIONAL
    return Computation(name, function, None if variadic else len(parameters), inspect.getdoc(function) or "")


# `min` and `max` shadow builtins, hence the two names that differ from their functions'.
COMPUTE_OPS: Mapping[str, Computation] = MappingProxyType(
    {
        name: _computation(name, function)
        for name, function in {
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
        }.items()
    }
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
    {function.__name__: Operation.from_function(function) for function in (init, compute, query)}
)
