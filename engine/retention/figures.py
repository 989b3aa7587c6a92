"""What a model has lost or gained, task by task: both models' figures and the difference, paired by item.

Shares are compared as evaluations compare accuracy (`paired_difference`). The perplexity of plain text is that of
lm-evaluation-harness: bits for each byte, and e to the power of the nats for each word, over all passages together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import exp, log, sqrt
from statistics import fmean, stdev
from typing import Any

from trace_trainer.engine.evaluation.difference import paired
from trace_trainer.engine.evaluation.intervals import mean_of_any, paired_difference
from trace_trainer.engine.retention.harness import Figures
from trace_trainer.engine.retention.scoring import Scores, chosen
from trace_trainer.engine.retention.suite import PLAIN_TEXT, Item, Suite

ACC, ACC_NORM, BITS, PERPLEXITY = "acc", "acc_norm", "bits_per_byte", "word_perplexity"


@dataclass(frozen=True, slots=True)
class Value:
    """A figure with its standard error."""

    value: float
    stderr: float


@dataclass(frozen=True, slots=True)
class Retained:
    """One figure of a task before and after training.

    Attributes:
        n: items of the task.
        difference, interval: after less before, with its 95 % interval; of word_perplexity the ratio of the two.
        loss: what `--max-loss` is compared with, 0 and less for none: the share of items that was lost, or for plain
            text by what share more bits it takes. None for a figure that only stands beside such a one.
    """

    task: str
    metric: str
    n: int
    before: Value
    after: Value
    difference: float
    interval: tuple[float, float]
    loss: float | None

    @property
    def is_ratio(self) -> bool:
        return self.metric == PERPLEXITY

    @property
    def reading(self) -> str:
        """What the interval says in words."""
        low, high = self.interval
        none = 1 if self.is_ratio else 0
        if low <= none <= high:
            return "not told apart"
        return "worse" if (low > none) == (self.metric in (BITS, PERPLEXITY)) else "better"

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "reading": self.reading}


def retained(suite: Suite, before: Scores, after: Scores) -> list[Retained]:
    """All figures of the suite, the scores being those of its items in order."""
    found = _plain_text(suite.passages, before.passages, after.passages)
    for name, items in suite.tasks.items():
        for metric in (ACC, ACC_NORM):
            found.append(_choices(name, metric, items, before.choices[name], after.choices[name]))
    return found


def retained_shares(before: Figures, after: Figures) -> list[Retained]:
    """The figures that the harness found of both models, all of which count as losses."""
    found = []
    for (task, metric), old in before.items():
        new = after.get((task, metric), {})
        shared = [number for number in old if number in new]
        if len(shared) > 1:
            ours, theirs = ([side[number] for number in shared] for side in (new, old))
            difference, low, high = paired(ours, theirs)
            interval = (low, high)
            found.append(
                Retained(
                    task, metric, len(shared), _share(theirs), _share(ours), difference, interval, -difference
                )
            )
    return found


def _plain_text(passages: Sequence[str], before: Sequence[float], after: Sequence[float]) -> list[Retained]:
    n = len(passages)
    changes = [ours - theirs for ours, theirs in zip(after, before, strict=True)]
    sizes = [len(text.encode()) * log(2) for text in passages]
    old, new = (_mean(nats, sizes) for nats in (before, after))
    difference, low, high = mean_of_any(_rates(changes, sizes))
    bits = Retained(PLAIN_TEXT, BITS, n, old, new, difference, (low, high), difference / old.value)
    words = [len(text.split()) for text in passages]
    old, new = (_exp(_mean(nats, words)) for nats in (before, after))
    ratio, low, high = (exp(bound) for bound in mean_of_any(_rates(changes, words)))
    return [bits, Retained(PLAIN_TEXT, PERPLEXITY, n, old, new, ratio, (low, high), None)]


def _choices(
    task: str, metric: str, items: Sequence[Item], before: Sequence[list[float]], after: Sequence[list[float]]
) -> Retained:
    old, new = (
        [chosen(costs, item, metric == ACC_NORM) for costs, item in zip(scored, items, strict=True)]
        for scored in (before, after)
    )
    difference, low, high = paired_difference(new, old)
    loss = -difference if metric == ACC else None
    return Retained(task, metric, len(items), _share(old), _share(new), difference, (low, high), loss)


def _rates(amounts: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Values whose mean is the sum of the amounts by that of the sizes, and whose spread is that of such a ratio.

    A text is an observation, and a long one counts for more. Source: W. G. Cochran, Sampling Techniques (1977), 2.11.
    """
    ratio, mean = sum(amounts) / sum(sizes), fmean(sizes)
    return [ratio + (amount - ratio * size) / mean for amount, size in zip(amounts, sizes, strict=True)]


def _mean(amounts: Sequence[float], sizes: Sequence[float]) -> Value:
    rates = _rates(amounts, sizes)
    return Value(fmean(rates), stdev(rates) / sqrt(len(rates)))


def _share(values: Sequence[float]) -> Value:
    return _mean(values, [1] * len(values))


def _exp(value: Value) -> Value:
    """e to the power of a value; the error is that of first order."""
    return Value(exp(value.value), exp(value.value) * value.stderr)
