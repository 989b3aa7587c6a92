"""The log-probabilities of sampled tokens under the model as it is now, with gradients: what an update mostly costs.

Completions of one prompt share it (`engine.inference.packing`): where prompts are as long as completions, that halves
what is computed for a group of eight. The vocabulary's logits are computed only for tokens that have a loss, which for
a model with a large vocabulary is most of what there is to save.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch.nn.utils.rnn import pad_sequence
from transformers import PreTrainedModel

from trace_trainer.engine.inference.batches import split_by_tokens
from trace_trainer.engine.inference.constraints.masks import Allowed
from trace_trainer.engine.inference.head import scores_of, token_scores
from trace_trainer.engine.inference.packing import PACKED, Packing
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.samplers.native import NATIVE
from trace_trainer.engine.models.attention import attending_by


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
        rollouts: with at least one completion token each; neighbours with the same prompt share it. Tokens that were
            drawn under a mask are scored under it.
        temperature: of sampling; the logits are divided by it.
        pad_id: any token; its positions are masked.
    """
    targets = torch.tensor([token for r in rollouts for token in r.completion_ids], device=model.device)
    masks = [mask for rollout in rollouts for mask in rollout.masks]
    allowed = Allowed.of(masks, model.device) if masks else None
    if _packs(model):
        head, hidden = model.get_output_embeddings(), _packed_states(model, rollouts)
        logprobs, entropies = token_scores(head, hidden, targets, temperature, allowed)
    else:
        logits = _padded_logits(model, rollouts, pad_id)
        logits = logits if allowed is None else allowed.masked(logits, allowed.which)
        logprobs, entropies = scores_of(logits, targets, temperature)
    lengths = torch.tensor([len(r.completion_ids) for r in rollouts])
    rows = torch.arange(len(rollouts)).repeat_interleave(lengths).to(model.device)
    return TokenScores(logprobs, entropies, rows)


def micro_batches(model: PreTrainedModel, rollouts: Sequence[Rollout], tokens: int) -> list[list[int]]:
    """The rollouts, as numbers, in batches for `score_tokens`, rows of like length together.

    Args:
        rollouts: those of one prompt next to each other.
        tokens: a batch computes at most this many, padding included; a longer completion gets a batch of its own.
    """
    trees: list[list[int]] = []
    lengths: list[int] = []
    for number, rollout in enumerate(rollouts):
        prompt, completion = len(rollout.prompt_ids), len(rollout.completion_ids)
        joins = (
            trees
            and _packs(model)
            and rollouts[trees[-1][0]].prompt_ids == rollout.prompt_ids
            and lengths[-1] + completion <= tokens
        )
        if joins:
            trees[-1].append(number)
            lengths[-1] += completion
        else:
            trees.append([number])
            lengths.append(prompt + completion)
    batches = split_by_tokens(range(len(trees)), lengths, tokens)
    return [[number for tree in batch for number in trees[tree]] for batch in batches]


def _packs(model: PreTrainedModel) -> bool:
    """Whether completions of one prompt can share it."""
    return model.config.model_type in NATIVE


def _packed_states(model: PreTrainedModel, rollouts: Sequence[Rollout]) -> torch.Tensor:
    """What the head makes the logits of each token of the completions from, shape (tokens, width)."""
    packing = Packing(rollouts, model.device)
    with attending_by(model, PACKED):
        hidden: torch.Tensor = model.get_decoder()(
            input_ids=packing.ids, position_ids=packing.positions, use_cache=False, packing=packing
        ).last_hidden_state
    return hidden[0, packing.predictors]


def _padded_logits(model: PreTrainedModel, rollouts: Sequence[Rollout], pad_id: int) -> torch.Tensor:
    """The logits of each token, shape (tokens, vocabulary), of a model whose attention or logits are of its own.

    There is a row for each completion.
    """
    sequences = [torch.tensor(r.prompt_ids + r.completion_ids) for r in rollouts]
    ids = pad_sequence(sequences, batch_first=True, padding_value=pad_id)
    mask = pad_sequence([torch.ones_like(s) for s in sequences], batch_first=True)
    logits = model(
        input_ids=ids.to(model.device), attention_mask=mask.to(model.device), use_cache=False
    ).logits
    pieces = [
        row[len(r.prompt_ids) - 1 : len(r.prompt_ids) + len(r.completion_ids) - 1]
        for row, r in zip(logits, rollouts, strict=True)
    ]
    return torch.cat(pieces)
