"""The schema stage: raw scalars and lists in, well-typed steps out.

It knows no operation by name but `init`, whose two ways of binding exclude each other. Everything else follows from the
declarations in `experts`.
"""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, NamedTuple

from trace_trainer.experts import OPERATIONS
from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import Field, Kind, Operation
from trace_trainer.experts.language.expression import Expression, ExpressionError, parse_expression
from trace_trainer.experts.language.literals import MAX_DIGITS, parse_number
from trace_trainer.experts.language.trace import FieldValue
from trace_trainer.verifiers.traces.steps.step import TypedStep

MAX_VARIABLE = 64

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
# What is meant as a number, or what YAML or a programming language would read as one, but is none in the language.
_NUMBER_LIKE = re.compile(r"[-+]?[$€£]?[-+]?(?:\.?[0-9][0-9A-Za-z_.,:/+%-]*|\.inf|\.nan|\.)", re.IGNORECASE)
_CONSTANT_LIKE = re.compile(r"[-+]?(?:inf|infinity|nan)|true|false", re.IGNORECASE)


class Scalar(NamedTuple):
    """A scalar as written: its text, whether it stood without quotes, and its line (from 1)."""

    text: str
    plain: bool = True
    line: int | None = None


class Problem(NamedTuple):
    """A violation without its place, which only the caller knows."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class BrokenStep:
    """A step that the schema refuses.

    Attributes:
        problems: what is wrong with it.
        operation: the operation that it names, if that exists.
        creates: what it would have created, so that later uses of it are no errors.
        fits: the experts under which nothing is wrong with it: none. A TypedStep has this attribute and the next.
        form: that it is broken.
    """

    problems: tuple[Problem, ...]
    operation: str | None = None
    creates: tuple[str, ...] = ()
    fits: ClassVar[frozenset[str]] = frozenset()
    form: ClassVar[Hashable] = None


RawFields = Mapping[str, object]
"""Field name to Scalar, list or dict, as read; None where the value is missing."""


def quoted(text: str) -> str:
    """A text of the trace as messages show it: in quotes, on one line, not too long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")


def read_step(raw: object) -> TypedStep | BrokenStep:
    """Type one step, or say everything that is wrong with it."""
    if not isinstance(raw, dict):
        return BrokenStep(
            (Problem("bad_type", "a step is a mapping such as {op: init, var: eggs, value: 16}"),)
        )
    operation = _read_operation(raw.get("op"))
    if isinstance(operation, Problem):
        return BrokenStep((operation,), None, _created(raw))
    problems: list[Problem] = []
    fields = _read_fields(operation, raw, problems)
    if problems:
        return BrokenStep(tuple(problems), operation.name, _created(raw))
    return TypedStep(operation, fields)


def _read_operation(name: object) -> Operation | Problem:
    if name is None:
        return Problem("missing_field", f"the step has no op; there are {_names(OPERATIONS)}")
    if not isinstance(name, Scalar):
        return Problem("bad_type", "op must be the name of an operation")
    return OPERATIONS.get(name.text) or Problem("unknown_op", _unknown_op(name.text))


_CREATING = frozenset(
    name
    for operation in OPERATIONS.values()
    for declared in operation.fields
    if declared.kind is Kind.NEW_VARIABLE or declared.kind is Kind.ENTITY_OR_NEW
    for name in (declared.name, *(alias for alias, own in operation.aliases.items() if own == declared.name))
)
"""The fields by which some operation creates a variable: `var`, `to`, `to_entity`."""


def _created(raw: RawFields) -> tuple[str, ...]:
    """What a broken step would have created, as far as one can tell."""
    texts = [value.text for key, value in raw.items() if key in _CREATING and isinstance(value, Scalar)]
    return tuple(text for text in texts if _is_variable(text))


def _read_fields(operation: Operation, raw: RawFields, problems: list[Problem]) -> dict[str, FieldValue]:
    """The fields in their declared order, which is the canonical one; what is wrong with them goes to `problems`."""
    given: dict[str, object] = {}
    for key, value in raw.items():
        name = operation.aliases.get(key, key)
        if key == "op":
            continue
        if operation.field(name) is None:
            known = ", ".join(f.name for f in operation.fields)
            problems.append(
                Problem("unknown_field", f"{operation.name} has no field {quoted(key)}; it has {known}")
            )
        elif name in given:
            problems.append(Problem("unknown_field", f"{key} is another name of {name}; write it once"))
        else:
            given[name] = value
    if operation.name == "init":
        _check_binding(given, problems)
    fields: dict[str, FieldValue] = {}
    for declared in operation.fields:
        if declared.name not in given:
            if declared.required:
                message = f"{operation.name} needs {declared.name}: {operation.example}"
                problems.append(Problem("missing_field", message))
            continue
        value = _read_value(declared, given[declared.name], problems)
        if value is not None:
            fields[declared.name] = value
    _check_arity(fields, problems)
    return fields


def _check_binding(given: dict[str, object], problems: list[Problem]) -> None:
    """An init binds exactly one of value and source."""
    bound = [name for name in ("value", "source") if given.get(name) is not None]
    if len(bound) == 2:
        message = "init takes either a value or a source, not both; leave one out"
        problems.append(Problem("init_source_and_value", message))
    elif not bound:
        message = "init needs a value (a number of the question) or a source (prev.result)"
        problems.append(Problem("init_without_value", message))
        given.pop("value", None)
        given.pop("source", None)


def _check_arity(fields: Mapping[str, FieldValue], problems: list[Problem]) -> None:
    computation = COMPUTE_OPS.get(str(fields.get("compute_op")))
    args = fields.get("args")
    if computation is None or not isinstance(args, tuple):
        return
    if computation.arity is None and len(args) < 2:
        problems.append(Problem("bad_arity", f"{computation.name} takes 2 or more args, not {len(args)}"))
    elif computation.arity is not None and len(args) != computation.arity:
        problems.append(
            Problem("bad_arity", f"{computation.name} takes {computation.arity} args, not {len(args)}")
        )


def _read_value(declared: Field, raw: object, problems: list[Problem]) -> FieldValue | None:
    name, kind = declared.name, declared.kind
    if raw is None:
        problems.append(Problem("bad_type", f"{name} is empty; it must be {kind.value}"))
        return None
    if kind is Kind.OPERANDS:
        if not isinstance(raw, list):
            problems.append(Problem("bad_type", f"{name} must be a list such as [a, b]"))
            return None
        operands = [_read_operand(name, item, problems) for item in raw]
        return None if None in operands else tuple(operands)  # type: ignore[arg-type]
    if kind is Kind.OPERAND:
        return _read_operand(name, raw, problems)
    if not isinstance(raw, Scalar):
        problems.append(Problem("bad_type", f"{name} must be {kind.value}, not a list or mapping"))
        return None
    if kind is Kind.NUMBER:
        return _read_number(name, raw, problems)
    if kind is Kind.COMPUTE_OP:
        if raw.text not in COMPUTE_OPS:
            problems.append(Problem("unknown_op", _unknown_computation(raw.text)))
            return None
        return raw.text
    if kind is Kind.EXPRESSION:
        return _read_expression(name, raw, problems)
    if kind is Kind.SOURCE:
        return raw.text  # its form is a matter of wiring: bad_source
    return _read_variable(name, raw, problems)


def _read_number(name: str, raw: Scalar, problems: list[Problem]) -> Fraction | None:
    value = parse_number(raw.text) if raw.plain else None
    if value is not None:
        return value
    if raw.plain and (_NUMBER_LIKE.fullmatch(raw.text) or _CONSTANT_LIKE.fullmatch(raw.text)):
        problems.append(Problem("bad_number", _bad_number(raw.text)))
    else:
        message = f"{name}: {quoted(raw.text)} is text; {name} takes a number of the question, without quotes"
        problems.append(Problem("string_value", message))
    return None


def _read_expression(name: str, raw: Scalar, problems: list[Problem]) -> Expression | None:
    try:
        expression = parse_expression(raw.text)
    except ExpressionError as error:
        problems.append(Problem(error.code, f"{name}: {error}"))
        return None
    names = [operand for operand in expression.operands if isinstance(operand, str)]
    wrong = next((variable for variable in names if not _is_variable(variable)), None)
    if wrong is not None:
        _read_variable(name, Scalar(wrong), problems)
        return None
    return expression


def _read_operand(name: str, raw: object, problems: list[Problem]) -> str | Fraction | None:
    if not isinstance(raw, Scalar):
        what = "nothing" if raw is None else "a list or mapping"
        problems.append(Problem("bad_type", f"{name} takes variables and numbers, not {what}"))
        return None
    if raw.plain:
        value = parse_number(raw.text)
        if value is not None:
            return value
        if _NUMBER_LIKE.fullmatch(raw.text):
            problems.append(Problem("bad_number", _bad_number(raw.text)))
            return None
    return _read_variable(name, raw, problems)


def _read_variable(name: str, raw: Scalar, problems: list[Problem]) -> str | None:
    if _is_variable(raw.text):
        return sys.intern(raw.text)  # few names, in very many steps
    message = (
        f"{name}: {quoted(raw.text)} is no variable: letters, digits and _, parts joined by dots, "
        f"at most {MAX_VARIABLE} characters"
    )
    problems.append(Problem("bad_type", message))
    return None


def _is_variable(text: str) -> bool:
    return len(text) <= MAX_VARIABLE and _VARIABLE.fullmatch(text) is not None


def _bad_number(text: str) -> str:
    return f"{quoted(text)} is no number here; write an integer, a decimal or a fraction of at most {MAX_DIGITS} digits"


def _unknown_op(name: str) -> str:
    if name in COMPUTE_OPS:
        return f"no operation {name}; use {{op: compute, compute_op: {name}, args: [A, B], var: VAR}}"
    return f"no operation {quoted(name)}; {_advice(name, OPERATIONS)}"


def _unknown_computation(name: str) -> str:
    if name in OPERATIONS:
        return f"{name} is no computation; use {OPERATIONS[name].example}"
    return f"no computation {quoted(name)}; {_advice(name, COMPUTE_OPS)}"


def _advice(name: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(name[:MAX_VARIABLE], known, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {_names(known)}"


def _names(known: Mapping[str, object]) -> str:
    return ", ".join(known)
