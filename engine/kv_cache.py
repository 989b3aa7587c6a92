"""A key-value cache that is allocated once, for sampling groups of completions from shared prompts.

Transformers' growing cache copies itself at every token, and its static cache computes over its full length. This one
has room for the whole completion from the start, shows only the part that is filled, turns one prompt's entry into a
group's, and lets rows that are finished leave.
"""

from __future__ import annotations

import torch
from transformers.cache_utils import Cache, CacheLayerMixin


class RoomyLayer(CacheLayerMixin):
    """One layer's keys and values, of shape (rows, heads, capacity, head size), the first `length` of them filled."""

    # Models with sliding-window layers mask by position; keeping every position is right for those too.
    is_sliding = False
    is_croppable = False

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.capacity = capacity
        self.length = 0

    def lazy_initialization(self, key_states: torch.Tensor, value_states: torch.Tensor) -> None:
        """Allocate, now that the shapes are known."""
        rows, heads, _, size = key_states.shape
        self.keys = key_states.new_empty(rows, heads, self.capacity, size)
        self.values = value_states.new_empty(rows, heads, self.capacity, value_states.shape[-1])
        self.dtype, self.device = key_states.dtype, key_states.device
        self.is_initialized = True

    def update(  # type: ignore[no-untyped-def]
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args, **kwargs
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Append the new positions; returns all that are filled, as views."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        assert self.keys is not None and self.values is not None
        end = self.length + key_states.shape[2]
        self.keys[:, :, self.length : end] = key_states
        self.values[:, :, self.length : end] = value_states
        self.length = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def get_mask_sizes(self, query_length: int) -> tuple[int, int]:
        """Keys that the mask covers, and its offset."""
        return self.length + query_length, 0

    def get_seq_length(self) -> int:
        """Positions filled."""
        return self.length

    def get_max_length(self) -> int:
        """Positions there is room for."""
        return self.capacity

    def select(self, rows: torch.Tensor) -> None:
        """Keep these rows, in this order; a row may be named several times."""
        assert self.keys is not None and self.values is not None
        keys, values = self.keys, self.values
        self.keys = keys.new_empty(len(rows), *keys.shape[1:])
        self.values = values.new_empty(len(rows), *values.shape[1:])
        # Only what is filled is copied: the rest holds nothing.
        self.keys[:, :, : self.length] = keys[rows, :, : self.length]
        self.values[:, :, : self.length] = values[rows, :, : self.length]


class RoomyCache(Cache):
    """The cache of all layers.

    Args:
        layers: how many the model has.
        capacity: positions, prompt and completion together.
    """

    def __init__(self, layers: int, capacity: int) -> None:
        super().__init__(layers=[RoomyLayer(capacity) for _ in range(layers)])

    def select(self, rows: torch.Tensor) -> None:
        """Keep these rows in every layer; `rows` is a 1-d tensor of indices, repetitions allowed."""
        for layer in self.layers:
            assert isinstance(layer, RoomyLayer)
            layer.select(rows)
