"""The Berkeley rules: each of them on small calls, and all of them on the published rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.verifiers import Call, verify_call
from trace_trainer.verifiers.calls import FORMATS, Reply, read_tools
from trace_trainer.verifiers.calls.ast_match import ast_match
from trace_trainer.verifiers.calls.expected import (
    ExpectedCall,
    ExpectedCalls,
    Pattern,
    Possible,
    read_expected,
)
from trace_trainer.verifiers.calls.tools import Tools

TOOL = {
    "name": "f",
    "parameters": {
        "type": "dict",
        "properties": {
            "s": {"type": "string"}, "i": {"type": "integer"}, "x": {"type": "float"}, "b": {"type": "boolean"},
            "l": {"type": "array", "items": {"type": "string"}}, "n": {"type": "array", "items": {"type": "float"}},
            "d": {"type": "dict"}, "t": {"type": "tuple", "items": {"type": "float"}}, "a": {"type": "any"},
        },
        "required": ["s"],
    },
}  # fmt: skip
G = {"name": "g", "parameters": {"type": "dict", "properties": {"s": {"type": "string"}}, "required": ["s"]}}
TOOLS = read_tools([TOOL, G])


def calls_of(raw: Any) -> tuple[ExpectedCall, ...]:
    wanted = read_expected(raw)
    assert isinstance(wanted, ExpectedCalls)
    return wanted.calls


def matches(arguments: dict[str, Any], possible: dict[str, Any]) -> bool:
    call = Call("f", {"s": "x"} | arguments)
    return ast_match([call], calls_of([{"f": {"s": ["x"]} | possible}]), TOOLS)


@pytest.mark.parametrize(
    ("arguments", "possible"),
    [
        ({}, {}),
        ({}, {"i": [1, ""]}),
        ({"i": 1}, {"i": [2, 1]}),
        ({"x": 1}, {"x": [1.0]}),
        ({"x": 1.0}, {"x": [1]}),
        ({"n": [1, 2.5]}, {"n": [[1.0, 2.5]]}),
        ({"t": [1.5, 2]}, {"t": [[1.5, 2]]}),
        ({"s": "april 1 2024"}, {"s": ["April 1, 2024"]}),
        ({"s": "a-b_c*d^e/f.g"}, {"s": ["ABCDEFG"]}),
        ({"s": "it's"}, {"s": ['it"s']}),
        ({"l": ["New York", "b"]}, {"l": [["new-york", "B"]]}),
        ({"l": []}, {"l": []}),
        ({"d": {"min": 3, "unit": "EUR"}}, {"d": [{"min": [3, 4], "unit": ["eur", ""]}]}),
        ({"d": {"min": 3}}, {"d": [{"min": [3, 4], "unit": ["eur", ""]}]}),
        ({"b": True}, {"b": [True]}),
        ({"a": 5}, {"a": [5]}),
        ({"x": None}, {"x": ["", None]}),
    ],
)
def test_what_the_rules_permit(arguments: dict[str, Any], possible: dict[str, Any]) -> None:
    assert matches(arguments, possible)


@pytest.mark.parametrize(
    ("arguments", "possible"),
    [
        ({}, {"i": [1]}),
        ({"i": "1"}, {"i": [1]}),
        ({"i": 1.0}, {"i": [1]}),
        ({"i": True}, {"i": [1]}),
        ({"x": "1.0"}, {"x": [1.0]}),
        ({"s": 5}, {"s": ["5"]}),
        ({"i": 3}, {"i": [1, 2]}),
        ({"i": 1}, {}),
        ({"z": 1}, {"z": [1]}),
        ({"l": ["b", "a"]}, {"l": [["a", "b"]]}),
        ({"l": ["a"]}, {"l": [["a", "b"]]}),
        ({"l": "a"}, {"l": [["a"]]}),
        ({"l": [1]}, {"l": [["1"]]}),
        ({"n": ["1"]}, {"n": [[1.0]]}),
        ({"b": 1}, {"b": [True]}),
        ({"b": "true"}, {"b": [True]}),
        ({"d": {"max": 3}}, {"d": [{"min": [3]}]}),
        ({"d": {"min": 3, "max": 4}}, {"d": [{"min": [3]}]}),
        ({"d": {}}, {"d": [{"min": [3]}]}),
        ({"i": ""}, {"i": [1, ""]}),
    ],
)
def test_what_the_rules_refuse(arguments: dict[str, Any], possible: dict[str, Any]) -> None:
    assert not matches(arguments, possible)


def test_the_name_is_exact() -> None:
    wanted = calls_of([{"f": {"s": ["x"]}}])
    assert not ast_match([Call("F", {"s": "x"})], wanted, TOOLS)
    assert not ast_match([Call("g", {"s": "x"})], wanted, TOOLS)


def test_required_parameters_can_not_be_left_out() -> None:
    assert not ast_match([Call("f", {})], calls_of([{"f": {"s": ["x", ""]}}]), TOOLS)


def test_parallel_calls_match_in_any_order_with_equal_count() -> None:
    f, g = Call("f", {"s": "x"}), Call("g", {"s": "y"})
    wanted = calls_of([{"f": {"s": ["x"]}}, {"g": {"s": ["y"]}}])
    assert ast_match([f, g], wanted, TOOLS) and ast_match([g, f], wanted, TOOLS)
    for wrong in ([f], [f, f], [f, g, g], []):
        assert not ast_match(wrong, wanted, TOOLS)


# The published rows. A gold call is built of the first possible value of each argument.


def rows(folder: Path) -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Identifier, tools and possible answers of every row that has answers."""
    for answers in sorted((folder / "bfcl" / "possible_answer").glob("*.json")):
        known = {row["id"]: row["ground_truth"] for row in map(json.loads, answers.open(encoding="utf-8"))}
        for row in map(json.loads, (folder / "bfcl" / answers.name).open(encoding="utf-8")):
            yield row["id"], row["function"], known[row["id"]]


def gold(wanted: tuple[ExpectedCall, ...], tools: Tools, leave_out: bool) -> list[Call]:
    """The calls of an answer; with `leave_out` without all that may be left out."""
    return [
        Call(
            one.name,
            {
                name: value_of(possible)
                for name, possible in one.arguments.items()
                if name in tools[one.name].parameters.required
                or (
                    not (possible.optional and (leave_out or only_empty(possible)))
                    and name in tools[one.name].parameters.properties
                )
            },
        )
        for one in wanted
    ]


def only_empty(possible: Possible) -> bool:
    return all(pattern == "" for pattern in possible.patterns)


def value_of(possible: Possible) -> Any:
    return plain(next((pattern for pattern in possible.patterns if pattern != ""), ""))


def plain(pattern: Pattern) -> Any:
    if isinstance(pattern, dict):
        return {name: value_of(possible) for name, possible in pattern.items() if not only_empty(possible)}
    return [plain(item) for item in pattern] if isinstance(pattern, list) else pattern


def respelled(value: Any) -> Any:
    """The same value as the rules see it, written differently."""
    if isinstance(value, str):
        return f" {value.upper().replace(' ', '-')}."
    if isinstance(value, list):
        return [respelled(item) for item in value]
    return {key: respelled(item) for key, item in value.items()} if isinstance(value, dict) else value


def test_every_published_answer_passes_and_so_do_its_permitted_variants(shared_data: Path) -> None:
    count = 0
    for name, functions, answers in rows(shared_data):
        tools, wanted = read_tools(functions), calls_of(answers)
        full = gold(wanted, tools, leave_out=False)
        variants = {
            "full": full,
            "reversed": full[::-1],
            "short": gold(wanted, tools, leave_out=True),
            "respelled": [Call(call.name, respelled(call.arguments)) for call in full],
        }
        for variant, calls in variants.items():
            assert ast_match(calls, wanted, tools), (name, variant)
        count += 1
    assert count == 637


def wrong_ones(calls: list[Call], tools: Tools) -> Iterator[tuple[str, list[Call]]]:
    """Calls that are each wrong in one way."""
    first, *rest = calls
    yield "one more", [*calls, first]
    yield "one less", rest
    yield "name", [Call(first.name + "x", first.arguments), *rest]
    yield "unknown", [Call(first.name, first.arguments | {"unheard_of": 1}), *rest]
    for name, value in first.arguments.items():
        if name in tools[first.name].parameters.required:
            yield (
                "missing",
                [Call(first.name, {k: v for k, v in first.arguments.items() if k != name}), *rest],
            )
        changed: dict[str, Any] = {"object": {"z": 1}, "null": None}
        if isinstance(value, bool | int | float):
            changed["text for a number"] = str(value)
        if isinstance(value, list) and len(value) > 1 and value != value[::-1]:
            changed["reordered"] = value[::-1]
        for way, other in changed.items():
            yield way, [Call(first.name, first.arguments | {name: other}), *rest]


def test_what_is_wrong_with_a_published_answer_fails(shared_data: Path) -> None:
    counts: dict[str, int] = {}
    for name, functions, answers in rows(shared_data):
        tools, wanted = read_tools(functions), calls_of(answers)
        for way, calls in wrong_ones(gold(wanted, tools, leave_out=False), tools):
            if way == "null" and "null" in json.dumps(answers):
                continue
            if way == "reordered" and ast_match(calls, wanted, tools):
                continue  # the row allows both orders, or two parallel calls are each other's reversal
            assert not ast_match(calls, wanted, tools), (name, way)
            counts[way] = counts.get(way, 0) + 1
    assert all(
        counts[way] > 50 for way in ("missing", "text for a number", "reordered", "unknown", "one less")
    )


def test_no_call_is_right_where_no_tool_fits(shared_data: Path) -> None:
    for row in map(json.loads, (shared_data / "bfcl" / "BFCL_v4_irrelevance.json").open(encoding="utf-8")):
        tools = read_tools(row["function"])
        call = FORMATS["hermes"].render(Reply((Call(next(iter(tools)), {}),)))
        assert verify_call(call, "hermes", [], row["function"]).outcome == "wrong_call"
        text = verify_call("None of my tools does that.", "hermes", [], row["function"])
        assert text.outcome == "correct" and text.metrics["ast_match"] is True


def test_a_published_answer_is_correct_in_every_format_that_can_write_it(shared_data: Path) -> None:
    for name, functions, answers in list(rows(shared_data))[::7]:
        calls = tuple(gold(calls_of(answers), read_tools(functions), leave_out=False))
        for format in FORMATS.values():
            if len(calls) == 1 or not format.one_call:
                words = "What was asked for" if format.layout.holds_text else ""
                verdict = verify_call(
                    format.render(Reply(calls, words)),
                    "auto" if format.in_auto else format.name,
                    answers,
                    functions,
                )
                assert verdict.outcome == "correct", (name, format.name)
