"""Text of unknown origin, made safe to show on a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with every character that could steer a terminal written as its escape; lines stay lines."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )
