"""What the outputs of an operation depend on, found out by trying its function.

An expert declares an operation by a function and nothing else. Whether a number of the question can still be felt in an
answer is a matter of which inputs reach which outputs, so the function is called on a grid of small numbers, one input
varied at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.traces.steps.bounds import FEW_INPUTS

Function = Callable[..., Any]
"""Takes numbers, gives one (Exact), or a tuple of them for an operation that changes entities."""


class Flow(NamedTuple):
    """What one output of an operation depends on.

    Attributes:
        inputs: indexes of the inputs that can change it.
        strict: whether each of them always does, short of a multiplication by 0: true of sums and products, not of
            `min`, `mod` or `floor_div`.
    """

    inputs: tuple[int, ...]
    strict: bool


_BASE = (5, 7, 11, 13, 3, 17, 19, 23)
_VARIED = range(1, 25)


def flows_of(function: Function, inputs: int, outputs: int) -> tuple[Flow, ...]:
    """The flow into each output of a function of so many inputs. Where it can't be tried it is never strict."""
    unknown = (Flow(tuple(range(inputs)), False),) * outputs
    if inputs > FEW_INPUTS:
        return unknown
    reaching: list[list[int]] = [[] for _ in range(outputs)]
    strict = [True] * outputs
    for place in range(inputs):
        try:
            rows = [_outputs(function, place, value, inputs) for value in _VARIED]
        except (ArithmeticError, ValueError):
            return unknown
        for output, column in enumerate(zip(*rows, strict=True)):
            distinct = len(set(column))
            if distinct > 1:
                reaching[output].append(place)
                strict[output] &= distinct == len(_VARIED)
    return tuple(Flow(tuple(places), always) for places, always in zip(reaching, strict, strict=True))


def _outputs(function: Function, place: int, value: int, inputs: int) -> tuple[Exact, ...]:
    numbers = list(_BASE[:inputs])
    numbers[place] = value
    result = function(*numbers)
    return result if isinstance(result, tuple) else (result,)
