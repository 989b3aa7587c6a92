"""What an evaluation has of a problem: the completions with their verdicts, and the loss on its gold reply.

What a completion is worth is the task's to say (`engine/tasks`): one definition for RL's reward and for evaluation.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from trace_trainer.engine.evaluation.voting import majority
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.judging import AnyVerdict

UNSCORED = frozenset({"error", "valid"})
"""Outcomes that say nothing about the model."""


def right_by_answer(outcome: str, violations: Iterable[str]) -> bool:
    """Whether a verdict of this outcome and these violations' codes is of a right answer, by whichever function."""
    return outcome == "correct" or (
        outcome == "wrong_answer" and all(code == "wrong_function" for code in violations)
    )


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer of the model. `tokens` counts its end token; without one it did not end by itself but was cut.

    `tokens`, `logprob` and `failure` are as in `engine.inference.completions.Sampled`.
    """

    text: str
    verdict: AnyVerdict
    reward: float | None
    tokens: int | None
    ended: bool
    logprob: float = 0.0
    failure: str | None = None

    @property
    def correct(self) -> bool:
        """Whether the answer is right, by whichever function of the question's numbers."""
        return right_by_answer(
            str(self.verdict.outcome), [violation.code for violation in self.verdict.violations]
        )

    @property
    def function_correct(self) -> bool:
        """Whether it computes the reference's function, too; for problems that have one."""
        return self.verdict.outcome == "correct"

    @property
    def scored(self) -> bool:
        return self.verdict.outcome not in UNSCORED


@dataclass(frozen=True, slots=True)
class ReplyLoss:
    """The cross-entropy of one reply under a model: `nats` summed over its `tokens`, the end token among them."""

    nats: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Record:
    """A problem with the completions sampled for it, in the order they were sampled.

    `gold` is the loss on the problem's gold reply; None where it has none, or where that was not asked for.
    """

    problem: Any
    completions: tuple[Completion, ...]
    gold: ReplyLoss | None = None

    @property
    def scored(self) -> bool:
        return any(completion.scored for completion in self.completions)

    @property
    def share_correct(self) -> float:
        """Share of the scored completions that are correct, 0 to 1."""
        return fmean(completion.correct for completion in self.completions if completion.scored)

    def majority_correct(self, task: Task[Any]) -> bool:
        """Whether a correct completion stands behind the answer that most of them give."""
        answers = [task.answer(completion.verdict) for completion in self.completions]
        vote = majority(answers, [completion.logprob for completion in self.completions])
        return vote is not None and any(
            completion.correct and answer == vote.answer
            for completion, answer in zip(self.completions, answers, strict=True)
        )


def completion_row(
    task: Task[Any],
    problem: Any,
    text: str,
    verdict: AnyVerdict,
    reward: float | None,
    tokens: int | None,
    ended: bool,
) -> dict[str, Any]:
    """A judged completion as a JSON object: a line of `rollouts.jsonl`, and of a file that `trainer audit` reads.

    Args:
        text: the completion without its end token.
        reward: None where the verdict earns none either way.
        tokens: its length in tokens, the end token included; None where that is not known.
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
