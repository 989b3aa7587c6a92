"""Conversations are learned turn by turn, where their rows say that every turn is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.engine.models.chat import completion_text, training_rows
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.problems.files.call_problems import (
    CallProblem,
    call_problem_line,
    read_call_problems,
)
from trace_trainer.engine.problems.files.turns import every_turn
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.training.sft.problems import sft_problems

TOOL = {"type": "function", "function": {"name": "go", "parameters": {"type": "object", "properties": {}}}}
CALL = {"role": "assistant", "content": "", "tool_calls": [{"function": {"name": "go", "arguments": {}}}]}
CONVERSATION = [
    {"role": "system", "content": "Be brief."},
    {"role": "assistant", "content": "Good day."},
    {"role": "user", "content": "Go!"},
    CALL,
    {"role": "tool", "content": "gone"},
    {"role": "assistant", "content": "I went."},
    {"role": "user", "content": "Thanks."},
    {"role": "assistant", "content": "A pleasure."},
]


def problems_of(tmp_path: Path, **row: Any) -> list[CallProblem]:
    file = tmp_path / "rows.jsonl"
    file.write_text(json.dumps({"id": "a", "tools": [TOOL], **row}))
    return read_call_problems(file)


def said(problem: CallProblem) -> str:
    assert problem.reply is not None
    calls = problem.reply.get("tool_calls")
    return calls[0]["function"]["name"] if calls else problem.reply["content"]


def test_each_turn_that_answers_somebody_is_a_problem_with_what_stands_before_it(tmp_path: Path) -> None:
    turns = list(every_turn(problems_of(tmp_path, messages=CONVERSATION)))
    assert [(turn.id, said(turn)) for turn in turns] == [
        ("a:1", "go"),
        ("a:2", "I went."),
        ("a", "A pleasure."),
    ]
    assert [len(turn.messages) for turn in turns] == [3, 5, 7]
    assert turns[0].expected == [{"name": "go", "arguments": {}}]
    assert turns[1].expected == {"type": "text", "response": "I went."}


def test_sharegpt_conversations_are_learned_turn_by_turn(tmp_path: Path) -> None:
    pairs = [("human", "Hi"), ("gpt", "Hello."), ("human", "Bye"), ("gpt", "Farewell.")]
    rows = problems_of(tmp_path, conversations=[{"from": who, "value": what} for who, what in pairs])
    assert [said(turn) for turn in every_turn(rows)] == ["Hello.", "Farewell."]


def test_a_turn_of_weight_0_is_not_learned_and_stays_in_the_history(tmp_path: Path) -> None:
    messages = [
        {**message, "weight": 0} if message.get("content") == "I went." else message
        for message in CONVERSATION
    ]
    turns = list(every_turn(problems_of(tmp_path, messages=messages)))
    assert [said(turn) for turn in turns] == ["go", "A pleasure."]
    assert turns[-1].messages[5] == {"role": "assistant", "content": "I went."}


def test_a_call_in_words_is_one_in_the_history_too(tmp_path: Path) -> None:
    messages = [
        {**message, "content": "[go()]", "tool_calls": None} if message is CALL else message
        for message in CONVERSATION
    ]
    turns = list(every_turn(problems_of(tmp_path, messages=messages)))
    assert said(turns[0]) == "go" and turns[1].messages[3]["tool_calls"][0]["function"]["name"] == "go"


@pytest.mark.parametrize(
    "row",
    [
        {"messages": CONVERSATION[:-1], "expected": {"type": "text"}},
        {"prompt": CONVERSATION[:-1], "completion": CONVERSATION[-1:]},
        {"system_context": "A machine.", "messages": CONVERSATION[2:]},
    ],
)
def test_a_row_that_names_its_reply_is_one_turn(row: dict[str, Any], tmp_path: Path) -> None:
    assert [turn.id for turn in every_turn(problems_of(tmp_path, **row))] == ["a"]


def test_which_turns_are_learned_is_written_nowhere(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, messages=CONVERSATION)
    assert "taught" not in call_problem_line(problem)


@pytest.mark.parametrize(
    ("train_on", "ids", "note"),
    [("all", ["a:1", "a:2", "a"], "1 conversations give 3 rows"), ("last", ["a"], "2 turns before the last")],
)
def test_sft_says_how_many_turns_it_trains_on(
    train_on: str, ids: list[str], note: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    tiny_call_model_dir: Path,
) -> None:  # fmt: skip
    problems_of(tmp_path, messages=CONVERSATION)
    config = SFTConfig(task="functions", data=(str(tmp_path / "rows.jsonl"),), train_on=train_on)
    _, problems = sft_problems(config)
    assert [problem.id for problem in problems] == ids
    assert note in capsys.readouterr().err
    task, tokenizer = task_for("functions", "hermes"), load_model(str(tiny_call_model_dir)).tokenizer
    task.fit(tokenizer, "tiny")
    rows = training_rows(tokenizer, [(task.prompt(problem), task.reply(problem)) for problem in problems])
    for problem, row in zip(problems, rows, strict=True):
        assert task.judge(problem, completion_text(tokenizer, row.completion_ids)).outcome == "correct"
