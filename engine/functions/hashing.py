"""Buckets by hash: what decides, the same in every run, on which side of a split something falls."""

from __future__ import annotations

import hashlib


def bucket_of(text: str, buckets: int) -> int:
    """The bucket, 0 to buckets - 1, of a text by its SHA-256; letter case and spacing do not count."""
    digest = hashlib.sha256(" ".join(text.lower().split()).encode()).digest()
    return int.from_bytes(digest[:4], "big") % buckets
