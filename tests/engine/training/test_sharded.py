"""Accelerate's configuration files, and what does not go with a model whose weights lie in parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from accelerate.commands.config.config_args import load_config_from_file
from accelerate.commands.launch import launch_command_parser

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.recipes import RECIPES, recipe_names
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.training import sharded
from trace_trainer.engine.training.sharded import is_sharded, require_launch

FILES = sorted((RECIPES / "accelerate").glob("*.yaml"))
KINDS = {"cpu": "MULTI_CPU", "ddp": "MULTI_GPU", "fsdp2": "FSDP", "zero2": "DEEPSPEED", "zero3": "DEEPSPEED"}
GPU = torch.device("cuda")


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that sets what the launcher sets in one of eight processes on GPUs."""

    def launch(kind: str, stage: str | None = None) -> None:
        monkeypatch.setenv("WORLD_SIZE", "8")
        monkeypatch.setenv(f"ACCELERATE_USE_{kind}", "true")
        if stage:
            monkeypatch.setenv("ACCELERATE_DEEPSPEED_ZERO_STAGE", stage)
        monkeypatch.setattr(sharded, "chosen_device", lambda name: GPU)

    return launch


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_configuration_file_is_one_of_accelerates(file: Path) -> None:
    config = load_config_from_file(str(file))
    assert config.distributed_type == KINDS[file.stem]
    assert config.mixed_precision == "no"  # --dtype decides, whatever launches
    options = vars(launch_command_parser().parse_args(["--config_file", str(file), "script.py"]))
    assert {*config.fsdp_config, *config.deepspeed_config} <= set(options)


def test_there_is_a_file_for_each_kind_and_none_is_taken_for_a_recipe() -> None:
    assert {file.stem for file in FILES} == set(KINDS)
    assert not set(KINDS) & set(recipe_names())


@pytest.mark.parametrize(
    ("kind", "stage", "parts"), [("FSDP", None, True), ("DEEPSPEED", "2", False), ("DEEPSPEED", "3", True)]
)
def test_weights_lie_in_parts_where_the_launcher_asked_for_it(
    launched: Any, kind: str, stage: str | None, parts: bool
) -> None:
    assert not is_sharded(GPU)
    launched(kind, stage)
    assert is_sharded(GPU) == parts
    assert not is_sharded(torch.device("cpu"))


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (RLConfig(backend="native"), "--backend native keeps the whole model"),
        (RLConfig(backend="trl", eval_every=5), "--eval-every 0"),
        (RLConfig(backend="trl", eval_every=0, trim_vocab=True), "--trim-vocab"),
        (SFTConfig(trim_vocab=True), "--trim-vocab"),
    ],
)
def test_what_needs_the_whole_model_is_refused(launched: Any, config: Any, said: str) -> None:
    require_launch(config)
    launched("FSDP")
    with pytest.raises(UserError, match=said):
        require_launch(config)
    require_launch(replace(config, **{"trim_vocab": False, **_without_looks(config)}))


def _without_looks(config: Any) -> dict[str, Any]:
    return {"backend": "trl", "eval_every": 0} if isinstance(config, RLConfig) else {}
