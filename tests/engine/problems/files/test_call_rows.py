"""Rows with tool calls in others' forms: what is expected follows from the gold turn, and the other way round."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.engine.problems.files.call_problems import read_call_problems
from trace_trainer.engine.problems.files.call_rows import CALL_COLUMNS, call_fields, expected_of, gold_turn
from trace_trainer.engine.problems.files.tool_rows import openai_tools, tools_of
from trace_trainer.engine.tasks import task_for

GO = {"name": "go", "parameters": {"type": "dict", "properties": {"way": {"type": "string"}}}}


def _call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


@pytest.mark.parametrize(
    ("expected", "calls"),
    [
        ([{"f": {"a": [1, 2], "b": ["", "x"]}}], [_call("f", a=1)]),
        ([{"f": {"a": [{"x": ["y", ""], "z": [3]}]}}], [_call("f", a={"z": 3})]),
        ([{"f": {"a": [[1, 2]]}}, {"g": {}}], [_call("f", a=[1, 2]), _call("g")]),
        ([{"name": "f", "arguments": {"a": "x"}}], [_call("f", a="x")]),
        ({"type": "command", "command": "lsblk"}, [_call("run_shell_command", command="lsblk")]),
    ],
)
def test_the_gold_turn_is_the_first_that_is_allowed(expected: Any, calls: list[Any]) -> None:
    turn = gold_turn(expected)
    assert turn is not None and turn["tool_calls"] == calls


def test_an_argument_that_its_tool_demands_is_not_left_out() -> None:
    tool = {
        "name": "f",
        "parameters": {"type": "dict", "properties": {"b": {"type": "string"}}, "required": ["b"]},
    }
    turn = gold_turn([{"f": {"b": ["", "x"]}}], [tool])
    assert turn is not None and turn["tool_calls"] == [_call("f", b="x")]


@pytest.mark.parametrize("expected", [[], {"type": "text"}, [3], [{"f": 1}], None])
def test_there_is_no_gold_turn_where_none_is_known(expected: Any) -> None:
    assert gold_turn(expected) is None


def test_a_gold_command_is_expected_by_what_it_does() -> None:
    turn = {"role": "assistant", "content": "", "tool_calls": [_call("run_shell_command", command="lsblk")]}
    assert expected_of(turn) == {"type": "command", "command": "lsblk"}
    assert expected_of({"role": "assistant", "content": "Hi."}) == {"type": "text", "response": "Hi."}


def test_calls_in_pythons_way_are_read_whatever_their_names() -> None:
    tools = [{"name": "Market Trends API", "parameters": {}}, {"name": "math.sum", "parameters": {}}]
    text = '[Market Trends API(kind="a (b)", top=3), math.sum(numbers=[1, 2])]'
    row = {
        "messages": [{"role": "user", "content": "Q"}, {"role": "assistant", "content": text}],
        "tools": tools,
    }
    fields = call_fields(row, CALL_COLUMNS)
    assert fields["reply"]["tool_calls"] == [
        _call("Market Trends API", kind="a (b)", top=3),
        _call("math.sum", numbers=[1, 2]),
    ]


@pytest.mark.parametrize("text", ["[1, 2]", "[unknown(a=1)]", "[f(a=open('x'))]", "[f(1)]", "[f(a=1)", "[]"])
def test_what_is_no_call_in_pythons_way_stays_words(text: str) -> None:
    row = {"prompt": "Q", "completion": text, "tools": [{"name": "f", "parameters": {}}]}
    assert call_fields(row, CALL_COLUMNS)["reply"] == {"role": "assistant", "content": text}


@pytest.mark.parametrize(
    ("kind", "schema", "required"),
    [
        ("str", {"type": "string"}, True),
        ("int, optional", {"type": "integer"}, False),
        ("List[int]", {"type": "array", "items": {"type": "integer"}}, True),
        ("Optional[float]", {"type": "number"}, False),
        ("Dict[str, int]", {"type": "object"}, True),
        ("Callable[[float], float]", {}, True),
    ],
)
def test_types_in_words_become_a_schema(kind: str, schema: dict[str, Any], required: bool) -> None:
    (tool,) = tools_of([{"name": "f", "parameters": {"a": {"type": kind, "description": "A."}}}])
    assert tool["parameters"]["properties"]["a"] == {**schema, "description": "A."}
    assert (tool["parameters"]["required"] == ["a"]) is required


def test_templates_get_tools_in_openais_form_with_json_schemas_types() -> None:
    properties = {"type": {"type": "string"}, "a": {"type": "array", "items": {"type": "float"}}}
    (tool,) = openai_tools([{"name": "f", "parameters": {"type": "dict", "properties": properties}}])
    assert tool["function"]["parameters"] == {
        "type": "object",
        "properties": {"type": {"type": "string"}, "a": {"type": "array", "items": {"type": "number"}}},
    }


def test_berkeleys_rows_have_their_answers(shared_data: Path) -> None:
    task = task_for("functions")
    for name in ("multiple", "parallel", "live_simple"):
        problems = read_call_problems(shared_data / "bfcl" / f"BFCL_v4_{name}.json", limit=20)
        assert problems[0].category == name
        assert all(task.judge(p, task.gold_text(p)).outcome == "correct" for p in problems)
    (problem, *_) = read_call_problems(shared_data / "bfcl" / "BFCL_v4_irrelevance.json", limit=2)
    assert problem.expected == [] and problem.reply is None


def test_a_folder_of_berkeleys_files_is_their_rows_each_with_the_answers_of_its_file(
    tmp_path: Path,
) -> None:
    (tmp_path / "possible_answer").mkdir()
    for name in ("simple", "multiple"):
        row = {"id": "1", "question": [[{"role": "user", "content": f"Go {name}."}]], "function": [GO]}
        answer = {"id": "1", "ground_truth": [{"go": {"way": [name]}}]}
        row["id"] = answer["id"] = f"{name}_1"
        (tmp_path / f"BFCL_{name}.json").write_text(json.dumps(row) + "\n")
        (tmp_path / "possible_answer" / f"BFCL_{name}.json").write_text(json.dumps(answer) + "\n")
    problems = read_call_problems(tmp_path)
    assert [problem.expected for problem in problems] == [
        [{"go": {"way": ["multiple"]}}],
        [{"go": {"way": ["simple"]}}],
    ]


def test_the_installers_rows_have_gold_turns_and_calls_in_their_history(shared_data: Path) -> None:
    task = task_for("installer")
    problems = read_call_problems(shared_data / "installer" / "test_dataset.jsonl")
    assert len(problems) == 600
    assert all(task.judge(p, task.gold_text(p)).outcome == "correct" for p in problems)
    said = [message for p in problems for message in p.messages if message["role"] == "assistant"]
    assert not [message for message in said if message["content"].startswith("$ ")]
    assert [message for message in said if message.get("tool_calls")]
    assert sum(problem.start is not None for problem in problems) == 548
