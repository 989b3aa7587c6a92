"""Which of several processes this is, as `torchrun` and `accelerate launch` say it in the environment.

Known before torch is imported: what only one process should say or write is asked of here.
"""

from __future__ import annotations

import os


def world_size() -> int:
    """How many processes work together; 1 where nobody said."""
    return max(1, _number("WORLD_SIZE", 1))


def rank() -> int:
    """The number of this process among them, from 0."""
    return _number("RANK", 0) if world_size() > 1 else 0


def is_main() -> bool:
    """Whether this is the process that writes and speaks for all."""
    return rank() == 0


def _number(name: str, otherwise: int) -> int:
    try:
        return int(os.environ.get(name, otherwise))
    except ValueError:
        return otherwise
