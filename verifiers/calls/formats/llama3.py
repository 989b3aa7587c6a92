"""llama3: one JSON object, the whole turn, with the key `parameters`: `{"name": "f", "parameters": {"x": 1}}`.

A leading `<|python_tag|>` and `"type": "function"` are put up with. A reply in words is the words; words and a call, or
two calls, are not a turn of this format.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from trace_trainer.verifiers.calls.call import Reply
from trace_trainer.verifiers.calls.formats.format import Format, RenderError
from trace_trainer.verifiers.calls.formats.notation import JSON, literal
from trace_trainer.verifiers.calls.formats.objects import read_object
from trace_trainer.verifiers.calls.formats.surroundings import (
    FENCE,
    PYTHON_TAG,
    refuse_stray_call,
    split_thought,
    trim_turn,
)
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError, decode_at, skip_space
from trace_trainer.verifiers.calls.tools import Tool


def _write(reply: Reply) -> str:
    if not reply.calls:
        return reply.text
    if len(reply.calls) > 1 or reply.text:
        raise RenderError("llama3 has one call a turn, and no text beside it")
    (call,) = reply.calls
    return json.dumps({"name": call.name, "parameters": call.arguments}, ensure_ascii=False)


def _read(text: str) -> Reply:
    body = split_thought(trim_turn(text))
    tagged = body.startswith(PYTHON_TAG)
    value = whole_object(body.removeprefix(PYTHON_TAG).lstrip() if tagged else body, always=tagged)
    if value is None:
        return Reply((), body)
    if isinstance(value, dict) and "arguments" in value and "parameters" not in value:
        raise CallSyntaxError("not_a_call", "llama3 has the key 'parameters' in place of 'arguments'")
    call, lints = read_object(value, "name", "parameters", others=("type",))
    if isinstance(value, dict) and value.get("type", "function") != "function":
        raise CallSyntaxError("not_a_call", "the type of a call is 'function'")
    return Reply((call,), "", lints)


def whole_object(body: str, always: bool = False) -> Any:
    """The JSON value that a turn is, or None where the turn is words.

    Args:
        always: the turn must be a call, wherever it starts.

    Raises CallSyntaxError where a turn starts as an object and is none, where more follows, and where words hold a
    call.
    """
    if not always and not body.startswith("{"):
        if body.startswith(FENCE) and body.lstrip("`").removeprefix("json").lstrip().startswith("{"):
            raise CallSyntaxError(
                "call_in_fence", "JSON inside a code fence; the object alone is the whole reply"
            )
        refuse_stray_call(body)
        return None
    value, end = decode_at(body, 0)
    rest = skip_space(body, end)
    if rest != len(body):
        more = body[rest:].lstrip(";, \n").startswith("{")
        if more:
            raise CallSyntaxError("several_calls", "a second object follows; this format has one call a turn")
        raise CallSyntaxError("text_around_call", "text follows the call; the object is the whole reply")
    return value


def _guide(tools: Sequence[Tool]) -> str:
    def call(name: str, arguments: str) -> str:
        head = literal(f'{{"name": {literal(name)}, "parameters": ')
        return f'{head} {arguments} "}}"'

    return f"reply: call\nwords: /[^<{{]+/\n{JSON.rules(tools, call)}"


LLAMA3 = Format("llama3", "", _write, _read, _guide)
