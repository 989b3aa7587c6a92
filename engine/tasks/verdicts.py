"""Verdicts that any task may need: of replies that are right or wrong and nothing between, and where judging fails."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation, internal_error


def judged(right: bool, message: str = "the reply is not what was expected") -> Verdict:
    """A plain verdict: right or wrong."""
    if right:
        return Verdict(Outcome.CORRECT)
    return Verdict(Outcome.WRONG_ANSWER, (Violation("wrong_answer", message),))


def never_raising(judge: Callable[..., Any]) -> Callable[..., Any]:
    """The `judge` of a task, with the task's verdict `failed` in place of what it raises."""

    @wraps(judge)
    def guarded(task: Any, problem: Any, text: str) -> Any:
        try:
            return judge(task, problem, text)
        except Exception as error:  # a fault of the task must not end a run or cost the model a reward
            return task.failed(internal_error(error))

    return guarded
