"""A trace as typed data, and its one canonical text.

    expert: arithmetic
    trace:
    - {op: init, var: eggs, value: 16}
    - {op: compute, compute_op: sub, args: [eggs, 3], var: result}
    - {op: query, var: result}

Reading text, whatever its style, is the verifiers' work; here is what reading yields, and how a trace is written. How a
step is run is in executing.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from trace_trainer.experts.language.composition import COMPOSITION
from trace_trainer.experts.language.declaration import ENTITY_KINDS, Exact, Kind, Operation
from trace_trainer.experts.language.expression import Expression
from trace_trainer.experts.language.literals import format_number, plain

OperandValue = str | Fraction
"""A variable's name or a number."""
FieldValue = str | Fraction | tuple[OperandValue, ...] | Expression


class Step:
    """One well-typed step. Immutable and shared: the same line of text yields the same object.

    All else is derived from the operation's declaration: `reads` are the operands in order, lists flattened; `inputs`
    the same with the entities, as the body takes them; `literals` the numbers among the fields; `changes` the entities
    changed in place, of which `may_create` may be new; `target` the variable that the step creates, if any. In `inputs`
    and `literals` a whole number is an int, which compares and hashes alike, and faster.
    """

    __slots__ = ("operation", "fields", "reads", "inputs", "literals", "changes", "may_create", "target")

    def __init__(self, operation: Operation, fields: Mapping[str, FieldValue]) -> None:
        self.operation = operation
        self.fields = fields
        reads: list[OperandValue] = []
        inputs: list[str | Exact] = []
        changes: list[str] = []
        may_create: list[str] = []
        numbers: list[Fraction] = []
        self.target: str | None = None
        for declared in operation.fields:
            value = fields.get(declared.name)
            if value is None:
                continue
            kind = declared.kind
            if kind is Kind.OPERAND or kind is Kind.OPERANDS or kind is Kind.EXPRESSION:
                if isinstance(value, Expression):
                    value = value.operands
                operands = value if isinstance(value, tuple) else (value,)
                reads.extend(operands)
                inputs.extend(v if isinstance(v, str) else plain(v) for v in operands)
            elif kind in ENTITY_KINDS:
                assert isinstance(value, str)
                changes.append(value)
                inputs.append(value)
                if kind is Kind.ENTITY_OR_NEW:
                    may_create.append(value)
            elif kind is Kind.NUMBER:
                numbers.append(value)  # type: ignore[arg-type]
            elif kind is Kind.NEW_VARIABLE or kind is Kind.UNKNOWN:
                self.target = value  # type: ignore[assignment]
        numbers.extend(operand for operand in reads if not isinstance(operand, str))
        self.reads = tuple(reads)
        self.inputs = tuple(inputs)
        self.literals = tuple(map(plain, numbers))
        self.changes = tuple(changes)
        self.may_create = tuple(may_create)

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


def _format_value(value: FieldValue) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Expression):
        return value.text
    if isinstance(value, tuple):
        return f"[{', '.join(_format_value(v) for v in value)}]"
    return format_number(value)


def write_step(step: Step) -> str:
    """The canonical flow mapping of a step: `{op: init, var: eggs, value: 16}`."""
    parts = [f"op: {step.operation.name}"]
    for declared in step.operation.fields:
        value = step.fields.get(declared.name)
        if value is not None:
            shown = value if type(value) is str else _format_value(value)
            parts.append(f"{declared.name}: {shown}")
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
