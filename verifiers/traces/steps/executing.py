"""Steps executed: on a trace's own numbers, within its bounds, or a whole trace on others in their place.

`execute` is what both passes run a step by, `execute_on` what the probe and the converter's second opinion run a trace
by. Inputs and outputs of a step are those of `experts.language.executing`, by which gold traces are built.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trace_trainer.experts.language.composition import resolve_source
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.executing import inputs_of, outputs
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
        if not in_bounds(value):
            raise MagnitudeError
    for name, value in zip(step.changes, made, strict=False):
        if value < 0:
            raise InsufficientError(name)
    return made


Place = tuple[int, int, int]
"""Where a literal stands: sub-trace, step, and which of the step's literals."""

Results = list[list[tuple[Exact, ...]]]
"""What each step of each sub-trace gave: the values of what it makes, the number it binds, or (last) the answer."""


def execute_on(subtraces: Sequence[Sequence[TypedStep]], literals: Mapping[Place, Exact]) -> Results:
    """Run a trace that ran without a violation with other literals, in which it may do what a trace must not.

    Args:
        subtraces: their steps, those about unknowns bound.
        literals: the number for each literal.

    Raises ZeroDivisionError, UnsolvableError and BrokenOffError.
    """
    results: Results = []
    for index, steps in enumerate(subtraces):
        values: dict[str, Exact] = {}
        results.append([])
        for position, step in enumerate(steps):
            given: tuple[Exact, ...]
            if step.role is Role.VALUE:
                given = (literals[index, position, 0],)
            elif step.role is Role.SOURCE:
                given = results[earlier(step, index)][-1]
            elif step.role is Role.UNKNOWN:
                given = ()
            elif step.role is Role.QUERY:
                given = (values[str(step.fields["var"])],)
            else:
                own = [literals[index, position, number] for number in range(len(step.literals))]
                given = outputs(step.function(*_bearable(inputs_of(step, values, own))))
            for value in given:
                if _bits(value) > _MAX_BITS:
                    raise BrokenOffError
            values.update(zip(bound_by(step), given, strict=False))
            results[index].append(given)
    return results


def bound_by(step: TypedStep) -> tuple[str, ...]:
    """The variables that a step gives values to."""
    return step.makes or ((step.target,) if step.target else ())


def earlier(step: TypedStep, index: int) -> int:
    """The sub-trace whose answer a step of the sub-trace at `index` binds."""
    source = resolve_source(str(step.fields["source"]), index)
    assert source is not None
    return source


def _bearable(inputs: Sequence[Exact]) -> Sequence[Exact]:
    """The inputs. Raises BrokenOffError where computing with them would take long."""
    if len(inputs) > FEW_INPUTS and not (computable(inputs) and sum(map(_bits, inputs)) <= _MAX_INPUT_BITS):
        raise BrokenOffError
    return inputs


def _bits(value: Exact) -> int:
    """The size of a value beyond that of 1, by which it takes no time to multiply."""
    return value.numerator.bit_length() + value.denominator.bit_length() - 2
