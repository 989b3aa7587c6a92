"""Prepare, examine, train: what `trainer sft`, `trainer rl` and `trainer demo` do.

Training knows no doctor, so that it can be had without one; whoever starts it by a command gets both.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from trace_trainer.engine.doctor.examination import require_health
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.training.rl import train as rl
from trace_trainer.engine.training.sft import train as sft


def train_sft(
    config: SFTConfig,
    name: str | None = None,
    *,
    overwrite: bool = False,
    skip: Sequence[str] = (),
    run: Run | None = None,
) -> tuple[Run, sft.Training, list[Evaluation]]:
    """Fine-tune a model after the doctor has examined it, but for the checks `skip`; the rest is as for `sft.train`.

    Raises UnhealthyError where a check fails, UserError where model, problems and settings do not fit.
    """
    prepared = sft.prepare(config)
    print(sft.describe_rows(prepared), file=sys.stderr)
    require_health(prepared, skip)
    return sft.train(prepared, name, overwrite=overwrite, run=run)


def train_rl(
    config: RLConfig,
    name: str | None = None,
    *,
    overwrite: bool = False,
    skip: Sequence[str] = (),
    run: Run | None = None,
) -> tuple[Run, list[Evaluation]]:
    """Train a model by RL after the doctor has examined it, but for the checks `skip`; the rest is as for `rl.train`.

    A run that goes on was examined when it started. Raises as `train_sft` does.
    """
    prepared = rl.prepare(config, run)
    if run is None:
        require_health(prepared, skip)
    return rl.train(prepared, name, overwrite=overwrite, run=run)
