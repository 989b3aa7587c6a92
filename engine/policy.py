"""The log-probabilities of sampled tokens under the model as it is now, with gradients: what an update mostly costs.

Rows are padded on the right and meant to be of like length. The vocabulary's logits are computed only for tokens that
have a loss, which for a model with a large vocabulary is most of what there is to save.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from transformers import PreTrainedModel

from engine.rollout import NATIVE, Rollout


class TokenScores(NamedTuple):
    """Of the completions' tokens, laid end to end: all of shape (tokens,).

    Attributes:
        logprobs: in nats, at the temperature that they were sampled at.
        entropies: of the distributions that the tokens come from, in nats, without gradient.
        rows: which completion each belongs to.
    """

    logprobs: torch.Tensor
    entropies: torch.Tensor
    rows: torch.Tensor


def score_tokens(
    model: PreTrainedModel, rollouts: Sequence[Rollout], temperature: float, pad_id: int
) -> TokenScores:
    """Score every sampled token of some rollouts.

    Args:
        model: the policy.
        rollouts: with at least one completion token each.
        temperature: of sampling; the logits are divided by it.
        pad_id: any token; its positions are masked.
    """
    width = max(len(r.prompt_ids) + len(r.completion_ids) for r in rollouts)
    ids = torch.full((len(rollouts), width), pad_id)
    mask = torch.zeros(len(rollouts), width, dtype=torch.long)
    predicts = torch.zeros(len(rollouts), width, dtype=torch.bool)
    for row, rollout in enumerate(rollouts):
        start, end = len(rollout.prompt_ids), len(rollout.prompt_ids) + len(rollout.completion_ids)
        ids[row, :end] = torch.tensor(rollout.prompt_ids + rollout.completion_ids)
        mask[row, :end] = 1
        predicts[row, start - 1 : end - 1] = True  # a position predicts the token after it
    device = model.device
    targets = ids[:, 1:][predicts[:, :-1]].to(device)
    logits = _logits(model, ids.to(device), mask.to(device), predicts.to(device)).float() / temperature
    logprobs = torch.log_softmax(logits, dim=-1)
    with torch.no_grad():
        entropies = -(logprobs.exp() * logprobs).sum(-1)
    rows = predicts.nonzero()[:, 0].to(device)
    return TokenScores(logprobs.gather(1, targets.unsqueeze(1)).squeeze(1), entropies, rows)


def _logits(
    model: PreTrainedModel, ids: torch.Tensor, mask: torch.Tensor, wanted: torch.Tensor
) -> torch.Tensor:
    """Logits at the wanted positions, shape (positions, vocabulary)."""
    if model.config.model_type in NATIVE:
        hidden = model.get_decoder()(input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        logits: torch.Tensor = model.get_output_embeddings()(hidden[wanted])
        return logits
    # Another model may treat its logits further (scaling, capping), so they are left to it.
    return model(input_ids=ids, attention_mask=mask, use_cache=False).logits[wanted]
