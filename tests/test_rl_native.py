"""The native loop, end to end on a model of random weights; what its completions are worth is decided by each test."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
import torch

from engine import rl_native
from engine.config import RLConfig
from engine.errors import UserError
from engine.models import load_model
from engine.objectives import OBJECTIVES
from engine.policy import score_tokens
from engine.rl_native import NativeLoop, UpdateStats
from engine.rollout import Rollout
from engine.runs import Run
from engine.samples import Sample
from engine.tasks.traces import TraceTask
from engine.tuning import load_trainable
from experts.problems import Problem, generate
from verifiers.verdict import Outcome, Verdict, Violation

CORRECT = Verdict(Outcome.CORRECT)
UNPARSED = Verdict(Outcome.UNPARSED, (Violation("empty", "nothing there"),))
ERROR = Verdict(Outcome.ERROR, (Violation("bad_gold", "no number"),))
PROBLEMS = list(generate("train", 40, seed=11))
CONFIG = RLConfig(
    iterations=3,
    prompts_per_iteration=4,
    group_size=4,
    minibatches=2,
    max_new_tokens=8,
    learning_rate=2e-3,
    warmup_iterations=0,
    checkpoint_every=1,
    micro_batch_tokens=512,
    collapse=0,
)
METRICS = {
    "step", "reward", "accuracy", "parse_rate", "outcomes", "violations", "experts", "completion_tokens", "ended",
    "zero_variance", "entropy", "clip_fraction", "ratio_max", "grad_norm", "kl", "learning_rate", "seconds",
}  # fmt: skip

Judge = Callable[[Problem, str], Verdict]


def by_text(problem: Problem, text: str) -> Verdict:
    """Some completions are correct and some are not, whoever asks."""
    return CORRECT if zlib.crc32(text.encode()) % 3 == 0 else UNPARSED


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[[Judge], None]:
    """Decides what completions are worth; `by_text` unless a test says otherwise."""

    def judge(judge: Judge) -> None:
        def judged_sample(
            task: TraceTask, problem: Problem, rollout: Rollout, text: str, policy: str
        ) -> Sample:
            verdict = judge(problem, text)
            return Sample(problem, rollout, text, verdict, task.reward(verdict, policy))

        monkeypatch.setattr(rl_native, "judged_sample", judged_sample)

    judge(by_text)
    return judge


@pytest.fixture
def new_loop(
    tiny_model_dir: Path, checkpoints: Path, judged: Callable[[Judge], None]
) -> Callable[..., NativeLoop]:
    """Makes a loop over the model of random weights, with some settings changed, in a folder of its own."""

    def make(name: str = "trial", **changed: Any) -> NativeLoop:
        config = replace(CONFIG, **changed)
        loaded = load_trainable(str(tiny_model_dir), config)
        run = Run.create(
            "rl",
            name,
            config,
            parent=loaded.name,
            parent_path=loaded.path,
            overwrite=(checkpoints / name).exists(),
        )
        return NativeLoop(config, loaded, run)

    return make


@pytest.fixture
def resumed(tiny_model_dir: Path) -> Callable[[NativeLoop], NativeLoop]:
    """Another process's loop on the same run."""

    def resume(earlier: NativeLoop) -> NativeLoop:
        run = Run.resume("rl", earlier.folder.path.name)
        loop = NativeLoop(earlier.config, load_trainable(str(tiny_model_dir), earlier.config), run)
        loop.load()
        return loop

    return resume


def weights(loop: NativeLoop) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in loop.loaded.model.named_parameters()}


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one | other)


def lines(loop: NativeLoop, log: str = "metrics") -> list[dict[str, Any]]:
    text = (loop.folder.path / f"{log}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def stop_after(loop: NativeLoop, iterations: int) -> Iterator[Problem]:
    """Problems without end; a stop is asked for while those of the given iteration are drawn."""
    for number, problem in enumerate(cycle(PROBLEMS), start=1):
        if number == iterations * loop.config.prompts_per_iteration:
            loop.stop_requested = True
        yield problem


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


@pytest.mark.parametrize("objective", [*OBJECTIVES, "expert-iteration"])
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
    monkeypatch.setattr(rl_native, "_distinct", lambda rows: (rows, torch.arange(len(rows))))
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
    distinct, which = rl_native._distinct(twice)
    assert distinct == [twice[0], twice[2]] and which.tolist() == [0, 0, 1]


@pytest.mark.parametrize("objective", [*OBJECTIVES, "expert-iteration"])
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
    rates = []
    for loop.iteration in range(4):
        rates.append(loop.learning_rate(0) / loop.config.learning_rate)
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


# --- verdicts that are no one's fault


def some_errors(problem: Problem, text: str) -> Verdict:
    return ERROR if zlib.crc32(text.encode()) % 5 == 0 else by_text(problem, text)


def test_errors_are_left_out_of_the_update_and_of_every_average(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    judged(some_errors)
    loop = new_loop(iterations=1)
    loop.run(cycle(PROBLEMS))
    (record,), rollouts = lines(loop), lines(loop, "rollouts")
    scored = [rollout for rollout in rollouts if rollout["outcome"] != "error"]
    assert 0 < len(scored) < 16
    assert all((rollout["reward"] is None) == (rollout["outcome"] == "error") for rollout in rollouts)
    assert record["outcomes"]["error"] == 16 - len(scored)
    assert record["reward"] == pytest.approx(sum(rollout["reward"] for rollout in scored) / len(scored))
    assert record["accuracy"] == pytest.approx(sum(r["outcome"] == "correct" for r in scored) / len(scored))
    assert sum(expert["n"] for expert in record["experts"].values()) == len(scored)


def test_an_error_does_not_count_as_a_reward_of_zero_within_its_group(
    new_loop: Callable[..., NativeLoop],
) -> None:
    loop = new_loop()
    (rollouts,) = loop.sample(PROBLEMS[:1])
    verdicts = [(ERROR, None), (CORRECT, 1.0), (CORRECT, 1.0), (ERROR, None)]
    group = [Sample(PROBLEMS[0], r, "", v, reward) for r, (v, reward) in zip(rollouts, verdicts, strict=True)]
    loop.weigh([group])
    assert [s.advantage for s in group] == [0.0] * 4  # of 0, 1, 1 and 0 the correct ones would stand out


def test_an_iteration_without_any_verdict_stops_the_run(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    judged(lambda problem, text: ERROR)
    loop = new_loop()
    with pytest.raises(UserError, match="iteration 1: no completion could be judged"):
        loop.run(cycle(PROBLEMS))


# --- stopping and going on


def test_a_resumed_run_ends_with_the_weights_and_logs_of_an_uninterrupted_one(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    whole, first = new_loop("whole", iterations=4), new_loop("parts", iterations=4)
    assert whole.run(cycle(PROBLEMS)) is True
    assert first.run(stop_after(first, 2)) is False
    second = resumed(first)
    assert second.iteration == 2
    assert second.run(cycle(PROBLEMS)) is True
    assert same(weights(whole), weights(second))
    assert lines(whole, "rollouts") == lines(second, "rollouts")
    for one, other in zip(lines(whole), lines(second), strict=True):
        assert one | {"seconds": None} == other | {"seconds": None}


def test_a_request_to_stop_ends_the_run_after_the_iteration_with_weights_and_state(
    new_loop: Callable[..., NativeLoop],
) -> None:
    loop = new_loop(checkpoint_every=0)
    assert loop.run(stop_after(loop, 1)) is False
    assert [record["step"] for record in lines(loop)] == [1]
    assert (loop.folder.path / "model.safetensors").exists()
    assert (loop.folder.resume_folder / "state.pt").exists()


def test_an_interruption_within_an_iteration_loses_that_iteration_alone(
    new_loop: Callable[..., NativeLoop],
    resumed: Callable[[NativeLoop], NativeLoop],
    judged: Callable[[Judge], None],
) -> None:
    whole = new_loop("whole", iterations=2)
    whole.run(cycle(PROBLEMS))
    first = new_loop("parts", iterations=2, checkpoint_every=0)

    def interrupting(problem: Problem, text: str) -> Verdict:
        if first.iteration == 1:
            raise KeyboardInterrupt
        return by_text(problem, text)

    judged(interrupting)
    with pytest.raises(KeyboardInterrupt):
        first.run(cycle(PROBLEMS))
    judged(by_text)
    second = resumed(first)
    assert second.iteration == 1
    second.run(cycle(PROBLEMS))
    assert same(weights(whole), weights(second))


def test_an_update_that_is_cut_short_is_done_again_from_the_last_checkpoint(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    whole, first = new_loop("whole", iterations=3), new_loop("parts", iterations=3, checkpoint_every=1)
    whole.run(cycle(PROBLEMS))
    steps = []

    def interrupt(gradient: torch.Tensor) -> None:
        if first.iteration == 2:
            steps.append(1)
            if len(steps) == 2:  # the first of its optimiser steps is done
                raise KeyboardInterrupt

    next(iter(first.loaded.model.parameters())).register_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        first.run(cycle(PROBLEMS))
    second = resumed(first)
    assert second.iteration == 2
    second.run(cycle(PROBLEMS))
    assert same(weights(whole), weights(second))


def test_logs_of_iterations_after_the_checkpoint_are_dropped_on_resuming(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    loop = new_loop()
    loop.run(stop_after(loop, 1))
    loop.folder.log_metrics({"step": 2})  # as if it had crashed before the next checkpoint
    assert [record["step"] for record in lines(resumed(loop))] == [1]


def test_logged_completions_may_hold_any_character(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    loop = new_loop()
    loop.run(stop_after(loop, 1))
    record = {"step": 1, "completion": "a\u2028b\x85c\x0bd\ne\0"}  # several of them end a line, to some
    loop.folder.log_rollouts([record])
    assert lines(resumed(loop), "rollouts")[-1] == record


def test_a_run_that_was_stopped_before_its_first_checkpoint_says_so(
    new_loop: Callable[..., NativeLoop],
) -> None:
    with pytest.raises(UserError, match="stopped before its first checkpoint; start again with --overwrite"):
        new_loop().load()


@pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing")  # PEFT's own
def test_an_adapter_is_trained_saved_and_resumed(
    new_loop: Callable[..., NativeLoop], resumed: Callable[[NativeLoop], NativeLoop]
) -> None:
    settings = {"method": "lora", "rank": 4, "alpha": 8, "iterations": 2}
    whole, first = new_loop("whole", **settings), new_loop("parts", **settings)
    base = {name: value for name, value in weights(whole).items() if "lora_" not in name}
    whole.run(cycle(PROBLEMS))
    first.run(stop_after(first, 1))
    second = resumed(first)
    second.run(cycle(PROBLEMS))
    assert same(base, {name: value for name, value in weights(whole).items() if "lora_" not in name})
    assert same(weights(whole), weights(second))
    saved = dict(load_model(second.folder.path).model.named_parameters())
    assert same({name: value.detach() for name, value in saved.items()}, weights(second))


# --- collapse


def good_until(loop: NativeLoop, iteration: int) -> Judge:
    return lambda problem, text: CORRECT if loop.iteration < iteration else UNPARSED


def test_a_collapse_stops_with_advice_and_keeps_what_there_is(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    loop = new_loop(collapse=0.5)
    judged(good_until(loop, 1))
    with pytest.raises(
        UserError, match=r"collapse: accuracy fell from 100.0% to 0.0% by iteration 2; try a lower"
    ):
        loop.run(cycle(PROBLEMS))
    assert [record["step"] for record in lines(loop)] == [1, 2]
    assert (loop.folder.path / "model.safetensors").exists()


def test_collapse_can_be_turned_off(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    loop = new_loop(collapse=0.0)
    judged(good_until(loop, 1))
    assert loop.run(cycle(PROBLEMS)) is True


def test_a_few_lucky_completions_at_the_start_are_no_height_to_fall_from(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    loop = new_loop(collapse=0.5)
    seen: list[str] = []

    def one_correct(problem: Problem, text: str) -> Verdict:
        seen.append(text)
        return CORRECT if len(seen) == 1 else Verdict(Outcome.WRONG_ANSWER, (Violation("wrong_answer", ""),))

    judged(one_correct)
    assert loop.run(cycle(PROBLEMS)) is True
    assert [record["accuracy"] for record in lines(loop)] == [1 / 16, 0, 0]


# --- the penalty for leaving the start, and precision


def test_the_penalty_measures_the_way_from_the_start_and_shortens_it(
    new_loop: Callable[..., NativeLoop],
) -> None:
    ways = []
    for name, kl in (("free", 1e-9), ("held", 30.0)):
        loop = new_loop(name, kl=kl, iterations=6, learning_rate=5e-3)
        assert loop.reference is not None
        start = {n: value.detach().clone() for n, value in loop.reference.named_parameters()}
        loop.run(cycle(PROBLEMS))
        assert same(start, {n: value.detach() for n, value in loop.reference.named_parameters()})
        assert all(record["kl"] >= 0 for record in lines(loop))
        ways.append(lines(loop)[-1]["kl"])
    assert 0 < ways[1] < ways[0]


def test_without_a_penalty_no_second_model_is_held(new_loop: Callable[..., NativeLoop]) -> None:
    loop = new_loop(iterations=1)
    loop.run(cycle(PROBLEMS))
    assert loop.reference is None
    assert lines(loop)[0]["kl"] == 0


@pytest.mark.parametrize("kl", [0.0, 0.1])
def test_bfloat16_trains_weights_that_stay_in_float32(new_loop: Callable[..., NativeLoop], kl: float) -> None:
    loop = new_loop(dtype="bfloat16", iterations=2, minibatches=1, kl=kl)
    before = weights(loop)
    assert loop.run(cycle(PROBLEMS)) is True
    assert {value.dtype for value in weights(loop).values()} == {torch.float32}
    assert not same(before, weights(loop))
    # Sampled and scored in the same precision: ratios are 1 but for the rounding of bfloat16.
    assert lines(loop)[0]["ratio_max"] == pytest.approx(1, abs=0.1)
    assert load_model(loop.folder.path).model.dtype == torch.float32


def test_bfloat16_rounds_what_is_computed(new_loop: Callable[..., NativeLoop]) -> None:
    exact, rounded = new_loop("exact"), new_loop("rounded", dtype="bfloat16")
    rollouts = [r for group in exact.sample(PROBLEMS[:4]) for r in group]
    with torch.no_grad():
        one = score_tokens(exact.model, rollouts, 1.0, pad_id=0).logprobs
        with rounded.autocast():
            other = score_tokens(rounded.model, rollouts, 1.0, pad_id=0).logprobs
    assert not torch.equal(one, other)
    assert torch.allclose(one, other, atol=0.1)
