"""Where things lie: what comes with the program, and the folder that runs are written to."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
"""What holds engine/, checkpoints/ and datasets/: a checkout, or the installed package."""

SHIPPED_CHECKPOINTS = PROJECT / "checkpoints"


def in_checkout() -> bool:
    """Whether the program runs from a checkout of the project, and not from where a wheel was installed."""
    return (PROJECT / "pyproject.toml").is_file()


def checkpoints_root() -> Path:
    """The folder that runs are written to; it may not exist yet.

    $TRAINER_CHECKPOINTS, else that of the checkout, else `checkpoints` in the working directory.
    """
    if named := os.environ.get("TRAINER_CHECKPOINTS"):
        return Path(named)
    return SHIPPED_CHECKPOINTS if in_checkout() else Path("checkpoints")
