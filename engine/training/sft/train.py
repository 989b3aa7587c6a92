"""`trainer sft`: supervised fine-tuning on gold replies, measured by execution.

Held-out accuracy is measured before and after, on the same problems with the same decoding; a falling loss alone is no
result. What is measured after is the model as saved, loaded again. Before anything is trained the checks of
`trainer doctor` run. The first Ctrl-C stops after the step at hand and leaves a model that works and a run that
resumes.

Not covered: several processes, and several answers to one question.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from trace_trainer.engine.doctor.checks import Patient
from trace_trainer.engine.doctor.examination import require_health, skip_option
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.declaring import options
from trace_trainer.engine.settings.stages import SFTConfig, config_from, recipe_from, recipe_option
from trace_trainer.engine.terminal.progress import Progress, duration
from trace_trainer.engine.training.interrupt import stop_on_interrupt

if TYPE_CHECKING:
    from trace_trainer.engine.evaluation.figures import Evaluation
    from trace_trainer.engine.models.chat import Row
    from trace_trainer.engine.models.loading import LoadedModel

INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Training:
    """How a training went: its last step and the loss there; the tokens and the seconds of this call."""

    steps: int
    loss: float
    tokens: int
    seconds: float
    finished: bool


def train(
    config: SFTConfig,
    name: str | None = None,
    *,
    overwrite: bool = False,
    skip: Sequence[str] = (),
    run: Run | None = None,
) -> tuple[Run, Training, list[Evaluation]]:
    """Fine-tune a model and leave a run folder.

    Args:
        name: of the run; None derives one from the model's.
        overwrite: replace an earlier run of that name.
        skip: checks of the doctor that are not run.
        run: an unfinished run to go on with, whose settings `config` are.

    Returns:
        The run, how the training went, and the evaluations before and after; only before where it was interrupted.
    """
    from trace_trainer.engine.training.held_out import HeldOut
    from trace_trainer.engine.training.rl.problems import (
        check_lengths,
        rows_of,
        sft_problems,
        trim_vocabulary,
    )
    from trace_trainer.engine.training.tuning import load_trainable

    config = config.settled()
    task = config.make_task()
    loaded = load_trainable(config.model, config)
    source, problems = sft_problems(config)
    held_out = HeldOut(config)
    patient = Patient(loaded, config, problems, held_out.problems, config.eval_data is None)
    rows = patient.rows
    print(
        f"{len(rows):,} rows of {source}: {check_lengths(rows, problems, config.max_length)}", file=sys.stderr
    )
    require_health(patient, skip)
    fresh = run is None
    if run is None:
        run = Run.create(
            "sft", name, config, parent=loaded.name, parent_path=loaded.path, overwrite=overwrite
        )
    run.record_data("train", source, map(task.line, problems))
    run.record_data("eval", held_out.source, map(task.line, held_out.problems))
    run.record_device(str(loaded.device))

    before = held_out.measure(loaded)
    print(f"before: accuracy {before.accuracy:.1%} on {before.n} held-out problems", file=sys.stderr)
    if fresh:  # what the model wrote before it was trained: the report shows it beside the figures
        run.log_rollouts({"step": 0, **row} for row in before.rows())
    if config.trim_vocab:
        print(trim_vocabulary(loaded, problems, task), file=sys.stderr)
        rows = rows_of(loaded, problems, task)
    try:
        training = _fit(run, loaded, rows, config)
    except BaseException:
        run.close("interrupted")
        raise
    run.save_weights(loaded)
    if not training.finished:
        run.close("interrupted")
        return run, training, [before]
    del loaded
    return run, training, held_out.measure_saved(run, before)


def _fit(run: Run, loaded: LoadedModel, rows: Sequence[Row], config: SFTConfig) -> Training:
    from trace_trainer.engine.models.compilation import compiled_layers
    from trace_trainer.engine.training.sft.trainer import StepLog, build_trainer, newest_checkpoint, restore

    trainer = build_trainer(loaded, rows, config, run.resume_folder)
    checkpoint = newest_checkpoint(run.resume_folder)
    first = checkpoint.step if checkpoint else 0
    run.rewind(first)
    started = time.monotonic()
    with Progress("sft", trainer.planned_steps, done=first) as progress:
        log = StepLog(run, progress, trainer.tokens_after)
        trainer.add_callback(log)
        with stop_on_interrupt(log), compiled_layers(loaded.model, config.compile):
            trainer.train(resume_from_checkpoint=str(checkpoint.path) if checkpoint else None)
    restore(loaded)
    steps = trainer.state.global_step
    return Training(
        steps=steps,
        loss=log.loss,
        tokens=trainer.tokens_after(steps) - trainer.tokens_after(first),
        seconds=time.monotonic() - started,
        finished=steps == trainer.planned_steps,
    )


def _report(run: Run, training: Training, evaluations: Sequence[Evaluation]) -> None:
    from trace_trainer.engine.training.held_out import print_result

    speed = f"{training.tokens:,} tokens in {duration(training.seconds)}, {training.tokens / training.seconds:,.0f}/s"
    print_result(run, evaluations, f"{training.steps} steps, {speed}, last loss {training.loss:.4f}")


@click.command("sft")
@recipe_option
@click.option("--name", metavar="NAME", help="The run is saved as NAME_sft. [default: the model's name]")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run of that name.")
@click.option("--resume", is_flag=True, help="Go on with an unfinished run: the newest, or that of --name.")
@skip_option
@options(SFTConfig)
def command(
    recipe: str, name: str | None, overwrite: bool, resume: bool, skip: tuple[str, ...], **given: Any
) -> None:
    """Fine-tune a model on gold traces, or on gold tool calls.

    Measures executed accuracy on held-out problems before and after, and saves the model with all its settings under
    checkpoints/NAME_sft. Ctrl-C stops after the step at hand; --resume goes on.

    \b
    Examples:
      trainer sft
      trainer sft --model my-model --recipe lora --data problems.jsonl --name shop
      trainer sft --recipe installer
      trainer sft --resume
    """
    if resume:
        if overwrite or any(value is not None for value in given.values()):
            raise UserError("a resumed run keeps its settings: give --resume with nothing but --name")
        run = Run.resume("sft", name)
        config: SFTConfig = config_from("sft", run.config(), str(run.path / "config.yaml"))
    else:
        run, config = None, recipe_from("sft", recipe, given).sft
    run, training, evaluations = train(config, name, overwrite=overwrite, skip=skip, run=run)
    _report(run, training, evaluations)
    if not training.finished:
        click.echo(
            f"Interrupted; go on with: trainer sft --resume --name {run.path.name.removesuffix('_sft')}",
            err=True,
        )
        raise SystemExit(INTERRUPTED)
