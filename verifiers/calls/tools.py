"""Tool schemas: the Berkeley and the OpenAI form, read once into one internal form.

The forms differ in a wrapper (`{"type": "function", "function": ...}`) and in names of types: dict, float, tuple and
any against object, number, array and no type at all. Read of JSON Schema into that form: type, enum, const,
properties, required, items, additionalProperties, anyOf and oneOf, and what references (`$ref`) within the schema stand
for. Bounds, patterns, formats and all other keywords are checked by libraries (`json_schema`).
"""

from __future__ import annotations

import difflib
import json
import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, cast

from trace_trainer.verifiers.calls.call import Call, shown

COMMAND_TOOL, COMMAND_ARGUMENT = "run_shell_command", "command"
INSTALLER_TOOLS: Sequence[Mapping[str, Any]] = (
    {
        "type": "function",
        "function": {
            "name": COMMAND_TOOL,
            "description": "Run a shell command",
            "parameters": {
                "type": "object",
                "properties": {COMMAND_ARGUMENT: {"type": "string"}},
                "required": [COMMAND_ARGUMENT],
            },
        },
    },
)
"""The one tool of the installer, which is assumed where a command is expected and no tools are given."""

_TYPES = {name: name for name in ("string", "integer", "number", "boolean", "array", "object", "null")} | {
    "dict": "object",
    "float": "number",
    "tuple": "array",
}
_MAX_DEPTH = 16
_MAX_SCHEMAS = 5_000  # in one tool, with what its references stand for
_OPEN = frozenset(("patternProperties", "allOf", "if", "dependentSchemas"))


class ToolSchemaError(ValueError):
    """A tool schema that can't be read; the message is one line that names the place."""


def command_of(call: Call) -> str | None:
    """The command line of a call of the installer's tool; None for any other call."""
    command = call.arguments.get(COMMAND_ARGUMENT) if call.name == COMMAND_TOOL else None
    return command if isinstance(command, str) else None


@dataclass(frozen=True, slots=True)
class Schema:
    """What a value may be.

    Attributes:
        types: JSON names of types; empty where any is right.
        enum: the allowed values, or None.
        properties: of an object; empty where none are declared.
        required: names of properties that must be there.
        extra: whether an object may have properties that are not declared.
        items: of an array, or None.
        alternatives: schemas of which one must fit; empty for none.
        open: further properties are what the libraries judge, by patterns or parts of the schema.
    """

    types: frozenset[str] = frozenset()
    enum: tuple[Any, ...] | None = None
    properties: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    extra: bool = True
    items: Schema | None = None
    alternatives: tuple[Schema, ...] = ()
    open: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool by its name; `parameters` is the schema of the object of its arguments.

    `full` is that schema as JSON text where it has keywords that libraries check, "" elsewhere.
    """

    name: str
    description: str
    parameters: Schema
    full: str = ""


class _Scope:
    """The schema of one tool while it is read: what references refer to, those being followed, and how much is left."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.following: tuple[str, ...] = ()
        self.left = _MAX_SCHEMAS


Tools = Mapping[str, Tool]


def read_tools(tools: Sequence[Mapping[str, Any]]) -> Tools:
    """The tools by name, in their order. Raises ToolSchemaError.

    The same list, by content, is read only once.
    """
    try:
        key = marshal.dumps(
            cast(Any, tools), 2
        )  # the fastest key by content; version 2 is the same for equal content
    except ValueError:
        raise ToolSchemaError("tools: a list of JSON values is expected") from None
    return _read_marshalled(key)


@lru_cache(maxsize=4096)
def _read_marshalled(key: bytes) -> Tools:
    tools = marshal.loads(key)
    if not isinstance(tools, list | tuple):
        raise ToolSchemaError(f"tools: a list of schemas is expected, not {_kind(tools)}")
    found: dict[str, Tool] = {}
    for index, raw in enumerate(tools):
        tool = _read_tool(raw, f"tools[{index}]")
        if tool.name in found:
            raise ToolSchemaError(f"tools[{index}]: a second tool is called {tool.name}")
        found[tool.name] = tool
    return MappingProxyType(found)


def _read_tool(raw: Any, place: str) -> Tool:
    if not isinstance(raw, dict):
        raise ToolSchemaError(f"{place}: a tool is an object, not {_kind(raw)}")
    if "function" in raw:
        if raw.get("type", "function") != "function":
            raise ToolSchemaError(f"{place}.type: {raw['type']!r}; the one known type of tool is 'function'")
        raw, place = raw["function"], f"{place}.function"
        if not isinstance(raw, dict):
            raise ToolSchemaError(
                f"{place}: an object with name and parameters is expected, not {_kind(raw)}"
            )
    name = raw.get("name")
    if not isinstance(name, str) or not name.strip():
        raise ToolSchemaError(f"{place}.name: the name of the tool is expected, not {shown(name)}")
    place = f"{place} ({name[:60]})"
    description = raw.get("description", "")
    if not isinstance(description, str):
        raise ToolSchemaError(f"{place}.description: text is expected, not {_kind(description)}")
    parameters = raw.get("parameters")
    if parameters is None or parameters == {}:
        return Tool(name, description, Schema(frozenset({"object"}), extra=False))
    scope = _Scope(parameters if isinstance(parameters, dict) else {})
    schema = _read_schema(parameters, f"{place}.parameters", 0, scope)
    if schema.types != {"object"}:
        raise ToolSchemaError(f"{place}.parameters.type: 'object' or 'dict' is expected")
    return Tool(name, description, schema, _full(parameters, f"{place}.parameters"))


def _full(parameters: Any, place: str) -> str:
    """The schema for the libraries; "" where it needs none."""
    from trace_trainer.verifiers.calls.json_schema import SchemaError, needs_library, plain_schema, validator

    if not needs_library(parameters):
        return ""
    text = json.dumps(plain_schema(parameters), sort_keys=True)
    try:
        validator(text)
    except SchemaError as error:
        raise ToolSchemaError(f"{place}: {error}") from None
    return text


def _followed(raw: dict[str, Any], place: str, depth: int, scope: _Scope) -> Schema:
    """The schema that a reference stands for; any value where it leads back to itself, which the libraries follow."""
    from trace_trainer.verifiers.calls.json_schema import SchemaError, resolved

    ref, before = raw["$ref"], scope.following
    if ref in before:
        return Schema()
    try:
        target = resolved(ref, scope.root)
    except SchemaError as error:
        raise ToolSchemaError(f"{place}.$ref: {error}") from None
    beside = {key: value for key, value in raw.items() if key != "$ref"}
    scope.following = (*before, ref)
    found = _read_schema(
        {**target, **beside} if isinstance(target, dict) else target, place, depth + 1, scope
    )
    scope.following = before
    return found


def _read_schema(raw: Any, place: str, depth: int, scope: _Scope) -> Schema:
    if raw is True:
        return Schema()
    if not isinstance(raw, dict):
        raise ToolSchemaError(
            f"{place}: a schema is an object such as {{'type': 'string'}}, not {_kind(raw)}"
        )
    if depth > _MAX_DEPTH:
        raise ToolSchemaError(f"{place}: nested more than {_MAX_DEPTH} levels deep")
    scope.left -= 1
    if scope.left < 0:
        raise ToolSchemaError(f"{place}: more than {_MAX_SCHEMAS:,} schemas in one tool, references followed")
    if "$ref" in raw:
        return _followed(raw, place, depth, scope)
    properties = raw.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise ToolSchemaError(
            f"{place}.properties: an object of schemas is expected, not {_kind(properties)}"
        )
    read = {
        name: _read_schema(value, f"{place}.properties.{name}", depth + 1, scope)
        for name, value in (properties or {}).items()
    }
    items = raw.get("items")
    extra = raw.get("additionalProperties", not read)
    return Schema(
        types=_read_types(raw, place),
        enum=_read_enum(raw, place),
        properties=read,
        required=_read_required(raw, read, place),
        extra=extra if isinstance(extra, bool) else True,
        items=None
        if items is None or isinstance(items, bool)
        else _read_schema(items, f"{place}.items", depth + 1, scope),
        alternatives=_read_alternatives(raw, place, depth, scope),
        open=not _OPEN.isdisjoint(raw),
    )


def _read_types(raw: dict[str, Any], place: str) -> frozenset[str]:
    names = raw.get("type")
    if names is None:
        return frozenset({"object"}) if "properties" in raw else frozenset()
    found = set()
    for name in names if isinstance(names, list) else [names]:
        if name == "any":
            return frozenset()
        if not isinstance(name, str) or name not in _TYPES:
            near = difflib.get_close_matches(str(name), _TYPES, n=1)
            advice = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(_TYPES)}, any"
            raise ToolSchemaError(f"{place}.type: no type {shown(name)}; {advice}")
        found.add(_TYPES[name])
    if raw.get("nullable") is True:
        found.add("null")
    return frozenset(found)


def _read_enum(raw: dict[str, Any], place: str) -> tuple[Any, ...] | None:
    if "const" in raw:
        return (raw["const"],)
    enum = raw.get("enum")
    if enum is None:
        return None
    if not isinstance(enum, list) or not enum:
        raise ToolSchemaError(f"{place}.enum: a list of values is expected, not {shown(enum)}")
    return tuple(enum)


def _read_required(raw: dict[str, Any], properties: Mapping[str, Schema], place: str) -> tuple[str, ...]:
    required = raw.get("required", [])
    if not isinstance(required, list):
        raise ToolSchemaError(f"{place}.required: a list of names is expected, not {shown(required)}")
    for name in required:
        if not isinstance(name, str) or (properties and name not in properties):
            raise ToolSchemaError(f"{place}.required: {shown(name)} is none of the properties")
    return tuple(dict.fromkeys(required))


def _read_alternatives(raw: dict[str, Any], place: str, depth: int, scope: _Scope) -> tuple[Schema, ...]:
    for keyword in ("anyOf", "oneOf"):
        if keyword in raw:
            options = raw[keyword]
            if not isinstance(options, list) or not options:
                raise ToolSchemaError(
                    f"{place}.{keyword}: a list of schemas is expected, not {shown(options)}"
                )
            return tuple(
                _read_schema(option, f"{place}.{keyword}[{index}]", depth + 1, scope)
                for index, option in enumerate(options)
            )
    return ()


def _kind(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), "a number")
