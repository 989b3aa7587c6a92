"""Batches bounded by tokens rather than rows, made of rows of like length, so that little is computed on padding."""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random

POOL = 1024
"""Rows that are sorted by length together: enough to pad little, few enough that batches stay mixed."""


def plan_batches(lengths: Sequence[int], tokens: int, epochs: float = 1.0, seed: int = 0) -> list[list[int]]:
    """The batches of a whole run, in order, as row numbers.

    Args:
        lengths: of the rows, in tokens.
        tokens: a batch holds at most this many, padding included; a longer row gets a batch of its own.
        epochs: passes over the rows; each pass is shuffled anew, a fraction of a pass takes that part of it.
        seed: of the order.
    """
    batches: list[list[int]] = []
    for epoch in range(math.ceil(epochs)):
        rng = Random(f"batches:{seed}:{epoch}")
        order = list(range(len(lengths)))
        rng.shuffle(order)
        order = order[: math.ceil(len(order) * (epochs - epoch))]
        passed: list[list[int]] = []
        for start in range(0, len(order), POOL):
            passed += split_by_tokens(order[start : start + POOL], lengths, tokens)
        rng.shuffle(passed)
        batches += passed
    return batches


def split_by_tokens(rows: Sequence[int], lengths: Sequence[int], tokens: int) -> list[list[int]]:
    """The rows, shortest first, in as many batches of at most `tokens` tokens as it takes, padding included."""
    batches: list[list[int]] = [[]]
    for row in sorted(rows, key=lambda row: lengths[row]):
        # Sorted, so this row is the longest of its batch and decides what all of them are padded to.
        if batches[-1] and (len(batches[-1]) + 1) * lengths[row] > tokens:
            batches.append([])
        batches[-1].append(row)
    return batches if batches[0] else []
