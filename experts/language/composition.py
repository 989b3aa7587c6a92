"""Several experts in a row: a list of sub-traces, each reading earlier answers.

A sub-trace has its own variables. It reads the answer of the sub-trace just before it with `source: prev.result`, or
any earlier one by index with `source: sub0.result`. The answer of the last sub-trace is the composition's.
"""

from __future__ import annotations

import re

COMPOSITION = "composition"
"""What a trace of two or more sub-traces counts as, where an expert is named."""

_SOURCE = re.compile(r"(?:prev|sub(0|[1-9][0-9]?))\.result")


def resolve_source(source: str, position: int) -> int | None:
    """The index of the sub-trace that `source` names, seen from the one at `position`.

    None where it is malformed or points to itself, forwards, or before the first.
    """
    match = _SOURCE.fullmatch(source)
    if match is None:
        return None
    index = position - 1 if match.group(1) is None else int(match.group(1))
    return index if 0 <= index < position else None


def source_of(index: int, position: int) -> str:
    """The canonical way to name sub-trace `index` from the one at `position`."""
    return "prev.result" if index == position - 1 else f"sub{index}.result"
