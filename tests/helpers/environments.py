"""Fresh virtual environments, what pip does in them, and whether what it installed is whole."""

from __future__ import annotations

import base64
import csv
import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


class Environment:
    """A virtual environment that sees nothing of the one that runs the tests, nor of the checkout.

    Args:
        folder: where it is made.
        borrowing: see the packages of the one that runs the tests, too, behind its own.
    """

    def __init__(self, folder: Path, borrowing: bool = False) -> None:
        venv.create(folder, symlinks=True)
        self.folder = folder
        self.programs = folder / "bin"
        (self.packages,) = folder.glob("lib/python*/site-packages")
        if borrowing:
            (own,) = (path for path in map(Path, sys.path) if (path / "click" / "__init__.py").is_file())
            # A path in a .pth file is searched, but the .pth files in it, editable installs among them, are not read.
            (self.packages / "borrowed.pth").write_text(f"{own}\n")

    def run(self, program: str, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment, in its folder unless another is given."""
        return subprocess.run(
            [self.programs / program, *arguments],
            cwd=cwd or self.folder, env=clean_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def evaluate(self, code: str) -> str:
        """What Python code prints. Raises AssertionError where it fails."""
        done = self.run("python", "-c", code)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def install(self, wheel: Path, *options: str) -> None:
        """Install a wheel; what is never imported is not compiled. Raises AssertionError where it fails."""
        self._pip("install", "--no-compile", *options, str(wheel))

    def uninstall(self, distribution: str) -> None:
        """Raises AssertionError where it fails."""
        self._pip("uninstall", "--yes", distribution)

    def _pip(self, *arguments: str) -> None:
        """The pip that runs the tests, at work on this environment."""
        done = pip("--python", str(self.programs / "python"), *arguments)
        assert done.returncode == 0, done.stderr

    def damaged(self, distribution: str) -> list[str]:
        """The files of an installed distribution that are missing or are not as they were installed."""
        (record,) = self.packages.glob(f"{distribution.replace('-', '_')}-*.dist-info/RECORD")
        with record.open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        assert rows
        return [name for name, digest, _ in rows if not _is_whole(self.packages / name, digest)]


def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the pip of the environment that runs the tests."""
    return subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        env=clean_environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip


def clean_environment() -> dict[str, str]:
    """The environment's variables without those that show a Python the checkout, or make it compile all each time."""
    unwanted = ("PYTHONPATH", "TRAINER_CHECKPOINTS", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if name not in unwanted}


def _is_whole(path: Path, digest: str) -> bool:
    if not path.is_file():
        return not digest  # compiled files have no digest, and may be missing
    if not digest:
        return True
    name, _, wanted = digest.partition("=")
    found = hashlib.new(name, path.read_bytes()).digest()
    return base64.urlsafe_b64encode(found).rstrip(b"=").decode() == wanted
