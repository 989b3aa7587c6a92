"""The objectives of reinforcement learning, by name: what a sample is worth to the update, and the loss of its tokens.

| name | advantage | loss |
|---|---|---|
| grpo | (r - mean) / std of the group | mean over a completion's tokens, then over completions |
| dr-grpo | r - mean of the group | sum over tokens, over a constant length |
| dapo | (r - mean) / std of the group | mean over all tokens |
| rloo | r - mean of the others | ratio of the whole completion, mean over completions |
| gspo | (r - mean) / std of the group | the completion's mean ratio (geometric), mean over completions |
| cispo | (r - mean) / std of the group | log-likelihood by the clipped ratio as a weight, mean over all tokens |
| expert-iteration | 1 / verified samples of the group, if verified | negative log-likelihood, mean over tokens |

Sources, in that order: Shao et al. 2024, DeepSeekMath; Liu et al. 2025, Understanding R1-Zero-Like Training; Yu et al.
2025, DAPO; Ahmadian et al. 2024, Back to Basics; Zheng et al. 2025, Group Sequence Policy Optimization; MiniMax 2025,
MiniMax-M1 (the bound on its ratio, 5, is that of Khatri et al. 2025, The Art of Scaling RL Compute); Anthony et al.
2017, Thinking Fast and Slow.

The first five use PPO's clipped ratio (Schulman et al. 2017), with an upper bound of its own as in DAPO. Departures
from the papers: a sample without an advantage, because the rewards of its group are all equal or its own is their mean,
is left out of the update and of its means; and there is no length filter.

A new row is declared in a plugin: OBJECTIVES.declare("name", Objective(advantage, mean_over, loss)). Nothing here
imports torch before there are tensors, so that settings can be checked without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from trace_trainer.experts.language.catalogue import Catalogue

if TYPE_CHECKING:
    import torch

_EPSILON = 1e-4  # keeps a group whose rewards hardly differ from blowing up


@dataclass(frozen=True, slots=True)
class Clipping:
    """Ratios count as at least 1 - low and at most 1 + high where that would gain more."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TokenLoss:
    """The loss of some tokens and what it says of the update: ratios and how many of them the clipping held."""

    loss: torch.Tensor
    ratios: torch.Tensor
    clipped: torch.Tensor


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of some completions, laid end to end.

    Attributes:
        new, old: log-probabilities of the tokens now and when they were sampled, shape (tokens,).
        rows: which completion each token belongs to, shape (tokens,).
        advantage, weight: of the completions, shape (completions,).
    """

    new: torch.Tensor
    old: torch.Tensor
    rows: torch.Tensor
    advantage: torch.Tensor
    weight: torch.Tensor


@dataclass(frozen=True, slots=True)
class Objective:
    """One row of the table above.

    Attributes:
        advantage: what each sample is worth, from rewards of shape (prompts, group), NaN where a sample earned none
            either way, and from whether each verdict was `correct`; 0 where a sample does not take part.
        mean_over: what a token's share of the loss is divided by: the length of its completion, the constant
            `max_new_tokens`, all tokens, or nothing where a completion counts as one.
        loss: of tokens, their weights given.
        counts: what is one piece of the signal that a step learns from: a sample that takes part, or a problem with
            such samples where those weigh together as much as one.
        clipping: the bounds of its ratios, where the settings give none.
    """

    advantage: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]
    mean_over: Literal["completion", "constant", "tokens", "completions"]
    loss: Callable[[Tokens, Clipping], TokenLoss]
    counts: Literal["samples", "problems"] = "samples"
    clipping: Clipping = Clipping(0.2, 0.28)


OBJECTIVES: Catalogue[Objective] = Catalogue("objective")
"""The objectives by name."""


def advantages(objective: str, rewards: torch.Tensor, correct: torch.Tensor) -> torch.Tensor:
    """What each sample is worth to the update, as `Objective.advantage` has it. Raises ValueError for no objective."""
    return OBJECTIVES.find(objective).advantage(rewards, correct)


def token_weights(objective: str, lengths: torch.Tensor, max_new_tokens: int) -> torch.Tensor:
    """What each token of each completion of an optimiser step weighs in the loss.

    Args:
        objective: a key of OBJECTIVES.
        lengths: of the completions in tokens, shape (completions,).
        max_new_tokens: the constant length of dr-grpo.

    Returns:
        A weight for each completion, shape (completions,): every token of it has that weight.
    """
    count, mean_over = len(lengths), OBJECTIVES[objective].mean_over
    if mean_over == "completion":
        return 1.0 / (lengths * count)
    divisor = {
        "tokens": float(lengths.sum()),
        "constant": count * max_new_tokens,
        "completions": count,
    }[mean_over]
    return (1.0 / divisor) * lengths.new_ones(len(lengths)).float()


def token_loss(objective: str, tokens: Tokens, clipping: Clipping) -> TokenLoss:
    """The loss over tokens. `objective` is a key of OBJECTIVES."""
    return OBJECTIVES[objective].loss(tokens, clipping)


# --- advantages


def centred(rewards: torch.Tensor) -> torch.Tensor:
    """r - mean of the group."""
    return rewards - rewards.nanmean(dim=1, keepdim=True)


def standardised(rewards: torch.Tensor) -> torch.Tensor:
    """(r - mean) / std of the group."""
    differences = centred(rewards)
    return differences / (differences.square().nanmean(dim=1, keepdim=True).sqrt() + _EPSILON)


def leave_one_out(rewards: torch.Tensor) -> torch.Tensor:
    """r - mean of the others = (r - mean of all) n / (n - 1)."""
    counts = (~rewards.isnan()).sum(dim=1, keepdim=True)
    return centred(rewards) * counts / (counts - 1).clamp(min=1)


def within_groups(
    worth: Callable[[torch.Tensor], torch.Tensor],
) -> Callable[[torch.Tensor, torch.Tensor], torch.Tensor]:
    """The advantage that compares the rewards of a group: 0 where they are all equal, or where there is none."""

    def advantage(rewards: torch.Tensor, correct: torch.Tensor) -> torch.Tensor:
        # Equal rewards need not equal their mean as computed, so such groups are recognised by their extremes.
        lowest = rewards.nan_to_num(nan=math.inf).amin(dim=1, keepdim=True)
        highest = rewards.nan_to_num(nan=-math.inf).amax(dim=1, keepdim=True)
        return worth(rewards).nan_to_num(0.0).where(lowest < highest, 0.0)

    return advantage


def share_of_the_solved(rewards: torch.Tensor, correct: torch.Tensor) -> torch.Tensor:
    """1 / verified samples of the group, if verified. Each solved problem counts once: otherwise the easy ones, solved
    by every sample, would count most."""
    return correct / correct.sum(dim=1, keepdim=True).clamp(min=1)


# --- losses


def clipped(tokens: Tokens, clipping: Clipping) -> TokenLoss:
    """PPO's clipped ratio of each token."""
    rows = tokens.rows
    return _clipped(tokens.new - tokens.old, tokens.advantage[rows], tokens.weight[rows], clipping)


def clipped_whole(tokens: Tokens, clipping: Clipping) -> TokenLoss:
    """The same with one term a completion, whose log-ratio is the sum over its tokens."""
    start = tokens.advantage.new_zeros(tokens.advantage.shape)
    log_ratio = start.index_add(0, tokens.rows, tokens.new - tokens.old)
    return _clipped(log_ratio, tokens.advantage, tokens.weight, clipping)


def clipped_mean(tokens: Tokens, clipping: Clipping) -> TokenLoss:
    """The same with the mean over its tokens in place of the sum: long completions move no further than short ones."""
    start = tokens.advantage.new_zeros(tokens.advantage.shape)
    log_ratio = start.index_add(0, tokens.rows, tokens.new - tokens.old)
    lengths = start.index_add(0, tokens.rows, tokens.new.new_ones(tokens.new.shape))
    return _clipped(log_ratio / lengths, tokens.advantage, tokens.weight, clipping)


def weighted_likelihood(tokens: Tokens, clipping: Clipping) -> TokenLoss:
    """Log-likelihood of each token by its advantage and its ratio, which is held below the upper bound and carries no
    gradient. A token beyond the bound still counts, with the bound's weight. There is no lower bound, as in the paper.
    """
    ratios = (tokens.new - tokens.old).exp().detach()
    held = ratios.clamp(max=1 + clipping.high)
    gained = ((tokens.weight * tokens.advantage)[tokens.rows] * held * tokens.new).sum()
    return TokenLoss(-gained, ratios, held < ratios)


def likelihood(tokens: Tokens, clipping: Clipping) -> TokenLoss:
    """Negative log-likelihood; nothing is clipped."""
    gained = ((tokens.weight * tokens.advantage)[tokens.rows] * tokens.new).sum()
    ratios = (tokens.new - tokens.old).exp().detach()
    return TokenLoss(-gained, ratios, ratios.new_zeros(ratios.shape).bool())


def _clipped(
    log_ratio: torch.Tensor, advantage: torch.Tensor, weight: torch.Tensor, clipping: Clipping
) -> TokenLoss:
    ratio = log_ratio.exp()
    gain = ratio * advantage
    held = ratio.clamp(1 - clipping.low, 1 + clipping.high) * advantage
    return TokenLoss(-(weight * gain.minimum(held)).sum(), ratio.detach(), (held < gain).detach())


OBJECTIVES.declare("grpo", Objective(within_groups(standardised), "completion", clipped))
OBJECTIVES.declare("dr-grpo", Objective(within_groups(centred), "constant", clipped))
OBJECTIVES.declare("dapo", Objective(within_groups(standardised), "tokens", clipped))
OBJECTIVES.declare("rloo", Objective(within_groups(leave_one_out), "completions", clipped_whole))
OBJECTIVES.declare(
    "gspo", Objective(within_groups(standardised), "completions", clipped_mean, clipping=Clipping(3e-4, 4e-4))
)
OBJECTIVES.declare(
    "cispo",
    Objective(within_groups(standardised), "tokens", weighted_likelihood, clipping=Clipping(1.0, 4.0)),
)
OBJECTIVES.declare("expert-iteration", Objective(share_of_the_solved, "tokens", likelihood, "problems"))
