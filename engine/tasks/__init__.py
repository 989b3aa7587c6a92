"""What models learn: to write traces, or to call tools. A task is one object, and nothing else knows its format.

A task knows its problems and how they are asked and judged. It knows no training, no evaluation and no settings.
"""

from __future__ import annotations

from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.exercises import Exercise
from trace_trainer.engine.tasks.judging import Group
from trace_trainer.engine.tasks.task import TASKS, Task, declare_task, worded_tasks
from trace_trainer.engine.tasks.verdicts import judged
from trace_trainer.verifiers.calls import FORMATS

DEFAULT_TASK, DEFAULT_FORMAT = "traces", "hermes"

__all__ = [
    "DEFAULT_FORMAT",
    "DEFAULT_TASK",
    "TASKS",
    "Exercise",
    "Group",
    "Task",
    "groups",
    "judged",
    "declare_task",
    "task_for",
    "worded_tasks",
]


def task_for(name: str, format: str = DEFAULT_FORMAT, card: bool = False) -> Task[Any]:
    """The task of that name.

    Args:
        name: a key of TASKS.
        format: in which calls are written; what calls no tools has none.
        card: show the prompt card of the experts.

    Raises UserError for a name that is none, and for a card where there is none.
    """
    try:
        declared = TASKS.find(name)
        FORMATS.find(format)
    except KeyError as error:
        raise UserError(f"{error}; what a plugin declares needs --plugin FILE.py") from None
    if card and not declared.has_card:
        having = " and ".join(name for name, other in TASKS.items() if other.has_card)
        raise UserError(f"the prompt card belongs to {having}; the task {name} goes without: --no-card")
    return declared.made(format, card)


def groups() -> list[Group]:
    """What tasks count problems by."""
    return list(dict.fromkeys(declared.group for declared in TASKS.values()))
