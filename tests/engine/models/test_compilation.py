"""Compiled layers compute what layers compute, within the context and nowhere else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.scoring import score_tokens
from trace_trainer.engine.models.compilation import check_compiling, compiled_layers
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.training.tuning import load_trainable

needs_compiler = pytest.mark.skipif(
    not any(map(shutil.which, ("g++", "clang++"))), reason="there is no C++ compiler"
)


@needs_compiler
@pytest.mark.filterwarnings("ignore")  # the compiler's own, of many kinds
def test_compiled_layers_give_the_same_loss_and_gradients(tiny_model_dir: Path) -> None:
    model = load_trainable(str(tiny_model_dir), SFTConfig(method="lora", rank=4, alpha=8)).model
    results = []
    for wanted in (False, True):
        for ids in (torch.arange(24).reshape(2, 12), torch.arange(30).reshape(3, 10)):
            with compiled_layers(model, wanted):
                loss = model(input_ids=ids, labels=ids).loss
                loss.backward()
            gradients = [p.grad.clone() for p in model.parameters() if p.grad is not None]
            model.zero_grad()
            results.append((loss.item(), torch.cat([g.flatten() for g in gradients])))
    for plain, compiled in zip(results[:2], results[2:], strict=True):
        assert compiled[0] == pytest.approx(plain[0], abs=1e-4)
        assert torch.allclose(compiled[1], plain[1], atol=1e-4)


@needs_compiler
@pytest.mark.filterwarnings("ignore")
def test_scoring_is_compiled_once_for_any_mixture_of_prompts_and_completions(tiny_model_dir: Path) -> None:
    model = load_trainable(str(tiny_model_dir), SFTConfig(method="lora", rank=4, alpha=8)).model

    def gradients(*lengths: tuple[int, int]) -> torch.Tensor:
        rollouts = [Rollout([5] * p, list(range(9, 9 + c)), [0.0] * c, True) for p, c in lengths]
        score_tokens(model, rollouts, 1.0, 0).logprobs.sum().backward()
        found = torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])
        model.zero_grad()
        return found

    mixtures = [[(3, 4), (3, 6), (5, 2)], [(4, 9)], [(7, 1), (7, 1), (7, 5), (7, 9)]]
    plain = [gradients(*mixture) for mixture in mixtures]
    with compiled_layers(model):
        gradients(*mixtures[0])
        with torch.compiler.set_stance("fail_on_recompile"):
            for mixture, expected in zip(mixtures, plain, strict=True):
                assert torch.allclose(gradients(*mixture), expected, atol=1e-4)


def test_nothing_is_left_behind(tiny_model_dir: Path) -> None:
    model = load_model(tiny_model_dir).model
    with compiled_layers(model):
        assert sum(module._compiled_call_impl is not None for module in model.modules()) == 2
    with pytest.raises(KeyError), compiled_layers(model):
        raise KeyError
    assert all(module._compiled_call_impl is None for module in model.modules())


def test_without_a_compiler_it_says_what_is_needed(
    tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(UserError, match=r"--compile needs a C\+\+ compiler .*--no-compile"):
        load_trainable(str(tiny_model_dir), SFTConfig(compile=True))
    load_trainable(str(tiny_model_dir), SFTConfig())


def test_a_model_that_names_no_layers_is_refused(
    tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: name)
    model = load_model(tiny_model_dir).model
    check_compiling(model)
    model._no_split_modules = None
    with pytest.raises(UserError, match="finds no layers in a LlamaForCausalLM"):
        check_compiling(model)
