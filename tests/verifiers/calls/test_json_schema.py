"""JSON schema beyond types and enums: bounds, patterns, formats, references; in bounded time, without a network."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from typing import Any

import pytest
from helpers.call_turns import calls

from trace_trainer.verifiers import Call, verify_call
from trace_trainer.verifiers.calls import ToolSchemaError, read_tools
from trace_trainer.verifiers.calls.arguments import check_call


def tool(schema: Any, **more: Any) -> dict[str, Any]:
    return {"name": "f", "parameters": {"type": "object", "properties": {"x": schema}, **more}}


def codes(schema: Any, value: Any, **more: Any) -> list[str]:
    tools = read_tools([tool(schema, **more)])
    return [violation.code for violation in check_call(Call("f", {"x": value}), tools, 0)]


TREE = {
    "type": "object",
    "properties": {"left": {"$ref": "#/$defs/tree"}, "size": {"type": "integer"}},
    "additionalProperties": False,
}
NAMED = {"type": "object", "patternProperties": {"^s": {"type": "string"}}, "additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 5}, 5, 99),
        ({"type": "float", "exclusiveMinimum": 0}, 0.5, 0),
        ({"type": "number", "minimum": 0, "exclusiveMinimum": True}, 0.5, 0),
        ({"type": "number", "maximum": 0, "exclusiveMaximum": False}, 0, 0.5),
        ({"type": "number", "multipleOf": 0.5}, 1.5, 1.4),
        ({"type": "string", "minLength": 2, "maxLength": 3}, "ab", "abcd"),
        ({"type": "number", "multipleOf": 0.1}, 0.3, 0.35),
        ({"type": "string", "pattern": "^[A-Z]{2}$"}, "DE", "de"),
        ({"type": "string", "pattern": "^[A-Z]{2}$"}, "DE", "DE\n"),
        ({"type": "string", "pattern": r"^\d+$"}, "12", "१२"),
        ({"type": "string", "pattern": r"^[\d$]+\$$"}, "1$", "1"),
        ({"type": "string", "pattern": r"^\p{L}+$"}, "Zoë", "Zoë1"),
        ({"type": "string", "format": "date"}, "2024-02-29", "2023-02-29"),
        ({"type": "string", "format": "date-time"}, "2024-02-29T10:00:00Z", "yesterday"),
        ({"type": "string", "format": "time"}, "10:30", "25:00"),
        ({"type": "string", "format": "hostname"}, "a-1.example.org", "-a.example.org"),
        ({"type": "string", "format": "duration"}, "P1DT5M", "5 minutes"),
        ({"type": "string", "format": "json-pointer"}, "/a/0", "a/0"),
        ({"type": "string", "format": "regex"}, "a+", "("),
        ({"type": "array", "prefixItems": [{"type": "integer"}], "items": False}, [1], [1, 2]),
        ({"type": "string", "format": "email"}, "ann@x.com", "ann"),
        ({"type": "string", "format": "ipv4"}, "10.0.0.1", "10.0.0.256"),
        ({"type": "string", "format": "uuid"}, "123e4567-e89b-12d3-a456-426614174000", "123"),
        ({"type": "string", "format": "uri"}, "https://example.org", "example"),
        ({"type": "string", "format": "a format of somebody's own"}, "x", None),
        ({"type": "array", "minItems": 1, "uniqueItems": True}, [1, 2], [1, 1.0]),
        ({"type": "array", "items": {"type": "integer", "maximum": 3}}, [1, 3], [1, 4]),
        ({"type": "dict", "properties": {"a": {"type": "integer", "minimum": 0}}}, {"a": 1}, {"a": -1}),
        (NAMED, {"s1": "a"}, {"t": "a"}),
        ({"oneOf": [{"type": "integer"}, {"type": "number"}]}, 1.5, 1),
        ({"allOf": [{"type": "integer"}, {"minimum": 3}]}, 3, 2),
        ({"type": "integer", "not": {"const": 3}}, 2, 3),
        ({"$ref": "#/$defs/colour"}, "red", "blue"),
        ({"$ref": "#/$defs/tree"}, {"left": {"left": {"size": 1}}}, {"left": {"left": {"size": "1"}}}),
    ],
)  # fmt: skip
def test_a_keyword_is_checked(schema: Any, good: Any, bad: Any) -> None:
    defs = {"colour": {"type": "string", "enum": ["red", "green"]}, "tree": TREE}
    assert codes(schema, good, **{"$defs": defs}) == []
    assert codes(schema, bad, **{"$defs": defs})


def test_a_property_that_is_called_as_a_keyword_is_none() -> None:
    (found,) = read_tools([tool({"type": "object", "properties": {"pattern": {"type": "string"}}})]).values()
    assert found.full == ""


def test_the_value_and_its_place_are_named() -> None:
    verdict = verify_call(
        calls(Call("f", {"x": [1, 9]})), "hermes", None, [tool({"type": "array", "items": {"maximum": 5}})]
    )
    assert verdict.outcome == "invalid_call"
    assert verdict.violations[0].message == "x[1]: 9 is greater than the maximum of 5"


@pytest.mark.parametrize(
    "ref", ["#/$defs/none", "https://example.org/s.json", "file:///etc/passwd", "other.json", 5]
)
def test_a_reference_that_leads_nowhere_is_an_error_and_nothing_is_fetched(
    ref: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "socket", None)
    with pytest.raises(ToolSchemaError, match=r"properties\.x\.\$ref"):
        read_tools([tool({"$ref": ref})])


def test_references_that_multiply_are_refused_in_a_moment() -> None:
    defs = {
        f"d{n}": {"type": "object", "properties": {k: {"$ref": f"#/$defs/d{n + 1}"} for k in "abcdef"}}
        for n in range(7)
    }
    started = time.process_time()
    with pytest.raises(ToolSchemaError, match="schemas in one tool"):
        read_tools([tool({"$ref": "#/$defs/d0"}, **{"$defs": defs | {"d7": {"type": "integer"}}})])
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string", "pattern": "^(a+)+$"}, "a" * 19_000 + "b"),
        ({"type": "string", "pattern": "(.*a){30}b"}, "a" * 19_000),
        ({"type": "array", "items": {"type": "integer", "minimum": 1}, "uniqueItems": True}, [1] * 6_000),
        ({"type": "object", "additionalProperties": {"maximum": 3}}, {str(n): 1 for n in range(1_500)}),
        ({"type": "object", "patternProperties": {"^(a+)+$": {}}}, {"a" * 15_000 + "b": 1}),
        ({"$ref": "#/$defs/fork"}, 14 * ['{"c": ']),
        ({"type": "number", "multipleOf": 0.1}, 10**400),
    ],
    ids=["pattern", "backtracking", "elements", "properties", "names", "fork", "huge"],
)
def test_a_check_takes_less_than_a_tenth_of_a_second(schema: Any, value: Any) -> None:
    fork: Any = {"type": "object", "additionalProperties": False, "properties": {
        "c": {"anyOf": [{"$ref": "#/$defs/fork"}, {"$ref": "#/$defs/fork"}]}, "v": {"type": "integer"}}}  # fmt: skip
    tools = [tool(schema, **{"$defs": {"fork": fork}})]
    if isinstance(value, list) and value[0] == '{"c": ':
        inner: Any = {"v": "x"}
        for _ in value:
            inner = {"c": inner}
        value = inner
    text = calls(Call("f", {"x": value}))
    verify_call(
        calls(Call("f", {"x": 1})), "hermes", None, tools
    )  # the libraries are loaded, the schema is read
    best = 9.0
    for _ in range(3):
        started = time.process_time()
        assert verify_call(text, "hermes", None, tools).outcome in ("valid", "invalid_call")
        best = min(best, time.process_time() - started)
    assert best < 0.1


def test_the_libraries_are_loaded_for_schemas_that_need_them_only() -> None:
    code = (
        "import sys; from trace_trainer import verify_call; "
        "t = [{'name': 'f', 'parameters': {'type': 'object', 'properties': {'x': {'type': 'integer'}}}}]; "
        'verify_call(\'<tool_call>{"name": "f", "arguments": {"x": 1}}</tool_call>\', tools=t); '
        "print({'jsonschema', 'referencing', 'regex'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
