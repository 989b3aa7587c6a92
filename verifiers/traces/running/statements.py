"""Statements about unknowns as computations, so that checking and running need know nothing of algebra.

A statement that is linear in its unknowns is a number for each unknown and a constant: `2 * x + a = 20` is 2 for x and
a - 20. A step that states it is bound to a function that computes these from the known variables and the numbers in it,
and they become variables, with names that no trace can write. A step that concludes is bound to a function of all of
them. So a number of the question is followed through an equation as through any other step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import Any

from trace_trainer.experts import EXPERTS, OPERATIONS
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.executing import concluded, stated
from trace_trainer.experts.language.linear import Linear
from trace_trainer.experts.language.literals import plain
from trace_trainer.experts.language.trace import OperandValue
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.flow import Flow
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep
from trace_trainer.verifiers.traces.steps.typing import BrokenStep

_MARK = "="


@EXPERTS.cached
def _stating() -> frozenset[str]:
    """The experts whose traces have to be bound."""
    return frozenset(
        expert.name
        for expert in EXPERTS.values()
        if any(operation.states for operation in expert.own_operations.values())
    )


def is_hidden(name: str) -> bool:
    """Whether a variable is part of a statement, not one of the trace's own."""
    return name.startswith(_MARK)


class _BoundStep(TypedStep):
    """A step about unknowns with what it computes from, and what it makes."""

    __slots__ = ()

    def __init__(
        self,
        step: TypedStep,
        inputs: Sequence[str | Exact],
        makes: Sequence[str],
        function: Callable[..., Any],
        flows: Sequence[Flow] = (),
    ) -> None:
        super().__init__(step.operation, step.fields)
        self.inputs = tuple(inputs)
        self.reads = tuple(i if isinstance(i, str) else Fraction(i) for i in inputs)
        self.names |= {name for name in inputs if isinstance(name, str)}
        self.makes = tuple(makes)
        self.function = function
        self.flows = tuple(flows)


def bind(subtraces: Sequence[ParsedSubTrace]) -> Sequence[ParsedSubTrace]:
    """The trace with its steps about unknowns bound; steps of an expert that has none are left as they are."""
    if _stating().isdisjoint([parsed.expert for parsed in subtraces]):
        return subtraces
    return [
        parsed._replace(steps=_bound_steps(parsed.steps)) if parsed.expert in _stating() else parsed
        for parsed in subtraces
    ]


def _bound_steps(steps: Sequence[TypedStep | BrokenStep]) -> list[TypedStep | BrokenStep]:
    unknowns: list[str] = []
    statements: list[tuple[str, ...]] = []  # the variables of each
    bound: list[TypedStep | BrokenStep] = []
    for position, step in enumerate(steps):
        if isinstance(step, BrokenStep):
            if step.operation and OPERATIONS[step.operation].states:
                # What it would have said is missing from every conclusion.
                step = replace(step, creates=(f"{_MARK}{position}.",))
                statements.append(step.creates)
        elif step.role is Role.UNKNOWN:
            unknowns.append(str(step.target))
        elif step.role is Role.STATEMENT:
            step = _statement(step, position, tuple(unknowns))
            statements.append(step.makes)
        elif step.role is Role.CONCLUSION and step.target in unknowns:
            step = _conclusion(step, tuple(statements), tuple(unknowns))
        bound.append(step)
    return bound


class _Places:
    """In the place of a number: which inputs of a statement it comes from, and how it depends on them.

    Each input occurs in a sum, or in a product once, so that it always changes the result, short of a product with 0.
    No input is 0 where this is made use of, but a sum can be: a product with one is not sure to change.

    Attributes:
        places: the inputs.
        is_sum: whether it is a sum.
        strict: whether each of the places always changes it.
    """

    __slots__ = ("places", "is_sum", "strict")

    def __init__(self, places: frozenset[int], is_sum: bool = False, strict: bool = True) -> None:
        self.places, self.is_sum, self.strict = places, is_sum, strict

    @classmethod
    def of(cls, number: Any) -> _Places:
        return number if isinstance(number, _Places) else _CONSTANT

    def __add__(self, other: Any) -> _Places:
        if not other and not isinstance(other, _Places):
            return self
        other = _Places.of(other)
        return _Places(self.places | other.places, True, self.strict and other.strict)

    __radd__ = __add__

    def __mul__(self, other: Any) -> _Places:
        other = _Places.of(other)
        strict = self.strict and other.strict and not (self.is_sum and other.places)
        return _Places(
            self.places | other.places,
            self.is_sum or other.is_sum,
            strict and not (other.is_sum and self.places),
        )

    __rmul__ = __mul__

    def __rtruediv__(self, other: Any) -> _Places:
        return self


_CONSTANT = _Places(frozenset())


@lru_cache(maxsize=1 << 12)
def _statement(step: TypedStep, position: int, unknowns: tuple[str, ...]) -> _BoundStep:
    """The step that computes a number for each of the unknowns so far, and a constant."""

    def function(*values: Exact) -> tuple[Exact, ...]:
        supply = iter(values)

        def form_of(operand: OperandValue) -> Linear:
            return Linear.unknown(str(operand)) if operand in unknowns else Linear.of(next(supply))

        form = stated(step, form_of)
        return tuple(
            plain(number) for number in (*(form.terms.get(name, 0) for name in unknowns), form.constant)
        )

    known = [operand for operand in step.inputs if operand not in unknowns]
    makes = [f"{_MARK}{position}.{name}" for name in (*unknowns, "")]
    return _BoundStep(step, known, makes, function, _flows(step, unknowns))


def _flows(step: TypedStep, unknowns: tuple[str, ...]) -> list[Flow]:
    """What the number of each unknown, and the constant, depend on."""
    places = count()

    def form_of(operand: OperandValue) -> Linear:
        if operand in unknowns:
            return Linear.unknown(str(operand))
        return Linear.of(_Places(frozenset([next(places)])))

    try:
        form = stated(step, form_of)
    except ArithmeticError:  # not linear: it is never run to an end
        return [Flow((), False)] * (len(unknowns) + 1)
    made = [_Places.of(number) for number in (*(form.terms.get(n, 0) for n in unknowns), form.constant)]
    return [Flow(tuple(sorted(number.places)), number.strict) for number in made]


@lru_cache(maxsize=1 << 12)
def _conclusion(
    step: TypedStep, statements: tuple[tuple[str, ...], ...], unknowns: tuple[str, ...]
) -> _BoundStep:
    """The step that computes an unknown from the numbers of all statements so far."""

    def function(*values: Exact) -> Exact:
        supply = iter(values)
        forms = []
        for names in statements:
            *times, constant = [next(supply) for _ in names]
            # A statement knows the unknowns declared before it: the first ones.
            forms.append(Linear({n: t for n, t in zip(unknowns, times, strict=False) if t}, constant))
        return concluded(step, forms)

    return _BoundStep(step, [name for names in statements for name in names], [str(step.target)], function)
