"""The objectives of reinforcement learning, by name: what a sample is worth to the update, and the loss of its tokens.

| name | advantage | loss |
|---|---|---|
| grpo | (r - mean) / std of the group | mean over a completion's tokens, then over completions |
| dr-grpo | r - mean of the group | sum over tokens, over a constant length |
| dapo | (r - mean) / std of the group | mean over all tokens |
| rloo | r - mean of the others | ratio of the whole completion, mean over completions |
| expert-iteration | 1 / verified samples of the group, if verified | negative log-likelihood, mean over tokens |

Sources, in that order: Shao et al. 2024, DeepSeekMath; Liu et al. 2025, Understanding R1-Zero-Like Training; Yu et al.
2025, DAPO; Ahmadian et al. 2024, Back to Basics; Anthony et al. 2017, Thinking Fast and Slow.

All but the last use PPO's clipped ratio (Schulman et al. 2017), with an upper bound of its own as in DAPO. Departures
from the papers: a sample without an advantage, because the rewards of its group are all equal or its own is their mean,
is left out of the update and of its means; and there is no length filter.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import torch

_EPSILON = 1e-4  # keeps a group whose rewards hardly differ from blowing up


def _centred(rewards: torch.Tensor) -> torch.Tensor:
    return rewards - rewards.nanmean(dim=1, keepdim=True)


def _standardised(rewards: torch.Tensor) -> torch.Tensor:
    centred = _centred(rewards)
    return centred / (centred.square().nanmean(dim=1, keepdim=True).sqrt() + _EPSILON)


def _leave_one_out(rewards: torch.Tensor) -> torch.Tensor:
    counts = (~rewards.isnan()).sum(dim=1, keepdim=True)
    # r - mean of the others = (r - mean of all) n / (n - 1)
    return _centred(rewards) * counts / (counts - 1).clamp(min=1)


@dataclass(frozen=True, slots=True)
class Objective:
    """One row of the table above.

    Attributes:
        advantage: from rewards of shape (prompts, group), NaN where there is none, to advantages of that shape.
        mean_over: "completion", "constant" or "tokens": what a token's share of the loss is divided by.
        whole_completion: the ratio is that of the completion's probabilities, not each token's.
    """

    advantage: Callable[[torch.Tensor], torch.Tensor]
    mean_over: str
    whole_completion: bool = False


OBJECTIVES: Mapping[str, Objective] = MappingProxyType(
    {
        "grpo": Objective(_standardised, "completion"),
        "dr-grpo": Objective(_centred, "constant"),
        "dapo": Objective(_standardised, "tokens"),
        "rloo": Objective(_leave_one_out, "constant", whole_completion=True),
    }
)
"""Those with a policy gradient; expert-iteration is supervised and has no entry."""

EXPERT_ITERATION = "expert-iteration"


def advantages(objective: str, rewards: torch.Tensor, correct: torch.Tensor) -> torch.Tensor:
    """What each sample is worth to the update.

    Args:
        objective: a key of OBJECTIVES, or "expert-iteration".
        rewards: of shape (prompts, group); NaN marks a sample that earned no reward either way.
        correct: bool of that shape, whether the verdict was `correct`.

    Returns:
        Advantages of that shape; 0 where a sample does not take part.
    """
    if objective == EXPERT_ITERATION:
        # Each solved problem counts once: otherwise the easy ones, solved by every sample, would count most.
        return correct / correct.sum(dim=1, keepdim=True).clamp(min=1)
    # Equal rewards need not equal their mean as computed, so such groups are recognised by their extremes.
    lowest = rewards.nan_to_num(nan=math.inf).amin(dim=1, keepdim=True)
    highest = rewards.nan_to_num(nan=-math.inf).amax(dim=1, keepdim=True)
    worth = OBJECTIVES[objective].advantage(rewards).nan_to_num(0.0)
    return torch.where(lowest < highest, worth, 0.0)


def token_weights(objective: str, lengths: torch.Tensor, max_new_tokens: int) -> torch.Tensor:
    """What each token of each completion of an optimiser step weighs in the loss.

    Args:
        objective: as above.
        lengths: of the completions in tokens, shape (completions,).
        max_new_tokens: the constant length of dr-grpo.

    Returns:
        A weight for each completion, shape (completions,): every token of it has that weight.
    """
    count = len(lengths)
    mean_over = "tokens" if objective == EXPERT_ITERATION else OBJECTIVES[objective].mean_over
    if mean_over == "completion":
        return 1.0 / (lengths * count)
    if mean_over == "tokens":
        return torch.full_like(lengths, 1.0 / float(lengths.sum()), dtype=torch.float)
    constant = 1 if OBJECTIVES[objective].whole_completion else max_new_tokens
    return torch.full_like(lengths, 1.0 / (count * constant), dtype=torch.float)


@dataclass(frozen=True, slots=True)
class TokenLoss:
    """The loss of some tokens and what it says of the update: ratios and how many of them the clipping held."""

    loss: torch.Tensor
    ratios: torch.Tensor
    clipped: torch.Tensor


def token_loss(
    objective: str,
    new: torch.Tensor,
    old: torch.Tensor,
    rows: torch.Tensor,
    advantage: torch.Tensor,
    weight: torch.Tensor,
    clip_low: float,
    clip_high: float,
) -> TokenLoss:
    """The loss over the tokens of some completions, laid end to end.

    Args:
        objective: as above.
        new, old: log-probabilities of the tokens now and when they were sampled, shape (tokens,).
        rows: which completion each token belongs to, shape (tokens,).
        advantage, weight: of the completions, shape (completions,).
        clip_low, clip_high: ratios count as at least 1 - clip_low and at most 1 + clip_high where that would gain more.
    """
    if objective == EXPERT_ITERATION:
        likelihood = ((weight * advantage)[rows] * new).sum()
        return TokenLoss(-likelihood, (new - old).exp().detach(), torch.zeros_like(new, dtype=torch.bool))
    log_ratio = new - old
    if OBJECTIVES[objective].whole_completion:
        # One term a completion: its log-ratio is the sum over its tokens.
        log_ratio = torch.zeros_like(advantage).index_add(0, rows, log_ratio)
    else:
        advantage, weight = advantage[rows], weight[rows]
    ratio = log_ratio.exp()
    gain = ratio * advantage
    held = ratio.clamp(1 - clip_low, 1 + clip_high) * advantage
    return TokenLoss(-(weight * torch.minimum(gain, held)).sum(), ratio.detach(), (held < gain).detach())
