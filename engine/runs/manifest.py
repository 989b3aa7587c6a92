"""The manifest of a run: what it was made with."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.places import PROJECT

Kind = Literal["pretrain", "sft", "rl", "average"]
Status = Literal["running", "interrupted", "finished"]

MANIFEST = "manifest.json"
RECORDED = ("trace-trainer", "torch", "transformers", "trl", "peft", "accelerate", "tokenizers")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What a folder's manifest holds; None where it has none."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UserError(f"can't read {folder / MANIFEST}: {error}") from None
    return manifest


def now() -> str:
    """This moment, as text that sorts by time."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def versions() -> dict[str, str | None]:
    """Of Python and the libraries that a run depends on; None where one is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version()}
    for package in RECORDED:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = None
    return found


def commit() -> str | None:
    """The project's git commit, marked where files differ from it; None outside a checkout."""
    if not (PROJECT / ".git").exists():
        return None
    try:
        git = ["git", "-C", str(PROJECT), "describe", "--always", "--abbrev=40", "--dirty"]
        done = subprocess.run(git, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() or None
