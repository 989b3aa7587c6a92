"""The conversation as messages, and how much of it goes into a prompt.

A prompt holds the system text, the newest whole turns that fit a budget, and the user's turn. Tokens are estimated from
characters, close to what the embedded tokenizer makes of commands and English; the tests measure the real counts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from trace_trainer.engine.conversation import Message
from trace_trainer.verifiers.calls import COMMAND_ARGUMENT, COMMAND_TOOL, INSTALLER_TOOLS
from trace_trainer.verifiers.machine import Result

TOOLS: list[dict[str, Any]] = [dict(tool) for tool in INSTALLER_TOOLS]

BUDGET = 195  # estimated tokens of system text, history and user's turn; the tool's schema comes on top
FAILURE_BUDGET = 250  # the same where the last turn failed, which should be seen
MAX_LINES = 4
MAX_CHARACTERS = 100
MAX_ERROR = 60
_CALL_TOKENS = 45  # what a call costs around its command
_PIECE = re.compile(r"[^\W\d_]+|\d|\n|[^\w\s]|_")


def estimate_tokens(text: str) -> int:
    """About how many tokens a text has: letters in twos, everything else singly."""
    count = 0
    for piece in _PIECE.findall(text):
        count += (len(piece) + 1) // 2 if piece.isalpha() else 1 + (ord(piece) > 0x7F)
    return count


def message_tokens(message: Message) -> int:
    """About how many tokens a message has."""
    calls = message.get("tool_calls", ())
    commands = sum(
        _CALL_TOKENS + estimate_tokens(call["function"]["arguments"][COMMAND_ARGUMENT]) for call in calls
    )
    return 2 + estimate_tokens(message["content"]) + commands


def call_message(command: str) -> Message:
    """The assistant's turn that runs a command line."""
    function = {"name": COMMAND_TOOL, "arguments": {COMMAND_ARGUMENT: command}}
    return {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": function}]}


def text_message(text: str) -> Message:
    """The assistant's turn in words."""
    return {"role": "assistant", "content": text}


def tool_message(content: str) -> Message:
    """A tool's result."""
    return {"role": "tool", "name": COMMAND_TOOL, "content": content}


def result_text(result: Result) -> str:
    """What a prompt shows of a command's result: `ok` where it printed nothing, else its first lines."""
    if result.verdict != "ok":
        return _shortened(f"exit {result.exit}: {result.stderr.strip() or result.stdout.strip()}", MAX_ERROR)
    return _shortened(result.stdout.strip(), MAX_CHARACTERS) or "ok"


def _shortened(text: str, characters: int) -> str:
    lines = [" ".join(line.split()) for line in text.splitlines()]
    short = "\n".join(lines[:MAX_LINES])[:characters]
    return short if short == "\n".join(lines) else short.rstrip() + " ..."


def prompt_messages(
    system: str, turns: Sequence[list[Message]], user: Message, keep_last: bool = False, budget: int = BUDGET
) -> list[Message]:
    """System text, the newest turns within a budget, and the user's turn.

    Args:
        system: the system text.
        turns: what was said, oldest first; a turn is the user's message, the assistant's and the tools' results.
        user: the user's new message.
        keep_last: whether the last turn stays whatever its size, because the user's words mean nothing without it.
        budget: estimated tokens; what does not fit is left out by whole turns.
    """
    left = budget - estimate_tokens(system) - message_tokens(user)
    kept: list[list[Message]] = []
    for turn in reversed(turns):
        left -= sum(message_tokens(message) for message in turn)
        if left < 0 and (kept or not keep_last):
            break
        kept.insert(0, turn)
    return [{"role": "system", "content": system}, *(message for turn in kept for message in turn), user]


def command_of(call: Any) -> str | None:
    """The command line of a call in the OpenAI form; None where it is none of our tool's."""
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or function.get("name") != COMMAND_TOOL:
        return None
    arguments = function.get("arguments")
    command = arguments.get(COMMAND_ARGUMENT) if isinstance(arguments, dict) else None
    return command if isinstance(command, str) else None
