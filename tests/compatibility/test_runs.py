"""Whole runs on models that were lost at their end before: what they write is what they trained."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from compatibility.architectures import ARCHITECTURES
from helpers.model_folders import copied, edit_json

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.models.loading import load_model

SMALL = "--eval-count 2 --max-new-tokens 4 --name kept --skip-doctor lengths"
STAGES = {
    "sft": f"{SMALL} --count 8",
    "rl": f"{SMALL} --iters 1 --prompts-per-iteration 2 --group-size 2 --eval-every 0 --collapse 0 "
    "--skip-doctor reward",
}


def _train(stage: str, folder: Path, checkpoints: Path) -> Path:
    words = [stage, "--model", str(folder), *STAGES[stage].split()]
    result = CliRunner().invoke(trainer, words)
    assert result.exit_code == 0, result.output
    return checkpoints / ("kept_sft" if stage == "sft" else "kept")


@pytest.mark.parametrize("stage", STAGES)
def test_a_temperature_without_sampling_costs_no_run(
    stage: str, tiny_model_dir: Path, checkpoints: Path, tmp_path: Path
) -> None:
    folder = copied(tiny_model_dir, tmp_path / "own")
    (folder / "generation_config.json").write_text(
        '{"bos_token_id": 1, "eos_token_id": 2, "temperature": 0.6}'
    )
    edit_json(folder / "config.json", tie_word_embeddings=True)
    assert load_model(_train(stage, folder, checkpoints)).model.generation_config.temperature == 0.6


@pytest.mark.parametrize("stage", STAGES)
def test_a_mixture_of_experts_is_trained(
    stage: str, tiny_model_dir: Path, checkpoints: Path, tmp_path: Path
) -> None:
    mixture = next(architecture for architecture in ARCHITECTURES if architecture.model_type == "qwen2_moe")
    run = _train(stage, mixture.build(tiny_model_dir, tmp_path / "moe"), checkpoints)
    assert load_model(run).model.config.output_router_logits is False
