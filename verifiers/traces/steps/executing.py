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
from trace_trainer.verifiers.traces.steps.bounds import (
    FEW_INPUTS,
    LOWEST,
    MAX_MAGNITUDE,
    computable,
    in_bounds,
)
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

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
    return checked(step, step.function(*inputs))


def checked(step: TypedStep, result: Exact | tuple[Exact, ...]) -> tuple[Exact, ...]:
    """What the function of a step gave, if it may stand. Raises MagnitudeError and InsufficientError."""
    if type(result) is int and LOWEST <= result <= MAX_MAGNITUDE:  # by far the most frequent case
        return (result,)
    made = outputs(result)
    for value in made:
        if not (LOWEST <= value <= MAX_MAGNITUDE if type(value) is int else in_bounds(value)):
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

    __slots__ = ("_computing", "_parts")

    def __init__(self, subtraces: Sequence[Sequence[TypedStep]]) -> None:
        self._parts = [_instructions(steps, index) for index, steps in enumerate(subtraces)]
        self._computing: Sequence[tuple[Sequence[_Computation], _Source]] = ()

    def run(self, literals: Mapping[Place, Exact]) -> Results:
        """What it computes with this number for each literal.

        Raises ZeroDivisionError, UnsolvableError and BrokenOffError.
        """
        results: Results = []
        values: dict[_Source, Exact] = {None: 0, **literals}  # type: ignore[dict-item]
        value_of = values.__getitem__
        for index, part in enumerate(self._parts):
            made: list[tuple[Exact, ...]] = []
            for sources, function, names in part:
                given = tuple(map(value_of, sources))
                if function is not None:
                    result = function(*(_bearable(given) if len(given) > FEW_INPUTS else given))
                    given = result if isinstance(result, tuple) else (result,)
                    for value in given:
                        if not (type(value) is int and -_SMALL < value < _SMALL) and _bits(value) > _MAX_BITS:
                            raise BrokenOffError
                if len(names) == 1:
                    values[names[0]] = given[0]
                else:
                    values.update(zip(names, given, strict=False))
                made.append(given)
            values[index] = given[0]
            results.append(made)
        return results

    def answer(self, literals: Mapping[Place, Exact]) -> Exact:
        """The last of what `run` gives, in half the time. Raises as it does."""
        self._computing = self._computing or [_computing(part) for part in self._parts]
        values: dict[_Source, Exact] = {None: 0, **literals}  # type: ignore[dict-item]
        value_of = values.__getitem__
        index = 0
        for index, (part, queried) in enumerate(self._computing):
            for sources, function, names in part:
                given = tuple(map(value_of, sources))
                result = function(*(_bearable(given) if len(given) > FEW_INPUTS else given))
                if type(result) is int and -_SMALL < result < _SMALL:  # by far the most frequent case
                    values[names[0]] = result
                    continue
                made = result if isinstance(result, tuple) else (result,)
                if any(_bits(value) > _MAX_BITS for value in made):
                    raise BrokenOffError
                values.update(zip(names, made, strict=False))
            values[index] = values[queried]
        return values[index]


_SMALL = 1 << 64
_Source = str | Place | int | None
"""Where an input comes from: a variable, a literal, a sub-trace's answer, or nothing: an entity that starts at 0."""
_Instruction = tuple[Sequence[_Source], Callable[..., Any] | None, Sequence[str]]
"""The inputs of a step; its function, None where it gives on what it takes; the variables that it gives values to."""
_Computation = tuple[Sequence[_Source], Callable[..., Any], Sequence[str]]
"""An instruction that has a function."""


def _instructions(steps: Sequence[TypedStep], index: int) -> list[_Instruction]:
    instructions: list[_Instruction] = []
    for position, step in enumerate(steps):
        role = step.role
        if role is Role.VALUE:
            instructions.append((((index, position, 0),), None, (step.creates,)))
        elif role is Role.SOURCE:
            instructions.append(((earlier(step, index),), None, (step.creates,)))
        elif role is Role.QUERY:
            instructions.append((tuple(step.names), None, ()))
        elif role is Role.UNKNOWN:
            instructions.append(((), None, ()))
        else:
            sources: Sequence[_Source] = step.inputs  # type: ignore[assignment]
            if step.literals:
                places = ((index, position, number) for number in count())
                sources = [i if isinstance(i, str) else next(places) for i in step.inputs]
            if step.may_create:
                known = {name for _, _, names in instructions for name in names}
                sources = [None if i in step.may_create and i not in known else i for i in sources]
            instructions.append((sources, step.function, step.makes))
    return instructions


def _computing(part: Sequence[_Instruction]) -> tuple[Sequence[_Computation], _Source]:
    """The instructions of a sub-trace that compute, with where each input really comes from; where its answer does."""
    where: dict[_Source, _Source] = {}
    found: list[_Computation] = []
    queried: _Source = None
    for given, function, names in part:
        sources = [where.get(source, source) for source in given]
        if function is not None:
            found.append((sources, function, names))
            for name in names:
                where.pop(name, None)
        elif names:
            where[names[0]] = sources[0]
        elif sources:
            queried = sources[0]
    return found, queried


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
