"""The native loop, end to end on a model of random weights: its iterations and its updates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
import torch
from helpers.native_loops import CONFIG, CORRECT, PROBLEMS, UNPARSED, Judge, by_text, lines, same, weights

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.scoring import score_tokens
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.objectives.objective import OBJECTIVES
from trace_trainer.engine.training.rl import loop as rl_native
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.engine.training.rl.steps import learning_rate
from trace_trainer.engine.training.rl.update_stats import UpdateStats

METRICS = {
    "step", "reward", "accuracy", "parse_rate", "outcomes", "violations", "experts", "completion_tokens", "ended",
    "zero_variance", "entropy", "clip_fraction", "ratio_max", "grad_norm", "kl", "learning_rate", "seconds",
}  # fmt: skip


# --- iterations


def test_a_run_trains_logs_and_leaves_a_model_that_loads(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop()
    before = weights(loop)
    assert loop.run(cycle(PROBLEMS)) is True
    assert not same(before, weights(loop))
    assert [record["step"] for record in lines(loop)] == [1, 2, 3]
    saved = dict(load_model(loop.folder.path).model.named_parameters())
    assert same({name: value.detach() for name, value in saved.items()}, weights(loop))


def test_every_line_of_metrics_has_the_same_fields_and_finite_figures(
    new_loop: Callable[..., NativeLoop],
) -> None:
    loop = new_loop()
    loop.run(cycle(PROBLEMS))
    for record in lines(loop):
        assert set(record) == METRICS
        assert set(record["seconds"]) == {"sampling", "verifying", "updating"}
        figures = [value for value in record.values() if isinstance(value, float)]
        assert len(figures) > 8
        assert all(math.isfinite(figure) for figure in figures)
        assert sum(record["outcomes"].values()) == 16
        assert sum(expert["n"] for expert in record["experts"].values()) == 16
        assert record["entropy"] > 0
        assert 0 <= record["clip_fraction"] <= 1


def test_every_completion_is_logged_with_its_prompt_and_verdict(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(iterations=1)
    loop.run(cycle(PROBLEMS))
    rollouts = lines(loop, "rollouts")
    assert len(rollouts) == 16
    assert [rollout["id"] for rollout in rollouts[::4]] == [problem.id for problem in PROBLEMS[:4]]
    for rollout in rollouts:
        verdict = by_text(PROBLEMS[0], rollout["completion"])
        assert rollout["outcome"] == verdict.outcome
        assert rollout["reward"] == (1.0 if verdict is CORRECT else 0.0)
        assert rollout["violations"] == [violation.code for violation in verdict.violations]


def test_the_figures_are_those_of_the_rollouts(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(iterations=1)
    loop.run(cycle(PROBLEMS))
    (record,), rollouts = lines(loop), lines(loop, "rollouts")
    correct = sum(rollout["outcome"] == "correct" for rollout in rollouts)
    assert record["accuracy"] == record["reward"] == record["parse_rate"] == pytest.approx(correct / 16)
    groups = [{rollout["reward"] for rollout in rollouts[i : i + 4]} for i in range(0, 16, 4)]
    assert record["zero_variance"] == sum(len(group) == 1 for group in groups) / 4


def test_the_same_seed_gives_the_same_run_and_another_seed_another(
    new_loop: Callable[..., NativeLoop],
) -> None:
    loops = [new_loop("one"), new_loop("two"), new_loop("three", seed=1)]
    for loop in loops:
        loop.run(cycle(PROBLEMS))
    assert same(weights(loops[0]), weights(loops[1]))
    assert not same(weights(loops[0]), weights(loops[2]))


def test_iterations_sample_afresh(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    judged(lambda problem, text: UNPARSED)  # so that the model stays the same
    loop = new_loop(iterations=2)
    loop.run(cycle(PROBLEMS[:4]))
    first, second = (
        [r["completion"] for r in lines(loop, "rollouts") if r["step"] == step] for step in (1, 2)
    )
    assert first != second


# --- the update


def test_an_update_makes_rewarded_completions_likelier(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(minibatches=1)
    samples = loop.verify(PROBLEMS[:4], loop.sample(PROBLEMS[:4]))
    loop.weigh(samples)
    weighed = [s for group in samples for s in group if s.advantage != 0]

    def gain() -> float:
        with torch.no_grad():
            scores = score_tokens(loop.model, [s.rollout for s in weighed], 1.0, pad_id=0)
        return float((scores.logprobs * torch.tensor([s.advantage for s in weighed])[scores.rows]).sum())

    before = gain()
    loop.update(samples)
    assert gain() > before


def test_ratios_are_one_in_the_first_step_of_an_iteration(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(iterations=1, minibatches=1)
    loop.run(cycle(PROBLEMS))
    (record,) = lines(loop)
    assert record["ratio_max"] == pytest.approx(1, abs=1e-3)
    assert record["clip_fraction"] == 0


def test_micro_batches_do_not_change_the_update(new_loop: Callable[..., NativeLoop]) -> None:
    loops = [new_loop("small", micro_batch_tokens=64), new_loop("large", micro_batch_tokens=8192)]
    for loop in loops:
        loop.run(cycle(PROBLEMS[:4]))
    one, other = map(weights, loops)
    # Where a gradient is all but 0, rounding decides a little of Adam's step; a wrong weight would move whole steps.
    assert all(torch.allclose(one[name], other[name], atol=CONFIG.learning_rate / 20) for name in one)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_completion_that_comes_again_is_scored_once_for_all(
    new_loop: Callable[..., NativeLoop], objective: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scored: list[int] = []

    def counting(model: Any, rollouts: Sequence[Rollout], *arguments: Any) -> Any:
        scored.append(len(rollouts))
        return score_tokens(model, rollouts, *arguments)

    monkeypatch.setattr(rl_native, "score_tokens", counting)
    once, again = new_loop("once", objective=objective), new_loop("again", objective=objective)
    samples = once.verify(PROBLEMS[:4], once.sample(PROBLEMS[:4]))
    once.weigh(samples)
    minibatch = [s for group in samples for s in group if s.advantage != 0]
    repeated = [minibatch[0], *minibatch]
    one_by_one, merged = UpdateStats(), UpdateStats()
    once.step(repeated, merged)
    assert sum(scored) == len(minibatch)
    monkeypatch.setattr(rl_native, "distinct", lambda rows: (rows, torch.arange(len(rows))))
    again.step(repeated, one_by_one)
    assert (merged.tokens, merged.entropy) == (one_by_one.tokens, pytest.approx(one_by_one.entropy, rel=1e-4))
    one, other = map(weights, (once, again))
    # Where a gradient is all but 0, rounding decides a little of Adam's step; a wrong weight would move whole steps.
    assert all(torch.allclose(one[name], other[name], atol=CONFIG.learning_rate / 20) for name in one)


def test_a_completion_worth_more_in_another_group_is_kept_for_both(
    new_loop: Callable[..., NativeLoop],
) -> None:
    loop = new_loop()
    (group,) = loop.verify(PROBLEMS[:1], loop.sample(PROBLEMS[:1]))
    twice = [group[0], replace(group[0]), replace(group[0], advantage=1.0)]
    distinct, which = rl_native.distinct(twice)
    assert distinct == [twice[0], twice[2]] and which.tolist() == [0, 0, 1]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_every_objective_trains(new_loop: Callable[..., NativeLoop], objective: str) -> None:
    loop = new_loop(iterations=1, objective=objective)
    before = weights(loop)
    loop.run(cycle(PROBLEMS))
    assert not same(before, weights(loop))
    assert lines(loop)[0]["grad_norm"] > 0


def test_expert_iteration_learns_from_correct_completions_alone(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(objective="expert-iteration")
    samples = loop.verify(PROBLEMS[:4], loop.sample(PROBLEMS[:4]))
    loop.weigh(samples)
    everything = [s for group in samples for s in group]
    assert all(s.advantage > 0 for s in everything if s.verdict is CORRECT)
    assert {s.advantage for s in everything if s.verdict is not CORRECT} == {0.0}


def test_the_rate_rises_over_the_first_iterations(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(warmup_iterations=2, scheduler="constant")
    loop.run(cycle(PROBLEMS))
    rates = [record["learning_rate"] for record in lines(loop)]
    assert rates == pytest.approx([CONFIG.learning_rate / 2, CONFIG.learning_rate, CONFIG.learning_rate])


def test_the_rate_falls_to_its_last_share_in_equal_steps(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(iterations=4, minibatches=1, warmup_iterations=1, scheduler="linear")
    rates = [
        learning_rate(loop.config, iteration, iteration, 0, 1) / loop.config.learning_rate
        for iteration in range(4)
    ]
    assert rates == pytest.approx([1, 0.75, 0.5, 0.25])


def test_groups_of_equal_rewards_cost_no_update(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    judged(lambda problem, text: CORRECT)
    loop = new_loop(iterations=1)
    before = weights(loop)
    loop.run(cycle(PROBLEMS))
    (record,) = lines(loop)
    assert same(before, weights(loop))
    assert not loop.optimizer.state_dict()["state"]
    assert record["zero_variance"] == 1
    assert [record[name] for name in ("entropy", "clip_fraction", "ratio_max", "grad_norm", "kl")] == [
        None
    ] * 5


def test_a_gradient_that_is_not_finite_stops_with_advice(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop()
    next(iter(loop.loaded.model.parameters())).register_hook(lambda gradient: gradient * math.inf)
    with pytest.raises(UserError, match="iteration 1: the gradient is not finite; lower --learning-rate"):
        loop.run(cycle(PROBLEMS))
    assert all(torch.isfinite(value).all() for value in weights(loop).values())
    assert not (loop.folder.path / "model.safetensors").exists()  # what a failed update leaves is not saved
