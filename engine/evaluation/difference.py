"""How far apart two models are on the same problems.

Two separate intervals that overlap do not say that two models are alike: both solve the easy problems and
fail the hard ones, and what tells them apart are the problems that only one of them solves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.intervals import mean_of_any, paired_difference

GOLD_LOSS = "gold_loss"
"""The figure that is no share: it is in nats, and less of it is better."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure of `model` less that of `baseline` on the same `n` problems, with its 95 % interval.

    Accuracy and the metrics are shares; the loss on gold replies is in nats.
    """

    model: str
    baseline: str
    data: str
    n: int
    difference: float
    interval: tuple[float, float]
    figure: str = "accuracy"

    @classmethod
    def between(cls, evaluation: Evaluation, baseline: Evaluation, figure: str = "accuracy") -> Difference:
        """Compare two evaluations problem by problem; problems that either could not score are left out.

        Args:
            figure: accuracy, `GOLD_LOSS`, or a metric of the task.

        Raises ValueError where they are not of the same problems in the same order.
        """
        pairs = list(zip(evaluation.records, baseline.records, strict=True))
        if any(ours.problem != theirs.problem for ours, theirs in pairs):
            raise ValueError(f"{evaluation.model} and {baseline.model} were evaluated on different problems")
        scored = [
            (ours, theirs)
            for ours, theirs in zip(_figures(evaluation, figure), _figures(baseline, figure), strict=True)
            if ours is not None and theirs is not None
        ]
        if figure == GOLD_LOSS:
            difference, low, high = mean_of_any([ours - theirs for ours, theirs in scored])
        else:
            difference, low, high = paired([ours for ours, _ in scored], [theirs for _, theirs in scored])
        n = len(scored)
        return cls(evaluation.model, baseline.model, evaluation.data, n, difference, (low, high), figure)

    @property
    def reading(self) -> str:
        """What the interval says in words."""
        low, high = self.interval
        if low <= 0 <= high:
            return "not told apart"
        return "better" if (low > 0) != (self.figure == GOLD_LOSS) else "worse"

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "baseline": self.baseline,
            "data": self.data,
            "figure": self.figure,
            "n": self.n,
            "difference": self.difference,
            "interval": list(self.interval),
        }

    def __str__(self) -> str:
        if self.figure == GOLD_LOSS:
            scale, unit, of = 1, "nats", " in gold loss"
        else:
            scale, unit = 100, "points"
            of = "" if self.figure == "accuracy" else f" in {self.figure}"
        low, high = (scale * bound for bound in self.interval)
        return (
            f"{self.model} less {self.baseline}{of}: {scale * self.difference:+.1f} {unit} [{low:+.1f}, {high:+.1f}] "
            f"on the same {self.n} problems of {self.data}: {self.reading}"
        )


def differences(evaluations: Sequence[Evaluation]) -> list[Difference]:
    """Every evaluation but the first against the first: accuracy, what the task compares models by, the gold loss."""
    found = []
    for evaluation in evaluations[1:]:
        found.append(Difference.between(evaluation, evaluations[0]))
        found += [
            Difference.between(evaluation, evaluations[0], metric)
            for metric in evaluation.task.compared
            if metric in evaluation.metrics and metric in evaluations[0].metrics
        ]
        if evaluation.gold_loss and evaluations[0].gold_loss:
            found.append(Difference.between(evaluation, evaluations[0], GOLD_LOSS))
    return found


def _figures(evaluation: Evaluation, figure: str) -> list[float | None]:
    """A figure of each problem; None where it has none."""
    if figure == GOLD_LOSS:
        return [record.gold.nats if record.gold else None for record in evaluation.records]
    if figure != "accuracy":
        return evaluation.shares(figure)
    return [record.share_correct if record.scored else None for record in evaluation.records]


def paired(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float, float]:
    """The mean of shares less that of others on the same problems in order, with its 95 % interval.

    Newcombe's interval where every problem is either solved or not (`paired_difference`), that of the mean difference
    where shares lie between (`mean_difference`).

    Returns (difference, low, high), each from -1 to 1. Raises ValueError where the lengths differ or are 0.
    """
    if all(share in (0, 1) for share in (*ours, *theirs)):
        return paired_difference([share == 1 for share in ours], [share == 1 for share in theirs])
    return mean_difference([mine - other for mine, other in zip(ours, theirs, strict=True)])


def mean_difference(differences: Sequence[float]) -> tuple[float, float, float]:
    """The mean of differences of shares, one a problem, with its 95 % interval.

    For several samples a problem: those are not independent, so each problem counts as one observation, and the
    interval is the normal one of a mean. Source: E. Miller 2024, "Adding Error Bars to Evals", paired differences.

    Returns (difference, low, high), each from -1 to 1. Raises ValueError where there is no problem.
    """
    mean, low, high = mean_of_any(differences)
    return mean, max(-1.0, low), min(1.0, high)
