"""The schema stage: raw scalars and lists in, well-typed steps out.

It knows no operation by name but `init`, whose two ways of binding exclude each other. Everything else follows from the
declarations in `experts`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from experts import OPERATIONS
from experts.core import COMPUTE_OPS
from experts.declaration import Field, Kind, Operation
from experts.trace import FieldValue, Step

MAX_VARIABLE = 64
MAX_DIGITS = 15

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)?(?:\.[0-9]+)?|-?[0-9]+/[0-9]+")
# Spellings that YAML or a programming language would take for a number or a constant, but the language does not.
_NUMBER_LIKE = re.compile(r"[-+]?[0-9.][0-9A-Za-z_.:/+-]*|true|false|[-+]?\.?(?:inf|nan)|infinity", re.IGNORECASE)


class Scalar(NamedTuple):
    """A scalar as written: its text, whether it stood without quotes, and its line (from 1)."""

    text: str
    plain: bool = True
    line: int | None = None


class Problem(NamedTuple):
    """A violation without its place, which only the caller knows."""

    code: str
    message: str


class BrokenStep(NamedTuple):
    """A step that the schema refuses. `variable` is what it would have created, so that its later uses are no errors."""

    problems: tuple[Problem, ...]
    variable: str | None = None


RawFields = Mapping[str, object]
"""Field name to Scalar, list or dict, as read; None where the value is missing."""


def read_step(raw: object) -> Step | BrokenStep:
    """Type one step, or say everything that is wrong with it."""
    if not isinstance(raw, dict):
        return BrokenStep((Problem("bad_type", "a step is a mapping such as {op: init, var: eggs, value: 16}"),))
    name = raw.get("op")
    if not isinstance(name, Scalar):
        return BrokenStep((Problem("missing_field", "the step has no op"),), _variable_of(raw))
    operation = OPERATIONS.get(name.text)
    if operation is None:
        return BrokenStep((Problem("unknown_op", _unknown_op(name.text)),), _variable_of(raw))
    problems: list[Problem] = []
    fields = _read_fields(operation, raw, problems)
    if operation.name == "init" and not problems:
        problems.extend(_init_problems(raw))
    if problems:
        return BrokenStep(tuple(problems), _variable_of(raw))
    return Step(operation, fields)


def _read_fields(operation: Operation, raw: RawFields, problems: list[Problem]) -> dict[str, FieldValue]:
    given = {operation.aliases.get(key, key): value for key, value in raw.items() if key != "op"}
    for key in given:
        if operation.field(key) is None:
            known = ", ".join(f.name for f in operation.fields)
            problems.append(Problem("unknown_field", f"{operation.name} has no field {key}; it has {known}"))
    if operation.name == "init" and given.get("value") is not None and given.get("source") is not None:
        problems.append(
            Problem("init_source_and_value", "init takes either a value or a source, not both; leave one out")
        )
        return {}
    fields: dict[str, FieldValue] = {}
    # In the declared order, which is the canonical one.
    for declared in operation.fields:
        if given.get(declared.name) is None:
            if declared.name in given and declared.kind is not Kind.SOURCE:
                problems.append(Problem("bad_type", f"{declared.name} is empty; it must be {declared.kind.value}"))
            elif declared.required:
                problems.append(
                    Problem("missing_field", f"{operation.name} needs {declared.name}: {operation.example}")
                )
            continue
        value = _read_value(declared, given[declared.name], problems)
        if value is not None:
            fields[declared.name] = value
    _check_arity(operation, fields, problems)
    return fields


def _init_problems(raw: RawFields) -> list[Problem]:
    if raw.get("value") is None and raw.get("source") is None:
        return [Problem("init_without_value", "init needs a value (a number of the question) or a source")]
    return []


def _check_arity(operation: Operation, fields: Mapping[str, FieldValue], problems: list[Problem]) -> None:
    computation = COMPUTE_OPS.get(str(fields.get("compute_op")))
    args = fields.get("args")
    if computation is None or not isinstance(args, tuple):
        return
    if computation.arity is None and len(args) < 2:
        problems.append(Problem("bad_arity", f"{computation.name} takes 2 or more args, not {len(args)}"))
    elif computation.arity is not None and len(args) != computation.arity:
        problems.append(Problem("bad_arity", f"{computation.name} takes {computation.arity} args, not {len(args)}"))


def _read_value(declared: Field, raw: object, problems: list[Problem]) -> FieldValue | None:
    kind = declared.kind
    if kind is Kind.OPERANDS:
        if not isinstance(raw, list):
            problems.append(Problem("bad_type", f"{declared.name} must be a list such as [a, b]"))
            return None
        operands = [_read_operand(declared.name, item, problems) for item in raw]
        return None if None in operands else tuple(operands)  # type: ignore[arg-type]
    if not isinstance(raw, Scalar):
        problems.append(Problem("bad_type", f"{declared.name} must be {kind.value}, not a list or mapping"))
        return None
    if kind is Kind.NUMBER:
        return _read_number(declared.name, raw, problems)
    if kind is Kind.OPERAND:
        return _read_operand(declared.name, raw, problems)
    if kind is Kind.COMPUTE_OP:
        if raw.text not in COMPUTE_OPS:
            problems.append(Problem("bad_type", f"no computation {_short(raw.text)}; there are {', '.join(COMPUTE_OPS)}"))
            return None
        return raw.text
    if kind is Kind.SOURCE:
        return raw.text  # its form is a matter of wiring: bad_source
    return _read_variable(declared.name, raw, problems)


def _read_number(name: str, raw: Scalar, problems: list[Problem]) -> Fraction | None:
    value = parse_number(raw.text) if raw.plain else None
    if value is not None:
        return value
    if raw.plain and (_NUMBER_LIKE.fullmatch(raw.text) or raw.text == ""):
        problems.append(Problem("bad_number", _bad_number(raw.text)))
    else:
        problems.append(
            Problem("string_value", f"{name}: {_short(raw.text)} is text; {name} takes a number of the question")
        )
    return None


def _read_operand(name: str, raw: object, problems: list[Problem]) -> str | Fraction | None:
    if not isinstance(raw, Scalar):
        problems.append(Problem("bad_type", f"{name} takes variables and numbers, not a list or mapping"))
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
    if len(raw.text) <= MAX_VARIABLE and _VARIABLE.fullmatch(raw.text):
        return raw.text
    problems.append(
        Problem(
            "bad_type",
            f"{name}: {_short(raw.text)} is no variable: letters, digits and _, parts joined by dots, "
            f"at most {MAX_VARIABLE} characters",
        )
    )
    return None


def parse_number(text: str) -> Fraction | None:
    """An exact rational from an integer, a decimal or a fraction; None for any other text.

    Forms that YAML would also read as numbers (1e3, 0x10, 1:30, 1_000, .inf) are None, and so is a literal of more than
    15 significant digits or a fraction with denominator 0.
    """
    if not text or len(text) > 40 or not _NUMBER.fullmatch(text) or text == "-":
        return None
    numerator, _, denominator = text.partition("/")
    digits = sum(len(part.lstrip("-").replace(".", "").lstrip("0")) for part in (numerator, denominator))
    if digits > MAX_DIGITS:
        return None
    if denominator and int(denominator) == 0:
        return None
    return Fraction(text)


def _bad_number(text: str) -> str:
    return f"{_short(text)} is no number here; write an integer, a decimal or a fraction of at most {MAX_DIGITS} digits"


def _unknown_op(name: str) -> str:
    if name in COMPUTE_OPS:
        return f"no operation {name}; use {{op: compute, compute_op: {name}, args: [A, B], var: VAR}}"
    near = difflib.get_close_matches(name, OPERATIONS, n=1)
    advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(OPERATIONS)}"
    return f"no operation {_short(name)}; {advice}"


def _variable_of(raw: RawFields) -> str | None:
    var = raw.get("var")
    return var.text if isinstance(var, Scalar) else None


def _short(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
