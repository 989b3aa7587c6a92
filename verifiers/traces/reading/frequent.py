"""The most frequent lines, read at one look: canonical steps of variables and whole numbers.

What an operation's line looks like follows from its declaration. Any other line is read field by field (`canonical`);
a property test holds that both find the same step.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import EXPERTS, OPERATIONS, Kind, Operation
from trace_trainer.experts.language.literals import parse_number
from trace_trainer.experts.language.trace import FieldValue, OperandValue
from trace_trainer.verifiers.traces.steps.step import TypedStep

_NAME = "[A-Za-z_][A-Za-z0-9_]{0,63}"
_WHOLE = "(?:0|-?[1-9][0-9]{0,14})"
_OPERAND = f"(?:{_NAME}|{_WHOLE})"


def _operand(text: str) -> OperandValue | None:
    return sys.intern(text) if text[0] > "9" else parse_number(text)


def _operands(text: str) -> FieldValue:
    return tuple([_operand(operand) for operand in text.split(", ")])  # type: ignore[misc]


_VARIABLE = (f"({_NAME})", sys.intern)
_FORMS: dict[Kind, tuple[str, Callable[[str], FieldValue | None]]] = {
    Kind.NEW_VARIABLE: _VARIABLE,
    Kind.VARIABLE: _VARIABLE,
    Kind.ENTITY: _VARIABLE,
    Kind.ENTITY_OR_NEW: _VARIABLE,
    Kind.NUMBER: (f"({_WHOLE})", parse_number),
    Kind.OPERAND: (f"({_OPERAND})", _operand),
    Kind.OPERANDS: (rf"\[({_OPERAND}(?:, {_OPERAND})+)\]", _operands),
    Kind.COMPUTE_OP: ("([a-z_]+)", sys.intern),
}
"""How a field of each kind is written, and what it is; other kinds are too varied."""


class _Line(NamedTuple):
    """The frequent line of an operation: its pattern, and for each group the field and how it is read."""

    operation: Operation
    match: Callable[[str], re.Match[str] | None]
    fields: Sequence[tuple[str, Callable[[str], FieldValue | None]]]


@EXPERTS.cached
def _lines() -> dict[str, _Line]:
    """Those of all operations, by name."""
    found = {}
    for operation in OPERATIONS.values():
        fields = [field for field in operation.fields if field.required or field.kind is Kind.NUMBER]
        if all(field.kind in _FORMS for field in fields):
            written = "".join(f", {field.name}: {_FORMS[field.kind][0]}" for field in fields)
            pattern = re.compile(rf"- \{{op: {re.escape(operation.name)}{written}\}}")
            read = [(field.name, _FORMS[field.kind][1]) for field in fields]
            found[operation.name] = _Line(operation, pattern.fullmatch, read)
    return found


def frequent_step(line: str) -> TypedStep | None:
    """The step of a line, or None where the line is not of a frequent form."""
    known = _lines().get(line[7 : line.find(",", 7)])
    match = None if known is None else known.match(line)
    if known is None or match is None:
        return None
    fields = {name: read(text) for (name, read), text in zip(known.fields, match.groups(), strict=True)}
    if "compute_op" in fields:
        computation, args = COMPUTE_OPS.get(str(fields["compute_op"])), fields.get("args")
        if computation is None or not isinstance(args, tuple) or computation.arity not in (None, len(args)):
            return None
    return TypedStep(known.operation, fields)  # type: ignore[arg-type]  # none is None: the pattern matched
