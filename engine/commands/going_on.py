"""What `trainer rl` goes on from, the newest SFT run unless a model is named, and what that run says about settings.

On the command line stands first, then a recipe that is named, then how the run was trained, then the section `rl` of
the recipe that the run was made with.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trace_trainer.engine.commands.models_asked import local_folder, run_settings
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.names import ADAPTER_CONFIG
from trace_trainer.engine.plugins import require_plugins
from trace_trainer.engine.runs.folder import newest_run
from trace_trainer.engine.runs.manifest import read_manifest
from trace_trainer.engine.settings.recipes import (
    Recipe,
    given_options,
    load_recipe,
    recorded_recipe,
    stated_settings,
)
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.settings.written import HANDED_ON

_OF_AVERAGES = ("task", "call_format", "card")
"""Those that an average has; its others are about averaging."""


def rl_recipe(recipe: str | None, given: Mapping[str, Any]) -> tuple[Recipe, str]:
    """The recipe of an RL run, its model named where there is one, and a line that says what came from where.

    Args:
        recipe: the recipe that was named, None where none was.
        given: the options that were given; None where one was not.

    Raises UserError as `recipe_from` does.
    """
    options = given_options("rl", given)
    named = None if recipe is None else load_recipe(recipe, rl=options).rl
    task = named.task if named else options.get("task")
    model = options.get("model") or (named.model if named else None) or newest_run("sft", task)
    if model is None:
        return load_recipe(recipe or "default", rl=options), ""
    name = str(model)
    manifest = read_manifest(local_folder(name)) or {}
    stated = stated_settings(recipe, "rl") if recipe else set()
    taken = {
        key: value for key, value in _handed_on(name, manifest).items() if key not in stated | set(options)
    }
    overrides = {**taken, **options, "model": name}
    origin = manifest.get("recipe")
    if recipe is not None or origin is None:
        return load_recipe(recipe or "default", rl=overrides), _note(name, taken, recipe, manifest)
    try:
        return recorded_recipe(origin, Path(name).name, overrides), _note(name, taken, None, manifest)
    except UserError:
        require_plugins(manifest.get("plugins", ()), f"the run {Path(name).name}", unchanged=False)
        raise


def _handed_on(name: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What the run of that name says about the settings of the next one; nothing where it is none."""
    settings = run_settings(name)
    keys = _OF_AVERAGES if manifest.get("kind") == "average" else HANDED_ON
    found = {key: settings[key] for key in keys if settings.get(key) is not None}
    if "method" not in found:
        found |= _of_adapter(local_folder(name) / ADAPTER_CONFIG)
    return found


def _of_adapter(config: Path) -> dict[str, Any]:
    """What the file of an adapter says about itself; nothing where there is none."""
    try:
        held = json.loads(config.read_text(encoding="utf-8"))
        return {"method": "lora", "rank": int(held["r"]), "alpha": int(held["lora_alpha"])}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # whoever loads it says what is wrong with it


def _note(name: str, taken: Mapping[str, Any], recipe: str | None, manifest: Mapping[str, Any]) -> str:
    """One line: what is taken over, and where the rest comes from; empty where the model is no run."""
    if not manifest and not taken:
        return ""
    default = RLConfig()
    changed = {key: value for key, value in taken.items() if value != getattr(default, key)}
    own = ", ".join(f"{key.replace('_', ' ')} {_shown(value)}" for key, value in changed.items())
    start = f"going on from {Path(name).name}" + (f" with its {own}" if own else "")
    if recipe is not None:
        return f"{start}; the rest is of the recipe {recipe}"
    if origin := manifest.get("recipe"):
        return f"{start}; the rest is of its recipe {origin['name']}"
    unknown = " (it does not say which it was made with)" if manifest else ""
    return f"{start}; the rest is of the recipe default{unknown}, --recipe names another"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
