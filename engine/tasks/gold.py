"""Gold must verify: generated problems are judged by their own gold replies before anyone sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.tasks.task import Task


class GoldFailsError(UserError):
    """A generated gold reply does not verify: a generator is wrong, not what the user asked for."""


def verified(task: Task[Any], problems: Iterable[Any]) -> Iterator[Any]:
    """The problems as they come. Raises GoldFailsError, naming the source, where a gold reply is not `correct`."""
    for problem in problems:
        text = task.gold_text(problem)
        verdict = task.judge(problem, text)
        if verdict.outcome != "correct":
            found = "; ".join(f"{violation.code}: {violation.message}" for violation in verdict.violations)
            raise GoldFailsError(
                f"{problem.source}: the gold {task.gold} {text!r} of {task.shown(problem)!r} is {verdict.outcome} "
                f"({found})"
            )
        yield problem
