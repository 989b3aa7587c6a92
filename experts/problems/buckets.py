"""Buckets by hash: what decides, whatever the seed, on which side of a split a text falls."""

from __future__ import annotations

import hashlib


def normalise(text: str) -> str:
    """The text by which questions count as the same: lower case, single spaces."""
    return " ".join(text.lower().split())


def bucket_of(text: str, buckets: int) -> int:
    """The bucket of a text by its SHA-256, 0 to buckets - 1."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % buckets
