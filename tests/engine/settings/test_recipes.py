"""Every recipe that is shipped loads, and does what it is for in a small setting."""

from __future__ import annotations

from pathlib import Path

import pytest

from trace_trainer.engine.settings.recipes import load_recipe, recipe_names

SMALL_SFT = {
    "count": 12,
    "eval_count": 2,
    "epochs": 1,
    "max_length": 512,
    "max_new_tokens": 170,
    "last_k": 1,
}
SMALL_RL = {"iterations": 1, "prompts_per_iteration": 2, "group_size": 2, "eval_count": 2, "max_new_tokens": 170,
            "last_k": 1}  # fmt: skip


@pytest.mark.parametrize("name", recipe_names())
def test_recipe_trains_by_sft_and_then_by_rl(
    name: str, tiny_model_dir: Path, tiny_call_model_dir: Path, checkpoints: Path
) -> None:
    from trace_trainer.engine.commands.examined_training import train_rl, train_sft

    model = tiny_model_dir if load_recipe(name).sft.task == "traces" else tiny_call_model_dir
    recipe = load_recipe(name, sft={**SMALL_SFT, "model": str(model)}, rl=SMALL_RL)
    run, training, evaluations = train_sft(recipe.sft, "own")
    assert training.finished
    assert len(evaluations) == 2
    assert (run.path / "adapter_model.safetensors").exists() == (recipe.sft.method == "lora")
    run, evaluations = train_rl(recipe.rl, "own", skip=["reward"])
    assert run.manifest["parent"]["name"] == "own_sft"
    assert len(evaluations) == 2


@pytest.mark.parametrize("name", recipe_names())
def test_recipe_says_what_it_is_for(name: str) -> None:
    assert len(load_recipe(name).description) > 20


def test_sft_and_rl_of_a_recipe_train_the_same_weights() -> None:
    for name in recipe_names():
        recipe = load_recipe(name)
        for setting in (
            "task",
            "call_format",
            "method",
            "rank",
            "alpha",
            "last_k",
            "target_modules",
            "dtype",
            "card",
        ):
            assert getattr(recipe.sft, setting) == getattr(recipe.rl, setting), (name, setting)


def test_published_settings_are_those_of_the_lora_recipe() -> None:
    recipe = load_recipe("lora")
    assert (recipe.sft.method, recipe.sft.rank, recipe.sft.alpha) == ("lora", 32, 64)
    assert (recipe.sft.learning_rate, recipe.sft.scheduler, recipe.sft.epochs) == (1e-4, "cosine", 5)
    assert (recipe.rl.iterations, recipe.rl.temperature, recipe.rl.max_new_tokens) == (20, 0.7, 750)
