"""Gold must verify: generated problems are judged by their own gold replies before anyone sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from trace_trainer.engine.tasks.task import Task


class GoldFailsError(Exception):
    """A generated gold reply does not verify: a generator of this project is wrong, not what the user asked for."""


def verified(task: Task[Any], problems: Iterable[Any]) -> Iterator[Any]:
    """The problems as they come. Raises GoldFailsError, naming the source, where a gold reply is not `correct`."""
    for problem in problems:
        text = task.gold_text(problem)
        verdict = task.judge(problem, text)
        if verdict.outcome != "correct":
            found = "; ".join(f"{violation.code}: {violation.message}" for violation in verdict.violations)
            raise GoldFailsError(
                f"{problem.source}: the gold {task.gold} is {verdict.outcome} ({found})\n"
                f"{task.shown(problem)}\n{text}"
            )
        yield problem
