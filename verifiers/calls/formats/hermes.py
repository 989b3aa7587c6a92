"""hermes (Qwen, SmolLM3, Hermes): a JSON object between `<tool_call>` tags, one block for each call, text around them.

<tool_call>
{"name": "run_shell_command", "arguments": {"command": "lsblk"}}
</tool_call>
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from trace_trainer.verifiers.calls.call import Call, Reply
from trace_trainer.verifiers.calls.formats.format import Format
from trace_trainer.verifiers.calls.formats.notation import JSON, literal
from trace_trainer.verifiers.calls.formats.objects import read_object
from trace_trainer.verifiers.calls.formats.surroundings import HERMES_CLOSE, HERMES_OPEN, scan
from trace_trainer.verifiers.calls.strict_json import decode_at, skip_space
from trace_trainer.verifiers.calls.tools import Tool


def _write(reply: Reply) -> str:
    blocks = [reply.text] if reply.text else []
    for call in reply.calls:
        shown = json.dumps({"name": call.name, "arguments": call.arguments}, ensure_ascii=False)
        blocks.append(f"{HERMES_OPEN}\n{shown}\n{HERMES_CLOSE}")
    return "\n".join(blocks)


def _read(text: str) -> Reply:
    lints: list[str] = []

    def read_call(text: str, start: int) -> tuple[Call, int]:
        value, end = decode_at(text, skip_space(text, start))
        call, found = read_object(value, "name", "arguments")
        lints.extend(found)
        return call, end

    calls, words = scan(text, HERMES_OPEN, HERMES_CLOSE, read_call)
    return Reply(tuple(calls), words, tuple(lints))


def _guide(tools: Sequence[Tool]) -> str:
    opening, closing = literal(HERMES_OPEN), literal(HERMES_CLOSE)

    def call(name: str, arguments: str) -> str:
        head = literal(f'{{"name": {literal(name)}, "arguments": ')
        return f'{opening} "\\n" {head} {arguments} "}}" "\\n" {closing}'

    return f'reply: (words "\\n")? call ("\\n" call)*\nwords: /[^<]+/\n{JSON.rules(tools, call)}'


HERMES = Format("hermes", HERMES_OPEN, _write, _read, _guide)
