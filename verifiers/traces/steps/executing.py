"""Steps executed: on a trace's own numbers, within its bounds, or a whole trace on others in their place.

`execute` is what both passes run a step by; `Runnable` is what the probe, the comparison with a reference and the
converter's second opinion run a trace by. Inputs and outputs of a step are those of `experts.language.executing`, by
which gold traces are built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from trace_trainer.experts.language.composition import resolve_source
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.executing import outputs
from trace_trainer.verifiers.traces.steps.bounds import FEW_INPUTS, MAX_MAGNITUDE, computable, in_bounds
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

_LOWEST = -MAX_MAGNITUDE
_MAX_BITS = 600  # of a value; a run that goes beyond it is broken off
_MAX_INPUT_BITS = 64 * _MAX_BITS  # of all that an operation takes


class MagnitudeError(ArithmeticError):
    """A value is out of bounds, or would take too long to compute."""


class InsufficientError(ArithmeticError):
    """An entity would go below 0; the message is its name."""


class BrokenOffError(ArithmeticError):
    """A value has grown too large on other numbers."""


def execute(step: TypedStep, inputs: Sequence[Exact]) -> tuple[Exact, ...]:
    """What a step makes of the values of its inputs: those of `step.makes`.

    Raises ZeroDivisionError, UnsolvableError, MagnitudeError and InsufficientError, all of them ArithmeticErrors.
    """
    if len(inputs) > FEW_INPUTS and not computable(inputs):
        raise MagnitudeError
    result = step.function(*inputs)
    if type(result) is int and _LOWEST <= result <= MAX_MAGNITUDE:  # by far the most frequent case
        return (result,)
    made = outputs(result)
    for value in made:
        if not (_LOWEST <= value <= MAX_MAGNITUDE if type(value) is int else in_bounds(value)):
            raise MagnitudeError
    for name, value in zip(step.changes, made, strict=False):
        if value < 0:
            raise InsufficientError(name)
    return made


Place = tuple[int, int, int]
"""Where a literal stands: sub-trace, step, and which of the step's literals."""

Results = list[list[tuple[Exact, ...]]]
"""What each step of each sub-trace gave: the values of what it makes, the number it binds, or (last) the answer."""


class Runnable:
    """A trace that ran without a violation, to be run on other numbers, on which it may do what a trace must not.

    Args:
        subtraces: their steps, those about unknowns bound.
    """

    __slots__ = ("_parts",)

    def __init__(self, subtraces: Sequence[Sequence[TypedStep]]) -> None:
        self._parts = [_instructions(steps, index) for index, steps in enumerate(subtraces)]

    def run(self, literals: Mapping[Place, Exact]) -> Results:
        """What it computes with this number for each literal.

        Raises ZeroDivisionError, UnsolvableError and BrokenOffError.
        """
        results: Results = []
        for part in self._parts:
            values: dict[str, Exact] = {}
            made: list[tuple[Exact, ...]] = []
            results.append(made)
            for sources, function, names in part:
                if isinstance(sources, int):
                    given = results[sources][-1]
                else:
                    given = tuple(
                        [
                            values[s] if isinstance(s, str) else 0 if s is None else literals[s]
                            for s in sources
                        ]
                    )
                if function is not None:
                    result = function(*(_bearable(given) if len(given) > FEW_INPUTS else given))
                    given = result if isinstance(result, tuple) else (result,)
                for name, value in zip(names, given, strict=False):
                    values[name] = value
                for value in given:
                    if not (type(value) is int and -_SMALL < value < _SMALL) and _bits(value) > _MAX_BITS:
                        raise BrokenOffError
                made.append(given)
        return results


_SMALL = 1 << 64
_Source = str | Place | None
"""What an input is: the value of a variable, a literal, or nothing yet, where an entity starts at 0."""
_Instruction = tuple[Sequence[_Source] | int, Callable[..., Any] | None, Sequence[str]]
"""The inputs of a step, or the sub-trace whose answer it binds; its function, None where it only names a value; and the
variables that it gives values to."""


def _instructions(steps: Sequence[TypedStep], index: int) -> list[_Instruction]:
    instructions: list[_Instruction] = []
    known: set[str] = set()
    for position, step in enumerate(steps):
        names = bound_by(step)
        if step.role is Role.VALUE:
            instructions.append((((index, position, 0),), None, names))
        elif step.role is Role.SOURCE:
            instructions.append((earlier(step, index), None, names))
        elif step.role is Role.QUERY:
            instructions.append(((str(step.fields["var"]),), None, names))
        elif step.role is Role.UNKNOWN:
            instructions.append(((), None, ()))
            continue
        else:
            places = ((index, position, number) for number in count())
            sources = [
                next(places)
                if not isinstance(i, str)
                else None
                if i in step.may_create and i not in known
                else i
                for i in step.inputs
            ]
            instructions.append((sources, step.function, names))
        known.update(names)
    return instructions


def bound_by(step: TypedStep) -> tuple[str, ...]:
    """The variables that a step gives values to."""
    return step.makes or ((step.target,) if step.target else ())


def earlier(step: TypedStep, index: int) -> int:
    """The sub-trace whose answer a step of the sub-trace at `index` binds."""
    source = resolve_source(str(step.fields["source"]), index)
    assert source is not None
    return source


def _bearable(inputs: Sequence[Exact]) -> Sequence[Exact]:
    """The inputs, of which there are many. Raises BrokenOffError where computing with them would take long."""
    if not (computable(inputs) and sum(map(_bits, inputs)) <= _MAX_INPUT_BITS):
        raise BrokenOffError
    return inputs


def _bits(value: Exact) -> int:
    """The size of a value beyond that of 1, by which it takes no time to multiply."""
    return value.numerator.bit_length() + value.denominator.bit_length() - 2
