"""`trainer audit --kind call`: what a line says about one reply, and its verdict.

A line holds the reply under the names that hold a trace, or as `reply`, an assistant's message with `tool_calls`.
Beside it may stand `expected`, `tools`, `format`, and for shell commands the machine (`machine` or `start`) with the
commands that `ran` before. Lines of a call problem file are such lines, so auditing one checks its gold. Where no
column holds a reply, the assistant's turn that `messages` end with is one. It is judged by what was expected of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.audit.inputs import UnreadableInput, missing
from trace_trainer.engine.problems.files.tool_rows import tools_of
from trace_trainer.engine.rows.columns import (
    EXPECTED,
    MACHINE,
    REPLY,
    TOOLS,
    Columns,
    MissingColumnError,
)
from trace_trainer.engine.rows.conversations import (
    CONVERSATIONS,
    ConversationError,
    decoded,
    message_of,
    messages_of,
    unwrapped,
)
from trace_trainer.verifiers.calls import AUTO, FORMATS, Call, CallVerdict, RenderError, Reply, verify_call

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine import Machine

REPLIES = Columns(
    {
        "reply": ("trace", *REPLY, "message"),
        "expected": EXPECTED,
        "tools": TOOLS,
        "machine": MACHINE,
        "messages": CONVERSATIONS,
    }
)
"""Where a row holds what, for replies with calls."""
MESSAGE_FORMAT = "hermes"
"""In which a message is written to be read back, where the line names no format."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One reply to check, with what is known about it."""

    text: str
    format: str
    expected: Any
    tools: Any
    machine: Machine | None

    def answered(self, text: str) -> CallRow:
        """The row with another reply."""
        return replace(self, text=text)

    def verdict(self) -> CallVerdict:
        """What the verifier says of the reply."""
        return verify_call(self.text, self.format, self.expected, self.tools, self.machine)


def read_call_row(
    row: dict[str, Any], columns: Columns, call_format: str = AUTO, needs_reply: bool = True
) -> CallRow:
    """The reply in one row, with what stands beside it; in `call_format` where the row names no format.

    A row without a reply is unreadable, or, where none is needed, has an empty one.

    Raises UnreadableInput, with the reason.
    """
    format = _format(row) or (None if call_format == AUTO else call_format)
    try:
        return CallRow(
            _reply_text(row, columns, format) if needs_reply else "",
            format or AUTO,
            decoded(columns.find(row, "expected")[1]),
            tools_of(columns.find(row, "tools")[1]) or None,
            _machine(row, columns),
        )
    except MissingColumnError as error:
        present = ", ".join(name for name, value in row.items() if value is not None)
        raise UnreadableInput(f"no field {error}; it has {present or 'none'}") from None


def _format(row: dict[str, Any]) -> str | None:
    format = row.get("format")
    if format is None or format == AUTO or (isinstance(format, str) and format in FORMATS):
        return format
    raise UnreadableInput(
        f"field format is {json.dumps(format)[:40]}; there are {AUTO}, {', '.join(FORMATS)}"
    )


def _reply_text(row: dict[str, Any], columns: Columns, format: str | None) -> str:
    name, value = columns.find(row, "reply")
    if name is None:
        name, value = _last_message(row, columns)
    value = unwrapped(value)
    if isinstance(value, list) and len(value) == 1:
        value = value[0]  # TRL's completion: a list of one message
    if isinstance(value, str):
        return value
    if value is None:
        raise missing(columns, "reply", row)
    writer = FORMATS[MESSAGE_FORMAT if format is None or format == AUTO else format]
    if not isinstance(value, dict) or not {"content", "tool_calls", "function_call"} & value.keys():
        raise UnreadableInput(f"field {name} is neither text nor an assistant's message")
    try:
        reply = _reply({"role": "assistant", **value})
        return writer.render(reply) if reply.calls or reply.text else ""  # a model that said nothing
    except ConversationError as error:
        raise UnreadableInput(
            f"field {name} is neither text nor an assistant's message: {str(error).removeprefix('.')}"
        ) from None
    except RenderError as error:
        raise UnreadableInput(f"field {name}: {error}") from None


def _last_message(row: dict[str, Any], columns: Columns) -> tuple[str | None, Any]:
    """The assistant's turn that a conversation ends with, where there is one."""
    name, value = columns.find(row, "messages")
    if name is None or value is None:
        return None, None
    try:
        messages = messages_of(value, name)
    except ConversationError as error:
        raise UnreadableInput(f"field {error}") from None
    return name, messages[-1] if messages and messages[-1]["role"] == "assistant" else None


def _reply(value: Any) -> Reply:
    silent = value.get("refusal") or ""
    message = message_of({**value, "content": value.get("content") or silent}, "")
    calls = [call["function"] for call in message.get("tool_calls", ())]
    return Reply(tuple(Call(call["name"], call["arguments"]) for call in calls), message["content"].strip())


def _machine(row: dict[str, Any], columns: Columns) -> Machine | None:
    name, start = columns.find(row, "machine")
    start = decoded(start)
    ran = row.get("ran") or []
    if not isinstance(ran, list) or not all(isinstance(line, str) for line in ran):
        raise UnreadableInput("field ran is no list of command lines")
    if start is None:
        if ran:
            raise UnreadableInput("field ran has commands, but there is no machine to run them on")
        return None
    from trace_trainer.verifiers.machine import MachineSpecError

    try:
        return _after(json.dumps(start, sort_keys=True), tuple(ran))
    except MachineSpecError as error:
        raise UnreadableInput(f"field {name}: {error}") from None


@lru_cache(maxsize=256)
def _after(start: str, ran: Sequence[str]) -> Machine:
    """The machine of a description after these commands. Verifying runs everything on copies, so it is shared."""
    from trace_trainer.verifiers.machine import Machine

    machine = Machine.from_spec(json.loads(start))
    for line in ran:
        machine.run(line)
    return machine
