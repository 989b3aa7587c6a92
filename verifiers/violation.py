"""One thing that is wrong with what a model wrote, a trace or a reply with tool calls."""

from __future__ import annotations

import traceback
from typing import NamedTuple


class Violation(NamedTuple):
    """One thing that is wrong.

    Attributes:
        code: what is wrong, by the tables of codes of `traces.verdict` and `calls.verdict`.
        message: one line: what was found, and what would be right.
        subtrace: index of the sub-trace, from 0; None where the whole text is meant.
        step: index of the step in its sub-trace, from 0; None likewise.
        line: line of the text, from 1; None where unknown.
    """

    code: str
    message: str
    subtrace: int | None = None
    step: int | None = None
    line: int | None = None


_LONGEST = 200  # characters of an exception's text that are shown


def internal_error(error: Exception) -> Violation:
    """What is wrong where a verifier, or what a plugin added to it, raised: with the place in the code."""
    place = ""
    if raised := traceback.extract_tb(error.__traceback__):
        place = f" at {raised[-1].filename}:{raised[-1].lineno} in {raised[-1].name}"
    said = " ".join(str(error).split())[:_LONGEST]
    return Violation("internal_error", f"the verifier failed{place}: {type(error).__name__}: {said}")
