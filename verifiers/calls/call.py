"""The internal form of what an assistant says in one turn: its tool calls, and the text around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool. `arguments` are JSON values: str, int, float, bool, None, lists and dicts of these."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """An assistant's turn.

    Attributes:
        calls: in the order written; empty for a reply in words.
        text: what surrounds the calls, trimmed, without thoughts (`<think>`) and markers of the end of a turn.
        lints: codes of what a reader put up with, such as arguments that are JSON inside a string.
    """

    calls: tuple[Call, ...] = ()
    text: str = ""
    lints: tuple[str, ...] = field(default=(), compare=False)


def canonical(value: Any) -> Any:
    """A hashable value that is equal for equal JSON values: 1 equals 1.0, true differs from 1, key order is free."""
    kind = type(value)
    if kind is bool:
        return (bool, value)
    if kind is dict:
        return (dict, frozenset((key, canonical(item)) for key, item in value.items()))
    if kind is list or kind is tuple:
        return (list, tuple(canonical(item) for item in value))
    return value


def shown(value: Any, limit: int = 40) -> str:
    """A value of unknown origin, as a one-line message shows it: as Python writes it, cut to so many characters."""
    if isinstance(value, str) and len(value) > limit:
        value = value[: limit + 1]  # so that a huge text is not escaped in full
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
