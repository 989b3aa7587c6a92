"""A reward that differs within any group, so that a model that is never right has something to learn."""

from __future__ import annotations

import zlib


def varied(verdict):
    """From 0 to 1, by what the verdict says."""
    return zlib.crc32(repr(verdict.violations).encode()) % 100 / 100
