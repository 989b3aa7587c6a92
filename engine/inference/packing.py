"""Completions of several prompts laid end to end in one row, each prompt once, and attention among them.

All that a model does but attention it does to each token alone, so the row needs no padding. Attention is computed in
blocks: every prompt with itself, every completion with its prompt and itself. One mask of the whole row by itself
would be computed in full, though almost all of it is empty: the siblings that a completion must not see.

Models reach it as Transformers' attention function `PACKED`, for which their forward takes a `packing`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import torch
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from trace_trainer.engine.inference.rollout import Rollout

PACKED = "packed_completions"


class Packing:
    """Rollouts in one row: each run of neighbours with the same prompt is that prompt and then their completions.

    Attributes:
        ids: tokens, shape (1, tokens).
        positions: of each token, as if its completion were the only one, shape (1, tokens).
        predictors: of each completion's tokens, laid end to end, the place in the row that predicts it.
        blocks: the prompts, then the completions.
        order: of each place in the row, where the outputs of the blocks, laid end to end, have it.
    """

    def __init__(self, rollouts: Sequence[Rollout], device: torch.device) -> None:
        ids: list[int] = []
        positions: list[int] = []
        predictors: list[int] = []
        prompts: list[range] = []
        completions: list[range] = []
        prompt_of: list[range] = []  # of each completion
        for prompt_ids, group in groupby(rollouts, key=lambda rollout: rollout.prompt_ids):
            prompt = range(len(ids), len(ids) + len(prompt_ids))
            prompts.append(prompt)
            ids.extend(prompt_ids)
            positions.extend(range(len(prompt)))
            for rollout in group:
                completion = range(len(ids), len(ids) + len(rollout.completion_ids))
                completions.append(completion)
                prompt_of.append(prompt)
                predictors.extend([prompt[-1], *completion[:-1]])
                ids.extend(rollout.completion_ids)
                positions.extend(range(len(prompt), len(prompt) + len(completion)))
        self.ids = torch.tensor([ids], device=device)
        self.positions = torch.tensor([positions], device=device)
        self.predictors = torch.tensor(predictors, device=device)
        flat = self.positions[0]
        self.blocks = (_Block(flat, prompts), _Block(flat, completions, before=prompt_of))
        self.order = torch.empty_like(flat)
        start = 0
        for block in self.blocks:
            self.order[block.queries[block.real]] = start + block.real.flatten().nonzero().squeeze(1)
            start += block.queries.numel()


class _Block:
    """Some stretches of the row, each of which attends to itself and to what comes before it.

    Attributes:
        queries: the places of each stretch, shape (stretches, longest); shorter ones repeat their last place.
        real: which of these are no repetitions.
        keys: the places that a stretch may see, likewise.
    """

    def __init__(
        self, positions: torch.Tensor, stretches: Sequence[range], before: Sequence[range] = ()
    ) -> None:
        self.queries, self.real = _padded(stretches, positions.device)
        self.keys, self._real_keys = self.queries, self.real
        if before:
            keys, real = _padded(before, positions.device)
            self.keys = torch.cat([keys, self.keys], dim=1)
            self._real_keys = torch.cat([real, self._real_keys], dim=1)
        self._distance = positions[self.queries].unsqueeze(2) - positions[self.keys].unsqueeze(1)
        self._masks: dict[int | None, torch.Tensor] = {}

    def mask(self, window: int | None) -> torch.Tensor:
        """Which keys each query sees, itself and the `window - 1` before it; shape (stretches, 1, queries, keys)."""
        if window not in self._masks:
            seen = self._real_keys.unsqueeze(1) & (self._distance >= 0)
            if window is not None:
                seen &= self._distance < window
            self._masks[window] = seen.unsqueeze(1)
        return self._masks[window]


def _padded(stretches: Sequence[range], device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """The places of each stretch, the last one repeated, and which are no repetition; shape (stretches, longest).

    With a place instead of nothing, what padding computes is finite; it is left out afterwards.
    """
    lengths = torch.tensor([len(stretch) for stretch in stretches], device=device)
    offsets = torch.arange(int(lengths.max()), device=device)
    starts = torch.tensor([stretch.start for stretch in stretches], device=device)
    places = starts.unsqueeze(1) + torch.minimum(offsets, lengths.unsqueeze(1) - 1)
    return places, offsets < lengths.unsqueeze(1)


# Never compiled: its shapes are those of the batch's prompts and completions, each mixture of which would be compiled
# anew, while what surrounds it knows only how long the row is.
@torch.compiler.disable
def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: None,
    *,
    packing: Packing,
    scaling: float | None = None,
    dropout: float = 0.0,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[torch.Tensor, None]:
    """Attention of one layer, from queries, keys and values of shape (1, heads, tokens, head size).

    Returns the outputs, shape (1, tokens, heads, head size), and no weights.
    """
    outputs = []
    for block in packing.blocks:
        output, _weights = sdpa_attention_forward(
            module,
            _taken(query, block.queries),
            _taken(key, block.keys),
            _taken(value, block.keys),
            block.mask(sliding_window),
            dropout=dropout,
            scaling=scaling,
        )
        outputs.append(output.flatten(0, 1))
    return torch.cat(outputs).index_select(0, packing.order).unsqueeze(0), None


def _taken(states: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """States of shape (1, heads, tokens, size) at some places, as (stretches, heads, longest, size)."""
    return states[0].index_select(1, places.flatten()).unflatten(1, places.shape).transpose(0, 1)


def _no_mask(*_: Any, **__: Any) -> None:
    """Masks are the blocks' own."""


ALL_ATTENTION_FUNCTIONS.register(PACKED, attend)
ALL_MASK_ATTENTION_FUNCTIONS.register(PACKED, _no_mask)
