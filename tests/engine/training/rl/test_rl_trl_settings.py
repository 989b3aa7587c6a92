"""`--trl KEY=VALUE`, and the settings that TRL can't meet: said before a model is loaded."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from helpers.rl_command import SMALL, UNREWARDED, command
from trl import GRPOConfig, RLOOConfig
from trl.import_utils import is_vllm_available

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.recipes import load_recipe
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.train import prepare
from trace_trainer.engine.training.rl.trl import GRPOTrainer
from trace_trainer.engine.training.rl.trl_passed import IN_PLACE, given_settings
from trace_trainer.engine.training.rl.trl_settings import TRL_OBJECTIVES, Division, _arguments, trl_arguments

CONFIG = RLConfig(
    model="tiny-base", backend="trl", objective="grpo", prompts_per_iteration=4, group_size=4, minibatches=2
)
OWN_TASTE = {"report_to", "disable_dropout", "gradient_checkpointing_kwargs"}
"""Settings of TRL's that this project only prefers to be so."""


def made(*texts: str, **changed: Any) -> Any:
    """TRL's own settings."""
    config = dataclasses.replace(CONFIG, trl=texts, **changed)
    return trl_arguments(config, Path("resume"), Division(4, 2), torch.device("cpu"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("top_k=7", 7),
        ("top-p=0.9", 0.9),
        ("log_completions=true", True),
        ("min_p=none", None),
        ("reward_weights=[0.5]", [0.5]),
        ("reward_weights=2", [2.0]),
        ("generation_kwargs={no_repeat_ngram_size: 3}", {"no_repeat_ngram_size": 3}),
        ('generation_kwargs={"no_repeat_ngram_size": 3}', {"no_repeat_ngram_size": 3}),
        ("vllm_mode=server", "server"),
        ("vllm_mode=colocate", "colocate"),
        ("vllm_structured_outputs_regex=[a-c]+", "[a-c]+"),
    ],
)
def test_value_reaches_trl_in_its_own_type(text: str, value: Any) -> None:
    given = getattr(made(text), text.partition("=")[0].replace("-", "_"))
    assert given == value
    assert type(given) is type(value)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["top_kk=3"], "GRPOConfig has no such setting .did you mean top_k?"),
        (["top_k=many"], "--trl top_k=many: invalid int value"),
        (["use_vllm=perhaps"], "--trl use_vllm=perhaps"),
        (["reward_weights=[1, x]"], "--trl reward_weights="),
        (["top_k"], "KEY=VALUE"),
        (["top_k=1", "top-k=2"], "--trl top_k is given twice"),
        (["beta=0.1"], "use --kl"),
        (["logging_steps=1"], "metrics.jsonl"),
    ],
)
def test_what_cannot_be_handed_through_is_named(texts: list[str], said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        given_settings(texts, GRPOConfig)
    assert "\n" not in caught.value.message


def test_keys_are_those_of_the_objectives_trainer() -> None:
    assert given_settings(["reward_clip_range=none"], RLOOConfig) == {"reward_clip_range": None}
    with pytest.raises(UserError, match="RLOOConfig has no such setting"):
        given_settings(["entropy_coef=0.1"], RLOOConfig)


def test_settings_that_trl_refuses_together_are_one_line() -> None:
    with pytest.raises(UserError, match="TRL refuses the settings log_completions_hub_repo=a/b: ") as caught:
        made("log_completions_hub_repo=a/b")
    assert "\n" not in caught.value.message


def test_whatever_this_project_sets_is_refused() -> None:
    """Of each objective: two words for one thing would disagree."""
    set_here = {"output_dir", "use_cpu", *_arguments(CONFIG, Division(4, 2))}
    set_here = set_here.union(*(own for _, own in TRL_OBJECTIVES.values()))
    assert set_here - OWN_TASTE <= set(IN_PLACE)


@pytest.mark.parametrize("objective", sorted(TRL_OBJECTIVES))
def test_what_it_only_prefers_can_be_changed(objective: str) -> None:
    assert made("report_to=tensorboard", objective=objective).report_to == ["tensorboard"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"objective": "expert-iteration"}, "not expert-iteration"),
        ({"minibatches": 3}, "can't be divided by --minibatches 3"),
        ({"group_size": 1}, "at least 2"),
        ({"sample_batch": 8}, "--sample-batch"),
        ({"compile": True}, "--compile"),
        ({"sampler": "generate"}, "--sampler"),
        ({"histories": "own"}, "--histories"),
        ({"trl": ("top_kk=1",)}, "did you mean top_k"),
        ({"backend": "native", "trl": ("top_k=1",)}, "needs --backend trl"),
    ],
)
def test_settings_that_trl_cannot_meet_are_refused_before_anything_is_loaded(
    settings: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(
        "trace_trainer.engine.training.rl.train.load_trainable", lambda *a: loaded.append("x")
    )
    with pytest.raises(UserError, match=said):
        prepare(dataclasses.replace(CONFIG, **settings))
    assert not loaded


@pytest.mark.skipif(is_vllm_available(), reason="vLLM is here")
@pytest.mark.parametrize("mode", ["server", "colocate"])
def test_vllm_that_is_not_installed_is_said_in_a_line(mode: str, checkpoints: Path) -> None:
    trl = ("--backend", "trl", "--objective", "grpo", "--trl", "use_vllm=true", "--trl", f"vllm_mode={mode}")
    result = command("--model", "tiny-base", "--name", "own", "--minibatches", "2", *SMALL, *trl)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("Error: --trl use_vllm needs vLLM: pip install")
    assert not (checkpoints / "own").exists()


def test_recipe_may_hold_them_and_the_run_keeps_them(
    tiny_model_dir: Path, checkpoints: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = tmp_path / "mine.yaml"
    recipe.write_text("rl:\n  backend: trl\n  objective: grpo\n  trl: [top_k=7, min_p=0.1]\n")
    assert load_recipe(str(recipe)).rl.trl == ("top_k=7", "min_p=0.1")
    seen: list[Any] = []
    train = GRPOTrainer.train
    monkeypatch.setattr(GRPOTrainer, "train", lambda self, **o: (seen.append(self), train(self, **o))[1])
    given = ("--model", str(tiny_model_dir), "--recipe", str(recipe), "--minibatches", "2", "--name", "own")
    result = command(*given, *SMALL, *UNREWARDED)
    assert result.exit_code == 0, result.output
    (trainer,) = seen
    assert trainer.generation_config.top_k == 7
    assert trainer.generation_config.min_p == 0.1
    assert Run(checkpoints / "own", {}).config()["trl"] == ["top_k=7", "min_p=0.1"]
