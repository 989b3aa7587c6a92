"""The log-probabilities of sampled tokens under the model as it is now, with gradients: what an update mostly costs.

Completions of one prompt are scored in one row: the prompt once, then each completion, which sees the prompt and itself
but not its siblings. Where prompts are as long as completions, that halves what is computed for a group of eight. The
vocabulary's logits are computed only for tokens that have a loss, which for a model with a large vocabulary is most of
what there is to save.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import torch
from transformers import PreTrainedModel

from engine.batches import split_by_tokens
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
        rollouts: with at least one completion token each; neighbours with the same prompt share it.
        temperature: of sampling; the logits are divided by it.
        pad_id: any token; its positions are masked.
    """
    device = model.device
    trees = list(_trees(rollouts, shared=_takes_any_mask(model)))
    width = max(len(tree.ids) for tree in trees)
    ids = torch.full((len(trees), width), pad_id)
    positions = torch.zeros(len(trees), width, dtype=torch.long)
    branches = torch.full((len(trees), width), _PADDING)
    for row, tree in enumerate(trees):
        ids[row, : len(tree.ids)] = torch.tensor(tree.ids)
        positions[row, : len(tree.ids)] = torch.tensor(tree.positions)
        branches[row, : len(tree.ids)] = torch.tensor(tree.branches)
    wanted = [(row, place) for row, tree in enumerate(trees) for place in tree.predictors]
    at = tuple(torch.tensor(wanted, device=device).T)
    logits = _logits(model, ids.to(device), positions.to(device), branches.to(device), at).float()
    logprobs = torch.log_softmax(logits / temperature, dim=-1)
    with torch.no_grad():
        entropies = -(logprobs.exp() * logprobs).sum(-1)
    lengths = torch.tensor([len(r.completion_ids) for r in rollouts])
    rows = torch.arange(len(rollouts)).repeat_interleave(lengths).to(device)
    targets = torch.tensor([token for r in rollouts for token in r.completion_ids], device=device)
    return TokenScores(logprobs.gather(1, targets.unsqueeze(1)).squeeze(1), entropies, rows)


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
            and _takes_any_mask(model)
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


_PADDING, _PROMPT = -1, 0  # branches that are no completion


class _Tree(NamedTuple):
    """A prompt with completions behind it, laid out in one row.

    Attributes:
        ids: tokens.
        positions: of each token, as if its completion were the only one.
        branches: which completion each token belongs to, from 1 on; `_PROMPT` for the prompt's.
        predictors: for each completion's token, the place in the row that predicts it.
    """

    ids: list[int]
    positions: list[int]
    branches: list[int]
    predictors: list[int]


def _trees(rollouts: Sequence[Rollout], shared: bool) -> Iterator[_Tree]:
    groups = (
        [list(group) for _, group in groupby(rollouts, key=lambda r: r.prompt_ids)]
        if shared
        else [[rollout] for rollout in rollouts]
    )
    for group in groups:
        prompt = group[0].prompt_ids
        tree = _Tree(list(prompt), list(range(len(prompt))), [_PROMPT] * len(prompt), [])
        for branch, rollout in enumerate(group, start=_PROMPT + 1):
            start, length = len(tree.ids), len(rollout.completion_ids)
            tree.predictors.extend([len(prompt) - 1, *range(start, start + length - 1)])
            tree.ids.extend(rollout.completion_ids)
            tree.positions.extend(range(len(prompt), len(prompt) + length))
            tree.branches.extend([branch] * length)
        yield tree


def _takes_any_mask(model: PreTrainedModel) -> bool:
    """Whether the model's attention takes a mask of queries by keys as it is."""
    return model.config.model_type in NATIVE and model.config._attn_implementation == "sdpa"


def _visible(config: Any, positions: torch.Tensor, branches: torch.Tensor) -> Any:
    """Which keys each query sees, shape (rows, 1, queries, keys); by kind of layer where there are two."""
    same = branches.unsqueeze(1) == branches.unsqueeze(2)
    seen = (same | (branches == _PROMPT).unsqueeze(1)).tril().unsqueeze(1)
    window = getattr(config, "sliding_window", None)
    if window is None:
        return seen
    near = seen & (positions.unsqueeze(2) - positions.unsqueeze(1) < window).unsqueeze(1)
    if getattr(config, "layer_types", None) is None:
        return near
    return {"full_attention": seen, "sliding_attention": near}


def _logits(
    model: PreTrainedModel,
    ids: torch.Tensor,
    positions: torch.Tensor,
    branches: torch.Tensor,
    wanted: tuple[torch.Tensor, ...],
) -> torch.Tensor:
    """Logits at the wanted places, shape (places, vocabulary)."""
    config = model.config
    # What takes no mask of ours gets rows that are single sequences.
    any_mask = _takes_any_mask(model)
    mask = _visible(config, positions, branches) if any_mask else (branches != _PADDING).long()
    if config.model_type not in NATIVE:
        # Another model may treat its logits further (scaling, capping), so they are left to it.
        logits: torch.Tensor = model(input_ids=ids, attention_mask=mask, use_cache=False).logits[wanted]
        return logits
    hidden = model.get_decoder()(
        input_ids=ids, attention_mask=mask, position_ids=positions, use_cache=False
    ).last_hidden_state
    logits = model.get_output_embeddings()(hidden[wanted])
    return logits
