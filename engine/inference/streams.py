"""Random numbers of sampling, from a stream for each problem: what is sampled beside it changes nothing for it.

So its completions are the same however problems are divided among batches and processes, up to what rounding in batches
of another size does to probabilities. One stream for a whole batch is what a single process uses.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch


class Streams:
    """The random numbers of a batch's rows.

    Args:
        seeds: of each prompt's stream.
        group_size: rows of each prompt, which follow one another.
        length: how many numbers a row may take.
        device: where they are wanted. They are drawn on the CPU, so that every machine draws the same.

    Attributes:
        seeds: as given.
    """

    def __init__(self, seeds: Sequence[int], group_size: int, length: int, device: torch.device) -> None:
        self.seeds = seeds
        drawn = [
            torch.rand((group_size, length), generator=torch.Generator().manual_seed(seed)) for seed in seeds
        ]
        self._numbers = torch.cat(drawn).to(device)
        self._taken = torch.zeros(len(self._numbers), dtype=torch.long, device=device)

    def take(self, rows: torch.Tensor) -> torch.Tensor:
        """The next number of each of these rows, of shape (rows, 1), from 0 up to but not including 1."""
        numbers = self._numbers[rows, self._taken[rows]]
        self._taken[rows] += 1
        return numbers.unsqueeze(1)
