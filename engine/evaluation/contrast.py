"""Two systems on the same problems, from what was written down of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import comb
from typing import Any

from trace_trainer.engine.evaluation.difference import paired
from trace_trainer.engine.evaluation.intervals import mean_interval
from trace_trainer.engine.evaluation.scores import Share
from trace_trainer.engine.evaluation.stored import ACCURACY, System


@dataclass(frozen=True, slots=True)
class Contrast:
    """A figure of a system beside that of the baseline, on the problems for which both have it.

    Attributes:
        figure: ACCURACY, FUNCTION, or a metric of the task.
        group: the group of problems; None for all of them.
        system, baseline: names.
        score, baseline_score: of these `n` problems.
        difference, interval: the system's less the baseline's, paired by problem, with its 95 % interval.
        only_system, only_baseline: problems that just one of them solves; None where a problem has several
            completions, or the figure is a share.
        p: McNemar's exact test of these two; None with them.
    """

    figure: str
    group: str | None
    system: str
    baseline: str
    n: int
    score: Share
    baseline_score: Share
    difference: float
    interval: tuple[float, float]
    only_system: int | None
    only_baseline: int | None
    p: float | None

    @property
    def reading(self) -> str:
        """What the interval says in words."""
        low, high = self.interval
        return "not told apart" if low <= 0 <= high else "better" if low > 0 else "worse"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def contrast(
    system: System,
    baseline: System,
    problems: Sequence[str],
    figure: str = ACCURACY,
    group: str | None = None,
) -> Contrast | None:
    """The system less the baseline on these problems; None where none of them has the figure in both.

    Several completions of a problem count as one observation, their mean, so that the interval is clustered by problem.
    """
    ours, theirs = system.shares(figure), baseline.shares(figure)
    pairs = [(ours[key], theirs[key]) for key in problems if key in ours and key in theirs]
    if not pairs:
        return None
    mine, other = ([pair[side] for pair in pairs] for side in (0, 1))
    difference, low, high = paired(mine, other)
    only_system = only_baseline = p = None
    if all(share in (0, 1) for pair in pairs for share in pair):
        only_system, only_baseline = (
            sum(a > b for a, b in side) for side in (pairs, [(b, a) for a, b in pairs])
        )
        p = mcnemar(only_system, only_baseline)
    return Contrast(
        figure,
        group,
        system.name,
        baseline.name,
        len(pairs),
        _score(mine),
        _score(other),
        difference,
        (low, high),
        only_system,
        only_baseline,
        p,
    )


def mcnemar(only_a: int, only_b: int) -> float:
    """The two-sided p of McNemar's exact test: were both alike, each discordant pair would fall to either by a coin.

    Source: Q. McNemar, Note on the sampling error of the difference between correlated proportions or percentages,
    Psychometrika 12 (1947); exact, by the binomial distribution.
    """
    n = only_a + only_b
    tail = sum(comb(n, k) for k in range(min(only_a, only_b) + 1))
    return min(1.0, 2 * tail / 2**n)


def _score(shares: Sequence[float]) -> Share:
    return Share(len(shares), sum(shares) / len(shares), mean_interval(shares))
