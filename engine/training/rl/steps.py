"""How many optimiser steps an iteration takes, and at which rates, by how many of its samples carry a signal.

Adam makes a step of full size of any gradient, and of its first ones the most, as there is nothing yet that it could
average. So steps on a handful of samples move the model as far as steps on many, in a direction that is mostly noise.
Three rules hold that back (docs/decisions.md has the figures):

- An iteration takes as many steps as its samples can feed with `signal_per_step` each, at most `minibatches`.
- Where there are too few even for one, its rate is lowered in proportion.
- The rate rises over as many steps as `warmup_iterations` full iterations have, however many iterations those take.

An iteration with enough samples for all its steps is not affected, such as those of the default recipe.

What counts is as the objective has it: for expert iteration each solved problem, for the others each sample with an
advantage.
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.engine.objectives.objective import OBJECTIVES
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.samples import Sample


def step_rates(
    config: RLConfig, iteration: int, done: int, groups: Sequence[Sequence[Sample]]
) -> list[float]:
    """The rate of each optimiser step of an iteration.

    Args:
        config: the settings.
        iteration: counted from 0.
        done: steps of all iterations before.
        groups: the samples that carry a signal, by problem; none is empty.
    """
    problems = OBJECTIVES[config.objective].counts == "problems"
    signal = len(groups) if problems else sum(map(len, groups))
    count, part = min(config.minibatches, len(groups)), 1.0
    if config.signal_per_step:
        count = min(count, max(1, signal // config.signal_per_step))
        part = min(1.0, signal / config.signal_per_step)
    return [part * learning_rate(config, iteration, done, number, count) for number in range(count)]


def learning_rate(config: RLConfig, iteration: int, done: int, number: int, count: int) -> float:
    """The scheduled rate of step `number` of `count` in an iteration: it rises over the first steps that are taken, and
    falls to 0 after the last iteration.

    A step that stands for several of the `minibatches` has the rate of the middle one.
    """
    rise = max(1, config.warmup_iterations * config.minibatches)
    share = min(1.0, (done + number + 1) / rise)
    if config.scheduler == "linear":
        end = config.iterations * config.minibatches + 1
        at = iteration * config.minibatches + (number + 0.5) * config.minibatches / count + 0.5
        share = min(share, (end - at) / max(1, end - rise))
    return config.learning_rate * share


def fed_share(config: RLConfig, samples: Sequence[Sequence[Sample]]) -> float:
    """What part of the `minibatches` steps of a policy gradient these groups can feed, from 0 to 1.

    For a backend that always takes that many: steps at this part of their rate lead about as far as fewer full ones.
    """
    rewards = [[s.reward for s in group if s.reward is not None] for group in samples]
    signal = sum(len(group) for group in rewards if len(set(group)) > 1)
    wanted = config.signal_per_step * config.minibatches
    return min(1.0, signal / wanted) if wanted else 1.0
