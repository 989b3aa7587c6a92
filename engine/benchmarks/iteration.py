"""An iteration of reinforcement learning: this project's loop beside TRL's GRPOTrainer.

Both get the same weights, prompts and verifier, the same number of completions and of optimiser steps, and both log
their iteration. The unit is a completion. TRL's trainer is the one of `--backend trl`, which is TRL's own but for the
prompts, that come rendered; what it does once before its first iteration is not counted.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from trace_trainer.engine.benchmarks.models import Subject
from trace_trainer.engine.benchmarks.sampling import GROUP, OURS
from trace_trainer.engine.benchmarks.turns import Side, Work, timed
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl import trl
from trace_trainer.engine.training.rl.keeping import ChoosingProblems, Keeper
from trace_trainer.engine.training.rl.loop import NativeLoop

_Train = Callable[[Subject, RLConfig, list[Any], Run], float]


def iteration_sides(subject: Subject, rollouts: int, max_new_tokens: int) -> list[Side]:
    """Ours and TRL's, for an iteration of so many completions, in four optimiser steps."""
    return [
        Side(name, partial(_turn, subject, rollouts, max_new_tokens, train))
        for name, train in ((OURS, _ours), ("GRPOTrainer", _trls))
    ]


def _turn(subject: Subject, rollouts: int, max_new_tokens: int, train: _Train, number: int) -> Work:
    config = RLConfig(
        iterations=1,
        prompts_per_iteration=rollouts // GROUP,
        group_size=GROUP,
        sample_batch=rollouts,
        max_new_tokens=max_new_tokens,
        signal_per_step=0,
        checkpoint_every=0,
        eval_every=0,
        keep="last",
        collapse=0.0,
        seed=number,
    )
    subject.restore()
    problems = subject.problems(config.prompts_per_iteration, number)
    with TemporaryDirectory() as folder:
        return Work(rollouts, train(subject, config, problems, Run(Path(folder), {})))


def _ours(subject: Subject, config: RLConfig, problems: list[Any], run: Run) -> float:
    loop = NativeLoop(config, subject.loaded, run)

    def iterate() -> float:
        loop.iterate(iter(problems))
        return 1

    return timed(iterate).seconds


class _Watch(Keeper):
    """Notes when the training begins, which a keeper is told."""

    began = 0.0

    def watch(self, iteration: int) -> bool:
        if iteration == 0:
            self.began = time.perf_counter()
        return super().watch(iteration)


def _trls(subject: Subject, config: RLConfig, problems: list[Any], run: Run) -> float:
    keeper = _Watch(config, subject.loaded, run, ChoosingProblems("none", []))
    if not trl.run(config, subject.loaded, iter(problems), run, False, keeper):
        raise KeyboardInterrupt  # it took the signal for its own
    ((record),) = run.metrics()
    return float(record["seconds"])
