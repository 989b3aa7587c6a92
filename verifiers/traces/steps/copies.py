"""Steps that compute nothing: `add [x, 0]`, `mul [x, 1]`, `min [x, x]`, `div [x, x]`, `percent_of` at rate 100.

They would let a model pass a raw number off as a result. Only literals and repeats make a step an identity, never what
a variable happens to hold, so the step alone tells: its variables are given numbers of either sign and any size while
its literals stay, and a step that gives one of its operands back every time is a copy. Nothing is listed by name, so
this holds for the operations of every expert. A copy that takes several steps (`add [x, y]`, then `sub [step1, y]`) is
found by `verifiers.traces.probing.probe`.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from random import Random

from trace_trainer.experts.language.declaration import Exact, Kind
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import Step
from trace_trainer.verifiers.traces.steps.bounds import FEW_INPUTS
from trace_trainer.verifiers.traces.steps.flow import Function


def _draw_trials() -> list[list[Fraction]]:
    """Numbers for a step's inputs and one literal, by trial: of either sign, small, and larger than any literal."""
    rng = Random(0)
    return [
        [
            sign * Fraction(rng.randint(size // 10, size), rng.choice((7, 11, 13)))
            for _ in range(FEW_INPUTS + 1)
        ]
        for sign, size in ((1, 10**3), (-1, 10**6), (1, 10**18), (-1, 10**18))
    ]


_TRIALS = _draw_trials()


def identity(step: Step, function: Function) -> str | None:
    """What makes the step a mere copy, or None. One of more than 8 different inputs is taken to compute something.

    Args:
        step: a step that computes or changes.
        function: what it computes, from the values of its `inputs`.
    """
    inputs = step.inputs
    if len(set(step.changes)) < len(step.changes):
        return f"{step.operation.name} between {step.changes[0]} and itself changes nothing"
    different = list(dict.fromkeys(inputs))
    if (
        len(different) == 1 < len(inputs) and not step.changes
    ):  # an entity may be used up: `consume` all of it
        return _repeat(step, function)
    if not step.literals or len(different) > FEW_INPUTS:
        return None
    variables = {name: slot for slot, name in enumerate(different) if isinstance(name, str)}
    if step.changes:
        changed = tuple(inputs.index(name) for name in step.changes)
        if _always_returns(step, function, variables, changed):
            return f"an amount of {_shown(step.literals[0])} changes nothing"
        return None
    for place in _places_to_copy(step):
        if inputs.index(inputs[place]) == place and _always_returns(step, function, variables, (place,)):
            others = ", ".join(_shown(operand) for operand in different if operand != inputs[place])
            return f"{_name(step)} with {others} leaves {_shown(inputs[place])} as it is: nothing is computed"
    return None


def _name(step: Step) -> str:
    return str(step.fields.get("compute_op", step.operation.name))


def _shown(operand: str | Exact) -> str:
    return operand if isinstance(operand, str) else format_number(operand)


def _repeat(step: Step, function: Function) -> str | None:
    """The identity of a step whose inputs are all the same, as in `min [x, x]` and `sub [x, x]`."""
    copied = constant = True
    first = None
    for number, *_ in _TRIALS:
        try:
            result = function(*[number] * len(step.inputs))
        except (ArithmeticError, ValueError):
            return None
        first = result if first is None else first
        copied, constant = copied and result == number, constant and result == first
        if not copied and not constant:
            return None
    return f"{_name(step)} of {_shown(step.inputs[0])} with itself computes nothing"


def _places_to_copy(step: Step) -> range:
    """The inputs of the first operand field: a step is a copy of its base, or of one of its args.

    That leaves out a percentage of 100 things, which equals its rate and is a computation nevertheless.
    """
    kinds = [kind for _, kind in step.operation.takes if kind in (Kind.OPERAND, Kind.OPERANDS)]
    return range(len(step.inputs) if kinds[0] is Kind.OPERANDS else 1)


def _always_returns(
    step: Step, function: Function, variables: Mapping[str, int], places: tuple[int, ...]
) -> bool:
    """Whether the outputs are the inputs at these places whatever these and the variables hold, literals as written."""
    for numbers in _TRIALS:
        values = [numbers[variables[i]] if isinstance(i, str) else i for i in step.inputs]
        for place in places:
            if not isinstance(step.inputs[place], str):
                values[place] = numbers[FEW_INPUTS]
        try:
            result = function(*values)
        except (ArithmeticError, ValueError):
            return False
        if (result if isinstance(result, tuple) else (result,)) != tuple(values[place] for place in places):
            return False
    return True
