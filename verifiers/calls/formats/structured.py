"""structured: a raw JSON object as the whole reply, `{"query": "...", "tool_name": "f", "arguments": {"x": 1}}`.

`query` restates what was asked for and is the reply's text. A reply in words is the words.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from trace_trainer.verifiers.calls.call import Reply
from trace_trainer.verifiers.calls.formats.format import Format, RenderError
from trace_trainer.verifiers.calls.formats.llama3 import whole_object
from trace_trainer.verifiers.calls.formats.notation import JSON, literal
from trace_trainer.verifiers.calls.formats.objects import read_object
from trace_trainer.verifiers.calls.formats.surroundings import split_thought, trim_turn
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError
from trace_trainer.verifiers.calls.tools import Tool


def _write(reply: Reply) -> str:
    if not reply.calls:
        return reply.text
    if len(reply.calls) > 1:
        raise RenderError("structured has one call a turn")
    (call,) = reply.calls
    shown = {"query": reply.text, "tool_name": call.name, "arguments": call.arguments}
    return json.dumps(shown, ensure_ascii=False)


def _read(text: str) -> Reply:
    body = split_thought(trim_turn(text))
    value = whole_object(body)
    if value is None:
        return Reply((), body)
    call, lints = read_object(value, "tool_name", "arguments", others=("query",))
    query = value.get("query", "")
    if not isinstance(query, str):
        raise CallSyntaxError("not_a_call", "query is a string")
    return Reply((call,), query.strip(), lints)


def _guide(tools: Sequence[Tool]) -> str:
    opening = literal('{"query": ')

    def call(name: str, arguments: str) -> str:
        head = literal(f', "tool_name": {literal(name)}, "arguments": ')
        return f'{opening} string {head} {arguments} "}}"'

    return f"reply: call\nwords: /[^<{{]+/\n{JSON.rules(tools, call)}"


STRUCTURED = Format("structured", "", _write, _read, _guide)
