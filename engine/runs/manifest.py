"""The manifest of a run: what it was made with."""

from __future__ import annotations

import importlib.metadata
import json
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import yaml

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.places import PROJECT

Kind = Literal["pretrain", "sft", "rl", "average"]
Status = Literal["running", "interrupted", "finished"]

MANIFEST = "manifest.json"
CONFIG = "config.yaml"
_FIELDS: dict[str, Any] = {
    "kind": str, "status": str, "created": str, "parent": dict, "data": dict, "versions": dict, "plugins": list,
    "recipe": dict | None, "settings": dict | None,
}  # fmt: skip
_NEVER_STATED: dict[str, Any] = {
    "created": "", "parent": {}, "data": {}, "versions": {}, "plugins": [], "recipe": None, "settings": None,
}  # fmt: skip
"""What manifests of earlier versions lack."""
RECORDED = ("trace-trainer", "torch", "transformers", "trl", "peft", "accelerate", "tokenizers")


def read_manifest(folder: Path) -> dict[str, Any] | None:
    """What a folder's manifest holds; None where it has none of ours. Raises UserError where it can't be read."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"can't read {folder / MANIFEST}: {error}") from None
    if isinstance(manifest, dict) and "kind" not in manifest:
        return None  # a file of that name which others have left
    wrong = _wrong_in(manifest)
    if wrong:
        raise UserError(f"can't read {folder / MANIFEST}: {wrong}")
    return dict(_NEVER_STATED | manifest)


def _wrong_in(manifest: Any) -> str | None:
    """Why something is no manifest; None where it is one."""
    if not isinstance(manifest, dict):
        return "it is no JSON object"
    for key, kind in _FIELDS.items():
        if not isinstance(manifest.get(key, _NEVER_STATED.get(key)), kind):
            return f"its {key} is {manifest[key]!r}" if key in manifest else f"it has no {key}"
    if manifest["status"] == "finished" and not isinstance(manifest.get("finished"), str):
        return "it does not say when the run was finished"
    return None


def read_settings(folder: Path) -> dict[str, Any]:
    """The settings with which the run in a folder was made. Raises UserError where they can't be read."""
    config = folder / CONFIG
    try:
        settings = yaml.safe_load(config.read_text(encoding="utf-8")) or {}
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise UserError(f"can't read {config}: {' '.join(str(error).split())}") from None
    if not isinstance(settings, dict) or not all(isinstance(key, str) for key in settings):
        raise UserError(f"can't read {config}: it holds no settings")
    return settings


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
