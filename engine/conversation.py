"""Conversations as data: a turn, and what a model is to answer. Problems have them without knowing any model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Message = dict[str, Any]
"""A turn in the form that chat templates take: role, content, and where there are any tool_calls."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model answers: the conversation so far, and the schemas of the tools it may call (OpenAI's form)."""

    messages: list[Message]
    tools: list[dict[str, Any]] | None = None

    def answered(self, reply: Message) -> Prompt:
        """The conversation with one turn more."""
        return Prompt([*self.messages, reply], self.tools)
