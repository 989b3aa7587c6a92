"""`trainer sft`: supervised fine-tuning on gold replies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from trace_trainer.engine.commands.command import Command
from trace_trainer.engine.commands.options import options, recipe_option, run_options
from trace_trainer.engine.commands.pairs_taken import sft_recipe
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.ranks import is_main
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.recipes import config_from, given_options
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.settings.written import written
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import duration
from trace_trainer.engine.terminal.stopping import stop_exit_code

if TYPE_CHECKING:  # what needs torch is imported where it is used, so that `trainer sft --help` stays quick
    from trace_trainer.engine.evaluation.figures import Evaluation
    from trace_trainer.engine.training.sft.train import Training


@click.command("sft", cls=Command, negative="a check of the doctor fails")
@recipe_option()
@run_options("NAME_sft")
@options("sft")
def command(
    recipe: str | None,
    name: str | None,
    overwrite: bool,
    resume: bool,
    show: bool,
    skip: tuple[str, ...],
    **given: Any,
) -> None:
    """Fine-tune a model on gold traces or tool calls, or on pairs of right and wrong ones that an RL run wrote.

    Measures executed accuracy on held-out problems before and after, and saves the model with all its settings under
    checkpoints/NAME_sft. Ctrl-C stops after the step at hand; --resume goes on.

    \b
    Examples:
      trainer sft
      trainer sft --recipe lora --model my-model --data problems.jsonl --name shop
      trainer sft --recipe lora --model my-model --show > my-recipe.yaml
      trainer sft --recipe installer
      trainer sft --pairs checkpoints/my-run
      trainer sft --resume
    """
    if resume:
        if recipe or show or overwrite or any(value is not None for value in given.values()):
            raise UserError("a resumed run keeps its settings: give --resume with nothing but --name")
        run = Run.resume("sft", name)
        config: SFTConfig = config_from("sft", run.config(), str(run.path / "config.yaml"))
        origin = None
    else:
        origin = sft_recipe(recipe, given)
        run, config = None, origin.sft
        if show:
            click.echo(written(origin, "sft", given_options("sft", given)), nl=False)
            return
    from trace_trainer.engine.commands.examined_training import train_sft

    run, training, evaluations = train_sft(
        config, name, overwrite=overwrite, skip=skip, run=run, recipe=origin
    )
    if not is_main():
        return
    _report(run, training, evaluations)
    if not training.finished:
        tell(f"Interrupted; go on with: trainer sft --resume --name {run.path.name.removesuffix('_sft')}")
        raise SystemExit(stop_exit_code())


def _report(run: Run, training: Training, evaluations: Sequence[Evaluation]) -> None:
    from trace_trainer.engine.commands.training_result import print_result

    speed = f"{training.tokens:,} tokens in {duration(training.seconds)}, {training.tokens / training.seconds:,.0f}/s"
    print_result(run, evaluations, f"{training.steps} steps, {speed}, last loss {training.loss:.4f}")
