"""A model's head on hidden states, a part of them at a time: all logits at once are most of what a step takes up where
the vocabulary is large (2,048 tokens of Qwen's 151,936 words: 1.2 GB, and as much again for each operation on them).

A part's logits are computed again when its gradient is. Where all of them fit into one part, nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from trace_trainer.engine.inference.constraints.masks import Allowed

LOGITS = 2**25
"""Of a part: 128 MB in float32."""

_LOWEST = -1e30
"""In the place of the logarithm of 0, whose product with 0 is none."""


def token_scores(
    head: torch.nn.Module,
    hidden: torch.Tensor,
    targets: torch.Tensor,
    temperature: float,
    allowed: Allowed | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """The log-probability of each target, and without gradient the entropy of what it comes from; both in nats.

    Args:
        head: the model's, a linear layer on the vocabulary.
        hidden: of shape [tokens, width].
        targets: of shape [tokens].
        temperature: the logits are divided by it.
        allowed: what each target was drawn from; None where that was all tokens.
    """
    if allowed is None:

        def scores(states: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return scores_of(head(states), wanted, temperature)

        return _by_parts(scores, head, hidden, targets)

    def among(
        states: torch.Tensor, wanted: torch.Tensor, which: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        return scores_of(allowed.masked(head(states), which), wanted, temperature)

    return _by_parts(among, head, hidden, targets, allowed.which)


def scores_of(
    logits: torch.Tensor, targets: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """The same of logits of shape [tokens, vocabulary], -inf for what a target was not drawn from."""
    logprobs = torch.log_softmax(logits.float() / temperature, dim=-1)
    with torch.no_grad():
        entropies = -(logprobs.exp() * logprobs.clamp(min=_LOWEST)).sum(-1)
    return logprobs.gather(1, targets.unsqueeze(1)).squeeze(1), entropies


def token_losses(
    head: torch.nn.Module, hidden: torch.Tensor, labels: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The cross-entropy of the labels, summed over each part, and whether each label is the most likely token."""

    def losses(states: torch.Tensor, wanted: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        logits = head(states).float()
        loss = functional.cross_entropy(logits, wanted, reduction="sum")
        return loss.unsqueeze(0), logits.detach().argmax(-1) == wanted

    return _by_parts(losses, head, hidden, labels)


def _by_parts(
    compute: Callable[..., tuple[torch.Tensor, torch.Tensor]],
    head: Any,
    hidden: torch.Tensor,
    *per_token: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:
    """What is computed of hidden states and what there is of each, part by part, laid end to end."""
    size = max(1, LOGITS // head.weight.shape[0])
    if len(hidden) <= size:
        return compute(hidden, *per_token)
    parts = zip(hidden.split(size), *(given.split(size) for given in per_token), strict=True)
    found = [checkpoint(compute, *part, use_reentrant=False) for part in parts]
    first, second = zip(*found, strict=True)
    return torch.cat(first), torch.cat(second)
