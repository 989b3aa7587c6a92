"""Conversations in the forms of data sets, as the messages that chat templates take.

Read are OpenAI's and TRL's (`role`, `content`, `tool_calls`), ShareGPT's (`from`, `value`), Berkeley's lists within a
list, contents in parts, and calls whose arguments are JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from trace_trainer.engine.conversation import Message

CONVERSATIONS = ("messages", "conversations", "conversation")
"""Columns that hold one."""

_ROLES = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "chatgpt": "assistant",
    "bot": "assistant",
    "model": "assistant",
    "function_call": "assistant",
    "tool_call": "assistant",
    "tool": "tool",
    "function": "tool",
    "function_response": "tool",
    "tool_response": "tool",
    "observation": "tool",
    "ipython": "tool",
}
WEIGHT = "weight"
"""The key under which OpenAI's rows say with 0 that a turn of the assistant is not to be learned."""
_THOUGHTS = ("thinking", "redacted_thinking", "reasoning")  # parts of content that nobody was told
_CALLING = ("function_call", "tool_call")  # roles whose content is the call, as JSON


class ConversationError(ValueError):
    """What should be a conversation is none; the message is one line that names the place."""


def messages_of(value: Any, place: str) -> list[Message]:
    """The messages of a conversation. Raises ConversationError, naming the place."""
    value = decoded(value)
    if isinstance(value, Sequence) and len(value) == 1 and isinstance(value[0], list):
        value = value[0]  # Berkeley: one list for each turn of the user
    if not isinstance(value, list):
        raise ConversationError(f"{place} is no list of messages")
    if value and isinstance(value[0], list):
        raise ConversationError(
            f"{place} has {len(value)} turns of the user, each to be answered; one is read"
        )
    return [message_of(item, f"{place}[{index}]") for index, item in enumerate(value)]


def message_of(value: Any, place: str) -> Message:
    """One message. Raises ConversationError, naming the place."""
    if not isinstance(value, Mapping):
        raise ConversationError(f"{place} must be an object with role and content")
    said = value.get("role", value.get("from"))
    role = _ROLES.get(str(said).lower())
    if role is None:
        known = dict.fromkeys(_ROLES.values())
        raise ConversationError(f"{place}.role is {said!r}; there are {', '.join(known)}")
    content, calls = value.get("content", value.get("value")), decoded(value.get("tool_calls"))
    if isinstance(content, list) and all(isinstance(part, Mapping) for part in content):
        content, calls = _of_parts(content, calls, place)
    if content is None and isinstance(value.get("refusal"), str):
        content = value["refusal"]
    if str(said).lower() in _CALLING:
        content, calls = "", decoded(content)
    if calls is None and isinstance(value.get("function_call"), Mapping):
        calls = [value["function_call"]]
    more = {key: value[key] for key in ("name", "tool_call_id") if isinstance(value.get(key), str)}
    if value.get(WEIGHT) == 0:
        more[WEIGHT] = 0
    if isinstance(calls, Mapping):
        calls = [calls]
    if calls:
        if role != "assistant" or not isinstance(calls, list):
            raise ConversationError(f"{place}.tool_calls must be a list, and of the assistant")
        more["tool_calls"] = [call_of(call, f"{place}.tool_calls[{n}]") for n, call in enumerate(calls)]
        content = "" if content is None else content
    if not isinstance(content, str):
        raise ConversationError(f"{place}.content must be text")
    return {"role": role, "content": content, **more}


def _of_parts(parts: Sequence[Mapping[str, Any]], calls: Any, place: str) -> tuple[str, Any]:
    """The text of a content's parts, and the calls, those too that are parts, as Anthropic's interface has them.

    Raises ConversationError for a part that is neither.
    """
    said, found = "", []
    for number, part in enumerate(parts):
        if isinstance(part.get("text"), str) or part.get("type") == "text":
            said += part.get("text") or ""
        elif part.get("type") == "tool_use":
            found.append({"name": part.get("name"), "arguments": part.get("input")})
        elif part.get("type") not in _THOUGHTS:
            raise ConversationError(
                f"{place}.content[{number}] is {str(part.get('type'))[:40]}; parts of text and calls are read"
            )
    return said, found or calls


def call_of(value: Any, place: str) -> dict[str, Any]:
    """A call in OpenAI's form, its arguments as an object. Raises ConversationError, naming the place."""
    function = value.get("function", value) if isinstance(value, Mapping) else None
    name = function.get("name") if isinstance(function, Mapping) else None
    given = {"arguments", "parameters"} & function.keys() if isinstance(function, Mapping) else None
    if not isinstance(function, Mapping) or not isinstance(name, str) or not given:
        raise ConversationError(f"{place} must be an object with function, which holds name and arguments")
    arguments = arguments_of(function.get("arguments", function.get("parameters")))
    if arguments is None:
        raise ConversationError(f"{place}: the arguments of {name[:60]} are no JSON object")
    return {"type": "function", "function": {"name": name, "arguments": arguments}}


def arguments_of(value: Any) -> dict[str, Any] | None:
    """Arguments as an object; text holds them as JSON. Empty text and null are none. None for anything else."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return {}
    found = decoded(decoded(value))  # some encode what is encoded already
    return {} if found is None else dict(found) if isinstance(found, Mapping) else None


def decoded(value: Any) -> Any:
    """What JSON text holds; anything else, and text that is no JSON, as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def unwrapped(value: Any) -> Any:
    """The message within what an interface answered (OpenAI's and vLLM's, of a batch or not); else the value itself."""
    for key in ("body", "choices", 0, "message"):
        if isinstance(value, Mapping) and isinstance(key, str) and key in value:
            value = value[key]
        elif isinstance(value, list) and key == 0 and value:
            value = value[0]
    return value.get("text", value) if isinstance(value, Mapping) and "role" not in value else value


def text_of(value: Any, role: str) -> str | None:
    """What a message, or the last one of that role in a conversation, says; None for what is neither."""
    try:
        found = [message_of(value, "")] if isinstance(value, Mapping) else messages_of(value, "")
    except ConversationError:
        return None
    said = [message["content"] for message in found if message["role"] == role]
    return said[-1] if said else None


def last_said(row: Mapping[str, Any], role: str) -> str | None:
    """What a role says last in the conversation of a row; the assistant only where it has the last word."""
    for name in CONVERSATIONS:
        if row.get(name) is not None:
            try:
                messages = messages_of(row[name], name)
            except ConversationError:
                return None
            if role == "assistant":
                return messages[-1]["content"] if messages and messages[-1]["role"] == role else None
            return next((m["content"] for m in reversed(messages) if m["role"] == role), None)
    return None
