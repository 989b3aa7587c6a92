"""Conversations that bring out what a chat template does, whatever it is used for."""

from __future__ import annotations

from trace_trainer.engine.conversation import Message, Prompt

_TOOL = {
    "type": "function",
    "function": {
        "name": "find_book",
        "description": "Find a book.",
        "parameters": {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]},
    },
}
_CALL = {"type": "function", "function": {"name": "find_book", "arguments": {"title": "Emma"}}}
PROBE_REPLY: Message = {"role": "assistant", "content": "", "tool_calls": [_CALL]}
PROBE = Prompt(
    [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Have you got Persuasion?"},
        PROBE_REPLY,
        {"role": "tool", "name": "find_book", "content": "no"},
        {"role": "user", "content": "And Emma?"},
    ],
    [_TOOL],
)
"""A conversation with all that a template has to render: a tool, a call, its result, and then `PROBE_REPLY`."""
