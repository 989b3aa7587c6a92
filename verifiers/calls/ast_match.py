"""The Berkeley function-calling rules: whether calls are the expected ones by name, type and possible values.

The rules are those of the leaderboard's checker for Python (Patil et al., "The Berkeley Function Calling Leaderboard",
2025; github.com/ShishirPatil/gorilla), with three differences, each to the wider of two readings: parallel calls are
matched as well as possible, not first come first served; an integer may stand for a float inside lists too; strings are
compared loosely at any depth. Never used on shell text, where `-` and `/` mean something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trace_trainer.verifiers.calls.arguments import json_type
from trace_trainer.verifiers.calls.call import Call
from trace_trainer.verifiers.calls.expected import ExpectedCall, Pattern, Possible
from trace_trainer.verifiers.calls.matching import match
from trace_trainer.verifiers.calls.tools import Schema, Tools

_DROPPED = str.maketrans(dict.fromkeys(" ,./-_*^", "") | {"'": '"'})


def ast_match(calls: Sequence[Call], expected: Sequence[ExpectedCall], tools: Tools | None) -> bool:
    """Whether the calls are the expected ones, in any order, with equal count.

    Args:
        tools: the schemas; without them types and required parameters are not checked, only values.
    """
    if len(calls) != len(expected):
        return False
    if len(calls) == 1:
        return call_matches(calls[0], expected[0], tools)
    return -1 not in match(calls, expected, lambda call, one: call_matches(call, one, tools))


def call_matches(call: Call, expected: ExpectedCall, tools: Tools | None) -> bool:
    """Whether one call is the expected one."""
    if call.name != expected.name:
        return False
    tool = None if tools is None else tools.get(call.name)
    if tools is not None and tool is None:
        return False
    schema = None if tool is None else tool.parameters
    if schema is not None and any(name not in call.arguments for name in schema.required):
        return False
    for name, value in call.arguments.items():
        possible = expected.arguments.get(name)
        if possible is None:
            return False
        if schema is not None:
            declared = schema.properties.get(name)
            if declared is None or not _has_type(value, declared, possible.patterns):
                return False
        if not _is_possible(value, possible):
            return False
    return all(possible.optional or name in call.arguments for name, possible in expected.arguments.items())


def standardise(text: str) -> str:
    """Lower case, without spaces and `,./-_*^`, single quotes as double ones."""
    return text.translate(_DROPPED).lower()


def _has_type(value: Any, schema: Schema, patterns: Sequence[Pattern]) -> bool:
    """Whether a value has the declared type, or that of the possible values (a variable's name, null).

    Elements of a list likewise, one level deep.
    """
    kind = json_type(value)
    if not (_is_a(kind, schema) or kind == _type_of_first(patterns)):
        return False
    if kind != "array" or schema.items is None:
        return True
    items = schema.items
    return any(
        all(_is_a(element, items) or element == _type_of_first(pattern) for element in map(json_type, value))
        for pattern in patterns
        if isinstance(pattern, list)
    )


def _is_a(kind: str, schema: Schema) -> bool:
    types = schema.types
    return not types or kind in types or (kind == "integer" and "number" in types)


def _type_of_first(patterns: Sequence[Pattern]) -> str | None:
    """The type of the first possible value; "" says that the argument may be left out, nothing about its type."""
    return next((json_type(pattern) for pattern in patterns if pattern != ""), None)


def _is_possible(value: Any, possible: Possible) -> bool:
    if isinstance(value, str) and value in possible.patterns:
        return True
    return any(_equals(value, pattern) for pattern in possible.patterns)


def _equals(value: Any, pattern: Pattern) -> bool:
    if isinstance(value, str):
        # "" says that an argument may be left out; a text of signs alone is no such thing.
        if value == pattern or not isinstance(pattern, str) or not pattern:
            return value == pattern
        return standardise(value) == standardise(pattern)
    if isinstance(value, dict):
        return isinstance(pattern, dict) and _mapping_equals(value, pattern)
    if isinstance(value, list):
        return isinstance(pattern, list) and len(value) == len(pattern) and all(map(_equals, value, pattern))
    return isinstance(value, bool) == isinstance(pattern, bool) and bool(value == pattern)


def _mapping_equals(value: dict[str, Any], pattern: dict[str, Possible]) -> bool:
    for key, item in value.items():
        if key not in pattern or not _is_possible(item, pattern[key]):
            return False
    return all(possible.optional or key in value for key, possible in pattern.items())
