"""What became of a completion: its line in a log, and the majority among several completions of one problem.

What a completion is worth is the task's to say (`engine/tasks`): one definition for RL's reward and for evaluation.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from trace_trainer.engine.tasks.task import AnyVerdict, Task

A = TypeVar("A", bound=Hashable)


def completion_row(
    task: Task[Any],
    problem: Any,
    text: str,
    verdict: AnyVerdict,
    reward: float | None,
    tokens: int,
    ended: bool,
) -> dict[str, Any]:
    """A judged completion as a JSON object: a line of `rollouts.jsonl`, and of a file that `trainer audit` reads.

    Args:
        text: the completion without its end token.
        reward: None where the verdict earns none either way.
        tokens: its length in tokens, the end token included.
        ended: it ended by itself.
    """
    shares = dict(task.shares(verdict))
    return {
        **task.row(problem),
        "completion": text,
        "outcome": str(verdict.outcome),
        "reward": reward,
        "violations": [violation.code for violation in verdict.violations],
        **({"metrics": shares} if shares else {}),
        "tokens": tokens,
        "ended": ended,
    }


@dataclass(frozen=True, slots=True)
class Vote(Generic[A]):
    """The answer that most completions of one problem give."""

    answer: A
    winner: int
    """Index of the most probable completion that gives the answer."""
    counts: dict[A, int]
    """Completions for each answer, most frequent first."""


def majority(answers: Sequence[A | None], logprobs: Sequence[float]) -> Vote[A] | None:
    """The majority among the answers that there are (`Task.answer`), None where there is none.

    Of equally frequent answers it is that of the most probable completion: a small model's votes are often tied, and
    what it holds more probable is then right more often than what it happens to say first.
    """
    counts = Counter(answer for answer in answers if answer is not None)
    votes = [
        (counts[answer], logprob, index, answer)
        for index, (answer, logprob) in enumerate(zip(answers, logprobs, strict=True))
        if answer is not None
    ]
    if not votes:
        return None
    *_, winner, answer = max(votes, key=lambda vote: vote[:2])
    return Vote(answer, winner, dict(counts.most_common()))
