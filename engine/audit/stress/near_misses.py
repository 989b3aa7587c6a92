"""Gold traces with one mistake: in an operand, an operation or a number, a step left out, or its result put in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from trace_trainer.engine.audit.stress.formulas import NAMES
from trace_trainer.experts import EXPERTS, OPERATIONS
from trace_trainer.experts.language.declaration import ENTITY_KINDS, Exact, Kind
from trace_trainer.experts.language.trace import FieldValue, Step, SubTrace, Trace, write_trace
from trace_trainer.verifiers.traces.comparing.reference import Program
from trace_trainer.verifiers.traces.reading.any_yaml import read_yaml
from trace_trainer.verifiers.traces.reading.canonical import read_canonical
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

SWAPPED = "operands swapped"
OPERATION = "another operation"
NUMBER = "another number"
LEFT_OUT = "a step left out"
PUT_IN = "a number put in"
KINDS = (SWAPPED, OPERATION, NUMBER, LEFT_OUT, PUT_IN)

_READING = ENTITY_KINDS | {Kind.OPERAND, Kind.OPERANDS, Kind.VARIABLE}


def near_misses(gold: str, numbers: Sequence[Exact]) -> Iterator[tuple[str, str]]:
    """Each gold trace with one mistake, with its kind. Not all of them are wrong: 3 + 4 is 4 + 3.

    Args:
        gold: a trace that verifies.
        numbers: those of the question.
    """
    subtraces = read_canonical(gold) or read_yaml(gold)
    results = Program(subtraces).actual()
    for index, parsed in enumerate(subtraces):
        steps = parsed.typed_steps
        for position, step in enumerate(steps):
            changed = [
                *((SWAPPED, one) for one in _swapped(step)),
                *((OPERATION, one) for one in _of_other_operations(step, parsed.expert)),
                *((NUMBER, one) for one in _with_other_numbers(step, numbers)),
            ]
            if results is not None and step.role is Role.ASSIGN:
                changed.append((PUT_IN, _put_in(step, results[index][position][0])))
            before, after = steps[:position], steps[position + 1 :]
            made = [(kind, (*before, one, *after)) for kind, one in changed]
            made += [(LEFT_OUT, (*before, *rest)) for rest in _without(step, after)]
            for kind, wrong in made:
                parts = [SubTrace(other.expert, tuple(other.typed_steps)) for other in subtraces]
                parts[index] = SubTrace(parsed.expert, tuple(wrong))
                yield kind, write_trace(Trace(tuple(parts)))


def _with(step: Step, changes: Mapping[str, FieldValue]) -> Step:
    return Step(step.operation, {**step.fields, **changes})


def _swapped(step: Step) -> Iterator[Step]:
    given = [field for field in step.operation.fields if field.name in step.fields]
    single = [field.name for field in given if field.kind is Kind.OPERAND]
    if len(single) == 2:
        one, other = single
        yield _with(step, {one: step.fields[other], other: step.fields[one]})
    for field in given:
        operands = step.fields[field.name]
        if field.kind is Kind.OPERANDS and isinstance(operands, tuple) and len(operands) > 1:
            yield _with(step, {field.name: (operands[1], operands[0], *operands[2:])})


def _of_other_operations(step: Step, expert: str) -> Iterator[Step]:
    """The step with another computation, or as another operation of its expert that has the same fields."""
    if "compute_op" in step.fields:
        for name in NAMES:
            if name != step.fields["compute_op"] and len(step.inputs) == 2:
                yield _with(step, {"compute_op": name})
        return
    for other in EXPERTS[expert].own_operations.values():
        if other is not step.operation and other.fields == step.operation.fields:
            yield Step(other, step.fields)


def _with_other_numbers(step: Step, numbers: Sequence[Exact]) -> Iterator[Step]:
    for name, value in step.fields.items():
        for other in map(Fraction, numbers):
            if isinstance(value, Fraction) and value != other:
                yield _with(step, {name: other})
            elif isinstance(value, tuple):
                for place, operand in enumerate(value):
                    if isinstance(operand, Fraction) and operand != other:
                        yield _with(step, {name: (*value[:place], other, *value[place + 1 :])})


def _put_in(step: TypedStep, value: Exact) -> Step:
    """What a step computes as a number that is simply there."""
    return Step(OPERATIONS["init"], {"var": step.makes[0], "value": Fraction(value)})


def _without(step: TypedStep, after: Sequence[TypedStep]) -> Iterator[tuple[Step, ...]]:
    """What follows a step that is left out; where it made something, with one of its operands in that place."""
    if step.role is Role.CHANGE:
        yield tuple(after)
    elif step.role is Role.ASSIGN:
        for operand in sorted(step.names):
            yield tuple(_renamed(later, step.makes[0], operand) for later in after)


def _renamed(step: Step, name: str, other: str) -> Step:
    """A step that reads another variable."""

    def read(value: FieldValue) -> FieldValue:
        if isinstance(value, tuple):
            return tuple(other if operand == name else operand for operand in value)
        return other if value == name else value

    reading = {field.name for field in step.operation.fields if field.kind in _READING}
    return _with(step, {key: read(value) for key, value in step.fields.items() if key in reading})
