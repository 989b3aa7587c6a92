"""Rows with tool calls in the forms of data sets, as the fields of a call problem.

Read are, besides this project's own: conversations that end with the gold turn (OpenAI's and TRL's `messages`,
ShareGPT's `conversations`, mobile-actions), `prompt` and `completion`, xLAM's and ToolACE's rows, Berkeley's with their
answers, and the installer's (`system_context`, `messages`, `expected_response`). What is expected follows from the gold
turn, and the gold turn from what is expected, where a row holds one of them.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from trace_trainer.engine.conversation import Message
from trace_trainer.engine.problems.files.tool_rows import openai_tools, tools_of
from trace_trainer.engine.rows.columns import EXPECTED, MACHINE, TOOLS, Columns
from trace_trainer.engine.rows.conversations import (
    CONVERSATIONS,
    WEIGHT,
    ConversationError,
    decoded,
    message_of,
    messages_of,
    unwrapped,
)
from trace_trainer.verifiers.calls import (
    COMMAND_ARGUMENT,
    COMMAND_TOOL,
    INSTALLER_TOOLS,
    ParseFailure,
)
from trace_trainer.verifiers.calls.formats import parse

SYSTEM = "system_context"
"""Where an installer's row has its system text."""
CALL_COLUMNS = Columns(
    {
        "messages": (*CONVERSATIONS, "prompt", "question", "query", "instruction", "request"),
        "tools": TOOLS,
        "expected": EXPECTED,
        "reply": ("reply", "completion", "response", "output", "chosen"),
        "system": (SYSTEM, "system", "system_prompt"),
        "start": MACHINE,
        "category": ("category",),
    }
)
"""Where a row holds what, for problems of tool calls."""

_SHOWN_COMMAND = "$ "
"""The installer's rows show a call within the history as text behind this."""


def call_fields(row: Mapping[str, Any], columns: Columns) -> dict[str, Any]:
    """The fields of a call problem that a row holds. Raises ConversationError, MissingColumnError."""
    messages = _conversation(row, columns)
    tools, expected = tools_of(columns.find(row, "tools")[1]), decoded(columns.find(row, "expected")[1])
    if isinstance(expected, Mapping) and "type" not in expected and not isinstance(expected.get("name"), str):
        expected = [{name: values} for name, values in expected.items()]
    elif isinstance(expected, Mapping) and "type" not in expected:
        expected = [expected]
    # An installer's row says what it expects, and its one tool goes without saying.
    is_installer = SYSTEM in row or ("expected_response" in row and tools is None)
    if is_installer:
        messages = messages and [_with_call(message) for message in messages]
        tools = [dict(tool) for tool in INSTALLER_TOOLS] if tools is None else tools
    if tools is None:
        tools = _tools_in_words(messages)
    name, reply = columns.find(row, "reply")
    gold = None if reply is None else _reply(reply, name or "reply", tools)
    taught: list[int] = []
    if gold is None and messages and messages[-1]["role"] == "assistant":
        gold = called(messages.pop(), tools)
        taught = [] if is_installer else _taught(messages)
        for at in taught:
            messages[at] = called(messages[at], tools)
    for message in (*(messages or ()), *([gold] if gold else [])):
        message.pop(WEIGHT, None)
    if gold is None and expected is not None and not {"messages", "expected"} <= row.keys():
        gold = gold_turn(expected, tools)
    expected = expected_of(gold) if expected is None and gold is not None else expected
    start = columns.find(row, "start")[1]
    return {
        **row,
        **({} if messages is None else {"messages": messages}),
        "tools": openai_tools(tools) if isinstance(tools, list) else tools,
        "expected": expected,
        "reply": gold,
        "start": start,
        "taught": taught,
        **(_described(row[SYSTEM], expected) if start is None and isinstance(row.get(SYSTEM), str) else {}),
        "category": columns.find(row, "category")[1] or _category(row),
    }


def _described(text: str, expected: Any) -> dict[str, Any]:
    """The machine of an installer's row, where its text describes one on which its gold command runs."""
    from trace_trainer.engine.problems.files.installer_rows import machine_of  # the machine is much to import

    found = machine_of(text, expected.get("command") if isinstance(expected, Mapping) else None)
    return {} if found is None else {"start": found.start, "ran": found.ran}


def gold_turn(expected: Any, tools: Any = None) -> Message | None:
    """The turn that does what is expected: the first value allowed of each argument; None where that is not known.

    An argument that may be left out is, unless its tool demands it.
    """
    if isinstance(expected, Mapping):
        if expected.get("type") == "command" and isinstance(expected.get("command"), str):
            return calling([(COMMAND_TOOL, {COMMAND_ARGUMENT: expected["command"]})])
        said = expected.get("response")
        return {"role": "assistant", "content": said} if isinstance(said, str) and said else None
    if not isinstance(expected, list) or not expected:
        return None
    calls = []
    for item in expected:
        if not isinstance(item, Mapping):
            return None
        if isinstance(item.get("name"), str):
            calls.append((item["name"], item.get("arguments") or {}))
        else:
            ((name, arguments),) = item.items() if len(item) == 1 else (("", None),)
            if not isinstance(arguments, Mapping):
                return None
            calls.append((name, _first_allowed(arguments, _required(name, tools))))
    return calling(calls)


def expected_of(turn: Message) -> Any:
    """What is expected where this turn is right: its calls by their values, a command by what it does, or words."""
    calls = [call["function"] for call in turn.get("tool_calls", ())]
    if not calls:
        return {"type": "text", "response": turn["content"]}
    if len(calls) == 1 and calls[0]["name"] == COMMAND_TOOL and COMMAND_ARGUMENT in calls[0]["arguments"]:
        return {"type": "command", "command": calls[0]["arguments"][COMMAND_ARGUMENT]}
    return [{"name": call["name"], "arguments": call["arguments"]} for call in calls]


def calling(calls: list[tuple[str, Any]]) -> Message:
    """The assistant's turn that makes these calls."""
    made = [{"type": "function", "function": {"name": name, "arguments": given}} for name, given in calls]
    return {"role": "assistant", "content": "", "tool_calls": made}


def _required(name: str, tools: Any) -> Sequence[str]:
    """The arguments that a tool demands."""
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function", tool) if isinstance(tool, Mapping) else {}
        if isinstance(function, Mapping) and function.get("name") == name:
            parameters = function.get("parameters")
            return parameters.get("required") or () if isinstance(parameters, Mapping) else ()
    return ()


def _first_allowed(arguments: Mapping[str, Any], required: Sequence[str] = ()) -> dict[str, Any]:
    """Berkeley's lists of allowed values, the first of each; "" among them says that one may be left out."""
    found = {}
    for name, values in arguments.items():
        given = [value for value in values if value != ""] if isinstance(values, list) else [values]
        if isinstance(values, list) and "" in values and not (name in required and given):
            continue
        found[name] = _chosen(given[0] if given else values)
    return found


def _chosen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _first_allowed(value)
    return [_chosen(item) for item in value] if isinstance(value, list) else value


def _conversation(row: Mapping[str, Any], columns: Columns) -> list[Message] | None:
    """The messages of a row, its system text in front; None where it has none."""
    name, value = columns.find(row, "messages")
    if name is None or value is None:
        return None
    held = decoded(value) if name != "query" else value
    if isinstance(held, str):
        more = row.get("input") if name == "instruction" else None
        messages: list[Message] = [{"role": "user", "content": f"{held}\n{more}" if more else held}]
    else:
        messages = messages_of(held, name)
    _, system = columns.find(row, "system")
    if isinstance(system, str) and system.strip() and not (messages and messages[0]["role"] == "system"):
        messages.insert(0, {"role": "system", "content": system})
    return messages


def _reply(value: Any, name: str, tools: Any) -> Message:
    """The gold turn of a column: a message, a list of one, or text in whatever wire format."""
    value = unwrapped(value)
    if isinstance(value, list):
        found = messages_of(value, name)
        if len(found) != 1:
            raise ConversationError(f"{name} has {len(found)} messages; one turn of the assistant is read")
        return found[0]
    if isinstance(value, str):
        return called({"role": "assistant", "content": value}, tools)
    return message_of(value, name)


def called(turn: Message, tools: Any) -> Message:
    """A turn whose text is a call, in a wire format or in Python's way, as a turn that makes it."""
    if turn.get("tool_calls") or turn["role"] != "assistant":
        return turn
    found = _python_calls(turn["content"], tools)
    if found:
        return calling(found)
    reply = parse(turn["content"])
    if isinstance(reply, ParseFailure) or not reply.calls:
        return turn
    return {**calling([(call.name, call.arguments) for call in reply.calls]), "content": reply.text}


def _python_calls(text: str, tools: Any) -> list[tuple[str, dict[str, Any]]]:
    """The calls of `[get_weather(city="Oslo"), ...]`, as ToolACE writes them; none where the text is anything else.

    Names that are none of Python's, with spaces or points, are replaced by ones that are before it is read.
    """
    if not text.strip().startswith("[") or not isinstance(tools, list):
        return []
    names = {
        tool.get("name", (tool.get("function") or {}).get("name"))
        for tool in tools
        if isinstance(tool, Mapping)
    }
    known = sorted((name for name in names if isinstance(name, str) and name), key=len, reverse=True)
    if not known:
        return []
    pattern = re.compile(rf"(?<![\w\"'])(?:{'|'.join(map(re.escape, known))})(?=\()")
    try:
        tree = ast.parse(
            pattern.sub(lambda match: f"f{known.index(match[0])}", text.strip()), mode="eval"
        ).body
        assert isinstance(tree, ast.List)
        calls = []
        for item in tree.elts:
            assert isinstance(item, ast.Call) and isinstance(item.func, ast.Name) and not item.args
            arguments = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in item.keywords}
            json.dumps(arguments)
            calls.append((known[int(item.func.id.removeprefix("f"))], arguments))
    except (AssertionError, SyntaxError, ValueError, TypeError, IndexError, RecursionError, MemoryError):
        return []
    return calls


def _tools_in_words(messages: list[Message] | None) -> Any:
    """The tools that a system text lists as JSON, as ToolACE's do; None where it lists none."""
    if not messages or messages[0]["role"] != "system":
        return None
    text = messages[0]["content"]
    start = text.find('[{"name"')
    try:
        found, _ = json.JSONDecoder().raw_decode(text, start) if start >= 0 else (None, 0)
    except ValueError:
        return None
    return tools_of(found)


def _taught(messages: Sequence[Message]) -> list[int]:
    """Where the assistant's turns of a conversation stand that answer somebody, and that nothing says not to learn."""
    asked = next((at for at, message in enumerate(messages) if message["role"] == "user"), len(messages))
    return [
        at
        for at, message in enumerate(messages)
        if at > asked
        and message["role"] == "assistant"
        and message.get(WEIGHT) != 0
        and (message["content"].strip() or message.get("tool_calls"))
    ]


def _with_call(message: Message) -> Message:
    """A turn of the installer's history, with the call that it shows as text made one."""
    text = message["content"]
    if message["role"] != "assistant" or not text.startswith(_SHOWN_COMMAND):
        return message
    return calling(
        [(COMMAND_TOOL, {COMMAND_ARGUMENT: text.removeprefix(_SHOWN_COMMAND).partition("\n")[0].strip()})]
    )


def _category(row: Mapping[str, Any]) -> str | None:
    """The category in the id of Berkeley's rows, `parallel_12`; what the installer's rows expect; else None."""
    expected, identifier = row.get("expected_response"), row.get("id")
    if isinstance(expected, Mapping):
        return {"command": "command", "text": "answer"}.get(str(expected.get("type")))
    if "function" in row and isinstance(identifier, str):
        return re.sub(r"[_\d-]+$", "", identifier) or None
    return None
