"""Bodies of chat completions: what is read, and what is refused with a line that says why."""

from __future__ import annotations

import json
from typing import Any

import pytest

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.inference.hosted.messages import api_messages
from trace_trainer.engine.serving.requests import ChatRequest, RequestError, read_request
from trace_trainer.engine.tasks import task_for

ASKED = [{"role": "user", "content": "hello"}]
TOOL = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}


def read(**fields: Any) -> ChatRequest:
    return read_request(json.dumps({"messages": ASKED, **fields}).encode(), "mine", 100, 50)


def test_what_is_not_said_has_its_usual_value() -> None:
    assert read() == ChatRequest(Prompt(ASKED), 0.0, 50, 1, None, (), False, False)


def test_what_clients_send_without_effect_is_passed_over() -> None:
    harmless = {
        "user": "me",
        "top_p": 1,
        "frequency_penalty": 0,
        "stop": None,
        "tools": [],
        "logprobs": False,
    }
    assert read(model="mine", **harmless) == read()


def test_every_setting_is_read() -> None:
    found = read(
        temperature=1, max_completion_tokens=100, n=3, seed=7, stop="END", stream=True, tools=[TOOL],
        stream_options={"include_usage": True},
    )  # fmt: skip
    assert found == ChatRequest(Prompt(ASKED, [TOOL]), 1.0, 100, 3, 7, ("END",), True, True)


def test_tools_that_may_not_be_called_are_not_shown() -> None:
    assert read(tools=[TOOL], tool_choice="none").prompt.tools is None


def test_conversations_survive_the_way_to_the_interface_and_back() -> None:
    task = task_for("installer")
    prompts = [task.prompt(problem) for problem in task.generate("validation", 30)]
    assert any(message.get("tool_calls") for prompt in prompts for message in prompt.messages)
    for prompt in prompts:
        found = read(messages=api_messages(prompt), tools=prompt.tools or [])
        assert found.prompt == prompt


def test_parts_of_text_and_developers_are_known() -> None:
    given = [
        {"role": "developer", "content": "a"},
        {"role": "user", "content": [{"type": "text", "text": "b"}]},
    ]
    assert read(messages=given).prompt.messages == [
        {"role": "system", "content": "a"},
        {"role": "user", "content": "b"},
    ]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"messages": []}, "messages must be a list of 1 to 1000"),
        ({"messages": ASKED * 1001}, "messages must be a list of 1 to 1000"),
        ({"messages": [5]}, r"messages\[0\] must be an object"),
        ({"messages": [{"role": "owner", "content": ""}]}, r"messages\[0\].role must be"),
        (
            {"messages": [{"role": "user", "content": [{"image_url": "x"}]}]},
            r"messages\[0\].content must be text",
        ),
        (
            {"messages": [*ASKED, {"role": "assistant", "content": "x"}]},
            "must end with what is to be answered",
        ),
        ({"temperature": -1}, "temperature must be a number from 0 to 2"),
        ({"temperature": "hot"}, "temperature must be a number"),
        ({"temperature": 1e-9}, "must be 0, which is greedy, or at least 0.01"),
        ({"max_tokens": 101}, "max_tokens must be a whole number from 1 to 100"),
        ({"max_tokens": True}, "max_tokens must be a whole number"),
        ({"n": 17, "temperature": 1}, "n must be a whole number from 1 to 16"),
        ({"n": 2}, "greedy completions that would all be the same"),
        ({"seed": 2**70}, "seed must be a whole number"),
        ({"stop": [""]}, "stop must be a text, or a list of at most 4"),
        ({"stream": "yes"}, "stream must be true or false"),
        ({"stream_options": [1]}, "stream_options must be an object"),
        ({"tools": "f"}, "tools must be a list"),
        ({"tools": [{"type": "function", "function": {"name": 5}}]}, "tools can't be read"),
        ({"tools": [TOOL], "tool_choice": "required"}, "tool_choice can only be"),
        ({"top_p": 0.5}, "top_p can only be 1 here; leave it out"),
        ({"response_format": {"type": "json_object"}}, "response_format can only be"),
        ({"top_k": 5}, "top_k is not known here; leave it out"),
    ],
)
def test_what_would_not_be_heeded_is_refused(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(RequestError, match=said) as failed:
        read(**fields)
    assert failed.value.status == 400 and "\n" not in failed.value.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"messages": [{"role": "user", "content": "\\ud800"}]}',
    ],
    ids=["empty", "half", "array", "bytes", "deep", "surrogate"],
)
def test_what_is_no_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(RequestError) as failed:
        read_request(body, "mine", 100, 50)
    assert failed.value.status == 400 and failed.value.message.isprintable()


def test_another_model_is_not_found() -> None:
    with pytest.raises(RequestError, match="no model 'theirs' here; there is 'mine'") as failed:
        read(model="theirs")
    assert failed.value.status == 404
