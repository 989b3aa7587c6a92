"""Judged completions of reinforcement learning, and what is logged of them: the same for both backends."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

import torch

from trace_trainer.engine.evaluation.records import completion_row
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.judging import AnyVerdict
from trace_trainer.engine.training.rl.turns import Turn, figures
from trace_trainer.verifiers.calls import mean_metrics


@dataclass(slots=True)
class Sample:
    """One completion with what became of it.

    Attributes:
        reward: None where the verifier or the data failed.
        unblamed: how many of its first tokens are not blamed where it is worth less than its group.
        turn: where in a conversation it stands, of those that are played whole.
    """

    problem: Any
    rollout: Rollout
    text: str
    verdict: AnyVerdict
    reward: float | None
    advantage: float = 0.0
    unblamed: int = 0
    turn: Turn | None = None


def judged_sample(task: Task[Any], problem: Any, rollout: Rollout, text: str, policy: str) -> Sample:
    """A completion with its verdict and its reward."""
    verdict, reward = task.paid(problem, text, policy)
    return Sample(problem, rollout, text, verdict, reward)


def summary(task: Task[Any], samples: list[list[Sample]]) -> dict[str, Any]:
    """The figures of an iteration's samples. Those without a reward count only among the outcomes."""
    everything = [s for group in samples for s in group]
    scored = [s for s in everything if s.reward is not None]
    groups: dict[str, dict[str, int]] = defaultdict(lambda: {"n": 0, "correct": 0})
    for s in scored:
        group = groups[task.group_of(s.problem, s.verdict)]
        group["n"] += 1
        group["correct"] += s.verdict.outcome == "correct"
    shares = mean_metrics(task.shares(s.verdict) for s in scored)
    count = max(1, len(scored))
    worths = [
        {s.advantage if s.turn else s.reward for s in group if s.reward is not None} for group in samples
    ]
    return {
        "reward": sum(s.reward or 0.0 for s in scored) / count,
        "accuracy": sum(s.verdict.outcome == "correct" for s in scored) / count,
        "parse_rate": sum(s.verdict.outcome != "unparsed" for s in scored) / count,
        "outcomes": dict(Counter(str(s.verdict.outcome) for s in everything).most_common()),
        "violations": dict(
            Counter(c for s in everything for c in {v.code for v in s.verdict.violations}).most_common()
        ),
        task.group.plural: dict(sorted(groups.items())),
        **({"metrics": shares} if shares else {}),
        "completion_tokens": sum(len(s.rollout.completion_ids) for s in everything) / len(everything),
        "ended": sum(s.rollout.ended for s in everything) / len(everything),
        "zero_variance": sum(len(worth) <= 1 for worth in worths) / len(samples),
        **figures([[s.turn for s in group if s.turn] for group in samples]),
    }


def iterations_of(run: Run) -> list[dict[str, Any]]:
    """The lines of metrics.jsonl that are of iterations; the others are of looks at held-out problems."""
    return [record for record in run.metrics() if "eval" not in record]


def rollout_record(task: Task[Any], iteration: int, s: Sample) -> dict[str, Any]:
    """A line of rollouts.jsonl."""
    tokens = len(s.rollout.completion_ids)
    row = completion_row(task, s.problem, s.text, s.verdict, s.reward, tokens, s.rollout.ended)
    return {"step": iteration, **row, **(s.turn.fields() if s.turn else {})}


def distinct(samples: list[Sample]) -> tuple[list[Sample], torch.Tensor]:
    """The samples without repetitions of the same completion of the same problem, and which of them each one is.

    A model that is sure of itself samples a group's completions alike; scoring one for all costs a fraction. Where a
    problem was drawn twice, the same completion may be worth more in one group than in the other, and is kept for both.
    """
    places: dict[tuple[int, float, tuple[int, ...]], int] = {}
    distinct: list[Sample] = []
    which = []
    for s in samples:
        place = places.setdefault(
            (id(s.problem), s.advantage, tuple(s.rollout.completion_ids)), len(distinct)
        )
        if place == len(distinct):
            distinct.append(s)
        which.append(place)
    return distinct, torch.tensor(which)
