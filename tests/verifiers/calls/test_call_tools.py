"""Tool schemas: both forms read to the same, malformed ones name the place, and calls are checked against them."""

from __future__ import annotations

from typing import Any

import pytest

from trace_trainer.verifiers import Call
from trace_trainer.verifiers.calls import ToolSchemaError, read_tools
from trace_trainer.verifiers.calls.arguments import check_call

BERKELEY: dict[str, Any] = {
    "name": "book",
    "description": "Book a room.",
    "parameters": {
        "type": "dict",
        "properties": {
            "city": {"type": "string"},
            "nights": {"type": "integer"},
            "price": {"type": "float"},
            "kind": {"type": "string", "enum": ["single", "double"]},
            "guests": {
                "type": "array",
                "items": {"type": "dict", "properties": {"age": {"type": "integer"}}},
            },
            "where": {"type": "tuple", "items": {"type": "float"}},
            "note": {"type": "any"},
        },
        "required": ["city"],
    },
}
OPENAI: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "book",
        "description": "Book a room.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "nights": {"type": "integer"},
                "price": {"type": "number"},
                "kind": {"type": "string", "enum": ["single", "double"]},
                "guests": {
                    "type": "array",
                    "items": {"type": "object", "properties": {"age": {"type": "integer"}}},
                },
                "where": {"type": "array", "items": {"type": "number"}},
                "note": {},
            },
            "required": ["city"],
        },
    },
}


def codes(arguments: dict[str, Any], tools: Any = (BERKELEY,)) -> list[str]:
    return [violation.code for violation in check_call(Call("book", arguments), read_tools(tools), 0)]


def test_both_forms_are_read_to_the_same() -> None:
    assert read_tools([BERKELEY]) == read_tools([OPENAI])


def test_the_same_schemas_are_read_once() -> None:
    assert read_tools([BERKELEY]) is read_tools([{**BERKELEY}])


@pytest.mark.parametrize(
    ("tools", "message"),
    [
        ("book", "tools: a list of schemas"),
        ([{"f": object()}], "tools: a list of JSON values"),
        (["book"], r"tools\[0\]: a tool is an object, not text"),
        ([BERKELEY, OPENAI], r"tools\[1\]: a second tool is called book"),
        ([{"type": "retrieval", "function": {}}], r"tools\[0\]\.type: 'retrieval'"),
        ([{"function": []}], r"tools\[0\]\.function: an object"),
        ([{"parameters": {}}], r"tools\[0\]\.name: the name of the tool is expected, not None"),
        ([{"name": "f", "description": 1}], r"tools\[0\] \(f\)\.description: text"),
        ([{"name": "f", "parameters": []}], r"tools\[0\] \(f\)\.parameters: a schema is an object"),
        ([{"name": "f", "parameters": {"type": "string"}}], r"\(f\)\.parameters\.type: 'object' or 'dict'"),
        (
            [{"name": "f", "parameters": {"type": "dict", "properties": []}}],
            r"\.properties: an object of schemas",
        ),
    ],
)
def test_a_malformed_tool_is_one_line_that_names_the_place(tools: Any, message: str) -> None:
    with pytest.raises(ToolSchemaError, match=message) as caught:
        read_tools(tools)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "strnig"}, r"properties\.x\.type: no type 'strnig'; did you mean 'string'\?"),
        ({"type": 7}, r"properties\.x\.type: no type 7; there are string, integer"),
        ({"enum": "a"}, r"properties\.x\.enum: a list of values"),
        ({"enum": []}, r"properties\.x\.enum: a list of values"),
        ({"type": "array", "items": [1]}, r"properties\.x\.items: a schema is an object"),
        ({"type": "dict", "required": "a"}, r"properties\.x\.required: a list of names"),
        (
            {"properties": {"a": {}}, "required": ["b"]},
            r"properties\.x\.required: 'b' is none of the properties",
        ),
        ({"$ref": "#/x"}, r"properties\.x\.\$ref: '#/x' leads nowhere in this schema"),
        ({"$ref": "https://example.org/x"}, r"properties\.x\.\$ref: .* nothing is fetched"),
        (
            {"type": "integer", "minimum": "1"},
            r"\.parameters: properties\.x\.minimum: '1' is not of type 'number'",
        ),
        ({"anyOf": {}}, r"properties\.x\.anyOf: a list of schemas"),
        ({"anyOf": [{"type": "x"}]}, r"properties\.x\.anyOf\[0\]\.type: no type"),
    ],
)
def test_a_malformed_parameter_is_one_line_that_names_the_place(schema: Any, message: str) -> None:
    with pytest.raises(ToolSchemaError, match=message) as caught:
        read_tools([{"name": "f", "parameters": {"type": "dict", "properties": {"x": schema}}}])
    assert "\n" not in str(caught.value)


def test_a_schema_nested_without_end_is_refused() -> None:
    schema: dict[str, Any] = {}
    for _ in range(30):
        schema = {"type": "array", "items": schema}
    with pytest.raises(ToolSchemaError, match="levels deep"):
        read_tools([{"name": "f", "parameters": {"type": "dict", "properties": {"x": schema}}}])


@pytest.mark.parametrize(
    "arguments",
    [
        {"city": "Rome"},
        {"city": "Rome", "nights": 2, "price": 10.5, "kind": "double", "note": [None]},
        {"city": "Rome", "nights": 2.0, "price": 10, "where": [1, 2.5], "guests": [{"age": 3}, {}]},
    ],
)
def test_a_call_that_fits_its_schema_passes(arguments: dict[str, Any]) -> None:
    assert codes(arguments) == [] == codes(arguments, [OPENAI])


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({}, "missing_argument"),
        ({"city": "Rome", "town": "Rome"}, "unknown_argument"),
        ({"city": 1}, "bad_argument_type"),
        ({"city": None}, "bad_argument_type"),
        ({"city": "Rome", "nights": "2"}, "bad_argument_type"),
        ({"city": "Rome", "nights": True}, "bad_argument_type"),
        ({"city": "Rome", "nights": 2.5}, "bad_argument_type"),
        ({"city": "Rome", "price": "10"}, "bad_argument_type"),
        ({"city": "Rome", "kind": "triple"}, "bad_argument_value"),
        ({"city": "Rome", "where": [1, "2"]}, "bad_argument_type"),
        ({"city": "Rome", "guests": [{"age": "3"}]}, "bad_argument_type"),
        ({"city": "Rome", "guests": [{"name": "Al"}]}, "unknown_argument"),
    ],
)
def test_a_call_that_does_not_fit_is_named(arguments: dict[str, Any], code: str) -> None:
    assert codes(arguments) == [code] == codes(arguments, [OPENAI])


def test_a_tool_that_does_not_exist_is_named_with_those_that_do() -> None:
    (violation,) = check_call(Call("cook", {}), read_tools([BERKELEY]), 3)
    assert (violation.code, violation.step) == ("unknown_tool", 3) and "book" in violation.message


def test_a_tool_without_parameters_takes_none() -> None:
    assert codes({}, [{"name": "book"}]) == []
    assert codes({"x": 1}, [{"name": "book"}]) == ["unknown_argument"]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": ["string", "null"]}, None, 1),
        ({"type": "string", "nullable": True}, None, 1),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, None, "1"),
        ({"oneOf": [{"type": "integer"}, {"enum": ["all"]}]}, "all", "none"),
        ({"const": 3}, 3.0, 4),
        ({"enum": [True]}, True, 1),
        ({"type": "array", "items": {"type": "string"}, "enum": ["a", "b"]}, ["b"], ["c"]),
        ({"type": "object", "additionalProperties": True, "properties": {"a": {}}}, {"b": 1}, []),
    ],
)
def test_other_ways_to_say_a_type_are_understood(schema: Any, good: Any, bad: Any) -> None:
    tools = [{"name": "book", "parameters": {"type": "object", "properties": {"x": schema}}}]
    assert codes({"x": good}, tools) == []
    assert len(codes({"x": bad}, tools)) == 1
