"""Which problems models are measured on, by what the options of `trainer eval` say."""

from __future__ import annotations

from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import generated_problems
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.reading import problems_of

DEFAULT_COUNT = 500
"""Generated problems, where no number is given."""


def problems_asked(
    task: Task[Any],
    data: str | None,
    column: tuple[str, ...],
    split: str | None,
    count: int | None,
    seed: int,
    experts: tuple[str, ...],
) -> tuple[str, list[Any]]:
    """The problems of a file, or generated ones where none is named, and what to call them.

    Raises UserError where options exclude each other, and where the file can't be read.
    """
    if data is not None and (split is not None or experts):
        raise UserError(
            "--split and --expert choose generated problems, --data names a file; give one of them"
        )
    if data is not None:
        return data, problems_of(task, data, column, count)
    if column:
        raise UserError("--column says what the columns of --data hold; generated problems have none")
    return generated_problems(task, split or task.test_split, count or DEFAULT_COUNT, seed, experts)
