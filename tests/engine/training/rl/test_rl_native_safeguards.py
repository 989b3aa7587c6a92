"""What goes wrong in the native loop, or is to be held back: verdicts that fail, collapse, drift, rounding."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from itertools import cycle

import pytest
import torch
from helpers.native_loops import (
    CORRECT,
    ERROR,
    PROBLEMS,
    UNPARSED,
    Judge,
    by_text,
    lines,
    same,
    stop_after,
    weights,
)

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.scoring import score_tokens
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.training.rl.collapse import NothingEarnedError
from trace_trainer.engine.training.rl.loop import NativeLoop
from trace_trainer.engine.training.rl.samples import Sample
from trace_trainer.engine.training.tuning import autocast
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


# --- nothing to learn from


@pytest.mark.parametrize("objective", ["dr-grpo", "expert-iteration"])
def test_a_run_that_earns_nothing_says_so_at_once_and_ends_after_three_iterations(
    new_loop: Callable[..., NativeLoop],
    judged: Callable[[Judge], None],
    capsys: pytest.CaptureFixture[str],
    objective: str,
) -> None:
    judged(lambda problem, text: UNPARSED)
    loop = new_loop(iterations=5, objective=objective)
    with pytest.raises(NothingEarnedError, match="no sample was right in 3 iterations in a row") as error:
        loop.run(cycle(PROBLEMS))
    assert error.value.exit_code == 1
    assert loop.iteration == 3
    assert capsys.readouterr().err.count("none of the 16 samples of the first iteration was right") == 1
    load_model(loop.folder.path)


def test_iterations_without_a_reward_count_only_in_a_row(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    loop = new_loop(iterations=5)
    judged(lambda problem, text: by_text(problem, text) if loop.iteration == 2 else UNPARSED)
    assert loop.run(cycle(PROBLEMS)) is True


def test_a_resumed_run_remembers_how_long_nothing_was_earned(
    new_loop: Callable[..., NativeLoop],
    resumed: Callable[[NativeLoop], NativeLoop],
    judged: Callable[[Judge], None],
) -> None:
    judged(lambda problem, text: UNPARSED)
    first = new_loop(iterations=5)
    first.run(stop_after(first, 2))
    second = resumed(first)
    with pytest.raises(NothingEarnedError):
        second.run(cycle(PROBLEMS))
    assert second.iteration == 3


def test_partial_credit_that_differs_is_something_for_a_policy_gradient_alone(
    new_loop: Callable[..., NativeLoop], judged: Callable[[Judge], None]
) -> None:
    wrong = Verdict(Outcome.WRONG_ANSWER, (Violation("wrong_answer", ""),))
    judged(lambda problem, text: wrong if by_text(problem, text) is CORRECT else UNPARSED)
    assert new_loop("gradient", objective="dr-grpo").run(cycle(PROBLEMS)) is True
    with pytest.raises(NothingEarnedError):
        new_loop("experts", objective="expert-iteration").run(cycle(PROBLEMS))


# --- the penalty for leaving the start, and precision


def test_the_penalty_measures_the_way_from_the_start_and_shortens_it(
    new_loop: Callable[..., NativeLoop],
) -> None:
    ways = []
    for name, kl in (("free", 1e-9), ("held", 30.0)):
        loop = new_loop(name, kl=kl, iterations=6, learning_rate=5e-3)
        assert loop.reference is not None
        start = weights(loop)
        loop.run(cycle(PROBLEMS))
        with loop.reference._model() as kept:
            assert same(start, {n: value.detach() for n, value in kept.named_parameters()})
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
        with autocast(rounded.config, rounded.model):
            other = score_tokens(rounded.model, rollouts, 1.0, pad_id=0).logprobs
    assert not torch.equal(one, other)
    assert torch.allclose(one, other, atol=0.1)
