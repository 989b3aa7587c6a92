"""Settings as a recipe: what `--show` prints loads to the same settings."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from helpers.plugins import without_traces

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.settings.recipes import (
    Recipe,
    load_recipe,
    recipe_from,
    recipe_names,
    recorded_recipe,
)
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.settings.written import recorded, written
from trace_trainer.verifiers.score import POLICIES

SOME = {"rank": 8, "learning_rate": "3e-5", "seed": 7, "eval_count": 11, "dtype": "auto"}


def read_back(text: str, folder: Path) -> Recipe:
    path = folder / "shown.yaml"
    path.write_text(text, encoding="utf-8")
    return load_recipe(str(path))


@pytest.mark.parametrize("name", recipe_names())
@pytest.mark.parametrize("overrides", [{}, SOME])
@pytest.mark.parametrize("stage", ["sft", "rl"])
def test_what_is_written_loads_to_the_same_settings(
    name: str, overrides: dict[str, Any], stage: str, tmp_path: Path
) -> None:
    recipe = recipe_from(stage, name, overrides)
    again = read_back(written(recipe, stage), tmp_path)
    assert (again.sft, again.rl, again.description) == (recipe.sft, recipe.rl, recipe.description)


def test_auto_stays_auto(tmp_path: Path) -> None:
    shown = CliRunner().invoke(trainer, ["sft", "--dtype", "auto", "--show"]).stdout
    assert read_back(shown, tmp_path).sft.dtype == "auto"


def test_what_sft_hands_on_is_written_for_rl_too(tmp_path: Path) -> None:
    shown = CliRunner().invoke(
        trainer, ["sft", "--recipe", "lora", "--rank", "8", "--learning-rate", "1", "--show"]
    )
    again = read_back(shown.stdout, tmp_path)
    assert (again.sft.rank, again.rl.rank) == (8, 8)
    assert again.rl.learning_rate == load_recipe("lora").rl.learning_rate


def test_another_task_is_that_of_both_stages(tmp_path: Path) -> None:
    shown = CliRunner().invoke(trainer, ["sft", "--task", "installer", "--show"])
    again = read_back(shown.stdout, tmp_path)
    assert (again.sft.task, again.rl.task, again.rl.experts) == ("installer", "installer", None)


def test_plugins_are_written_with_it(tmp_path: Path) -> None:
    plugin = tmp_path / "double.py"
    plugin.write_text(
        "from trace_trainer.verifiers import score\n\n\ndef shown_double(verdict):\n"
        "    return 2 * (score(verdict) or 0)\n"
    )
    declaring = tmp_path / "declaring.py"
    declaring.write_text(
        "from trace_trainer.verifiers.score import reward\n\n\n@reward\ndef shown_half(verdict):\n    return 0.5\n"
    )
    options = ["rl", "--model", "tiny-base", "--plugin", str(declaring), "--show", "--reward"]
    with without_traces():
        shown = CliRunner().invoke(trainer, [*options, f"{plugin}:shown_double"]).stdout
    assert yaml.safe_load(shown)["rl"]["reward"] == f"{plugin}:shown_double"
    assert yaml.safe_load(shown)["plugins"] == [str(declaring)]
    with without_traces():  # as in another process
        assert read_back(shown, tmp_path).rl.reward == "shown_double"
        assert "shown_half" in POLICIES


def test_a_recorded_recipe_runs_no_plugin(tmp_path: Path) -> None:
    plugin = tmp_path / "evil.py"
    plugin.write_text("raise SystemExit('it was run')\n")
    record = {**recorded(load_recipe("lora"), "sft"), "plugins": [str(plugin)]}
    assert recorded_recipe(record, "x", {}).rl == load_recipe("lora").rl


def test_settings_are_shown_without_torch_and_train_nothing(checkpoints: Path) -> None:
    code = (
        "import sys; sys.modules.update(torch=None, transformers=None, numpy=None);"
        "from trace_trainer.engine.cli import main; main()"
    )
    for words in (["sft", "--recipe", "lora"], ["rl"], ["doctor", "--stage", "rl"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *words, "--show"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert set(yaml.safe_load(done.stdout)) == {"description", "task", "call_format", "sft", "rl"}
    assert not list(checkpoints.iterdir())


def test_former_keys_are_read_and_the_present_one_is_written(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("task: functions\nformat: llama3\nsft: {eval_problems: 5}\n")
    recipe = load_recipe(str(tmp_path / "old.yaml"))
    assert (recipe.sft.call_format, recipe.rl.call_format, recipe.sft.eval_count) == ("llama3", "llama3", 5)
    text = written(recipe, "sft")
    assert "call_format: llama3" in text and "\nformat" not in text and "eval_problems" not in text
    assert recipe.sft.eval_count != SFTConfig().eval_count
