"""Reinforcement learning from the verifier's rewards, measured by execution.

Two backends share everything but the loop: problems, prompts, rewards, the run folder, and held-out accuracy before and
after on the same problems. `native` (`loop.py`) is this project's own loop; `trl` (`trl.py`) is TRL's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from itertools import islice
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.models.names import resolve
from trace_trainer.engine.runs.checkpoints import newest_checkpoint
from trace_trainer.engine.runs.folder import Run, newest_run
from trace_trainer.engine.runs.following import FollowedRun
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks.rows import trim_vocabulary
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.stopping import stop_on_interrupt
from trace_trainer.engine.training.held_out import HeldOut
from trace_trainer.engine.training.mixture import read_mixture
from trace_trainer.engine.training.prepared import PreparedRun
from trace_trainer.engine.training.rl.checking import check_settings
from trace_trainer.engine.training.rl.keeping import Keeper, choosing_problems
from trace_trainer.engine.training.rl.problems import EXAMINED, data_lines, rl_problems
from trace_trainer.engine.training.rl.state import STATE
from trace_trainer.engine.training.sharded import require_launch
from trace_trainer.engine.training.team import Team
from trace_trainer.engine.training.tuning import load_trainable


def prepare(config: RLConfig, run: Run | None = None) -> PreparedRun[RLConfig]:
    """The model and the first problems that these settings name.

    Args:
        run: an unfinished run that is to go on; it draws its problems itself.

    Raises UserError where they do not fit, or are not what they were, and where there is no model to start from.
    """
    config = config.settled()
    config.make_task().check_constraint(config.constrain)
    require_launch(config)
    _require_backend(config)
    check_settings(config)
    start = _start_of(config, run)
    resolve(start)  # what can be said at once is said before the model is loaded
    source, drawn = rl_problems(config)
    problems = [] if run is not None else list(islice(drawn, EXAMINED))
    held_out = HeldOut.of(config, config.constrain)
    if run is not None:
        _require_checkpoint(run)
        held_out.require_same(run)
        if config.data is not None:
            run.require_data("train", source, data_lines(config))
    return PreparedRun(load_trainable(start, config), config, source, problems, held_out)


def train(
    prepared: PreparedRun[RLConfig],
    name: str | None = None,
    *,
    overwrite: bool = False,
    run: Run | None = None,
    recipe: Mapping[str, Any] | None = None,
    team: Team | None = None,
) -> tuple[Run, list[Evaluation]]:
    """Train a model by RL and leave a run folder. The model of `prepared` is used up.

    Args:
        name: of the run; None derives one from the model's.
        overwrite: replace an earlier run of that name.
        run: an unfinished run to go on with, whose settings are those of `prepared`.
        recipe: what the settings came from, for the manifest.
        team: the processes that do this together; only this one where none is given.

    Returns:
        The run and the evaluations before and after; only before where it was interrupted, and none in a process that
        is not the main one.
    """
    loaded, config, held_out, task = prepared.loaded, prepared.config, prepared.held_out, prepared.task
    resumed, team = run is not None, team or Team()
    if run is None:
        parent = {"parent": loaded.name, "parent_path": loaded.path}
        run = team.decided(
            lambda: Run.create("rl", name, config, **parent, overwrite=overwrite, recipe=recipe)
        )
    run = run if team.is_main else FollowedRun(run.path, run.manifest)
    run.record_data("eval", held_out.source, map(task.line, held_out.problems))
    if config.data is not None:
        mixture = read_mixture(config)
        run.record_data("train", mixture.source, mixture.lines(task))
        run.record_files("train", mixture.record(task))
    run.record_device(str(loaded.device))

    before = team.led(partial(held_out.measure, loaded))
    if before:
        measured = f"accuracy {before.accuracy:.1%} on {before.n} held-out problems"
        tell(f"before: {measured}; practising on the {prepared.source}")
    if config.trim_vocab:
        _trim(loaded, config)
    keeper = Keeper(config, loaded, run, choosing_problems(config, held_out.problems))
    try:
        finished = _BACKENDS[config.backend](
            config, loaded, rl_problems(config)[1], run, resumed, keeper, team
        )
    except BaseException:
        run.close("interrupted")
        raise
    if before is None:  # the main process measures what was saved
        return run, []
    if not finished:
        run.close("interrupted")
        return run, [before]
    kept = keeper.settle()
    del loaded, prepared.loaded, keeper  # there may be no room for it beside the one that was saved
    return run, held_out.measure_saved(run, before, is_start=kept == 0)


def _trim(loaded: LoadedModel, config: RLConfig) -> None:
    """Cut the vocabulary down to what the run practises on."""
    practised = islice(rl_problems(config)[1], config.iterations * config.prompts_per_iteration)
    tell(trim_vocabulary(loaded, list(practised), config.make_task()))


def _require_backend(config: RLConfig) -> None:
    """Raise UserError where the backend can't meet the settings."""
    if config.backend == "trl" and config.constrain != OFF:
        raise UserError("--constrain needs --backend native: TRL's updates know no masks")
    if config.backend == "trl":
        from trace_trainer.engine.training.rl.trl_settings import require_trl

        require_trl(config)
    elif config.trl:
        raise UserError("--trl needs --backend trl: these are settings of TRL's trainers")


def _require_checkpoint(run: Run) -> None:
    """Raise UserError where a run has nothing to go on from."""
    native, trls = run.resume_folder / STATE, newest_checkpoint(run.resume_folder)
    if trls is None and not native.is_file():
        raise UserError(f"{run.path} was stopped before its first checkpoint; start again with --overwrite")


def _start_of(config: RLConfig, run: Run | None) -> str:
    if run is not None:  # there may be a newer SFT run by now
        return str(run.manifest["parent"]["path"])
    if config.model is not None:
        return config.model
    newest = newest_run("sft", config.task)
    if newest is None:
        raise UserError(
            f"there is no trainer sft run of the task {config.task} to go on from; run trainer sft first, or name one "
            "with --model"
        )
    return str(newest)


def _native(
    config: RLConfig, loaded: LoadedModel, problems: Any, run: Run, resumed: bool, keeper: Keeper, team: Team
) -> bool:
    from trace_trainer.engine.training.rl.episodes import EpisodesLoop, drawn_groups
    from trace_trainer.engine.training.rl.loop import NativeLoop

    if config.episodes:
        problems = drawn_groups(config)
    loop = (EpisodesLoop if config.episodes else NativeLoop)(config, loaded, run, team)
    if resumed:
        loop.load()
    with stop_on_interrupt(loop):
        return loop.run(problems, keeper)


def _trl(
    config: RLConfig, loaded: LoadedModel, problems: Any, run: Run, resumed: bool, keeper: Keeper, team: Team
) -> bool:
    from trace_trainer.engine.training.rl import trl as rl_trl

    return rl_trl.run(config, loaded, problems, run, resumed, keeper, team)


_BACKENDS = {"native": _native, "trl": _trl}
