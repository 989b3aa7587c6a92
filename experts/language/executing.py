"""How a step is run: the one place where the body of an operation meets numbers.

Whoever executes a trace does it with these functions: the verifier on the question's numbers and on others, the
converter's second opinion, and the builder of gold traces.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import TypeVar

from trace_trainer.experts.language.core import COMPUTE_OPS, CORE_OPERATIONS
from trace_trainer.experts.language.declaration import ENTITY_KINDS, Exact, Kind
from trace_trainer.experts.language.expression import Expression
from trace_trainer.experts.language.linear import Linear
from trace_trainer.experts.language.literals import plain
from trace_trainer.experts.language.trace import FieldValue, OperandValue, Step
from trace_trainer.experts.language.trying import InexactError, is_exact_on_ints

Value = TypeVar("Value")

_SINGLE_INPUTS = ENTITY_KINDS | {Kind.OPERAND}
_FORMING = frozenset({Kind.OPERANDS, Kind.COMPUTE_OP})
_MAX_TRIED = 8
_INT_FORMS: dict[Hashable, bool] = {}


def function_of(step: Step) -> Callable[..., Exact | tuple[Exact, ...]]:
    """What a step computes, as a function of the values of its `inputs`, in their order.

    The function returns the value to assign, or the new values of `changes`; it raises ZeroDivisionError.
    """
    if step.operation is CORE_OPERATIONS["compute"]:
        return COMPUTE_OPS[str(step.fields["compute_op"])].function
    body = step.operation.body
    given = [(kind, step.fields[name]) for name, kind in step.operation.takes]
    if all(kind in _SINGLE_INPUTS for kind, _ in given):
        if step.operation.takes_ints:
            return body
        return lambda *values: _plain_result(body(*map(Fraction, values)))

    def function(*values: Exact) -> Exact | tuple[Exact, ...]:
        supply = iter(values)
        arguments: list[object] = []
        for kind, value in given:
            if kind is Kind.OPERANDS:
                arguments.append(list(islice(supply, len(value))))  # type: ignore[arg-type]
            else:
                arguments.append(next(supply) if kind in _SINGLE_INPUTS else value)
        return _plain_result(body(*arguments))

    if _takes_ints(step, given, function):
        return function
    return lambda *values: function(*map(Fraction, values))


def _takes_ints(
    step: Step, given: Sequence[tuple[Kind, FieldValue]], function: Callable[..., Exact | tuple[Exact, ...]]
) -> bool:
    """Whether the function of a step with a list gives of ints what it gives of the same numbers as Fractions.

    It is tried once for each computation and number of operands; with many, or fields of any other kind, it is not.
    """
    inputs = len(step.inputs)
    if inputs > _MAX_TRIED or not all(kind in _SINGLE_INPUTS or kind in _FORMING for kind, _ in given):
        return False
    form = (step.operation, *[len(v) if isinstance(v, tuple) else v for kind, v in given if kind in _FORMING])
    if form not in _INT_FORMS:
        try:
            _INT_FORMS[form] = is_exact_on_ints(lambda numbers: function(*numbers), inputs)
        except InexactError:
            _INT_FORMS[form] = False
    return _INT_FORMS[form]


def _plain_result(result: Exact | tuple[Exact, ...]) -> Exact | tuple[Exact, ...]:
    return tuple(map(plain, result)) if isinstance(result, tuple) else plain(result)


def stated(step: Step, form_of: Callable[[OperandValue], Linear]) -> Linear:
    """What a step states of unknowns. `form_of` is asked for its operands, one after the other from left to right.

    Raises UnsolvableError for what is not linear, and ZeroDivisionError.
    """
    fields = map(step.fields.__getitem__, step.operation.parameters)
    form: Linear = step.operation.body(
        *[f.compute([form_of(o) for o in f.operands]) if isinstance(f, Expression) else f for f in fields]
    )
    return form


def concluded(step: Step, forms: list[Linear]) -> Exact:
    """The value that a step draws from what was stated. Raises UnsolvableError."""
    value: Exact = step.operation.body(*map(step.fields.__getitem__, step.operation.parameters), forms)
    return plain(value)


def inputs_of(
    step: Step, values: Mapping[str, Value], literals: Iterable[Exact] | None = None
) -> list[Value | Exact]:
    """What a step's inputs are, in their order; an entity that the step may create starts at 0.

    Args:
        step: one that computes or changes.
        values: those of the variables.
        literals: numbers in place of those that are written among the inputs, in their order; None for these.

    Raises KeyError for a variable without a value.
    """
    supply = None if literals is None else iter(literals)
    inputs: list[Value | Exact] = []
    for operand in step.inputs:
        if isinstance(operand, str):
            inputs.append(0 if operand in step.may_create and operand not in values else values[operand])
        else:
            inputs.append(operand if supply is None else next(supply))
    return inputs


def outputs(result: Exact | tuple[Exact, ...]) -> tuple[Exact, ...]:
    """What a step's function gave, as the values of what the step makes: one new value, or one for each entity."""
    return result if isinstance(result, tuple) else (result,)


def execute(step: Step, values: Mapping[str, Exact]) -> tuple[Exact, ...]:
    """Run a step that computes or changes on the values of variables, which stay as they are.

    Returns the value to assign, or the new values of `step.changes`. Raises KeyError for a variable without a value,
    and ZeroDivisionError.
    """
    return outputs(function_of(step)(*inputs_of(step, values)))
