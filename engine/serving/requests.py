"""What a client asks: the body of a chat completion, read and checked. Nothing that would change a reply is ignored."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.verifiers.calls.tools import ToolSchemaError, read_tools

MOST_MESSAGES = 1000
MOST_CHOICES = 16
MOST_STOPS = 4
_LOWEST_TEMPERATURE = 0.01  # above 0; what is colder is greedy but for rounding
_READ = frozenset(
    "model messages tools tool_choice parallel_tool_calls temperature max_tokens max_completion_tokens seed n stop "
    "stream stream_options".split()
)
_WITHOUT_EFFECT = frozenset(
    "user metadata store service_tier safety_identifier prompt_cache_key verbosity".split()
)
_ONLY: Mapping[str, Sequence[Any]] = {
    "top_p": (1,),
    "frequency_penalty": (0,),
    "presence_penalty": (0,),
    "logit_bias": ({},),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "response_format": ({"type": "text"},),
    "modalities": (["text"],),
}
"""Parameters of the interface that are known here, but have no other value than that."""


class RequestError(Exception):
    """A request that can't be answered.

    Attributes:
        status: of HTTP.
        message: one line for the client.
        param: the field that is wrong, where it is one.
        after: seconds after which to try again, where that helps.
    """

    def __init__(self, status: int, message: str, param: str | None = None, after: int | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.param, self.after = status, message, param, after


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One request for completions of a conversation.

    Attributes:
        choices: how many completions.
        seed: None where any will do.
        stops: texts before which a completion ends.
        stream: whether the reply is sent as events.
        stream_usage: whether an event tells the tokens that were used.
    """

    prompt: Prompt
    temperature: float
    max_tokens: int
    choices: int
    seed: int | None
    stops: tuple[str, ...]
    stream: bool
    stream_usage: bool


def read_request(body: bytes, model: str, max_tokens: int, usual_tokens: int) -> ChatRequest:
    """The request of a body.

    Args:
        model: the name of the model that is served.
        max_tokens: the longest completion that may be asked for.
        usual_tokens: the longest one where nothing is asked for.

    Raises RequestError.
    """
    fields = _fields(body)
    if fields.get("model") not in (None, model):
        raise RequestError(404, f"no model {str(fields['model'])[:80]!r} here; there is {model!r}", "model")
    tools = _tools(fields)
    temperature = _number(fields, "temperature", 0.0, high=2.0)
    if 0 < temperature < _LOWEST_TEMPERATURE:
        raise _wrong("temperature", f"must be 0, which is greedy, or at least {_LOWEST_TEMPERATURE}")
    choices = _whole(fields, "n", 1, 1, MOST_CHOICES)
    if choices > 1 and temperature == 0:
        raise _wrong(
            "n", "asks for greedy completions that would all be the same; give a temperature above 0"
        )
    name = "max_completion_tokens" if fields.get("max_completion_tokens") is not None else "max_tokens"
    options = fields.get("stream_options") or {}
    if not isinstance(options, dict):
        raise _wrong("stream_options", "must be an object")
    return ChatRequest(
        Prompt(_messages(fields.get("messages")), tools),
        temperature,
        _whole(fields, name, usual_tokens, 1, max_tokens),
        choices,
        _whole(fields, "seed", None, 0, 2**63 - 1),
        _stops(fields.get("stop")),
        _flag(fields, "stream"),
        _flag(options, "include_usage"),
    )


def _fields(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
        json.dumps(
            fields, ensure_ascii=False
        ).encode()  # a lone surrogate is no text that a model could be shown
    except UnicodeEncodeError:
        raise RequestError(400, "the body holds half a surrogate pair, which is no text") from None
    except (ValueError, RecursionError) as error:
        raise RequestError(400, f"the body is no JSON: {str(error)[:100]}") from None
    if not isinstance(fields, dict):
        raise RequestError(400, "the body must be an object of JSON, with messages")
    for name, value in fields.items():
        if value is None or name in _READ or name in _WITHOUT_EFFECT:
            continue
        if name not in _ONLY:
            raise _wrong(name[:80], "is not known here; leave it out")
        if value not in _ONLY[name]:
            raise _wrong(name, f"can only be {json.dumps(_ONLY[name][0])} here; leave it out")
    return fields


def _wrong(param: str, what: str) -> RequestError:
    return RequestError(400, f"{param} {what}", param)


def _whole(fields: Mapping[str, Any], name: str, default: Any, low: int, high: int) -> Any:
    value = fields.get(name)
    if value is None:
        return default
    if type(value) is not int or not low <= value <= high:
        raise _wrong(name, f"must be a whole number from {low} to {high}")
    return value


def _number(fields: Mapping[str, Any], name: str, default: float, high: float) -> float:
    value = fields.get(name)
    if value is None:
        return default
    if type(value) not in (int, float) or not math.isfinite(value) or not 0 <= value <= high:
        raise _wrong(name, f"must be a number from 0 to {high:g}")
    return float(value)


def _flag(fields: Mapping[str, Any], name: str) -> bool:
    value = fields.get(name)
    if value is not None and not isinstance(value, bool):
        raise _wrong(name, "must be true or false")
    return bool(value)


def _stops(value: object) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value if value is not None else []
    if (
        not isinstance(stops, list)
        or len(stops) > MOST_STOPS
        or not all(isinstance(stop, str) and stop for stop in stops)
    ):
        raise _wrong("stop", f"must be a text, or a list of at most {MOST_STOPS}")
    return tuple(stops)


def _tools(fields: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    choice = fields.get("tool_choice")
    if choice not in (None, "auto", "none"):
        raise _wrong("tool_choice", 'can only be "auto" or "none" here')
    tools = fields.get("tools")
    if not tools or choice == "none":
        return None
    if not isinstance(tools, list) or not all(
        isinstance(tool, dict) and isinstance(tool.get("function"), dict) for tool in tools
    ):
        raise _wrong("tools", 'must be a list of {"type": "function", "function": {...}}')
    try:
        read_tools(tools)
    except (ToolSchemaError, TypeError, AttributeError) as error:
        raise _wrong("tools", f"can't be read: {str(error)[:200]}") from None
    return [{"type": "function", "function": tool["function"]} for tool in tools]


def _messages(given: object) -> list[Message]:
    if not isinstance(given, list) or not 0 < len(given) <= MOST_MESSAGES:
        raise _wrong("messages", f"must be a list of 1 to {MOST_MESSAGES} messages")
    called: dict[str, str] = {}  # the names of functions by the ids of their calls
    messages = [_message(message, f"messages[{n}]", called) for n, message in enumerate(given)]
    if messages[-1]["role"] == "assistant":
        raise _wrong("messages", "ends with the assistant's turn; it must end with what is to be answered")
    return messages


def _message(given: object, place: str, called: dict[str, str]) -> Message:
    if not isinstance(given, dict):
        raise _wrong(place, "must be an object with role and content")
    role = "system" if given.get("role") == "developer" else given.get("role")
    if role not in ("system", "user", "assistant", "tool"):
        raise _wrong(f"{place}.role", "must be system, developer, user, assistant or tool")
    message: Message = {"role": role, "content": _content(given, place)}
    if role == "assistant" and given.get("tool_calls"):
        message["tool_calls"] = _calls(given["tool_calls"], f"{place}.tool_calls", called)
    if role == "tool":
        message["name"] = given.get("name") or called.get(str(given.get("tool_call_id")), "")
    return message


def _content(given: Mapping[str, Any], place: str) -> str:
    content = given.get("content")
    if content is None and given.get("tool_calls"):
        return ""
    if isinstance(content, list):
        texts = [
            part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str)
        ]
        content = "".join(texts) if len(texts) == len(content) else None
    if not isinstance(content, str):
        raise _wrong(f"{place}.content", "must be text, or a list of parts that are text")
    return content


def _calls(given: object, place: str, called: dict[str, str]) -> list[dict[str, Any]]:
    calls = []
    for call in given if isinstance(given, list) else [None]:
        call = call if isinstance(call, dict) else {}
        function = call.get("function")
        if not isinstance(function, dict) or not isinstance(function.get("name"), str):
            raise _wrong(place, "must be a list of calls, each with a function that has a name")
        arguments = function.get("arguments", {})
        if isinstance(arguments, str):
            try:
                arguments = json.loads(arguments or "{}")
            except (ValueError, RecursionError):
                arguments = None
        if not isinstance(arguments, dict):
            raise _wrong(place, "must have arguments that are an object, as a text of JSON")
        called[str(call.get("id"))] = function["name"]
        calls.append({"type": "function", "function": {"name": function["name"], "arguments": arguments}})
    return calls
