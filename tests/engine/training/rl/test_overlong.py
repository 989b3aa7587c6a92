"""Completions that the limit cuts: left out, or less worth the nearer to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.native_loops import CORRECT, PROBLEMS, UNPARSED

from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.overlong import length_penalty
from trace_trainer.engine.training.rl.samples import Sample
from trace_trainer.engine.training.rl.weighing import weigh

LIMIT = 50
CUT, SHORT, LONG = (LIMIT, False), (10, True), (45, True)


def group_of(*completions: tuple[int, bool, bool]) -> list[Sample]:
    """Samples by their tokens, whether they ended, and whether they are right."""
    return [
        Sample(
            PROBLEMS[0],
            Rollout([1], [5] * tokens, [0.0] * tokens, ended),
            "",
            CORRECT if right else UNPARSED,
            float(right),
        )
        for tokens, ended, right in completions
    ]


@pytest.mark.parametrize(
    ("tokens", "ended", "penalty"),
    [(1, True, 0), (40, True, 0), (45, True, -0.5), (50, True, -1), (50, False, -1)],
)
def test_the_penalty_rises_over_the_last_fifth_of_the_limit(tokens: int, ended: bool, penalty: float) -> None:
    assert length_penalty(tokens, LIMIT, ended) == pytest.approx(penalty)


def advantages_of(overlong: str, group: list[Sample]) -> list[float]:
    weigh(RLConfig(overlong=overlong, max_new_tokens=LIMIT), None, [group])  # type: ignore[arg-type]
    return [sample.advantage for sample in group]


def test_a_cut_completion_that_is_masked_is_not_learned_from_and_counts_in_the_mean() -> None:
    group = group_of((*CUT, False), (*SHORT, True))
    assert advantages_of("keep", group) == [-0.5, 0.5]
    assert advantages_of("mask", group) == [0.0, 0.5]


def test_the_penalty_tells_completions_apart_that_the_verifier_pays_alike() -> None:
    group = group_of((*CUT, False), (*SHORT, False))
    assert advantages_of("keep", group) == [0.0, 0.0]
    assert advantages_of("penalty", group) == [-0.5, 0.5]
    assert [sample.reward for sample in group] == [0.0, 0.0]  # what is logged


def test_a_right_completion_near_the_limit_is_worth_less_than_a_short_one() -> None:
    assert advantages_of("penalty", group_of((*LONG, True), (*SHORT, True))) == [-0.25, 0.25]


def test_a_verdict_that_no_one_is_to_blame_for_earns_no_penalty() -> None:
    group = group_of((*CUT, False), (*SHORT, True), (*SHORT, False))
    group[0] = replace(group[0], reward=None)
    assert advantages_of("penalty", group) == [0.0, 0.5, -0.5]
