"""The doctor samples once, to see whether reinforcement learning has anything to begin with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from trace_trainer.engine.doctor.failures import Failed, NotApplicable
from trace_trainer.engine.doctor.reward import AT_ONCE, MOST, reward
from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.training.held_out import HeldOut
from trace_trainer.engine.training.prepared import PreparedRun
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import generate

PROBLEMS = list(generate("train", 100, seed=1))
CONFIG = RLConfig(group_size=4, max_new_tokens=8)


@pytest.fixture
def prepared(tiny_model_dir: Path) -> PreparedRun[Any]:
    held_out = HeldOut(CONFIG, "validation", PROBLEMS[:2])
    return PreparedRun(load_trainable(str(tiny_model_dir), CONFIG), CONFIG, "train", PROBLEMS, held_out)


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[int]]:
    """Decides what the model writes to each problem; returns how many prompts each draw had."""

    def decide(text: Callable[[int], str]) -> list[int]:
        draws: list[int] = []

        def complete(loaded: Any, prompts: Any, *, samples: int, **_: Any) -> list[list[Sampled]]:
            first = sum(draws)
            draws.append(len(prompts))
            return [[Sampled(text(first + i), 5, True)] * samples for i in range(len(prompts))]

        monkeypatch.setattr("trace_trainer.engine.inference.completions.complete", complete)
        return draws

    return decide


def test_a_model_that_never_writes_a_right_trace_fails_with_advice(prepared: PreparedRun[Any]) -> None:
    with pytest.raises(Failed, match=rf"none of {MOST} samples of {MOST // 4} problems is right") as failure:
        reward(prepared)
    assert "train longer with trainer sft first" in failure.value.advice


def test_the_best_partial_credit_is_named(
    prepared: PreparedRun[Any], writes: Callable[..., list[int]]
) -> None:
    writes(lambda number: PROBLEMS[number - 1].trace or "")  # the traces of other questions
    with pytest.raises(Failed, match=r"the best earned 0\.\d+"):
        reward(prepared)


def test_one_right_sample_is_enough_and_ends_the_sampling(
    prepared: PreparedRun[Any], writes: Callable[..., list[int]]
) -> None:
    at_once = AT_ONCE // 4
    draws = writes(lambda number: PROBLEMS[number].trace or "" if number == at_once else "nothing")
    assert reward(prepared) == f"4 of {2 * AT_ONCE} samples are right"
    assert draws == [at_once] * 2


def test_a_large_group_is_sampled_for_one_problem_at_a_time(
    prepared: PreparedRun[Any], writes: Callable[..., list[int]]
) -> None:
    draws = writes(lambda number: "nothing")
    prepared.config = replace(CONFIG, group_size=64)
    with pytest.raises(Failed, match="none of 256 samples of 4 problems"):
        reward(prepared)
    assert draws == [1] * 4


def test_supervised_training_needs_no_reward(prepared: PreparedRun[Any]) -> None:
    prepared.config = SFTConfig()
    with pytest.raises(NotApplicable):
        reward(prepared)
