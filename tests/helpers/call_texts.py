"""A call as each wire format writes it, and what a reader makes of a text."""

from __future__ import annotations

from trace_trainer.verifiers import Call, Reply
from trace_trainer.verifiers.calls import FORMATS, ParseFailure
from trace_trainer.verifiers.calls.formats import parse

COMMAND = Call("run_shell_command", {"command": "lsblk"})
EXAMPLES = {
    "hermes": '<tool_call>\n{"name": "run_shell_command", "arguments": {"command": "lsblk"}}\n</tool_call>',
    "llama3": '{"name": "run_shell_command", "parameters": {"command": "lsblk"}}',
    "functiongemma": "<start_function_call>call:run_shell_command{command:<escape>lsblk<escape>}<end_function_call>",
    "gemma4": '<|tool_call>call:run_shell_command{command:<|"|>lsblk<|"|>}<tool_call|>',
    "harmony": ' to=functions.run_shell_command<|channel|>commentary json<|message|>{"command": "lsblk"}',
    "structured": '{"query": "", "tool_name": "run_shell_command", "arguments": {"command": "lsblk"}}',
}
IN_AUTO = [name for name, format in FORMATS.items() if format.in_auto]
"""Formats that a text without the name of one is read in."""


def hermes(body: str) -> str:
    return f"<tool_call>\n{body}\n</tool_call>"


def gemma(body: str) -> str:
    return f"<start_function_call>call:{body}<end_function_call>"


def call_of(text: str, format: str = "auto") -> Call:
    reply = parse(text, format)
    assert isinstance(reply, Reply), reply
    (call,) = reply.calls
    return call


def code_of(text: str, format: str = "auto") -> str:
    failure = parse(text, format)
    assert isinstance(failure, ParseFailure), failure
    assert failure.hint and "\n" not in failure.hint
    return failure.code
