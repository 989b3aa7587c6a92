"""`trainer audit --kind call`: what a line may hold, what is printed, and how it exits."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from helpers.audit_runs import audit, records, summary, write
from helpers.call_texts import IN_AUTO
from helpers.call_turns import EMPTY, FORMATTED, command, says

from trace_trainer.verifiers import Call, Reply
from trace_trainer.verifiers.calls import FORMATS

KIND = ("--kind", "call")
TOOL = {
    "name": "f",
    "parameters": {"type": "dict", "properties": {"a": {"type": "integer"}}, "required": ["a"]},
}
F1 = Reply((Call("f", {"a": 1}),))


def row(**fields: Any) -> dict[str, Any]:
    return {"completion": says("lsblk"), "expected": command("lsblk"), "start": EMPTY} | fields


def on_f(format: str = "hermes", **fields: Any) -> dict[str, Any]:
    text = FORMATS[format].render(
        replace(F1, text="What was asked for") if FORMATS[format].layout.holds_text else F1
    )
    return {"completion": text, "expected": [{"f": {"a": [1]}}], "tools": [TOOL], "format": format} | fields


MIXED = [
    row(),
    row(completion="Hello."),
    row(completion=says("rm -rf /")),
    row(completion="<tool_call>"),
    row(expected=command("mount /dev/sda9 /mnt")),
    on_f(),
    on_f(tools=[{**TOOL, "name": "g"}], expected=None),
]


def test_the_summary_has_the_form_of_traces_and_metrics_besides(tmp_path: Path) -> None:
    found = summary(write(tmp_path / "t.jsonl", *MIXED, "not json"), *KIND)
    assert found["traces"] == 7 and found["unreadable_lines"] == 1
    assert found["outcomes"] == {
        "correct": 2, "wrong_call": 1, "refused": 1, "unparsed": 1, "error": 1, "invalid_call": 1
    }  # fmt: skip
    assert set(found) == {
        "traces", "outcomes", "violations", "lints", "experts", "accuracy", "mean_reward", "unreadable_lines",
        "metrics", "wanted",
    }  # fmt: skip
    assert found["accuracy"] == pytest.approx(2 / 5)
    assert found["metrics"]["type_match"] == pytest.approx(3 / 5) and found["metrics"]["effect_match"] == 0.25


def test_records_have_the_form_of_traces_and_calls_and_metrics_besides(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *MIXED)
    first, *_, last = records(path, *KIND)
    assert first | {"metrics": {}} == {
        "index": 0, "source": path, "line": 1, "outcome": "correct", "expert": None, "answer": None, "reward": 1.0,
        "violations": [], "lints": [], "calls": [{"name": "run_shell_command", "arguments": {"command": "lsblk"}}],
        "metrics": {},
    }  # fmt: skip
    assert set(last["violations"][0]) == {"code", "message", "subtrace", "step", "line"}
    assert last["violations"][0]["code"] == "unknown_tool"


@pytest.mark.parametrize(
    ("lines", "options", "exit_code"),
    [
        ([row(), on_f()], [], 0),
        (MIXED, [], 1),
        ([row(), row(completion="Hello.")], ["--fail-under", "0.5"], 0),
        ([row(expected=command("mount /dev/sda9 /mnt"))], [], 1),
        (["not json"], [], 2),
        ([], [], 0),
        ([row()], ["--no-grounding"], 2),
        ([row()], ["--question-field", "q"], 2),
        ([row()], ["--expert-field", "e"], 2),
        ([row()], ["--answer-field", "typo"], 2),
        ([row()], ["--trace-field", "typo"], 2),
    ],
)
def test_exit_code(tmp_path: Path, lines: list[object], options: list[str], exit_code: int) -> None:
    result = audit(write(tmp_path / "t.jsonl", *lines), *KIND, *options)
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_read_named_or_not(format: str) -> None:
    unnamed = [on_f(format) | {"format": None}] if format in IN_AUTO else []
    for line in (on_f(format), *unnamed):
        assert summary("-", *KIND, stdin=json.dumps(line))["outcomes"] == {"correct": 1}


@pytest.mark.parametrize(
    "response",
    [
        {"role": "assistant", "content": None},
        {"role": "assistant", "content": "", "tool_calls": []},
        {"body": {"choices": [{"message": {"role": "assistant", "content": None}}]}},
    ],
)
def test_a_message_that_says_nothing_is_a_reply_that_fails(response: Any) -> None:
    line = json.dumps({"response": response, "tools": [], "expected": []})
    assert summary("-", *KIND, stdin=line)["outcomes"] == {"unparsed": 1}


def test_what_a_model_refuses_is_its_words() -> None:
    refusal = {"role": "assistant", "content": None, "refusal": "I can't do that."}
    assert summary("-", *KIND, stdin=json.dumps({"response": refusal, "expected": []}))["outcomes"] == {
        "correct": 1
    }


def test_a_named_format_is_the_only_one_read() -> None:
    line = on_f("hermes") | {"format": "llama3"}
    assert summary("-", *KIND, stdin=json.dumps(line))["outcomes"] == {"unparsed": 1}


@pytest.mark.parametrize("name", ["machine", "start"])
def test_the_machine_is_the_one_after_the_commands_that_ran(name: str) -> None:
    line = row(completion=says("mount /dev/sda2 /mnt"), expected=command("mount /dev/sda2 /mnt"), start=None)
    ran = ["sgdisk -o -n 1:0:+1G -n 2:0:0 /dev/sda", "mkfs.ext4 /dev/sda2"]
    assert summary("-", *KIND, stdin=json.dumps(line | {name: EMPTY, "ran": ran}))["outcomes"] == {
        "correct": 1
    }
    assert summary("-", *KIND, stdin=json.dumps(line | {name: EMPTY}))["outcomes"] == {"error": 1}
    assert summary("-", *KIND, stdin=json.dumps(line | {name: FORMATTED}))["outcomes"] == {"correct": 1}


@pytest.mark.parametrize("arguments", [{"command": "lsblk"}, '{"command": "lsblk"}'])
def test_a_problem_s_gold_reply_can_be_audited(arguments: object) -> None:
    call = {"type": "function", "function": {"name": "run_shell_command", "arguments": arguments}}
    gold = {"role": "assistant", "content": "", "tool_calls": [call]}
    problem = {"id": "1", "messages": [{"role": "user", "content": "disks?"}], "reply": gold}
    line = problem | {"expected": command("lsblk"), "start": EMPTY}
    assert summary("-", *KIND, stdin=json.dumps(line))["outcomes"] == {"correct": 1}
    line = problem | {
        "expected": {"type": "text"},
        "reply": {"role": "assistant", "content": "Which disk do you mean?"},
    }
    assert summary("-", *KIND, stdin=json.dumps(line))["outcomes"] == {"correct": 1}


def test_the_installer_s_rows_are_read_as_they_are() -> None:
    line = {
        "messages": [],
        "response": says("lsblk"),
        "expected_response": {"type": "command", "command": "lsblk"},
    }
    assert summary("-", *KIND, stdin=json.dumps(line))["outcomes"] == {"correct": 1}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"completion": None}, "field completion is null"),
        ({"completion": None, "reply": None}, "field completion is null"),
        ({"completion": 5}, "field completion is neither text nor an assistant's message"),
        (
            {"completion": None, "reply": {"tool_calls": [{"function": {"name": "f"}}]}},
            "field reply is neither",
        ),
        (
            {"completion": None, "reply": {"content": "<tool_call>"}},
            "field reply: hermes can't express this reply",
        ),
        ({"format": "xml"}, 'field format is "xml"; there are auto, functiongemma, gemma4, harmony, hermes'),
        ({"start": {"boot": "UEFI"}}, "field start: disks: missing"),
        ({"start": "sda"}, "field start: machine: expected an object"),
        ({"ran": "lsblk"}, "field ran is no list of command lines"),
        ({"ran": ["lsblk"], "start": None}, "field ran has commands, but there is no machine"),
    ],
)
def test_a_malformed_line_is_named_with_its_place(
    tmp_path: Path, fields: dict[str, Any], message: str
) -> None:
    path = write(tmp_path / "t.jsonl", row(), row(**fields))
    result = audit(path, *KIND)
    assert f"{path}:2: unreadable: {message}" in result.stderr and result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_malformed_tools_are_an_error_with_its_place(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", on_f(), on_f(tools=[{"name": "f", "parameters": {"type": "lict"}}]))
    text = audit(path, *KIND, "--format", "markdown").stdout
    assert f"{path}:2" in text and "tools[0] (f).parameters.type: no type 'lict'" in text


def test_a_yaml_file_holds_no_calls(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text("expert: arithmetic\n")
    result = audit(str(tmp_path / "t.yaml"), *KIND)
    assert result.exit_code == 2 and "read from JSON lines" in result.stderr


def test_the_table_and_markdown_speak_of_replies_and_metrics(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *MIXED)
    for form in ("table", "markdown"):
        text = " ".join(audit(path, *KIND, "--format", form).stdout.split())
        for part in (
            "2 of 7 replies pass, 5 fail",
            "effect_match",
            "25.0%",
            "dangerous_command",
            "(policy gated)",
        ):
            assert part in text


def test_several_workers_give_the_very_same_output(tmp_path: Path) -> None:
    path = write(tmp_path / "t.jsonl", *[*MIXED, "not json"] * 80)
    for form in ("json", "jsonl"):
        one, two = (audit(path, *KIND, "--format", form, "--workers", n) for n in ("1", "2"))
        assert one.stdout == two.stdout and one.stderr == two.stderr and one.exit_code == two.exit_code


def test_the_policy_decides_the_reward() -> None:
    line = json.dumps(row(completion=says("df -h")))
    rewards = [
        summary("-", *KIND, "--policy", p, stdin=line)["mean_reward"] for p in ("gated", "ladder", "binary")
    ]
    assert rewards == [pytest.approx(0.1), 0.5, 0.0]


def test_the_format_of_lines_that_name_none_can_be_given(tmp_path: Path) -> None:
    line = {name: value for name, value in on_f("hermes").items() if name != "format"}
    path = write(tmp_path / "t.jsonl", line)
    assert summary(path, *KIND, "--call-format", "hermes")["outcomes"] == {"correct": 1}
    assert summary(path, *KIND, "--call-format", "llama3")["outcomes"] != {"correct": 1}
    assert audit(path, "--call-format", "hermes").exit_code == 2
