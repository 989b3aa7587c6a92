"""Call problems keep all they say through a file, and a broken line is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.call_problems import (
    CallProblem,
    read_call_problems,
    write_call_problems,
)
from trace_trainer.engine.tasks import task_for
from trace_trainer.verifiers.calls import FORMATS

CALL = {"type": "function", "function": {"name": "find", "arguments": {"title": "Emma"}}}
ROW: dict[str, Any] = {
    "id": "a",
    "messages": [{"role": "user", "content": "Emma?"}],
    "tools": [
        {"type": "function", "function": {"name": "find", "parameters": {"type": "object", "properties": {}}}}
    ],
    "expected": [{"find": {"title": ["Emma"]}}],
    "reply": {"role": "assistant", "content": "", "tool_calls": [CALL]},
    "category": "simple",
}
SHELL: dict[str, Any] = {
    **ROW,
    "tools": [],
    "expected": {"type": "command", "command": "lsblk"},
    "start": {"boot": "UEFI", "disks": {"sda": "20G"}},
    "ran": ["lsblk"],
}


def _write(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["installer", "functions"])
def test_generated_problems_survive_a_file(name: str, tmp_path: Path) -> None:
    problems = list(task_for(name).generate("train", 40))
    write_call_problems(tmp_path / "p.jsonl", problems)
    assert read_call_problems(tmp_path / "p.jsonl") == problems


def test_a_file_can_do_without_id_tools_and_reply(tmp_path: Path) -> None:
    row = {"messages": ROW["messages"], "expected": ROW["expected"]}
    (problem,) = read_call_problems(_write(tmp_path / "mine.jsonl", row))
    assert problem == CallProblem("mine-1", row["messages"], [], row["expected"], None, "call", source="mine")


def test_the_request_is_what_the_user_said_last(tmp_path: Path) -> None:
    said = [
        {"role": "user", "content": "first"},
        ROW["reply"],
        {"role": "tool", "name": "find", "content": "no"},
    ]
    (problem,) = read_call_problems(_write(tmp_path / "p.jsonl", {**ROW, "messages": said}))
    assert problem.request == "first"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (3, "p.jsonl:1: expected an object with messages and expected"),
        ({**ROW, "messages": None}, "p.jsonl:1: field messages is empty; it must be a list"),
        ({**ROW, "messages": []}, "p.jsonl:1: field messages is empty; it must hold the conversation so far"),
        ({**ROW, "messages": [{"role": "robot", "content": ""}]}, "p.jsonl:1: messages[0].role is 'robot'"),
        ({**ROW, "messages": [{"role": "user"}]}, "p.jsonl:1: messages[0].content must be text"),
        (
            {**ROW, "messages": [*ROW["messages"], ROW["reply"]]},
            "p.jsonl:1: messages ends with the assistant's",
        ),
        (
            {
                **ROW,
                "reply": {**ROW["reply"], "tool_calls": [{"function": {"arguments": "{}"}}]},
            },
            "p.jsonl:1: reply.tool_calls[0] must be an object with function",
        ),
        ({**ROW, "reply": {"role": "user", "content": "x"}}, "p.jsonl:1: reply.role is 'user'"),
        ({**ROW, "expected": None, "reply": None}, "p.jsonl:1: field expected is empty"),
        ({**ROW, "expected": {"type": "poem"}}, "p.jsonl:1: expected.type: 'poem'"),
        ({**ROW, "tools": [{"name": 3}]}, "p.jsonl:1: tools[0].name"),
        ({**ROW, "tools": {}}, "p.jsonl:1: field tools is {}; it must be a list"),
        ({**ROW, "category": 3}, "p.jsonl:1: field category is 3; it must be text"),
        ({**SHELL, "start": {"boot": "UEFI"}}, "p.jsonl:1: field start: "),
        ({**SHELL, "start": None}, "p.jsonl:1: field ran has commands, but there is no start"),
        ({**SHELL, "ran": [3]}, "p.jsonl:1: field ran is [3]; it must be a list of command lines"),
    ],
)
def test_a_broken_line_is_named_with_its_field(row: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_call_problems(_write(tmp_path / "p.jsonl", row))
    assert message in caught.value.message
    assert "\n" not in caught.value.message


def test_an_id_that_occurs_twice_is_named_with_both_places(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"p.jsonl:2: id 'a' occurs twice, first at .*p.jsonl:1"):
        read_call_problems(_write(tmp_path / "p.jsonl", ROW, ROW))


@pytest.mark.parametrize("format", FORMATS)
def test_a_task_asks_only_for_what_its_format_can_express(format: str) -> None:
    task = task_for("functions", format)
    problems = list(task.generate("train", 200))
    assert all(task.misread(problem, task.gold_text(problem)) is None for problem in problems)
    assert ("parallel" in {problem.category for problem in problems}) is not FORMATS[format].one_call
