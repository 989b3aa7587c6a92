"""Conversations as the interface has them, and replies as they come back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.inference.hosted.messages import (
    NotAReplyError,
    api_messages,
    read_message,
    read_reply,
)


def call(name: str, arguments: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def test_results_answer_the_calls_before_them_in_order() -> None:
    conversation = [
        {"role": "user", "content": "both"},
        {"role": "assistant", "content": "", "tool_calls": [call("a", {"x": 1}), call("b", {})]},
        {"role": "tool", "name": "a", "content": "1"},
        {"role": "tool", "name": "b", "content": "2"},
    ]
    shown = api_messages(Prompt(conversation))
    ids = [one["id"] for one in shown[1]["tool_calls"]]
    assert len(set(ids)) == 2 and [message["tool_call_id"] for message in shown[2:]] == ids
    assert json.loads(shown[1]["tool_calls"][0]["function"]["arguments"]) == {"x": 1}


def test_calls_come_back_as_templates_take_them() -> None:
    given = {"content": None, "tool_calls": [{"id": "1", **call("a", '{"x": [1]}')}]}
    assert read_message(given) == {"role": "assistant", "content": "", "tool_calls": [call("a", {"x": [1]})]}


def test_arguments_that_are_no_json_are_left_to_the_verifier() -> None:
    given = {"tool_calls": [call("a", '{"x": ')]}
    assert read_message(given)["tool_calls"] == [call("a", '{"x": ')]


def test_parts_of_text_are_one_text() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    assert read_message({"content": parts})["content"] == "ab"


def test_a_reply_that_the_limit_cut_did_not_end() -> None:
    body = {"choices": [{"message": {"content": "x"}, "finish_reason": "length"}]}
    assert not read_reply(body).ended and read_reply(body).tokens is None


def test_a_withheld_reply_is_a_failure() -> None:
    body = {"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]}
    assert read_reply(body).message is None


@pytest.mark.parametrize(
    "body",
    [
        None, [], {}, {"choices": None}, {"choices": [None]}, {"choices": [{"message": "x"}]},
        {"choices": [{"message": {"content": 5}}]}, {"choices": [{"message": {"tool_calls": "x"}}]},
        {"choices": [{"message": {"tool_calls": [{"function": {"name": 5}}]}}]},
    ],
)  # fmt: skip
def test_what_is_no_reply_is_said_to_be_none(body: object) -> None:
    with pytest.raises(NotAReplyError):
        read_reply(body)
