"""What is said of data on standard error: once, however often it is read."""

from __future__ import annotations

from functools import cache

from trace_trainer.engine.terminal.printable import tell


@cache
def say_once(text: str) -> None:
    """Say this on standard error, unless it was said before."""
    tell(text)
