"""What `trainer sft --pairs RUN` takes from the run, where neither options nor a named recipe say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trace_trainer.engine.commands.models_asked import local_folder, run_settings
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.recipes import Recipe, given_options, load_recipe, stated_settings
from trace_trainer.engine.settings.written import HANDED_ON

_LEARNING_RATE = 1e-4
"""Of DPO: that of gold replies would lead too far from the model that it starts from."""
_OF_OTHER_DATA = ("data", "mix", "count", "wording", "experts")


def sft_recipe(recipe: str | None, given: Mapping[str, Any]) -> Recipe:
    """The recipe of an SFT run; with `--pairs` the run's model goes on, with its task, its method and its limits.

    Args:
        recipe: the recipe that was named, None where none was.
        given: the options; None where one was not given.

    Raises UserError as `recipe_from` does, and for options that choose other data than the pairs.
    """
    options = given_options("sft", given)
    taken: dict[str, Any] = {}
    if "pairs" in options:
        if other := [name for name in _OF_OTHER_DATA if name in options]:
            raise UserError(f"--pairs trains on what the run wrote: leave {', '.join(other)} out")
        folder = str(local_folder(options["pairs"]))
        settings = run_settings(folder)
        taken = {name: settings[name] for name in HANDED_ON if settings.get(name) is not None}
        taken |= {"model": folder, "learning_rate": _LEARNING_RATE}
        stated = stated_settings(recipe, "sft") if recipe else set()
        taken = {name: value for name, value in taken.items() if name not in stated}
    return load_recipe(recipe or "default", sft={**taken, **options})
