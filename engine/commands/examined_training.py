"""Prepare, examine, train: what `trainer sft`, `trainer rl` and `trainer demo` do.

Training knows no doctor, so that it can be had without one; whoever starts it by a command gets both.
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.engine.doctor.examination import require_health
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.runs.naming import run_folder
from trace_trainer.engine.runs.place import reserve
from trace_trainer.engine.settings.recipes import Recipe
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.settings.written import recorded
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.training.rl import train as rl
from trace_trainer.engine.training.rl.rollouts import check_sampling
from trace_trainer.engine.training.sft import train as sft
from trace_trainer.engine.training.team import Team


def train_sft(
    config: SFTConfig,
    name: str | None = None,
    *,
    overwrite: bool = False,
    skip: Sequence[str] = (),
    run: Run | None = None,
    recipe: Recipe | None = None,
) -> tuple[Run, sft.Training, list[Evaluation]]:
    """Fine-tune a model after the doctor has examined it, but for the checks `skip`; the rest is as for `sft.train`.

    The run records `recipe`, from which the settings came, so that RL can go on with it.

    Raises UnhealthyError where a check fails, UserError where model, problems and settings do not fit.
    """
    team = Team(config.device)
    if run is None and name is not None:
        given = [config.model, *(config.data or ()), config.eval_data]
        team.led(lambda: reserve(run_folder("sft", name), "sft", overwrite, given))
    prepared = sft.prepare(config, run)
    tell(sft.describe_rows(prepared))
    team.led(lambda: require_health(prepared, [*skip, *_left_out(team)]))
    origin = recorded(recipe, "sft") if recipe else None
    return sft.train(prepared, name, overwrite=overwrite, run=run, recipe=origin, team=team)


def train_rl(
    config: RLConfig,
    name: str | None = None,
    *,
    overwrite: bool = False,
    skip: Sequence[str] = (),
    run: Run | None = None,
    recipe: Recipe | None = None,
) -> tuple[Run, list[Evaluation]]:
    """Train a model by RL after the doctor has examined it, but for the checks `skip`; the rest is as for `rl.train`.

    A run that goes on was examined when it started. Raises as `train_sft` does.
    """
    team = Team(config.device)
    if run is None and name is not None:
        given = [config.model, *(config.data or ()), config.eval_data]
        team.led(lambda: reserve(run_folder("rl", name), "rl", overwrite, given))
    prepared = rl.prepare(config, run)
    check_sampling(prepared, team)
    if run is None:
        team.led(lambda: require_health(prepared, [*skip, *_left_out(team)]))
    origin = recorded(recipe, "rl") if recipe else None
    return rl.train(prepared, name, overwrite=overwrite, run=run, recipe=origin, team=team)


def _left_out(team: Team) -> list[str]:
    """The checks that the main process of several can't do alone: the dry run takes steps, and a step takes all."""
    return [] if team.count == 1 else ["dry-run"]
