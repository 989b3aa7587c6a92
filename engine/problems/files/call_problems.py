"""Problems whose answer is a tool call, or words where no call is wanted: read in any form, and written as JSON lines.

What is checked on reading is what every reader of a row relies on: fields, roles, schemas of tools, what is expected,
and the machine with the commands that ran on it. Whether the gold reply is right is the verifier's matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.conversation import Message
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.berkeley import with_answers
from trace_trainer.engine.problems.files.call_rows import CALL_COLUMNS, SYSTEM, call_fields
from trace_trainer.engine.problems.files.json_rows import (
    JsonRow,
    json_line,
    read_rows,
    say_ambiguities,
    unique_ids,
)
from trace_trainer.engine.rows.columns import Columns, MissingColumnError, Named
from trace_trainer.engine.rows.conversations import ConversationError
from trace_trainer.engine.rows.notes import say_once
from trace_trainer.verifiers.calls.expected import ExpectedError, read_expected
from trace_trainer.verifiers.calls.tools import ToolSchemaError, read_tools

ROLES = ("system", "user", "assistant", "tool")
DEFAULT_CATEGORY = "call"


@dataclass(frozen=True, slots=True)
class CallProblem:
    """A conversation that waits for the assistant's turn.

    Attributes:
        id: unique in its file.
        messages: the turns so far; calls as `{"role": "assistant", "content": "", "tool_calls": [{"type": "function",
            "function": {"name": ..., "arguments": {...}}}]}`, results as `{"role": "tool", "name": ..., "content":
            ...}`.
        tools: schemas in the form `{"type": "function", "function": {"name", "description", "parameters"}}`.
        expected: what `verify_call` compares a reply with.
        reply: the gold turn of the assistant; None where only `expected` is known.
        category: the group that it is counted in, such as "command", "ask" or "parallel".
        start: for shell commands, the machine that the episode starts with, as `Machine.from_spec` takes it.
        ran: the commands that ran on it before this turn.
        episode: which episode the turn belongs to.
        source: where its wording or its tools come from.
        taught: where turns of the assistant stand in the messages that are as right as the reply; of rows that are one
            conversation, which ends with the reply. Not written.
    """

    id: str
    messages: list[Message]
    tools: list[dict[str, Any]]
    expected: dict[str, Any] | list[Any]
    reply: Message | None
    category: str
    start: dict[str, Any] | None = None
    ran: tuple[str, ...] = ()
    episode: str | None = None
    source: str | None = None
    taught: tuple[int, ...] = ()

    @property
    def request(self) -> str:
        """What the user said last; empty where the user said nothing."""
        said = [message["content"] for message in self.messages if message["role"] == "user"]
        return said[-1] if said else ""


def read_call_problems(path: str | Path, limit: int | None = None, named: Named = None) -> list[CallProblem]:
    """The call problems of a file in order, at most `limit` of them, in whichever form (`call_rows`).

    A problem without an `id` gets the file's name and its line; one without `tools` or `reply` has none.

    Args:
        named: the columns that the user named, by field.

    Raises UserError, naming file, line and field, for a file that can't be read, a field that is missing or wrong, and
    an id that occurs twice.
    """
    columns = CALL_COLUMNS.with_named(named or {})
    rows = with_answers(read_rows(path, "messages and expected", limit))
    said = say_ambiguities(rows, columns, ("messages", "expected"))
    own = [_in_own_form(row, columns) for row in said]
    _say_undescribed(own)
    return list(unique_ids((row, call_problem(row)) for row in own))


def _say_undescribed(rows: Sequence[JsonRow]) -> None:
    """Say where an installer's rows are judged by the text of a command, not by what it does."""
    without = [row for row in rows if SYSTEM in row.fields and row.fields["start"] is None]
    if without:
        say_once(
            f"{without[0].source}: the commands of {len(without)} of {len(rows)} rows are judged by their text: their "
            f"{SYSTEM} holds no machine on which the expected command runs; the first is {without[0].place}"
        )


def write_call_problems(path: str | Path, problems: Iterable[CallProblem]) -> None:
    """Write call problems as JSON lines, whole or not at all."""
    with atomic_write(path) as stream:
        for problem in problems:
            stream.write(call_problem_line(problem))


def call_problem_line(problem: CallProblem) -> str:
    """A call problem as one line of JSON, with its newline. What is None or empty is left out."""
    return json_line(call_problem_fields(problem))


def call_problem_fields(problem: CallProblem) -> dict[str, Any]:
    """The fields as JSON values; `ran` is None where nothing ran."""
    values = {item.name: getattr(problem, item.name) for item in fields(CallProblem) if item.name != "taught"}
    return {**values, "ran": list(problem.ran) or None}


def _in_own_form(row: JsonRow, columns: Columns) -> JsonRow:
    try:
        return row.with_fields(call_fields(row.fields, columns))
    except ConversationError as error:
        raise UserError(f"{row.place}: {error}") from None
    except MissingColumnError as error:
        raise UserError(f"{row.place}: no column {error} (there are {', '.join(row.fields)})") from None


def call_problem(row: JsonRow) -> CallProblem:
    """The call problem of a row. Raises UserError naming place and field."""
    problem = CallProblem(
        id=row.identifier(),
        messages=_messages(row),
        tools=_list(row, "tools") if row.fields.get("tools") is not None else [],
        expected=row.fields.get("expected"),  # type: ignore[arg-type]  # checked below
        reply=_reply(row),
        category=row.optional_text("category") or DEFAULT_CATEGORY,
        start=row.fields.get("start"),
        ran=tuple(_list(row, "ran")) if row.fields.get("ran") is not None else (),
        episode=row.optional_text("episode"),
        source=row.optional_text("source") or row.stem,
        taught=() if row.fields.get("start") else tuple(row.fields.get("taught") or ()),
    )
    if problem.expected is None:
        raise UserError(
            f"{row.place}: field expected {row.found('expected')}; it must be what a reply should be"
        )
    try:
        read_expected(problem.expected)
        read_tools(problem.tools)
    except (ExpectedError, ToolSchemaError) as error:
        raise UserError(f"{row.place}: {error}") from None
    _check_machine(problem, row)
    return problem


def _check_machine(problem: CallProblem, row: JsonRow) -> None:
    if not all(isinstance(command, str) for command in problem.ran):
        raise UserError(f"{row.place}: field ran {row.found('ran')}; it must be a list of command lines")
    if problem.start is None:
        if problem.ran:
            raise UserError(
                f"{row.place}: field ran has commands, but there is no start, a machine to run them on"
            )
        return
    from trace_trainer.verifiers.machine import Machine, MachineSpecError

    try:
        Machine.from_spec(problem.start)
    except MachineSpecError as error:
        raise UserError(f"{row.place}: field start: {error}") from None


def _list(row: JsonRow, name: str) -> list[Any]:
    value = row.fields.get(name)
    if not isinstance(value, list):
        raise UserError(f"{row.place}: field {name} {row.found(name)}; it must be a list")
    return value


def _messages(row: JsonRow) -> list[Message]:
    messages = _list(row, "messages")
    if not messages:
        raise UserError(f"{row.place}: field messages is empty; it must hold the conversation so far")
    for index, message in enumerate(messages):
        _check_message(message, f"{row.place}: messages[{index}]")
    if messages[-1]["role"] == "assistant":
        raise UserError(f"{row.place}: messages ends with the assistant's turn; that belongs into reply")
    return messages


def _reply(row: JsonRow) -> Message | None:
    reply = row.fields.get("reply")
    if reply is None:
        return None
    _check_message(reply, f"{row.place}: reply")
    if reply["role"] != "assistant":
        raise UserError(f"{row.place}: reply.role is {reply['role']!r}; it must be assistant")
    checked: Message = reply
    return checked


def _check_message(message: Any, place: str) -> None:
    if not isinstance(message, dict):
        raise UserError(f"{place} must be an object with role and content")
    if message.get("role") not in ROLES:
        raise UserError(f"{place}.role is {message.get('role')!r}; there are {', '.join(ROLES)}")
    calls = message.get("tool_calls")
    if not isinstance(message.get("content"), str) and not calls:
        raise UserError(f"{place}.content must be text")
    if calls is None:
        return
    if message["role"] != "assistant" or not isinstance(calls, list):
        raise UserError(f"{place}.tool_calls must be a list, and of the assistant")
    for number, call in enumerate(calls):
        function = call.get("function") if isinstance(call, dict) else None
        if (
            not isinstance(function, dict)
            or not isinstance(function.get("name"), str)
            or not isinstance(function.get("arguments"), dict)
        ):
            raise UserError(
                f"{place}.tool_calls[{number}] must be an object with function, which holds name and arguments"
            )
