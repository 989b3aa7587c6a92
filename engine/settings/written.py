"""Recipes as they are written: the resolved settings of both stages as a recipe that loads to them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

import yaml

from trace_trainer.engine.plugins import named_files, policy_source
from trace_trainer.engine.settings.recipes import SECTIONS, SHARED, Recipe

HANDED_ON = (
    "task",
    "call_format",
    "card",
    "context",
    "method",
    "rank",
    "alpha",
    "target_modules",
    "last_k",
    "dtype",
    "device",
    "gradient_checkpointing",
    "optimiser",
    "max_new_tokens",
    "micro_batch_tokens",
)
"""Settings that SFT hands on to RL: what the model is trained for and how, and what fits into memory."""


def written(recipe: Recipe, stage: str, options: Iterable[str] = ()) -> str:
    """The recipe as YAML, with the plugins that are loaded.

    Args:
        stage: the one that is about to start; the other stage has its task.
        options: settings of `stage` that the command line gave: what SFT hands on is then RL's too.
    """
    content = _content(recipe, stage)
    if stage == "sft":
        content["rl"] |= {
            name: content["sft"][name] for name in HANDED_ON if name in options and name not in SHARED
        }
    content["rl"]["reward"] = policy_source(content["rl"]["reward"])
    if files := named_files():
        content = {"description": content.pop("description"), "plugins": files, **content}
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
    return text


def recorded(recipe: Recipe, stage: str) -> dict[str, Any]:
    """The recipe for the manifest of a run of `stage`: with its name, and without plugins, which the run records."""
    return {"name": recipe.name, **_content(recipe, stage)}


def _content(recipe: Recipe, stage: str) -> dict[str, Any]:
    config = getattr(recipe, stage)
    content = {
        "description": recipe.description,
        **{key: getattr(config, key) for key in SHARED},
    }
    for name in SECTIONS:
        section = getattr(recipe, name)
        if section.task != config.task:
            # What chooses among the problems of another task, or belongs to them, goes with it.
            section = replace(section, task=config.task, experts=None, wording="any", card=False)
        values = {key: value for key, value in asdict(section).items() if key not in SHARED}
        content[name] = {
            key: list(value) if isinstance(value, tuple) else value for key, value in values.items()
        }
    return content
