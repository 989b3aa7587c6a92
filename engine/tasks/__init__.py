"""What models learn: to write traces, or to call tools. A task is one object, and nothing else knows its format.

A task knows its problems and how they are asked and judged. It knows no training, no evaluation and no settings.
"""

from __future__ import annotations

from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.tasks.task import CATEGORIES, EXPERTS, WORDED_TASKS, Group, Task

TASK_NAMES = ("traces", "installer", "functions")
FORMAT_NAMES = ("hermes", "llama3", "functiongemma", "structured")
"""The wire formats of tool calls (`verifiers.calls.FORMATS`), named here so that a command starts without them."""
DEFAULT_TASK, DEFAULT_FORMAT = "traces", "hermes"

GROUPS = (EXPERTS, CATEGORIES)
"""What tasks count problems by."""

__all__ = [
    "DEFAULT_FORMAT",
    "DEFAULT_TASK",
    "FORMAT_NAMES",
    "GROUPS",
    "TASK_NAMES",
    "WORDED_TASKS",
    "Group",
    "Task",
    "task_for",
]


def task_for(name: str, format: str = DEFAULT_FORMAT, card: bool = False) -> Task[Any]:
    """The task of that name.

    Args:
        name: one of TASK_NAMES.
        format: in which calls are written; traces have none.
        card: show the prompt card of the experts; only traces have one.

    Raises UserError for a card where there is none.
    """
    if name == "traces":
        from trace_trainer.engine.tasks.traces import TraceTask

        return TraceTask(card)
    if card:
        raise UserError(f"the prompt card belongs to traces; the task {name} goes without: --no-card")
    from trace_trainer.engine.tasks.calls import CallTask

    return CallTask(name, format)
