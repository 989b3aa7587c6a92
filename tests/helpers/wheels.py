"""Building a wheel, and what may be in it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

from helpers.environments import clean_environment

SHIPPED = ("tiny-base", "tiny-calls-base", "gsm8k-gemma3-270m")
"""The folders of checkpoints/ that are part of the project."""


def build_in(source: Path, target: Path, *options: str) -> Path:
    """Build in `source` with the setuptools of the environment that runs the tests; the wheel that is in `target`."""
    done = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", target, *options, source],
        env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = target.glob("*.whl")
    return wheel


def contents(wheel: Path) -> dict[str, int]:
    """The files of a wheel by name, with their checksums."""
    with ZipFile(wheel) as archive:
        return {info.filename: info.CRC for info in archive.infolist() if not info.is_dir()}
