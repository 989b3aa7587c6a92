"""What saves memory changes nothing that is learned: logits in parts, layers computed again, no copy of the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from helpers.model_folders import save_adapter

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.inference import head
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.scoring import score_tokens
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.models.recomputation import recomputed_layers
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.tasks.rows import rows_of
from trace_trainer.engine.training.rl.start import StartingModel
from trace_trainer.engine.training.sft.trainer import train_briefly
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import generate

ROLLOUTS = [Rollout([5, 6, 7], [8, 9, 10, 2], [], True), Rollout([5, 6, 7], [11, 12], [], False)]


def gradients(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    model.zero_grad()
    scores = score_tokens(model, ROLLOUTS, 1.0, 0)  # type: ignore[arg-type]
    (scores.logprobs.sum() + 0 * scores.entropies.sum()).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def alike(first: dict[str, torch.Tensor], second: dict[str, torch.Tensor]) -> bool:
    return first.keys() == second.keys() and all(
        torch.allclose(first[n], second[n], rtol=1e-4, atol=1e-5) for n in first
    )


def test_logits_in_parts_give_the_same_gradient(
    tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = load_model(tiny_model_dir).model
    whole = gradients(model)
    monkeypatch.setattr(head, "LOGITS", 2 * 800)  # two tokens a part
    assert alike(gradients(model), whole)


def test_never_more_logits_than_a_part_exist(tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = load_model(tiny_model_dir).model
    sizes: list[int] = []
    model.get_output_embeddings().register_forward_hook(lambda module, given, out: sizes.append(len(out)))
    monkeypatch.setattr(head, "LOGITS", 2 * 800)
    gradients(model)
    assert max(sizes) == 2


@pytest.mark.parametrize("method", ["full", "lora"])
def test_layers_computed_again_give_the_same_gradient(method: str, tiny_model_dir: Path) -> None:
    model = load_trainable(str(tiny_model_dir), SFTConfig(method=method, rank=4, alpha=8)).model
    whole = gradients(model)
    calls: list[bool] = []
    layer = next(module for name, module in model.named_modules() if name.endswith("layers.0.mlp"))
    layer.register_forward_pre_hook(lambda *_: calls.append(True))
    with recomputed_layers(model):
        again = gradients(model)
    assert alike(again, whole)
    assert len(calls) == 2  # forward, and once more for the gradient
    gradients(model)
    assert len(calls) == 3
    assert not model.training


@pytest.mark.parametrize("method", ["full", "lora"])
def test_sft_learns_the_same_with_layers_computed_again(
    method: str, tiny_model_dir: Path, tmp_path: Path
) -> None:
    learned = []
    for wanted in (False, True):
        config = SFTConfig(method=method, rank=4, alpha=8, gradient_checkpointing=wanted)
        loaded = load_trainable(str(tiny_model_dir), config)
        rows = rows_of(loaded, list(generate("train", 4, seed=1)), task_for("traces", "hermes"))
        train_briefly(loaded, rows, config, tmp_path, 2)
        learned.append({name: p.detach() for name, p in loaded.model.named_parameters()})
        assert not loaded.model.is_gradient_checkpointing
    assert alike(*learned)


def test_rl_takes_the_settings_that_save_memory(rl: Callable[..., Any], checkpoints: Path) -> None:
    result = rl(
        "--name", "small", "--gradient-checkpointing", "--kl", "0.1", "--method", "lora", "--rank", "4"
    )
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("goes_on", [False, True])
def test_the_reference_of_an_adapter_is_the_model_started_from(
    goes_on: bool, tiny_model_dir: Path, tmp_path: Path
) -> None:
    start = save_adapter(tiny_model_dir, tmp_path / "start") if goes_on else tiny_model_dir
    config = RLConfig(method="lora", rank=4, alpha=8, kl=0.1)
    loaded = load_trainable(str(start), config)
    expected = score_tokens(loaded.model, ROLLOUTS, 1.0, 0).logprobs.detach()
    count = sum(1 for _ in loaded.model.parameters())
    reference = StartingModel(loaded)
    for parameter in loaded.model.parameters():
        if parameter.requires_grad:
            torch.nn.init.normal_(parameter, std=0.5)
    trained = score_tokens(loaded.model, ROLLOUTS, 1.0, 0).logprobs.detach()
    assert torch.equal(reference.logprobs(ROLLOUTS, 1.0, 0), expected)
    assert torch.equal(score_tokens(loaded.model, ROLLOUTS, 1.0, 0).logprobs.detach(), trained)
    assert sum(1 for _ in loaded.model.parameters()) == count
    assert not torch.allclose(trained, expected)


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--optimiser adamw-8bit", "needs a GPU of NVIDIA's"),
        ("--device cuda", "PyTorch finds none on this machine; it has cpu"),
        ("--device mps", "PyTorch finds none on this machine; it has cpu"),
    ],
)
def test_what_needs_a_gpu_says_so(options: str, said: str, tiny_model_dir: Path, checkpoints: Path) -> None:
    result = CliRunner().invoke(
        trainer, ["sft", "--model", str(tiny_model_dir), "--count", "4", *options.split()]
    )
    assert result.exit_code == 2
    assert said in result.stderr
