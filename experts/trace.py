"""A trace as typed data, and its one canonical text.

    expert: arithmetic
    trace:
    - {op: init, var: eggs, value: 16}
    - {op: compute, compute_op: sub, args: [eggs, 3], var: result}
    - {op: query, var: result}

Reading text, whatever its style, is the verifiers' work; here is what reading yields and how it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from experts.composition import COMPOSITION
from experts.declaration import ENTITY_KINDS, Kind, Operation

OperandValue = str | Fraction
"""A variable's name or a number."""
FieldValue = str | Fraction | tuple[OperandValue, ...]


class Step:
    """One well-typed step. Immutable and shared: the same line of text yields the same object.

    All else is derived from the operation's declaration: `reads` are the operands in order, lists flattened; `literals`
    the numbers among the fields, an int where whole (for fast look-ups); `changes` the entities changed in place, of
    which `may_create` may be new; `target` the variable that the step creates, if any.
    """

    __slots__ = ("operation", "fields", "reads", "literals", "changes", "may_create", "target")

    def __init__(self, operation: Operation, fields: Mapping[str, FieldValue]) -> None:
        self.operation = operation
        self.fields = fields
        reads: list[OperandValue] = []
        changes: list[str] = []
        may_create: list[str] = []
        numbers: list[Fraction] = []
        self.target: str | None = None
        for declared in operation.fields:
            value = fields.get(declared.name)
            if value is None:
                continue
            if declared.kind is Kind.OPERANDS:
                reads.extend(value)  # type: ignore[arg-type]
            elif declared.kind is Kind.OPERAND:
                reads.append(value)  # type: ignore[arg-type]
            elif declared.kind in ENTITY_KINDS:
                changes.append(value)  # type: ignore[arg-type]
                if declared.kind is Kind.ENTITY_OR_NEW:
                    may_create.append(value)  # type: ignore[arg-type]
            elif declared.kind is Kind.NUMBER:
                numbers.append(value)  # type: ignore[arg-type]
            elif declared.kind is Kind.NEW_VARIABLE:
                self.target = value  # type: ignore[assignment]
        numbers.extend(operand for operand in reads if not isinstance(operand, str))
        self.reads = tuple(reads)
        self.literals = tuple(n.numerator if n.denominator == 1 else n for n in numbers)
        self.changes = tuple(changes)
        self.may_create = tuple(may_create)

    def with_literals(self, literals: Iterable[Fraction]) -> Step:
        """The same step with other numbers, one for each of `literals`, in their order."""
        fresh = iter(literals)

        def replace(value: FieldValue) -> FieldValue:
            if isinstance(value, tuple):
                return tuple(v if isinstance(v, str) else next(fresh) for v in value)
            return value if isinstance(value, str) else next(fresh)

        return Step(self.operation, {name: replace(value) for name, value in self.fields.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self.operation is other.operation and self.fields == other.fields

    def __hash__(self) -> int:
        return hash((self.operation.name, tuple(self.fields.items())))

    def __repr__(self) -> str:
        return f"Step({write_step(self)})"


@dataclass(frozen=True, slots=True)
class SubTrace:
    """One expert's part: its name and its steps."""

    expert: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """One sub-trace or, as a composition, several."""

    subtraces: tuple[SubTrace, ...]

    @property
    def expert(self) -> str:
        """The expert's name, or "composition" for two or more sub-traces."""
        return self.subtraces[0].expert if len(self.subtraces) == 1 else COMPOSITION


def apply(step: Step, values: Mapping[str, Fraction]) -> Fraction | tuple[Fraction, ...] | None:
    """Run the operation's body on the values of the variables it reads; the values themselves stay unchanged.

    Returns what the body returns: the value to assign, or the new values of `step.changes`. A new entity starts at 0.
    Raises KeyError for a variable without a value and ZeroDivisionError.
    """
    arguments: list[object] = []
    for declared in step.operation.fields:
        if declared.name not in step.operation.parameters:
            continue
        value = step.fields.get(declared.name)
        kind = declared.kind
        if kind is Kind.OPERAND:
            arguments.append(values[value] if type(value) is str else value)
        elif kind is Kind.OPERANDS:
            arguments.append([values[v] if type(v) is str else v for v in value])  # type: ignore[union-attr]
        elif kind is Kind.ENTITY:
            arguments.append(values[value])  # type: ignore[index]
        elif kind is Kind.ENTITY_OR_NEW:
            arguments.append(values.get(value, Fraction(0)))  # type: ignore[arg-type]
        else:
            arguments.append(value)
    result: Fraction | tuple[Fraction, ...] | None = step.operation.body(*arguments)
    return result


def format_number(value: Fraction | int) -> str:
    """The canonical literal: an integer, a terminating decimal without trailing zeros, or a fraction in lowest terms."""
    value = Fraction(value)
    numerator, denominator = value.numerator, value.denominator
    if denominator == 1:
        return str(numerator)
    twos = fives = 0
    rest = denominator
    while rest % 2 == 0:
        rest //= 2
        twos += 1
    while rest % 5 == 0:
        rest //= 5
        fives += 1
    places = max(twos, fives)
    # Past 15 significant digits a decimal would not be a legal literal, so such a value is written as a fraction.
    if rest != 1 or places > 12:
        return f"{numerator}/{denominator}"
    digits = str(abs(numerator) * 10**places // denominator).rjust(places + 1, "0")
    return f"{'-' if numerator < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _format_value(value: FieldValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return f"[{', '.join(_format_value(v) for v in value)}]"
    return format_number(value)


def write_step(step: Step) -> str:
    """The canonical flow mapping of a step: `{op: init, var: eggs, value: 16}`."""
    parts = [f"op: {step.operation.name}"]
    for declared in step.operation.fields:
        value = step.fields.get(declared.name)
        if value is not None:
            parts.append(f"{declared.name}: {_format_value(value)}")
    return "{" + ", ".join(parts) + "}"


def _write_subtrace(subtrace: SubTrace, lead: str, indent: str) -> Iterable[str]:
    yield f"{lead}expert: {subtrace.expert}"
    yield f"{indent}trace:"
    for step in subtrace.steps:
        yield f"{indent}- {write_step(step)}"


def write_trace(trace: Trace) -> str:
    """The canonical text, ending with a newline. A composition of one is written in the single form."""
    lines: list[str] = []
    if len(trace.subtraces) == 1:
        lines.extend(_write_subtrace(trace.subtraces[0], "", ""))
    else:
        for subtrace in trace.subtraces:
            lines.extend(_write_subtrace(subtrace, "- ", "  "))
    return "\n".join(lines) + "\n"
