"""A value of unknown origin, as a one-line message shows it."""

from __future__ import annotations

from typing import Any


def shown(value: Any, limit: int = 40) -> str:
    """The value as Python writes it, cut to so many characters."""
    if isinstance(value, str) and len(value) > limit:
        value = value[: limit + 1]  # so that a huge text is not escaped in full
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
