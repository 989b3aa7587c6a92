"""`trainer audit --kind call`: what a line says about one reply, and its verdict.

A line holds the reply under the names that hold a trace, or as `reply`, an assistant's message with `tool_calls`.
Beside it may stand `expected`, `tools`, `format`, and for shell commands the machine (`machine` or `start`) with the
commands that `ran` before. Lines of a call problem file are such lines, so auditing one checks its gold. `messages` are
not read: a reply is judged by what was expected of it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.audit.inputs import (
    FieldNames,
    RawInput,
    UnreadableInput,
    missing,
    read_object,
    read_text,
    value_of,
)
from trace_trainer.verifiers.calls import AUTO, FORMATS, Call, CallVerdict, RenderError, Reply, verify_call

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine import Machine

EXPECTED_FIELDS = ("expected", "expected_response", "ground_truth")
TOOLS_FIELDS = ("tools", "functions", "function")
MACHINE_FIELDS = ("machine", "start")
MESSAGE_FIELD = "reply"
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
    raw: RawInput, names: FieldNames, call_format: str = AUTO, needs_reply: bool = True
) -> CallRow:
    """The reply in one line, with what stands beside it; in `call_format` where the line names no format.

    A line without a reply is unreadable, or, where none is needed, has an empty one.

    Raises UnreadableInput, with the reason.
    """
    if raw.is_yaml:
        raise UnreadableInput("a YAML file holds traces; replies with calls are read from JSON lines")
    row = read_object(read_text(raw))
    format = _format(row) or (None if call_format == AUTO else call_format)
    return CallRow(
        _reply_text(row, names, format) if needs_reply else "",
        format or AUTO,
        value_of(row, names.answer, names)[1],
        _tools(row, names),
        _machine(row, names),
    )


def _format(row: dict[str, Any]) -> str | None:
    format = row.get("format")
    if format is None or format == AUTO or (isinstance(format, str) and format in FORMATS):
        return format
    raise UnreadableInput(
        f"field format is {json.dumps(format)[:40]}; there are {AUTO}, {', '.join(FORMATS)}"
    )


def _reply_text(row: dict[str, Any], names: FieldNames, format: str | None) -> str:
    name, value = value_of(row, (*names.trace, MESSAGE_FIELD), names)
    if isinstance(value, str):
        return value
    if value is None:
        raise missing((*names.trace, MESSAGE_FIELD), row)
    writer = FORMATS[MESSAGE_FORMAT if format is None or format == AUTO else format]
    try:
        return writer.render(_reply(value))
    except (KeyError, TypeError, AttributeError):
        raise UnreadableInput(f"field {name} is neither text nor an assistant's message") from None
    except RenderError as error:
        raise UnreadableInput(f"field {name}: {error}") from None
    except json.JSONDecodeError:
        raise UnreadableInput(f"field {name}: the arguments of a call are no JSON") from None


def _reply(message: Any) -> Reply:
    calls = [call.get("function", call) for call in message.get("tool_calls") or ()]
    arguments = [_decoded(call["arguments"]) for call in calls]
    found = tuple(Call(call["name"], given) for call, given in zip(calls, arguments, strict=True))
    return Reply(found, (message.get("content") or "").strip())


def _decoded(arguments: Any) -> dict[str, Any]:
    """Arguments as an object; some interfaces have them as a string that holds one."""
    found: dict[str, Any] = json.loads(arguments) if isinstance(arguments, str) else dict(arguments)
    return found


def _tools(row: dict[str, Any], names: FieldNames) -> Any:
    _, tools = value_of(row, TOOLS_FIELDS, names)
    return tools or None


def _machine(row: dict[str, Any], names: FieldNames) -> Machine | None:
    name, start = value_of(row, MACHINE_FIELDS, names)
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
