"""Keys and values while groups of completions are sampled from shared prompts.

A group's prompt is kept once, not once for each completion: reading keys and values is most of what a token costs that
is sampled on its own, and most of those are the prompt's. What the completions add is allocated once, with room to the
end, and rows that are finished leave it.

Models reach it through Transformers' two interfaces: `GroupCache` is their cache, which their forward takes as
`group_cache` as well, and `attend` their attention function `SHARED_PROMPTS`.

Source of the split: Juravsky et al. 2024, Hydragen; Athiwaratkun et al. 2024, Bifurcated Attention.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from transformers.cache_utils import Cache, CacheLayerMixin
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, sdpa_mask
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

SHARED_PROMPTS = "shared_prompts"


class _GroupLayer(CacheLayerMixin):
    """One layer: the prompts' keys and values, of shape (prompts, heads, width, head size), and the completions' own.

    The completions' have shape (rows, heads, capacity, head size), the first `length` positions of them filled.
    """

    # Models with sliding-window layers mask by position; keeping every position is right for those too.
    is_sliding = False
    is_croppable = False

    def __init__(self) -> None:
        super().__init__()
        self.prompt_keys: torch.Tensor | None = None
        self.prompt_values: torch.Tensor | None = None
        self.length = 0

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Take the prompts, which come first and all at once."""
        self.prompt_keys, self.prompt_values = key_states, value_states
        self.dtype, self.device = key_states.dtype, key_states.device
        self.is_initialized = True

    def branch(self, rows: int, capacity: int) -> None:
        """From here on there are completions: make room for them."""
        assert self.prompt_keys is not None and self.prompt_values is not None
        _, heads, _, size = self.prompt_keys.shape
        self.keys = self.prompt_keys.new_empty(rows, heads, capacity, size)
        self.values = self.prompt_values.new_empty(rows, heads, capacity, self.prompt_values.shape[-1])

    def update(  # type: ignore[no-untyped-def]
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args, **kwargs
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append new positions; returns the prompts' at first, then all that the completions have of their own."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
            return key_states, value_states
        assert self.keys is not None and self.values is not None
        end = self.length + key_states.shape[2]
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def get_seq_length(self) -> int:
        """Positions filled, the prompts' among them."""
        return self.length + (0 if self.prompt_keys is None else self.prompt_keys.shape[2])

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Keys that the mask covers, and its offset."""
        return self.get_seq_length() + query_length, 0

    def get_max_length(self) -> int:
        """Positions there is room for."""
        return self.get_seq_length() - self.length + (0 if self.keys is None else self.keys.shape[2])

    def select(self, prompts: torch.Tensor, rows: torch.Tensor) -> None:
        """Keep these prompts and these rows, each in this order."""
        assert self.prompt_keys is not None and self.prompt_values is not None
        assert self.keys is not None and self.values is not None
        if len(prompts) < len(self.prompt_keys):
            self.prompt_keys, self.prompt_values = self.prompt_keys[prompts], self.prompt_values[prompts]
        keys, values = self.keys, self.values
        self.keys = keys.new_empty(len(rows), *keys.shape[1:])
        self.values = values.new_empty(len(rows), *values.shape[1:])
        # Only what is filled is copied: the rest holds nothing.
        self.keys[:, :, : self.length] = keys[rows, :, : self.length]
        self.values[:, :, : self.length] = values[rows, :, : self.length]


class GroupCache(Cache):
    """The cache of all layers: filled with one row for each prompt, then branched into groups of rows.

    Args:
        layers: how many the model has.

    Attributes:
        group_size: rows that each prompt had when it was branched.
        slots: of each row left, its prompt's number times the group size plus its number in the group.
    """

    def __init__(self, layers: int) -> None:
        super().__init__(layers=[_GroupLayer() for _ in range(layers)])
        self.group_size = 0
        self.slots = torch.empty(0, dtype=torch.long)

    def branch(self, prompts: int, group_size: int, capacity: int, device: torch.device) -> None:
        """Turn every prompt into `group_size` rows with room for `capacity` more positions."""
        self.group_size = group_size
        self.slots = torch.arange(prompts * group_size, device=device)
        for layer in self._group_layers():
            layer.branch(len(self.slots), capacity)

    def select(self, rows: torch.Tensor) -> None:
        """Keep these rows, and the prompts that have one; `rows` are indices, ascending."""
        kept = self.slots[rows]
        prompts, renumbered = torch.unique(kept // self.group_size, return_inverse=True)
        self.slots = renumbered * self.group_size + kept % self.group_size
        for layer in self._group_layers():
            layer.select(prompts, rows)

    def _group_layers(self) -> Iterator[_GroupLayer]:
        for layer in self.layers:
            assert isinstance(layer, _GroupLayer)
            yield layer

    def by_prompt(self, rows: torch.Tensor, prompts: int) -> torch.Tensor:
        """Rows of shape (rows, heads, n, size) as their prompts', (prompts, heads, group size times n, size).

        Places of rows that have left are 0.
        """
        _, heads, n, size = rows.shape
        grid = rows.new_zeros(prompts * self.group_size, heads, n, size)
        grid[self.slots] = rows
        grid = grid.view(prompts, self.group_size, heads, n, size).transpose(1, 2)
        return grid.reshape(prompts, heads, self.group_size * n, size)

    def by_row(self, grid: torch.Tensor) -> torch.Tensor:
        """The way back: (prompts, heads, group size times n, size) to (rows, heads, n, size)."""
        prompts, heads, places, size = grid.shape
        n = places // self.group_size
        grid = grid.view(prompts, heads, self.group_size, n, size).transpose(1, 2)
        return grid.reshape(prompts * self.group_size, heads, n, size)[self.slots]


def attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    scaling: float,
    group_cache: GroupCache,
    **kwargs: Any,
) -> tuple[torch.Tensor, None]:
    """Attention of new tokens in each row to its prompt, kept once for its group, and to the row's own tokens.

    Args:
        query: of shape (rows, heads, new, head size); while prompts are read, (prompts, heads, width, head size).
        key, value: what the cache's `update` returned.
        attention_mask: bool, of shape (rows, 1, new, prompt and own positions); None where all is seen.
    """
    layer: Any = group_cache.layers[module.layer_idx]
    if layer.keys is None:
        output, _ = sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling)
        return output, None
    rows, heads, new, size = query.shape
    prompts, key_heads, width, _ = layer.prompt_keys.shape
    # Heads that share keys are laid next to each other, as further queries of the one key head.
    query = query.reshape(rows, key_heads, -1, size) * scaling
    of_prompt = group_cache.by_prompt(query, prompts) @ layer.prompt_keys.transpose(-1, -2)
    scores = torch.cat([group_cache.by_row(of_prompt), query @ key.transpose(-1, -2)], dim=-1).float()
    if attention_mask is not None:
        hidden = ~attention_mask.expand(rows, 1, new, -1).repeat(1, 1, heads // key_heads, 1)
        scores = scores.masked_fill(hidden, -torch.inf)
    weights = scores.softmax(dim=-1).to(query.dtype)
    to_prompt = group_cache.by_prompt(weights[..., :width], prompts) @ layer.prompt_values
    output = group_cache.by_row(to_prompt) + weights[..., width:] @ value
    return output.reshape(rows, heads, new, -1).transpose(1, 2), None


ALL_ATTENTION_FUNCTIONS.register(SHARED_PROMPTS, attend)
ALL_MASK_ATTENTION_FUNCTIONS.register(SHARED_PROMPTS, sdpa_mask)
