"""The rows of a run that checks look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from trace_trainer.engine.doctor.failures import NotApplicable

if TYPE_CHECKING:
    from trace_trainer.engine.models.chat import Row
    from trace_trainer.engine.training.prepared import PreparedRun

T = TypeVar("T")

SAMPLE = 200
"""Rows that are looked at where all of them would take long."""


def spread(items: Sequence[T], count: int) -> list[T]:
    """At most `count` of the items, evenly spread over them."""
    step = max(1, len(items) / count)
    return [items[int(i * step)] for i in range(min(count, len(items)))]


def gold_rows(run: PreparedRun[Any], count: int) -> list[tuple[Any, Row]]:
    """Problems that have a gold reply with their rows, at most `count`, evenly spread.

    Raises NotApplicable where no problem has one.
    """
    if not run.answered:
        raise NotApplicable(f"no problem has a {run.task.gold}")
    return spread(list(zip(run.answered, run.rows, strict=True)), count)
