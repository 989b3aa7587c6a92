"""Builds a gold trace by executing it.

A schema's function calls the builder as if it computed: `t.sub(t.eggs, t.eaten)` emits `init` steps for the two numbers
at their first use, emits the computation, runs it through the operation's own body, and returns a reference that
carries the value. So no gold trace or answer is ever typed. Equations are written with Python's operators:
`t.equation(3 * x + t.extra, t.total)`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from trace_trainer.experts import EXPERTS, OPERATIONS, get_expert
from trace_trainer.experts.language.catalogue import DeclarationError
from trace_trainer.experts.language.composition import COMPOSITION, source_of
from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import ENTITY_KINDS, Kind, Operation
from trace_trainer.experts.language.executing import concluded, execute, stated
from trace_trainer.experts.language.expression import parse_expression
from trace_trainer.experts.language.linear import Linear
from trace_trainer.experts.language.trace import FieldValue, OperandValue, Step, SubTrace, Trace
from trace_trainer.experts.problems.formula import Formula, formula_of

RESULT = "result"
"""The variable that holds a computed answer."""


class Reference(Formula):
    """A variable of the trace being built."""

    __slots__ = ("name", "builder")

    def __init__(self, name: str, builder: SubTraceBuilder) -> None:
        super().__init__(name, 3)
        self.name = name
        self.builder = builder

    @property
    def value(self) -> Fraction:
        """What the variable holds now."""
        return self.builder.values[self.name]


class SubTraceBuilder:
    """Builds one sub-trace. Slots are attributes, operations and computations are methods.

    Args:
        expert: whose operations may be used.
        numbers: the slots' values by slot name.
        variables: the variable's name for a slot, where it differs from the slot's.
        position: its index in the composition.
    """

    def __init__(
        self, expert: str, numbers: Mapping[str, Fraction], variables: Mapping[str, str], position: int = 0
    ) -> None:
        self._expert = get_expert(expert)
        self._numbers = numbers
        self._variables = variables
        self._position = position
        self._slots: dict[str, str] = {}  # variable -> the slot that it holds
        self._steps: list[Step] = []
        self._computed = 0
        self._forms: list[Linear] = []  # what has been stated
        self._unknowns: set[str] = set()
        self.values: dict[str, Fraction] = {}
        self.returned: Reference | None = None

    def number(self, slot: str) -> Fraction:
        """A slot's value as a literal operand, without an init."""
        return self._numbers[slot]

    def new(self, variable: str) -> Reference:
        """A variable that nothing has initialised yet: the receiver of a transfer."""
        return Reference(self._variables.get(variable, variable), self)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in COMPUTE_OPS:
            return lambda *args: self._run("compute", name, *args)
        if name in self._expert.own_operations:
            return lambda *args: self._run(name, *args)
        if name in self._numbers:
            return self._init(name)
        raise DeclarationError(
            f"the schema uses {name}, which is no slot and no operation of {self._expert.name}"
        )

    def _init(self, slot: str) -> Reference:
        name = self._variables.get(slot, slot)
        if self._slots.get(name) != slot:
            self._bind(name, {"value": self._numbers[slot]}, self._numbers[slot])
            self._slots[name] = slot
        return Reference(name, self)

    def _bind(self, name: str, field: dict[str, FieldValue], value: Fraction) -> Reference:
        if name in self.values:
            raise DeclarationError(f"the variable {name} would be initialised twice")
        self._steps.append(Step(OPERATIONS["init"], {"var": name, **field}))
        self.values[name] = value
        return Reference(name, self)

    def _run(self, name: str, *arguments: object) -> Reference:
        operation = OPERATIONS[name]
        if operation.is_about_unknowns:
            return self._reason(operation, *arguments)
        declared = operation.field(operation.parameters[-1])
        if declared is not None and declared.kind is Kind.OPERANDS:
            first = len(operation.parameters) - 1
            arguments = (*arguments[:first], arguments[first:])
        fields: dict[str, FieldValue] = {}
        for parameter, argument in zip(operation.parameters, arguments, strict=True):
            fields[parameter] = self._field_value(argument)
        if operation.assigns:
            self._computed += 1
            fields["var"] = f"step{self._computed}"
        step = Step(operation, fields)
        made = map(Fraction, execute(step, self.values))
        self._steps.append(step)
        names = step.changes or (str(step.target),)
        self.values.update(zip(names, made, strict=True))
        return Reference(names[0], self)

    def _reason(self, operation: Operation, *arguments: Any) -> Reference:
        """A step about unknowns: one that declares an unknown by its name, one that states, or one that concludes."""
        if operation.states:
            sides = [parse_expression(formula_of(argument).text) for argument in arguments]
            step = Step(operation, dict(zip(operation.parameters, sides, strict=True)))
            self._steps.append(step)
            self._forms.append(stated(step, self._form))
            return Reference("", self)
        (name,) = (a.name if isinstance(a, Reference) else self._variables.get(a, a) for a in arguments)
        step = Step(operation, {"var": name})
        self._steps.append(step)
        if operation.concludes:
            self.values[name] = Fraction(concluded(step, self._forms))
        else:
            self._unknowns.add(name)
        return Reference(name, self)

    def _form(self, operand: OperandValue) -> Linear:
        if isinstance(operand, str):
            return Linear.unknown(operand) if operand in self._unknowns else Linear.of(self.values[operand])
        return Linear.of(operand)

    def _field_value(self, argument: object) -> FieldValue:
        if isinstance(argument, Reference):
            if argument.builder is not self:
                raise DeclarationError(f"{argument.name} belongs to another sub-trace; use take()")
            return argument.name
        if isinstance(argument, tuple):
            return tuple(self._operand(a) for a in argument)
        if isinstance(argument, int):
            return Fraction(argument)
        if isinstance(argument, Formula):
            raise DeclarationError(f"{argument.text} can only be a side of an equation; compute step by step")
        assert isinstance(argument, (Fraction, str))
        return argument

    def _operand(self, argument: object) -> OperandValue:
        value = self._field_value(argument)
        assert isinstance(value, (Fraction, str))
        return value

    def answer(self, reference: Reference) -> None:
        """Query the reference: the sub-trace's answer, which later ones may take."""
        self.returned = reference

    def take(self, earlier: SubTraceBuilder, variable: str) -> Reference:
        """Bind the answer of an earlier sub-trace of the same composition to `variable`."""
        if earlier.returned is None:
            raise DeclarationError("take() needs a sub-trace that has answered")
        source = source_of(earlier._position, self._position)
        return self._bind(variable, {"source": source}, earlier.returned.value)

    def build(self) -> SubTrace:
        """The finished sub-trace. The answer's variable is named `result` where it was computed; an unknown keeps its name."""
        if self.returned is None:
            raise DeclarationError(
                "the schema's function must return the reference that answers the question"
            )
        steps = list(self._steps)
        steps.append(Step(OPERATIONS["query"], {"var": self.returned.name}))
        computed = (s for s in steps if s.operation.assigns and not s.operation.concludes)
        if any(s.target == self.returned.name for s in computed):
            steps = [_renamed(step, self.returned.name, RESULT) for step in steps]
        return SubTrace(self._expert.name, tuple(steps))


def _renamed(step: Step, old: str, new: str) -> Step:
    """The step with one variable renamed wherever its fields hold variables."""

    def rename(value: FieldValue) -> FieldValue:
        if isinstance(value, tuple):
            return tuple(new if v == old else v for v in value)
        return new if value == old else value

    variable_kinds = ENTITY_KINDS | {Kind.NEW_VARIABLE, Kind.VARIABLE, Kind.OPERAND, Kind.OPERANDS}
    kinds = {declared.name: declared.kind for declared in step.operation.fields}
    return Step(
        step.operation,
        {
            name: rename(value) if kinds[name] in variable_kinds else value
            for name, value in step.fields.items()
        },
    )


class CompositionBuilder:
    """Builds a composition: `t.expert(name)` starts a sub-trace; the last one's returned reference is the answer."""

    def __init__(self, numbers: Mapping[str, Fraction], variables: Mapping[str, str]) -> None:
        self._numbers = numbers
        self._variables = variables
        self._subtraces: list[SubTraceBuilder] = []

    def expert(self, name: str) -> SubTraceBuilder:
        """Start the next sub-trace."""
        builder = SubTraceBuilder(name, self._numbers, self._variables, position=len(self._subtraces))
        self._subtraces.append(builder)
        return builder

    def answer(self, reference: Reference) -> None:
        """The composition's answer: it must be computed by the last sub-trace."""
        if reference.builder is not self._subtraces[-1]:
            raise DeclarationError("a composition is answered by its last sub-trace")
        reference.builder.answer(reference)

    def build(self) -> Trace:
        """The finished trace."""
        return Trace(tuple(builder.build() for builder in self._subtraces))


def build_trace(
    expert: str,
    function: Callable[[Any], Reference],
    numbers: Mapping[str, Fraction],
    variables: Mapping[str, str],
) -> tuple[Trace, Fraction]:
    """Run a schema's function on drawn numbers.

    Args:
        expert: an expert's name, or "composition".
        function: takes the builder, returns the reference that answers the question.
        numbers: the slots' values.
        variables: trace variables for slots, where they differ from the slots' names.

    Returns:
        The gold trace and the value of its answer.
    """
    if expert == COMPOSITION:
        composition = CompositionBuilder(numbers, variables)
        reference = function(composition)
        composition.answer(reference)
        return composition.build(), reference.value
    if expert not in EXPERTS:
        raise DeclarationError(f"a schema names the expert {expert!r}, which does not exist")
    builder = SubTraceBuilder(expert, numbers, variables)
    reference = function(builder)
    builder.answer(reference)
    return Trace((builder.build(),)), reference.value
