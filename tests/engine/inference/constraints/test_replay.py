"""What was allowed at each token is kept with a rollout and applied again: an on-policy sample has the ratio 1."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from trace_trainer.engine.inference import head
from trace_trainer.engine.inference.constraints import GRAMMAR, WIRING
from trace_trainer.engine.inference.constraints.guidance import starts_of
from trace_trainer.engine.inference.constraints.masks import Allowed, Masks, unpacked
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.sampling import sample
from trace_trainer.engine.inference.scoring import TokenScores, score_tokens
from trace_trainer.engine.models.chat import end_token_ids, prompt_ids
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.tasks import Task, task_for
from trace_trainer.experts.problems import generate

PROBLEMS = list(generate("train", 6, 21))


@pytest.fixture(scope="module")
def loaded(tiny_model_dir: Path) -> LoadedModel:
    return load_model(tiny_model_dir)


def _drawn(
    loaded: LoadedModel, task: Task[Any], problems: list[Any], level: str, temperature: float = 1.0
) -> list[Rollout]:
    ends = end_token_ids(loaded.tokenizer, loaded.model)
    groups = sample(
        loaded.model,
        [prompt_ids(loaded.tokenizer, task.prompt(problem)) for problem in problems],
        group_size=3,
        temperature=temperature,
        max_new_tokens=100,
        end_ids=ends,
        pad_id=loaded.tokenizer.pad_token_id,
        starts=starts_of(loaded.tokenizer, ends, task.constraints(problems, level)),
    )
    return [rollout for group in groups for rollout in group]


def _scored(loaded: LoadedModel, rollouts: list[Rollout], temperature: float = 1.0) -> TokenScores:
    return score_tokens(loaded.model, rollouts, temperature, loaded.tokenizer.pad_token_id)


def _log_ratios(loaded: LoadedModel, rollouts: list[Rollout], temperature: float = 1.0) -> torch.Tensor:
    old = torch.tensor([logprob for rollout in rollouts for logprob in rollout.logprobs])
    return _scored(loaded, rollouts, temperature).logprobs.detach() - old


@pytest.mark.parametrize("temperature", [1.0, 0.6])
@pytest.mark.parametrize("level", [GRAMMAR, WIRING])
def test_the_ratio_of_an_on_policy_sample_is_one(level: str, temperature: float, loaded: LoadedModel) -> None:
    rollouts = _drawn(loaded, task_for("traces"), PROBLEMS, level, temperature)
    ratios = _log_ratios(loaded, rollouts, temperature).exp()
    assert float((ratios - 1).abs().max()) < 1e-4


def test_of_calls_too(tiny_call_model_dir: Path) -> None:
    calling, task = load_model(tiny_call_model_dir), task_for("functions")
    task.fit(calling.tokenizer, calling.name)
    rollouts = _drawn(calling, task, list(task.generate("train", 4, 2)), GRAMMAR)
    assert float((_log_ratios(calling, rollouts).exp() - 1).abs().max()) < 1e-4


def test_without_the_masks_the_ratio_is_far_from_one(loaded: LoadedModel) -> None:
    rollouts = _drawn(loaded, task_for("traces"), PROBLEMS, WIRING)
    ratios = _log_ratios(loaded, [replace(rollout, masks=[]) for rollout in rollouts]).exp()
    assert float(ratios.median()) < 0.5  # the model gives most of its probability to what was not allowed


def test_a_model_that_does_not_pack_is_scored_under_the_masks_too(loaded: LoadedModel) -> None:
    torch.manual_seed(0)
    size = len(loaded.tokenizer) + 3  # scores for tokens that do not exist
    model = GPT2LMHeadModel(GPT2Config(vocab_size=size, n_embd=32, n_layer=1, n_head=2, n_positions=512))
    other = LoadedModel(model.eval(), loaded.tokenizer, "random", "random")
    rollouts = _drawn(other, task_for("traces"), PROBLEMS[:2], WIRING)
    assert float((_log_ratios(other, rollouts).exp() - 1).abs().max()) < 1e-4


def test_parts_of_the_logits_are_masked_alike(loaded: LoadedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    rollouts = _drawn(loaded, task_for("traces"), PROBLEMS[:2], WIRING)
    whole = _scored(loaded, rollouts)
    monkeypatch.setattr(head, "LOGITS", 7 * len(loaded.tokenizer))
    parts = _scored(loaded, rollouts)
    for one, other in zip(whole, parts, strict=True):
        torch.testing.assert_close(one, other)


def test_a_token_without_a_choice_has_no_loss_and_no_gradient(loaded: LoadedModel) -> None:
    rollouts = _drawn(loaded, task_for("traces"), PROBLEMS[:2], WIRING)
    scores = _scored(loaded, rollouts)
    forced = torch.tensor([mask.only is not None for rollout in rollouts for mask in rollout.masks])
    assert forced.any() and not forced.all()
    assert bool((scores.logprobs[forced] == 0).all()) and bool((scores.entropies[forced] == 0).all())
    gradients = torch.autograd.grad(scores.logprobs[forced].sum(), list(loaded.model.parameters()))
    assert all(float(gradient.abs().max()) < 1e-6 for gradient in gradients)


def test_gradients_are_finite_and_those_of_the_distribution_that_was_sampled(loaded: LoadedModel) -> None:
    """The score of a sample has the mean 0 under what it was drawn from: here over all tokens that might be drawn."""
    logits = torch.randn(1, 20, requires_grad=True)
    masks = Masks(20)
    mask = masks.of_tokens([3, 7, 11])
    allowed = Allowed.of([mask], logits.device)
    logprobs = torch.log_softmax(allowed.masked(logits, allowed.which), dim=-1)
    mean = sum(logprobs[0, token].exp().detach() * logprobs[0, token] for token in (3, 7, 11))
    assert isinstance(mean, torch.Tensor)
    (gradient,) = torch.autograd.grad(mean, logits)
    assert float(gradient.abs().max()) < 1e-6


def test_a_mask_is_kept_once_and_unpacks_to_its_tokens() -> None:
    masks = Masks(70)
    one, same = masks.of_tokens([0, 33, 69]), masks.of_tokens([69, 0, 33])
    assert one is same and one.only is None and masks.of_tokens([40]).only == 40
    found = unpacked([one, None], 75)
    assert found[0].nonzero()[0].tolist() == [0, 33, 69] and found[1].all()
    assert not found[0, 70:].any()  # a model's scores for tokens that don't exist
