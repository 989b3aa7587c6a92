"""`trainer sft`: supervised fine-tuning on gold replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from trace_trainer.engine.commands.options import options, recipe_option, skip_option
from trace_trainer.engine.errors import INTERRUPTED, UserError
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.recipes import config_from, recipe_from
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.terminal.progress import duration

if TYPE_CHECKING:  # what needs torch is imported where it is used, so that `trainer sft --help` stays quick
    from trace_trainer.engine.evaluation.figures import Evaluation
    from trace_trainer.engine.training.sft.train import Training


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
    from trace_trainer.engine.commands.examined_training import train_sft

    if resume:
        if overwrite or any(value is not None for value in given.values()):
            raise UserError("a resumed run keeps its settings: give --resume with nothing but --name")
        run = Run.resume("sft", name)
        config: SFTConfig = config_from("sft", run.config(), str(run.path / "config.yaml"))
    else:
        run, config = None, recipe_from("sft", recipe, given).sft
    run, training, evaluations = train_sft(config, name, overwrite=overwrite, skip=skip, run=run)
    _report(run, training, evaluations)
    if not training.finished:
        click.echo(
            f"Interrupted; go on with: trainer sft --resume --name {run.path.name.removesuffix('_sft')}",
            err=True,
        )
        raise SystemExit(INTERRUPTED)


def _report(run: Run, training: Training, evaluations: Sequence[Evaluation]) -> None:
    from trace_trainer.engine.commands.training_result import print_result

    speed = f"{training.tokens:,} tokens in {duration(training.seconds)}, {training.tokens / training.seconds:,.0f}/s"
    print_result(run, evaluations, f"{training.steps} steps, {speed}, last loss {training.loss:.4f}")
