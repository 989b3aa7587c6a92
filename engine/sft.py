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
from rich.console import Console

from engine.config import SFTConfig, config_from, recipe_from, recipe_option
from engine.doctor import FILE_WIDTH, require_health, skip_option
from engine.doctor_checks import Patient
from engine.errors import UserError
from engine.interrupt import stop_on_interrupt
from engine.progress import Progress, duration
from engine.runs import Run
from engine.settings import options

if TYPE_CHECKING:
    from engine.chat import Row
    from engine.evaluation import Evaluation
    from engine.models import LoadedModel

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
    from engine.measure import evaluate_model
    from engine.models import load_model
    from engine.training_data import check_lengths, held_out_problems, sft_problems
    from engine.tuning import check_weights, load_trainable

    task = config.make_task()
    loaded = load_trainable(config.model, config)
    source, problems = sft_problems(config)
    held_out_source, held_out = held_out_problems(config)
    patient = Patient(loaded, config, problems, held_out, config.eval_data is None)
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
    run.record_data("eval", held_out_source, map(task.line, held_out))
    run.record_device(str(loaded.device))

    def measure(model: LoadedModel) -> Evaluation:
        return evaluate_model(
            model,
            task,
            held_out,
            data=held_out_source,
            max_new_tokens=config.max_new_tokens,
            seed=config.seed,
        )

    before = measure(loaded)
    print(f"before: accuracy {before.accuracy:.1%} on {before.n} held-out problems", file=sys.stderr)
    if fresh:  # what the model wrote before it was trained: the report shows it beside the figures
        run.log_rollouts({"step": 0, **row} for row in before.rows())
    try:
        training = _fit(run, loaded, rows, config)
    except BaseException:
        run.close("interrupted")
        raise
    run.save_weights(loaded.model, loaded.tokenizer)
    if not training.finished:
        run.close("interrupted")
        return run, training, [before]
    del loaded
    saved = load_model(run.path, dtype=config.dtype if config.method in ("lora", "qlora") else None)
    check_weights(saved)
    after = measure(saved)
    run.save_eval({"before": before.to_json(), "after": after.to_json()})
    run.close("finished")
    return run, training, [before, after]


def _fit(run: Run, loaded: LoadedModel, rows: Sequence[Row], config: SFTConfig) -> Training:
    from engine.sft_trainer import StepLog, build_trainer, newest_checkpoint, restore

    trainer = build_trainer(loaded, rows, config, run.resume_folder)
    checkpoint = newest_checkpoint(run.resume_folder)
    first = checkpoint.step if checkpoint else 0
    run.rewind(first)
    started = time.monotonic()
    with Progress("sft", trainer.planned_steps) as progress:
        log = StepLog(run, progress, trainer.tokens_after)
        trainer.add_callback(log)
        with stop_on_interrupt(log):
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
    from engine.difference import differences
    from engine.measure import constants_beside
    from engine.scoreboard import scoreboard

    speed = f"{training.tokens:,} tokens in {duration(training.seconds)}, {training.tokens / training.seconds:,.0f}/s"
    console = Console(width=None if sys.stdout.isatty() else FILE_WIDTH)
    console.print(scoreboard([*evaluations, *constants_beside(evaluations[0])]))
    for difference in differences(evaluations):
        console.print(str(difference), highlight=False)
    console.print(f"{training.steps} steps, {speed}, last loss {training.loss:.4f}", highlight=False)
    console.print(f"saved in {run.path}", highlight=False, soft_wrap=True)


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
        if given["data"] is not None and given["count"] is not None:
            raise UserError("--count is of generated problems; a file is used whole")
        run, config = None, recipe_from("sft", recipe, given).sft
    run, training, evaluations = train(config, name, overwrite=overwrite, skip=skip, run=run)
    _report(run, training, evaluations)
    if not training.finished:
        click.echo(
            f"Interrupted; go on with: trainer sft --resume --name {run.path.name.removesuffix('_sft')}",
            err=True,
        )
        raise SystemExit(INTERRUPTED)
