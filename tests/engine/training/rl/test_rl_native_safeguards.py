"""What goes wrong in the native loop, or is to be held back: verdicts that fail, collapse, drift, rounding."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from itertools import cycle

import pytest
import torch
from helpers.native_loops import CORRECT, ERROR, PROBLEMS, UNPARSED, Judge, by_text, lines, same, weights

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.scoring import score_tokens
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.engine.training.rl.samples import Sample
from trace_trainer.experts.problems import Problem
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation

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
