"""Supervised fine-tuning on gold replies, or by DPO on pairs of a run, measured by execution.

Held-out accuracy is measured before and after, on the same problems with the same decoding; a falling loss alone is no
result. What is measured after is the model as saved, loaded again. The first Ctrl-C stops after the step at hand and
leaves a model that works and a run that resumes.

Of several processes each computes its share of every step; the main one measures and writes. Not covered: several
answers to one question.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.models.chat import Row
from trace_trainer.engine.models.compilation import compiled_layers
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.models.names import resolve
from trace_trainer.engine.runs.checkpoints import newest_checkpoint, resumed_from, whole_checkpoints
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.runs.following import FollowedRun
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks.rows import check_lengths, rows_of, trim_vocabulary
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.engine.terminal.stopping import stop_on_interrupt
from trace_trainer.engine.training.held_out import HeldOut
from trace_trainer.engine.training.mixture import read_mixture
from trace_trainer.engine.training.prepared import PreparedRun
from trace_trainer.engine.training.sft.pairs import run_pairs
from trace_trainer.engine.training.sft.preference import PairTrainer, build_pair_trainer, drop_reference
from trace_trainer.engine.training.sft.problems import sft_problems
from trace_trainer.engine.training.sft.trainer import StepLog, TraceTrainer, build_trainer, restore
from trace_trainer.engine.training.sharded import require_launch, whole_weights
from trace_trainer.engine.training.team import Team
from trace_trainer.engine.training.tuning import load_trainable


@dataclass(frozen=True, slots=True)
class Training:
    """How a training went: its last step and the loss there; the tokens and the seconds of this call."""

    steps: int
    loss: float
    tokens: int
    seconds: float
    finished: bool


def prepare(config: SFTConfig, run: Run | None = None) -> PreparedRun[SFTConfig]:
    """The model and the problems that these settings name.

    Args:
        run: an unfinished run that is to go on.

    Raises UserError where they do not fit, or are not what they were when the run was started.
    """
    config = config.settled()
    require_launch(config)
    resolve(config.model)  # what can be said at once is said before the model is loaded
    source, problems = sft_problems(config)
    held_out = HeldOut.of(config)
    if run is not None:
        newest_checkpoint(run.resume_folder)  # says what is wrong with one
        run.require_data("train", source, map(config.make_task().line, problems))
        held_out.require_same(run)
    return PreparedRun(load_trainable(config.model, config), config, source, problems, held_out)


def describe_rows(prepared: PreparedRun[SFTConfig]) -> str:
    """How many rows there are, and how long. Raises UserError where one is longer than allowed."""
    lengths = check_lengths(prepared.rows, prepared.problems, prepared.config.max_length)
    return f"{len(prepared.rows):,} rows of {prepared.source}: {lengths}"


def train(
    prepared: PreparedRun[SFTConfig],
    name: str | None = None,
    *,
    overwrite: bool = False,
    run: Run | None = None,
    recipe: Mapping[str, Any] | None = None,
    team: Team | None = None,
) -> tuple[Run, Training, list[Evaluation]]:
    """Fine-tune a model and leave a run folder. The model of `prepared` is used up.

    Args:
        name: of the run; None derives one from the model's.
        overwrite: replace an earlier run of that name.
        run: an unfinished run to go on with, whose settings are those of `prepared`.
        recipe: what the settings came from, for the manifest.
        team: the processes that do this together; only this one where none is given.

    Returns:
        The run, how the training went, and the evaluations before and after; only before where it was interrupted, and
        none in a process that is not the main one.
    """
    loaded, config, held_out, task = prepared.loaded, prepared.config, prepared.held_out, prepared.task
    rows = prepared.rows
    fresh, team = run is None, team or Team()
    if run is None:
        parent = {"parent": loaded.name, "parent_path": loaded.path}
        run = team.decided(
            lambda: Run.create("sft", name, config, **parent, overwrite=overwrite, recipe=recipe)
        )
    if not team.is_main:
        run = FollowedRun(run.path, run.manifest)
    run.record_data("train", prepared.source, map(task.line, prepared.problems))
    if config.data:
        run.record_files("train", read_mixture(config).record(task))
    run.record_data("eval", held_out.source, map(task.line, held_out.problems))
    run.record_device(str(loaded.device))

    before = team.led(partial(held_out.measure, loaded))
    if before:
        tell(f"before: accuracy {before.accuracy:.1%} on {before.n} held-out problems")
    if before and fresh:  # what the model wrote before it was trained: the report shows it beside the figures
        run.log_rollouts({"step": 0, **row} for row in before.rows())
    if config.trim_vocab:
        tell(trim_vocabulary(loaded, prepared.problems, task))
        rows = rows_of(loaded, prepared.problems, task)
    try:
        training = _fit(run, loaded, rows, config, team)
    except BaseException:
        run.close("interrupted")
        raise
    if before is None:  # the main process measures what was saved
        return run, training, []
    if not training.finished:
        run.close("interrupted")
        return run, training, [before]
    del loaded, prepared.loaded  # there may be no room for it beside the one that was saved
    return run, training, held_out.measure_saved(run, before)


def _fit(run: Run, loaded: LoadedModel, rows: Sequence[Row], config: SFTConfig, team: Team) -> Training:
    trainer: TraceTrainer | PairTrainer
    if config.pairs is None:
        trainer = build_trainer(loaded, rows, config, run.resume_folder, team=team)
    else:
        trainer = build_pair_trainer(loaded, run_pairs(config)[1], config, run.resume_folder)
    checkpoint = newest_checkpoint(run.resume_folder)
    first = checkpoint.step if checkpoint else 0
    run.rewind(first)
    started = time.monotonic()
    plan = trainer.plan
    with Progress("sft", plan.steps, done=first) as progress:
        log = StepLog(run, progress, plan, team)
        trainer.add_callback(log)
        with (
            stop_on_interrupt(log),
            compiled_layers(loaded.model, config.compile),
            whole_checkpoints(run.resume_folder),
            resumed_from(checkpoint, trainer),
            team.together(),
        ):
            trainer.train(resume_from_checkpoint=str(checkpoint.path) if checkpoint else None)
    weights = whole_weights(trainer)
    restore(loaded)
    drop_reference(loaded)
    run.save_weights(loaded, weights)
    steps = trainer.state.global_step
    return Training(
        steps=steps,
        loss=log.loss,
        tokens=plan.tokens_after(steps) - plan.tokens_after(first),
        seconds=time.monotonic() - started,
        finished=steps == plan.steps,
    )
