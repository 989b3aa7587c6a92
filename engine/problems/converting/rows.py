"""Rows of real problems as they are read from a file."""

from __future__ import annotations

import json
import re
from typing import Any

from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.rows.reading import Row, line_text

MAX_LINE = 1_000_000  # characters; a longer line is no problem
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


def parsed(row: Row) -> Any:
    """What a row holds, as JSON. Raises RefusedError."""
    if isinstance(row, dict):
        return row
    if len(row) > MAX_LINE:
        raise RefusedError(Refusal.UNREADABLE, f"a line of more than {MAX_LINE:,} characters")
    try:
        return json.loads(line_text(row))
    except (ValueError, RecursionError) as error:
        raise RefusedError(Refusal.UNREADABLE, f"not JSON: {str(error)[:100]}") from None


def require_text(text: str) -> None:
    """Raise RefusedError for a text that none can hold."""
    if _HALF_CHARACTER.search(text):
        raise RefusedError(Refusal.UNREADABLE, "half a character (a lone surrogate), which no text holds")
