"""When to give up on an RL run: it has fallen far below where it began, or there is nothing to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import click

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.intervals import wilson
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.training.rl.samples import Sample, iterations_of

WATCHED = ("accuracy", "parse_rate")
PATIENCE = 3
"""Iterations in a row without anything to learn from that end a run."""
REMEDIES = (
    "train longer with trainer sft first, or give easier problems (--expert, --wording plain, --data) or a larger "
    "--group-size"
)


class NothingEarnedError(click.ClickException):
    """No sample was right for so long that the run ends. Exits with 1: the command itself was in order."""

    exit_code = 1


def check_judged(samples: Sequence[Sequence[Sample]], iteration: int) -> None:
    """Raise UserError where no completion of an iteration could be judged, with what was wrong with the first."""
    if all(s.reward is None for group in samples for s in group):
        faults = (v.message for group in samples for s in group for v in s.verdict.violations)
        raise UserError(
            f"iteration {iteration}: no completion could be judged: {next(faults, 'no gold answers')}"
        )


def check_iteration(run: Run, first: Mapping[str, Any], now: Mapping[str, Any], config: RLConfig) -> None:
    """Raise where an iteration is a reason to give up; arguments and errors are those of the checks below."""
    check_collapse(first, now, config)
    check_reward(run)


def check_collapse(first: Mapping[str, Any], now: Mapping[str, Any], config: RLConfig) -> None:
    """Raise UserError where an iteration falls below the share `config.collapse` of the first, beyond chance.

    Chance: what is compared is the upper end of the 95 % interval, so that few completions are no collapse.

    Args:
        first: the line of metrics.jsonl of the first iteration.
        now: that of the iteration at hand.
    """
    count = sum(now["outcomes"].values()) - now["outcomes"].get("error", 0)
    for name in _watched(config) if count else ():
        _, plausible = wilson(round(now[name] * count), count)
        if plausible < config.collapse * first[name]:
            raise UserError(
                f"collapse: {name} fell from {first[name]:.1%} to {now[name]:.1%} by iteration {now['step']}; try a "
                f"lower --learning-rate than {config.learning_rate:g}, more --prompts-per-iteration, or a --kl of 0.01"
            )


def _watched(config: RLConfig) -> tuple[str, ...]:
    """A curriculum makes problems harder as the model gets better, and accuracy on them falls without a collapse."""
    return tuple(name for name in WATCHED if name != "accuracy" or not config.curriculum)


def check_reward(run: Run) -> None:
    """Say that the first iteration earned nothing; raise NothingEarnedError after `PATIENCE` such ones in a row.

    An iteration earns nothing where no sample is correct and none carries a signal. Partial credit is one for policy
    gradients, where it differs within a group; expert iteration learns from correct samples alone.

    Args:
        run: whose log ends with the iteration at hand.
    """
    iterations = iterations_of(run)
    idle = sum(1 for _ in takewhile(_earned_nothing, reversed(iterations)))
    if idle >= PATIENCE:
        raise NothingEarnedError(
            f"no sample was right in {idle} iterations in a row, so there is nothing to learn from; {REMEDIES}"
        )
    if idle and len(iterations) == 1:
        count = sum(iterations[0]["outcomes"].values())
        tell(
            f"none of the {count} samples of the first iteration was right, so there was nothing to learn from; "
            f"{PATIENCE} such iterations end the run"
        )


def _earned_nothing(iteration: Mapping[str, Any]) -> bool:
    has_signal = iteration["zero_variance"] < 1 and iteration["grad_norm"] is not None
    return iteration["accuracy"] == 0 and not has_signal
