"""`trainer rl`: reinforcement learning from the verifier's rewards."""

from __future__ import annotations

from typing import Any

import click

from trace_trainer.engine.commands.command import Command
from trace_trainer.engine.commands.going_on import rl_recipe
from trace_trainer.engine.commands.options import options, recipe_option, run_options
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import named_policy
from trace_trainer.engine.ranks import is_main
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.recipes import config_from, given_options
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.settings.written import written
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.stopping import stop_exit_code


@click.command("rl", cls=Command, negative="a check of the doctor fails")
@recipe_option("that of the run that it goes on from, else default")
@run_options("NAME")
@options("rl")
def command(
    recipe: str | None,
    name: str | None,
    overwrite: bool,
    resume: bool,
    show: bool,
    skip: tuple[str, ...],
    **given: Any,
) -> None:
    """Train a model by reinforcement learning from the verifier's rewards.

    Goes on from the newest trainer sft run unless --model says otherwise: with its task, its method and its limits, and
    else by the recipe that it was made with. Measures held-out accuracy before and after, and saves the model with all
    its rollouts under checkpoints/NAME. Ctrl-C stops after the iteration at hand; --resume goes on.

    \b
    Examples:
      trainer rl --iters 20
      trainer rl --recipe installer --iters 20
      trainer rl --model checkpoints/shop_sft --objective rloo --reward binary
      trainer rl --resume
    """
    if resume:
        reward = given.pop("reward")
        policy = None if reward is None else named_policy(reward)  # a function has to be named again
        if recipe or show or overwrite or any(value is not None for value in given.values()):
            raise UserError("a resumed run keeps its settings: give --resume with nothing but --name")
        run = Run.resume("rl", name)
        config: RLConfig = config_from("rl", run.config(), str(run.path / "config.yaml"))
        if policy not in (None, config.reward):
            raise UserError(f"a resumed run keeps its settings: its reward is {config.reward}, not {policy}")
        origin = None
    else:
        origin, note = rl_recipe(recipe, given)
        run, config = None, origin.rl
        if note:
            tell(note)
        if show:
            click.echo(written(origin, "rl", given_options("rl", given)), nl=False)
            return
    _train(config, name, overwrite=overwrite, skip=skip, run=run, recipe=origin)


def _train(config: RLConfig, name: str | None, **options: Any) -> None:
    from trace_trainer.engine.commands.examined_training import train_rl
    from trace_trainer.engine.commands.training_result import print_result

    run, evaluations = train_rl(config, name, **options)
    if not is_main():
        return
    print_result(run, evaluations)
    _write_report(run)
    if len(evaluations) < 2:
        tell(f"Interrupted; go on with: trainer rl --resume --name {run.path.name}")
        raise SystemExit(stop_exit_code())


def _write_report(run: Run) -> None:
    from trace_trainer.engine.report.page import write_report

    page = write_report(run.path / "report.html", [run.path])
    click.echo(f"report: {page}")
