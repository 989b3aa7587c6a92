"""Whether a call fits its tool's schema: the tool exists, and every argument is known, there, of the right type.

What the schema says beyond types, enums and properties is checked by libraries (`json_schema`), where all that fits.
A number with nothing behind the point stands for an integer, as in JSON Schema; an integer stands for a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from trace_trainer.verifiers.calls.call import Call, canonical, shown
from trace_trainer.verifiers.calls.tools import Schema, Tools
from trace_trainer.verifiers.violation import Violation


def check_call(call: Call, tools: Tools, index: int) -> list[Violation]:
    """Everything that is wrong with a call, in the order of stages; `index` is its place among the reply's calls."""
    tool = tools.get(call.name)
    if tool is None:
        known = ", ".join(list(tools)[:8]) or "none"
        return [Violation("unknown_tool", f"no tool {shown(call.name)}; there are {known}", step=index)]
    found = list(_object(call.arguments, tool.parameters, ""))
    if tool.full and not found:
        from trace_trainer.verifiers.calls.json_schema import misfits

        wrong = misfits(call.arguments, tool.full)
        found = [("bad_argument_value", f"{place}: {message}") for place, message in wrong]
    return [Violation(code, message, step=index) for code, message in found]


Finding = tuple[str, str]
"""A code and a message."""


def json_type(value: Any) -> str:
    """The JSON name of a value's type; integer for an int, number for a float."""
    return _JSON_TYPES.get(type(value), "null")


_JSON_TYPES = {
    bool: "boolean", int: "integer", float: "number", str: "string", list: "array", tuple: "array", dict: "object"
}  # fmt: skip


def _object(value: dict[str, Any], schema: Schema, prefix: str) -> Iterator[Finding]:
    for name in schema.required:
        if name not in value:
            yield "missing_argument", f"the argument {prefix}{name} is required"
    for name, item in value.items():
        declared = schema.properties.get(name)
        if declared is not None:
            yield from _value(item, declared, f"{prefix}{name}")
        elif not schema.open and (not schema.extra or not prefix):
            known = ", ".join(schema.properties) or "none"
            yield "unknown_argument", f"no argument {shown(prefix + name)}; there are {known}"


def _value(value: Any, schema: Schema, place: str) -> Iterator[Finding]:
    if schema.types and not _has_type(value, schema.types):
        expected = " or ".join(sorted(schema.types))
        yield (
            "bad_argument_type",
            f"{place} is {shown(value)}, of type {json_type(value)}; {expected} is expected",
        )
        return
    if schema.enum is not None and not _in_enum(value, schema.enum):
        allowed = ", ".join(map(shown, schema.enum[:8]))
        yield "bad_argument_value", f"{place} is {shown(value)}; the allowed values are {allowed}"
        return
    if schema.alternatives and all(any(_value(value, option, place)) for option in schema.alternatives):
        yield "bad_argument_type", f"{place} is {shown(value)}, which fits none of its schemas"
    if isinstance(value, dict) and (schema.properties or not schema.extra):
        yield from _object(value, schema, f"{place}.")
    if isinstance(value, list) and schema.items is not None:
        for index, item in enumerate(value):
            yield from _value(item, schema.items, f"{place}[{index}]")


def _in_enum(value: Any, enum: tuple[Any, ...]) -> bool:
    """Whether a value is among those listed, or, as some schemas mean it, all elements of a list are."""
    allowed = set(map(canonical, enum))
    return canonical(value) in allowed or (
        isinstance(value, list) and allowed.issuperset(map(canonical, value))
    )


def _has_type(value: Any, types: frozenset[str]) -> bool:
    kind = json_type(value)
    if kind in types:
        return True
    if kind == "integer":
        return "number" in types
    return kind == "number" and "integer" in types and value.is_integer()
