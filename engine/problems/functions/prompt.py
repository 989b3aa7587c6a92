"""What the model is told once, and how long a problem may be.

The system text is the same in training and in evaluation, for base and tuned models. The limit is in characters of
JSON, so that generating needs no tokenizer. The template of the embedded models shows a tool in one short line: there,
95 of 100 problems take fewer than 260 tokens (a test holds them to 350).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

SYSTEM = "Call the tools that the request needs. Ask for a missing value. If no tool fits, say so."
NO_TOOL_FITS = "None of the tools can do that."
MAX_CHARACTERS = 1000
"""The most that system text, tools (see `plain_tools`) and messages take together, unless `generate` is told more."""


def plain_tools(tools: Sequence[dict[str, Any]]) -> str:
    """The functions as one line of compact JSON each: the shortest faithful rendering of their schemas."""
    return "\n".join(
        json.dumps(tool["function"], separators=(",", ":"), ensure_ascii=False) for tool in tools
    )


def size(tools: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]]) -> int:
    """Characters of a problem's prompt in the plain rendering."""
    return len(plain_tools(tools)) + sum(len(message["content"]) for message in messages)
