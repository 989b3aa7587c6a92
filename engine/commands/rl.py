"""`trainer rl`: reinforcement learning from the verifier's rewards."""

from __future__ import annotations

from typing import Any

import click

from trace_trainer.engine.commands.options import options, recipe_option, skip_option
from trace_trainer.engine.errors import INTERRUPTED, UserError
from trace_trainer.engine.plugins import named_policy
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.recipes import config_from, recipe_from
from trace_trainer.engine.settings.stages import RLConfig


@click.command("rl")
@recipe_option
@click.option("--name", metavar="NAME", help="The run is saved as NAME. [default: the model's name]")
@click.option("--overwrite", is_flag=True, help="Replace an earlier run of that name.")
@click.option("--resume", is_flag=True, help="Go on with an unfinished run: the newest, or that of --name.")
@skip_option
@options(RLConfig)
def command(
    recipe: str, name: str | None, overwrite: bool, resume: bool, skip: tuple[str, ...], **given: Any
) -> None:
    """Train a model by reinforcement learning from the verifier's rewards.

    Continues from the newest trainer sft run unless --model says otherwise, measures held-out accuracy before and
    after, and saves the model with all its rollouts under checkpoints/NAME. Ctrl-C stops after the iteration at hand;
    --resume goes on.

    \b
    Examples:
      trainer rl --iters 20
      trainer rl --recipe installer --iters 20
      trainer rl --model checkpoints/shop_sft --objective rloo --reward binary
      trainer rl --resume
    """
    from trace_trainer.engine.commands.examined_training import train_rl
    from trace_trainer.engine.commands.training_result import print_result

    if resume:
        reward = given.pop("reward")
        policy = None if reward is None else named_policy(reward)  # a function has to be named again
        if overwrite or any(value is not None for value in given.values()):
            raise UserError("a resumed run keeps its settings: give --resume with nothing but --name")
        run = Run.resume("rl", name)
        config: RLConfig = config_from("rl", run.config(), str(run.path / "config.yaml"))
        if policy not in (None, config.reward):
            raise UserError(f"a resumed run keeps its settings: its reward is {config.reward}, not {policy}")
    else:
        run, config = None, recipe_from("rl", recipe, given).rl
    run, evaluations = train_rl(config, name, overwrite=overwrite, skip=skip, run=run)
    print_result(run, evaluations)
    _write_report(run)
    if len(evaluations) < 2:
        click.echo(f"Interrupted; go on with: trainer rl --resume --name {run.path.name}", err=True)
        raise SystemExit(INTERRUPTED)


def _write_report(run: Run) -> None:
    from trace_trainer.engine.report.page import write_report

    page = write_report(run.path / "report.html", [run.path])
    click.echo(f"report: {page}")
