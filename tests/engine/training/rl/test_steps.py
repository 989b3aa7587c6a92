"""Steps and rates follow the number of samples that carry a signal."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.native_loops import CORRECT, PROBLEMS, UNPARSED

from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.settings.recipes import load_recipe
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.samples import Sample
from trace_trainer.engine.training.rl.steps import fed_share, step_rates

DEFAULT = load_recipe("default").rl
LEAST = DEFAULT.signal_per_step
FULL = DEFAULT.minibatches * LEAST


def sample(reward: float | None = 1.0) -> Sample:
    verdict = CORRECT if reward == 1.0 else UNPARSED
    return Sample(PROBLEMS[0], Rollout([1], [2], [0.0], True), "", verdict, reward)


def groups(count: int, size: int = 1) -> list[list[Sample]]:
    return [[sample() for _ in range(size)] for _ in range(count)]


def test_iterations_that_feed_all_steps_have_the_rates_of_the_schedule() -> None:
    """Byte for byte those of a schedule over iterations times minibatches steps: rising, then falling to 0."""
    total, rise = DEFAULT.iterations * DEFAULT.minibatches, DEFAULT.warmup_iterations * DEFAULT.minibatches
    rates = []
    for iteration in range(DEFAULT.iterations):
        rates += step_rates(DEFAULT, iteration, len(rates), groups(FULL))
    assert rates == [
        DEFAULT.learning_rate * min(1.0, step / rise, (total + 1 - step) / (total + 1 - rise))
        for step in range(1, total + 1)
    ]


@pytest.mark.parametrize(
    ("solved", "steps"), [(1, 1), (LEAST, 1), (2 * LEAST, 2), (FULL - 1, 11), (10 * FULL, 12)]
)
def test_every_step_has_its_share_of_solved_problems(solved: int, steps: int) -> None:
    assert len(step_rates(DEFAULT, 0, 0, groups(solved))) == steps


def test_a_policy_gradient_counts_samples_and_expert_iteration_problems() -> None:
    gradient = replace(DEFAULT, objective="dr-grpo")
    assert len(step_rates(gradient, 0, 0, groups(LEAST, size=8))) == 8
    assert len(step_rates(DEFAULT, 0, 0, groups(LEAST, size=8))) == 1


def test_a_step_that_is_not_fed_is_as_much_shorter() -> None:
    (fed,), (half,) = (step_rates(DEFAULT, 9, 100, groups(count)) for count in (LEAST, LEAST // 2))
    assert half == pytest.approx(fed / 2)


def test_the_rate_rises_over_steps_that_are_taken() -> None:
    """One step an iteration, where the schedule has twelve: the rate is still low when the iterations are over."""
    rates = [step_rates(DEFAULT, i, i, groups(LEAST))[0] for i in range(6)]
    assert rates == pytest.approx([DEFAULT.learning_rate * (i + 1) / 24 for i in range(6)])


def test_the_last_iterations_only_step_has_the_middle_of_what_is_left_of_the_rate() -> None:
    last = DEFAULT.iterations - 1
    every = step_rates(DEFAULT, last, 1000, groups(FULL))
    (only,) = step_rates(DEFAULT, last, 1000, groups(LEAST))
    assert only == pytest.approx(sum(every) / len(every))


def test_nothing_to_learn_from_takes_no_step() -> None:
    assert step_rates(DEFAULT, 0, 0, []) == []


def test_without_the_rule_every_iteration_takes_all_its_steps() -> None:
    off = replace(DEFAULT, signal_per_step=0)
    assert step_rates(off, 9, 108, groups(12)) == step_rates(DEFAULT, 9, 108, groups(FULL))


def test_a_backend_with_fixed_steps_is_told_what_part_of_them_is_fed() -> None:
    config = RLConfig(minibatches=2, signal_per_step=4)
    told_apart, equal, unjudged = [sample(1.0), sample(0.0)], [sample(0.0)] * 2, [sample(None), sample(1.0)]
    assert fed_share(config, [told_apart, equal, unjudged]) == 2 / 8
    assert fed_share(config, [told_apart] * 9) == 1
    assert fed_share(replace(config, signal_per_step=0), [equal]) == 1
