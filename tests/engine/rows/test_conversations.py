"""Conversations of all forms become the same messages; what is none is named with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trace_trainer.engine.rows.conversations import ConversationError, message_of, messages_of, unwrapped

CALL = {"type": "function", "function": {"name": "f", "arguments": {"a": 1}}}
ASKED, CALLED = {"role": "user", "content": "Q"}, {"role": "assistant", "content": "", "tool_calls": [CALL]}


def _calling(**function: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "f", **function}}]}


@pytest.mark.parametrize(
    "value",
    [
        [ASKED, CALLED],
        json.dumps([ASKED, CALLED]),
        [[ASKED, CALLED]],
        [ASKED, _calling(arguments='{"a": 1}')],
        [ASKED, {"role": "assistant", "content": "", "tool_calls": json.dumps([CALL])}],
        [
            ASKED,
            {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": '{"a": 1}'}},
        ],
        [{"role": "user", "content": [{"type": "text", "text": "Q"}]}, CALLED],
        [
            {"from": "human", "value": "Q"},
            {"from": "function_call", "value": '{"name": "f", "arguments": {"a": 1}}'},
        ],
    ],
)
def test_all_forms_of_a_conversation_are_the_same_messages(value: Any) -> None:
    assert messages_of(value, "messages") == [ASKED, CALLED]


@pytest.mark.parametrize("empty", ["", None, {}, "{}"])
def test_no_arguments_are_written_in_several_ways(empty: Any) -> None:
    (message,) = messages_of([_calling(arguments=empty)], "messages")
    assert message["tool_calls"][0]["function"]["arguments"] == {}


@pytest.mark.parametrize("role", ["developer", "system"])
def test_a_developer_speaks_as_the_system(role: str) -> None:
    assert messages_of([{"role": role, "content": "S"}], "messages") == [{"role": "system", "content": "S"}]


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("Q", "messages is no list"),
        ([[ASKED], [ASKED]], "messages has 2 turns of the user"),
        ([ASKED, {"role": "robot", "content": "x"}], r"messages\[1\].role is 'robot'"),
        ([{"role": "user"}], r"messages\[0\].content must be text"),
        ([_calling()], r"messages\[0\].tool_calls\[0\] must be an object with function"),
        ([_calling(arguments="[1]")], "the arguments of f are no JSON object"),
        ([{"role": "user", "content": "", "tool_calls": [CALL]}], "must be a list, and of the assistant"),
    ],
)
def test_what_is_no_conversation_is_named_with_its_place(value: Any, place: str) -> None:
    with pytest.raises(ConversationError, match=place):
        messages_of(value, "messages")


@pytest.mark.parametrize(
    "answered",
    [
        {"status_code": 200, "body": {"choices": [{"message": CALLED}]}},
        {"choices": [{"message": CALLED}]},
        CALLED,
    ],
)
def test_the_answer_of_an_interface_holds_a_message(answered: dict[str, Any]) -> None:
    assert unwrapped(answered) == CALLED
    assert unwrapped({"choices": [{"text": "words"}]}) == unwrapped("words") == "words"


@pytest.mark.parametrize("given", [None, "", "null", "{}", '"{}"', {}])
def test_no_arguments_in_any_form_are_none(given: Any) -> None:
    assert message_of(_calling(arguments=given), "")["tool_calls"][0]["function"]["arguments"] == {}


def test_arguments_that_were_encoded_twice_are_read() -> None:
    twice = json.dumps(json.dumps({"a": 1}))
    assert message_of(_calling(arguments=twice), "")["tool_calls"][0]["function"]["arguments"] == {"a": 1}


def test_calls_among_the_parts_of_a_content_are_calls() -> None:
    parts = [
        {"type": "thinking", "thinking": "I call f."},
        {"type": "text", "text": "Now."},
        {"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}},
    ]
    assert message_of({"role": "assistant", "content": parts}, "") == CALLED | {"content": "Now."}


def test_a_part_that_is_neither_text_nor_a_call_is_named() -> None:
    with pytest.raises(ConversationError, match=r"content\[0\] is image_url"):
        message_of({"role": "user", "content": [{"type": "image_url", "image_url": {}}]}, "messages[0]")
