"""Steps that surely fit, known without taking them: most of those that are tried.

A step is passed over here wherever anything could be wrong with it, and is then judged in full (`draft`).
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.declaration import Exact, Field, Kind, Operation
from trace_trainer.verifiers.questions.implied import ONE
from trace_trainer.verifiers.traces.reading.canonical import canonical_step
from trace_trainer.verifiers.traces.running.following import NEW_ENTITY, Followed, follow
from trace_trainer.verifiers.traces.steps.bounds import FEW_INPUTS
from trace_trainer.verifiers.traces.steps.executing import execute
from trace_trainer.verifiers.traces.steps.percent import percent_operations
from trace_trainer.verifiers.traces.steps.step import TypedStep
from trace_trainer.verifiers.traces.writing.draft import Draft

Given = tuple[str | tuple[str, ...], ...]
"""The fields of a step in canonical order, as texts."""

_INPUTS = frozenset({Kind.OPERAND, Kind.OPERANDS, Kind.ENTITY, Kind.ENTITY_OR_NEW})
_OTHERS = frozenset({Kind.COMPUTE_OP, Kind.NEW_VARIABLE})
_NAMES = tuple(f"p{place}" for place in range(16))
_ITEMS = tuple(f"q{place}" for place in range(64))
_NEUTRAL = frozenset({0, 1, 100})
"""Literals with which a step may be a copy of what it takes."""
_PLAIN = 2
"""The constant that is always allowed, and has a budget of its own."""


def surely_fits(draft: Draft, operation: Operation, given: Given) -> bool:
    """Whether a step with these fields leaves nothing wrong before its execution; False also where that isn't plain."""
    shape = _shape(operation, _form(operation, given))
    if shape is None or never_fits(draft, operation):
        return False
    operands = _operands(operation, given)
    if len(set(operands)) < len(operands) or len(operands) > FEW_INPUTS:
        return False
    numbers = [draft.values.get(operand) for operand in operands]
    literals = {number for number in numbers if number is not None}
    if literals & _NEUTRAL or (literals and shape.swallows) or not _is_affordable(draft, operands, numbers):
        return False
    if draft.checker.violations:  # of its execution, which ends what is looked at
        return True
    inputs = [_followed(draft, *pair) for pair in zip(operands, numbers, strict=True)]
    try:
        made = execute(shape, [value for value, _, _ in inputs])
    except ArithmeticError:
        return True
    return not follow(shape, inputs, made)[2]


def never_fits(draft: Draft, operation: Operation) -> bool:
    """Whether no step of an operation fits: percentages, where the question speaks of none."""
    return draft.asks and not draft.grounding.percent and operation.name in percent_operations()


def _form(operation: Operation, given: Given) -> Given:
    """The fields with other names for what the step takes: equal for steps that differ in that alone."""
    form: list[str | tuple[str, ...]] = []
    for place, (field, value) in enumerate(zip(required_fields(operation), given, strict=True)):
        if isinstance(value, tuple):
            form.append(_ITEMS[: len(value)])
        else:
            form.append(value if field.kind is Kind.COMPUTE_OP else _NAMES[place])
    return tuple(form)


@EXPERTS.cached
def required_fields(operation: Operation) -> tuple[Field, ...]:
    """The fields of an operation that can't be missing."""
    return tuple(field for field in operation.fields if field.required)


@EXPERTS.cached
def _shape(operation: Operation, form: Given) -> TypedStep | None:
    """A step of that form; None for those that are judged in full, whatever they take."""
    kinds = {field.kind for field in operation.fields}
    if not kinds - _OTHERS <= _INPUTS or operation.is_about_unknowns:
        return None
    shown = (value if isinstance(value, str) else f"[{', '.join(value)}]" for value in form)
    fields = (
        f"{field.name}: {value}" for field, value in zip(required_fields(operation), shown, strict=True)
    )
    step = canonical_step(f"- {{{', '.join([f'op: {operation.name}', *fields])}}}")
    return step if isinstance(step, TypedStep) and step.makes and not step.identity else None


def _operands(operation: Operation, given: Given) -> list[str]:
    """What a step takes, in its order, lists flattened."""
    found: list[str] = []
    for field, value in zip(required_fields(operation), given, strict=True):
        if field.kind in _INPUTS:
            found += [value] if isinstance(value, str) else value
    return found


def _is_affordable(draft: Draft, operands: Sequence[str], numbers: Sequence[Exact | None]) -> bool:
    """Whether the budget of the trace allows the step without a closer look, and leaves enough for its end."""
    run, budget, grounding = draft.run, draft.checker.budget, draft.grounding
    assert budget is not None
    constants = 0
    for operand, number in zip(operands, numbers, strict=True):
        if number is None:
            if ONE in grounding.implied and run.bound.get(operand) == ONE:
                return False
            if run.bound.get(operand) == _PLAIN and not grounding.bits.get(_PLAIN):
                return False
            constants += operand in run.values and operand not in run.rooted
        else:
            if number == _PLAIN and not grounding.bits.get(number):
                return False
            constants += not grounding.bits.get(number)
    if constants and (budget.reads_left <= constants + 1 or budget.terms_left < constants):
        return False
    return budget.repeats_left >= draft.reserve + len(operands)


def _followed(draft: Draft, operand: str, number: Exact | None) -> Followed:
    if number is None:
        return draft.run.followed.get(operand, NEW_ENTITY)
    bits = draft.grounding.bits.get(number, 0)
    return number, bits, bits
