"""`trainer average`: the mean of the weights of models that were trained from the same one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from trace_trainer.engine.commands.command import Command, option
from trace_trainer.engine.commands.files import Model
from trace_trainer.engine.commands.models_asked import common, local_folder, run_settings
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.runs.naming import run_folder
from trace_trainer.engine.runs.place import reserve
from trace_trainer.engine.tasks import DEFAULT_FORMAT, DEFAULT_TASK
from trace_trainer.engine.training.averaging import AverageConfig, average


@click.command("average", cls=Command)
@click.argument("models", nargs=-1, required=True, metavar="MODEL...", type=Model())
@option("--name", required=True, metavar="NAME", help="Name that the average is saved under.")
@option(
    "--rank",
    type=click.IntRange(1, 65_536),
    metavar="N",
    help="Rank of the average of adapters.",
    show_default="the sum of theirs, which is exact",
    group="Method",
)
@option(
    "--dtype",
    type=click.Choice(["float32", "bfloat16"]),
    default="float32",
    show_default=True,
    help="Number type that the weights are written in; bfloat16 halves the file.",
    group="Model",
)
@option("--overwrite", is_flag=True, help="Replace an earlier average of that name.")
def command(models: tuple[str, ...], name: str, rank: int | None, dtype: str, overwrite: bool) -> None:
    """Average the weights of models that were trained from the same one.

    The mean of runs that saw other problems, or the same in another order, is often better than each of them: compare
    it with trainer eval. Adapters of one model are averaged as the change that they make to it.

    \b
    Examples:
      trainer average first_sft second_sft --name mean
      trainer average first_sft second_sft third_sft --name mean --rank 16 --dtype bfloat16
      trainer eval --compare first_sft --model mean --gold-loss
    """
    import torch

    folder = run_folder("average", name)
    if folder.resolve() in [local_folder(model).resolve() for model in models]:
        raise UserError(f"{name} is one of the models that are averaged; choose another --name")
    reserve(folder, "average", overwrite, models)
    config = AverageConfig(models=models, rank=rank, dtype=dtype, **_asked(models))
    mean = average(models, rank=rank)
    run = Run.create("average", name, config, parent=mean.name, parent_path=mean.path, overwrite=overwrite)
    mean.model.to(getattr(torch, dtype))
    run.save_weights(mean)
    run.close("finished")
    click.echo(f"the mean of {len(models)} models is saved in {run.path}")


def _asked(models: Sequence[str]) -> dict[str, Any]:
    """What models are asked for, by the settings of their runs. Raises UserError where it is not the same."""
    defaults = {"task": DEFAULT_TASK, "call_format": DEFAULT_FORMAT, "card": False}
    settings = [found for found in map(run_settings, models) if found]
    return {
        key: common(
            [found.get(key, default) for found in settings],
            default,
            f"these models were trained for different {key.replace('_', ' ')}s ({{}}): give those of one",
        )
        for key, default in defaults.items()
    }
