"""Conversations and replies as OpenAI's chat completions have them, and as chat templates and wire formats do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trace_trainer.engine.conversation import Message, Prompt


class NotAReplyError(ValueError):
    """What a server sent is no chat completion."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back for one prompt.

    Attributes:
        message: the assistant's turn, as chat templates take it, but that arguments which are no object of JSON are the
            text that they are; None where there is none.
        tokens: of the completion; None where the server did not count.
        ended: False where the limit cut it.
        failure: why there is no message, in a line.
        prompt_tokens: that the server read for it.
    """

    message: Message | None
    tokens: int | None = None
    ended: bool = True
    failure: str | None = None
    prompt_tokens: int = 0


def api_messages(prompt: Prompt) -> list[Message]:
    """The conversation of a prompt as the interface wants it: calls have ids, their arguments are text.

    The results that follow calls answer them in order.
    """
    messages: list[Message] = []
    waiting: list[str] = []
    for number, message in enumerate(prompt.messages):
        shown = dict(message)
        if message["role"] == "tool":
            shown = {"role": "tool", "content": message["content"]}
            shown["tool_call_id"] = waiting.pop(0) if waiting else f"call_{number}"
        elif calls := message.get("tool_calls"):
            shown["tool_calls"] = list(numbered_calls(calls, f"call_{number}"))
            waiting = [call["id"] for call in shown["tool_calls"]]
        messages.append(shown)
    return messages


def numbered_calls(calls: Sequence[Mapping[str, Any]], stem: str) -> Iterator[dict[str, Any]]:
    for number, call in enumerate(calls):
        function = call["function"]
        arguments = json.dumps(function["arguments"], ensure_ascii=False)
        yield {
            "id": f"{stem}_{number}",
            "type": "function",
            "function": {"name": function["name"], "arguments": arguments},
        }


def read_reply(body: object) -> Reply:
    """The reply of a decoded body. Raises NotAReplyError, saying what is wrong with it."""
    if not isinstance(body, dict):
        raise NotAReplyError("the body is no object of JSON")
    if body.get("error"):
        raise NotAReplyError(f"an error in place of a reply: {error_message(body)}")
    choices = body.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    if not isinstance(choice, dict) or not isinstance(choice.get("message"), dict):
        raise NotAReplyError("the body has no choices[0].message")
    reason = choice.get("finish_reason")
    if reason == "content_filter":
        return Reply(None, failure="the reply was withheld by the server's content filter")
    usage = body.get("usage") if isinstance(body.get("usage"), dict) else {}
    assert isinstance(usage, dict)
    message = read_message(choice["message"])
    return Reply(
        message,
        _count(usage, "completion_tokens"),
        reason != "length",
        prompt_tokens=_count(usage, "prompt_tokens") or 0,
    )


def read_message(given: Mapping[str, Any]) -> Message:
    """The assistant's turn of a message of the interface. Raises NotAReplyError where it can't be read."""
    content = given.get("content")
    if isinstance(content, list):  # of parts
        content = "".join(str(part.get("text") or "") for part in content if isinstance(part, dict))
    if content is None:
        content = given.get("refusal") or ""
    if not isinstance(content, str):
        raise NotAReplyError("the message's content is no text")
    message: Message = {"role": "assistant", "content": content}
    if calls := given.get("tool_calls"):
        message["tool_calls"] = [_call(call) for call in calls] if isinstance(calls, list) else _call(calls)
    return message


def _call(call: object) -> dict[str, Any]:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str):
        raise NotAReplyError("the message's tool_calls hold what is no call of a function")
    arguments = function.get("arguments") or {}
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except (ValueError, RecursionError):
            arguments = function["arguments"]  # what the model wrote, which its verifier is to judge
    return {"type": "function", "function": {"name": function["name"], "arguments": arguments}}


def _count(usage: Mapping[str, Any], name: str) -> int | None:
    count = usage.get(name)
    return count if type(count) is int and count >= 0 else None


def error_message(body: object) -> str:
    """What a server's body says is wrong; empty where it says nothing that is known."""
    error = body.get("error", body) if isinstance(body, dict) else None
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail")
    return error if isinstance(error, str) else ""
