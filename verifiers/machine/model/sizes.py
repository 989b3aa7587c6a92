"""Sizes as people and tools write them: "512M" read as MiB, 536870912 written as "512M"."""

from __future__ import annotations

import re

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,6})?)\s*([KMGTP]?)(?:i?B)?", re.IGNORECASE | re.ASCII)


def parse_size(text: str) -> int | None:
    """Bytes of a size with a binary unit, "500G" or "1.5T"; a bare number is bytes. None where it is no size."""
    match = _SIZE.fullmatch(text.strip())
    return None if match is None else int(float(match[1]) * _UNITS[match[2].upper()])


def human(size: int, units: str = "KMGTP", gap: str = "") -> str:
    """A size as lsblk prints it: one decimal where it is not zero, "465.8G", "1T", "512M"."""
    value, unit = float(size), "B"
    for unit_name in units:
        if value < 1024:
            break
        value, unit = value / 1024, unit_name
    text = f"{value:.1f}"
    return (text[:-2] if text.endswith(".0") else text) + gap + unit
