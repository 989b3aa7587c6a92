"""How long a text may be that is looked at: far beyond any honest trace or reply, and quick to read."""

from __future__ import annotations

MAX_CHARACTERS = 20_000
MAX_REFERENCE = 8_000  # characters of a reference, which is run on other numbers again and again
MAX_STEPS = 64
MAX_SUBTRACES = 16
