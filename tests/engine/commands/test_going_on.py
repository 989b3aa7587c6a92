"""`trainer rl` after `trainer sft`: what is taken over from the run that it goes on from."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.settings.recipes import load_recipe

SKIPPED = ("--skip-doctor", "lengths", "--skip-doctor", "dry-run", "--skip-doctor", "gold")
SFT = ("--count", "8", "--eval-count", "2", "--max-new-tokens", "8", "--epochs", "1", *SKIPPED)
RL = (
    "--iters",
    "1",
    "--prompts-per-iteration",
    "2",
    "--group-size",
    "2",
    "--eval-count",
    "2",
    "--collapse",
    "0",
)


def trained(*words: str) -> Result:
    return CliRunner().invoke(trainer, words)


@pytest.fixture
def sft(tiny_model_dir: Path, checkpoints: Path) -> Callable[..., Path]:
    """Fine-tunes the model of random weights a little, and gives the run's folder."""

    def run(*options: str) -> Path:
        result = trained("sft", "--model", str(tiny_model_dir), "--name", "own", *SFT, *options)
        assert result.exit_code == 0, result.output
        return checkpoints / "own_sft"

    return run


def config_of(run: Path) -> dict[str, Any]:
    return yaml.safe_load((run / "config.yaml").read_text())  # type: ignore[no-any-return]


def shown(*options: str) -> dict[str, Any]:
    """The RL settings that would be used, as `--show` says."""
    result = trained("rl", "--show", *options)
    assert result.exit_code == 0, result.output
    content = yaml.safe_load(result.stdout)
    return {**content["rl"], "task": content["task"], "call_format": content["call_format"]}


def as_old(run: Path) -> None:
    """Make a run look like one of version 0.1.0."""
    manifest = json.loads((run / "manifest.json").read_text())
    del manifest["recipe"], manifest["settings"]
    (run / "manifest.json").write_text(json.dumps(manifest))
    config = config_of(run)
    config["format"], config["eval_problems"] = config.pop("call_format"), config.pop("eval_count")
    (run / "config.yaml").write_text(yaml.safe_dump(config))


@pytest.mark.parametrize(
    ("recipe", "options", "method"),
    [("default", (), "full"), ("lora", ("--rank", "4", "--alpha", "8"), "lora"),
     ("last-layers", ("--last-k", "1"), "last-k")],
)  # fmt: skip
def test_plain_rl_works_after_any_sft(
    sft: Callable[..., Path], checkpoints: Path, recipe: str, options: tuple[str, ...], method: str
) -> None:
    before = config_of(sft("--recipe", recipe, *options))
    result = trained("rl", *RL, *SKIPPED, "--skip-doctor", "reward")
    assert result.exit_code == 0, result.output
    config = config_of(checkpoints / "own")
    assert config["method"] == method
    for name in ("rank", "alpha", "last_k", "dtype", "max_new_tokens", "micro_batch_tokens"):
        assert config[name] == before[name], name
    own = load_recipe(recipe).rl
    for name in ("learning_rate", "sample_batch", "temperature", "objective", "scheduler"):
        assert config[name] == getattr(own, name), name
    assert f"the rest is of its recipe {recipe}" in result.stderr
    (line,) = [line for line in result.stderr.splitlines() if line.startswith("going on from own_sft")]
    assert ("method" in line) == (method != "full")


def test_what_is_given_wins_over_what_is_taken_over(sft: Callable[..., Path]) -> None:
    sft("--recipe", "lora", "--rank", "4")
    assert shown()["rank"] == 4
    assert shown("--rank", "5", "--max-new-tokens", "9")["rank"] == 5
    assert shown("--max-new-tokens", "9")["max_new_tokens"] == 9


def test_a_recipe_that_is_named_wins_where_it_states_something(
    sft: Callable[..., Path], tmp_path: Path
) -> None:
    sft("--recipe", "lora", "--rank", "4")
    own = tmp_path / "own.yaml"
    own.write_text("rl: {alpha: 3, learning_rate: 0.5}\n")
    found = shown("--recipe", str(own))
    assert (found["alpha"], found["learning_rate"]) == (3, 0.5)
    assert (found["method"], found["rank"], found["dtype"]) == ("lora", 4, "bfloat16")
    assert shown("--recipe", "lora")["rank"] == 32


def test_the_recipe_that_is_shown_takes_nothing_over(sft: Callable[..., Path], tmp_path: Path) -> None:
    sft("--recipe", "lora", "--rank", "4")
    path = tmp_path / "shown.yaml"
    path.write_text(trained("rl", "--show").stdout)
    assert shown("--recipe", str(path)) == shown()
    assert shown()["model"].endswith("own_sft")


def test_a_run_of_another_task_is_gone_on_with_in_that_task(
    tiny_call_model_dir: Path, checkpoints: Path
) -> None:
    options = (
        "--model",
        str(tiny_call_model_dir),
        "--call-format",
        "llama3",
        "--dtype",
        "float32",
        "--no-compile",
    )
    done = trained("sft", "--recipe", "functions", *options, "--name", "calls", *SFT)
    assert done.exit_code == 0, done.output
    found = shown()
    assert (found["task"], found["call_format"]) == ("functions", "llama3")
    assert found["objective"] == load_recipe("functions").rl.objective


def test_runs_of_the_version_before_are_gone_on_with(sft: Callable[..., Path]) -> None:
    as_old(sft("--recipe", "lora", "--rank", "4"))
    result = trained("rl", "--show")
    assert "it does not say which it was made with" in result.stderr
    found = yaml.safe_load(result.stdout)
    assert (found["rl"]["method"], found["rl"]["rank"], found["call_format"]) == ("lora", 4, "hermes")


def test_an_unfinished_run_of_the_version_before_resumes(sft: Callable[..., Path]) -> None:
    run = sft()
    as_old(run)
    manifest = json.loads((run / "manifest.json").read_text())
    (run / "manifest.json").write_text(json.dumps({**manifest, "status": "interrupted"}))
    result = trained("sft", "--resume", "--name", "own", *SKIPPED)
    assert result.exit_code == 0, result.output


def test_an_adapter_of_elsewhere_says_its_own_rank(sft: Callable[..., Path], tmp_path: Path) -> None:
    run = sft("--recipe", "lora", "--rank", "4", "--alpha", "12")
    for name in ("config.yaml", "manifest.json"):
        (run / name).unlink()
    found = shown("--model", str(run))
    assert (found["method"], found["rank"], found["alpha"]) == ("lora", 4, 12)


def test_a_recorded_reward_of_a_plugin_has_to_be_named_again(
    sft: Callable[..., Path], tmp_path: Path
) -> None:
    run = sft()
    manifest = json.loads((run / "manifest.json").read_text())
    manifest["recipe"]["rl"]["reward"] = "mine"
    manifest["plugins"] = [{"path": "/x/mine.py", "sha256": "0", "function": "mine"}]
    (run / "manifest.json").write_text(json.dumps(manifest))
    result = trained("rl", "--show")
    assert result.exit_code == 2
    assert "--reward /x/mine.py:mine" in result.stderr
