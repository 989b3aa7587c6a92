"""Schemas of tools in the forms of data sets: as a list or as JSON text, wrapped or not, Berkeley's and xLAM's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trace_trainer.engine.rows.conversations import decoded

_TYPES = {
    "str": "string",
    "text": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "dict": "object",
    "list": "array",
    "tuple": "array",
    "set": "array",
}
_LISTED = re.compile(r"(?:list|tuple|set|iterable|sequence)\[(.+)\]", re.IGNORECASE)
_OPTIONAL = re.compile(r"optional\[(.+)\]", re.IGNORECASE)


def tools_of(value: Any) -> Any:
    """The tools of a column: JSON text decoded, parameters as xLAM lists them as a JSON schema. What is no list of
    objects comes back as it is; the verifier says what is wrong with it."""
    found = decoded(value)
    if isinstance(found, Mapping) and found:
        found = [found]
    if isinstance(found, list):
        found = [decoded(tool) for tool in found]
    if not isinstance(found, list) or not all(isinstance(tool, Mapping) for tool in found):
        return found
    return [_with_schema(dict(tool)) for tool in found]


def openai_tools(tools: list[Any]) -> list[Any]:
    """The tools in OpenAI's form, which chat templates take; those that are in it already stay as they are."""
    return [
        tool
        if not isinstance(tool, Mapping) or "function" in tool or not isinstance(tool.get("name"), str)
        else {"type": "function", "function": {**tool, "parameters": _plain(tool.get("parameters") or _NONE)}}
        for tool in tools
    ]


_NONE = {"type": "object", "properties": {}}


def _with_schema(tool: dict[str, Any]) -> dict[str, Any]:
    """A tool whose parameters may be the flat list of xLAM: a name, a type in words, a default."""
    parameters = decoded(tool.get("parameters"))
    if not isinstance(parameters, Mapping) or not parameters:
        return tool
    if isinstance(parameters.get("type"), str) or not all(
        isinstance(item, Mapping) for item in parameters.values()
    ):
        return {**tool, "parameters": parameters}
    properties, required = {}, []
    for name, item in parameters.items():
        kind = str(item.get("type", ""))
        schema, optional = _schema_of(kind)
        if not optional and "default" not in item:
            required.append(name)
        more = {
            key: item[key] for key in ("description", "default", "enum") if item.get(key) not in (None, "")
        }
        properties[name] = {**schema, **more}
    return {**tool, "parameters": {"type": "object", "properties": properties, "required": required}}


def _schema_of(kind: str) -> tuple[dict[str, Any], bool]:
    """The schema of a type in words, such as `List[int], optional`, and whether a value may be left out."""
    words, *more = (part.strip() for part in kind.rsplit(",", 1))
    optional = more == ["optional"]
    if not optional and more:
        words = kind.strip()
    inner = _OPTIONAL.fullmatch(words)
    if inner:
        return _schema_of(inner[1])[0], True
    listed = _LISTED.fullmatch(words)
    if listed:
        items = _schema_of(listed[1])[0] if "," not in listed[1] else {}
        return {"type": "array", **({"items": items} if items else {})}, optional
    name = words.lower().partition("[")[0]
    name = _TYPES.get(name, name)
    known = name in ("string", "integer", "number", "boolean", "object", "array")
    return ({"type": name} if known else {}), optional


def _plain(schema: Any) -> Any:
    """A schema with the names of types that JSON Schema has, in place of Python's."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        key: _TYPES.get(value, value)
        if key == "type" and isinstance(value, str)
        else {name: _plain(item) for name, item in value.items()}
        if key == "properties" and isinstance(value, Mapping)
        else _plain(value)
        if key in ("items", "anyOf", "oneOf", "allOf")
        else value
        for key, value in schema.items()
    }
