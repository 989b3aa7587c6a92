"""Which model is asked, and how, where the user does not say: by `trainer eval` and `trainer solve` alike."""

from __future__ import annotations

from pathlib import Path

import yaml

from engine.config import DEFAULT_MODEL


def default_model() -> str:
    """Where no model is named: the newest RL run, else the newest SFT run, else the base."""
    from engine.models import newest_run

    newest = newest_run("rl") or newest_run("sft")
    return str(newest) if newest else DEFAULT_MODEL


def trained_with_card(name: str) -> bool:
    """Whether the run of that name or folder was trained with the prompt card, and so has to be asked with it."""
    from engine.models import embedded_models

    config = embedded_models().get(name, Path(name)) / "config.yaml"
    return config.is_file() and bool((yaml.safe_load(config.read_text(encoding="utf-8")) or {}).get("card"))
