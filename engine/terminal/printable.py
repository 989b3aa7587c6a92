"""Text of unknown origin, made safe to show on a terminal."""

from __future__ import annotations

import json
import sys
from typing import Any

from trace_trainer.engine.ranks import is_main


def printable(text: str) -> str:
    """The text with every character that could steer a terminal written as its escape; lines stay lines."""
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape", "surrogatepass").decode()
        for c in text
    )


def printable_json(value: Any, indent: int | None = None) -> str:
    """A value as JSON, in which the same characters are written as JSON's own escapes: it reads back as what it was.

    What JSON has no form for, a date of Parquet say, is written as text.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, default=str)
    return text if text.isprintable() else "".join(map(_escaped, text))


def tell(text: str) -> None:
    """Say something on standard error, beside the results. Of several processes the main one speaks for all."""
    if is_main():
        print(printable(text), file=sys.stderr, flush=True)


def _escaped(character: str) -> str:
    return character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1]
