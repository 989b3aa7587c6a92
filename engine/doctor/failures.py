"""How a check ends that does not pass."""

from __future__ import annotations


class Failed(Exception):
    """A check failed. `advice`: what to do about it."""

    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found)
        self.advice = advice


class NotApplicable(Exception):
    """The check has nothing to look at, for the reason given."""
