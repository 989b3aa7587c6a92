"""The problems of a file, with the columns that the user named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.columns import read_columns
from trace_trainer.engine.tasks.task import Task


def problems_of(
    task: Task[Any], path: str | Path, column: Sequence[str] | None, limit: int | None = None
) -> list[Any]:
    """The problems of a file, at most `limit`.

    Args:
        path: a file in any form, a folder, or `hub:NAME[:config][:split]`.
        column: the columns that the user named, each as `FIELD=COLUMN`.

    Raises UserError naming file, line and field, and where there is no problem.
    """
    named = read_columns(column or ())
    # A task of a plugin may read files that have no columns.
    problems = task.read(path, limit, named) if named else task.read(path, limit)
    if not problems:
        raise UserError(f"{path} holds no problem")
    return problems
