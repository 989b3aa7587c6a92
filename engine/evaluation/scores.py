"""The scores that figures are made of: of a group of completions, of a metric, of the loss on gold, and pass@k."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GroupScore:
    """The completions of one group, such as those of an expert: how many there are and how many are correct."""

    n: int
    correct: int

    @property
    def accuracy(self) -> float:
        return self.correct / self.n


@dataclass(frozen=True, slots=True)
class Share:
    """The mean of a metric over the problems that it applies to, with its 95 % interval; all from 0 to 1."""

    n: int
    mean: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class GoldLoss:
    """The loss on the gold replies of `n` problems.

    Attributes:
        nats: mean of the replies' losses, each summed over its tokens.
        interval: of that mean, 95 %.
        per_token: mean over all their tokens, in nats: the loss that SFT lowers.
    """

    n: int
    nats: float
    interval: tuple[float, float]
    per_token: float


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """Probability that at least one of k completions is correct, estimated without bias from `samples` of them.

    1 - C(samples - correct, k) / C(samples, k): Chen et al. 2021, "Evaluating Large Language Models Trained on Code",
    equation 1. Raises ValueError unless 1 <= k <= samples.
    """
    if not 1 <= k <= samples:
        raise ValueError(f"pass@{k} needs at least {k} completions a problem, there are {samples}")
    return 1 - math.comb(samples - correct, k) / math.comb(samples, k)
