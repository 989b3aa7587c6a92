"""`trainer pretrain`: makes an embedded base model, which reads and copies but has never written a trace or a call."""

from __future__ import annotations

from pathlib import Path

import click

from trace_trainer.engine.commands.command import Command, Number, option, seed_option
from trace_trainer.engine.commands.files import Model, Output
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.pretraining.corpora import CORPORA
from trace_trainer.engine.settings.declaring import MOST
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.stopping import stop_exit_code


@click.command("pretrain", cls=Command)
@option(
    "--out",
    "-o",
    metavar="FOLDER",
    group="Model",
    type=Output(path_type=Path, file_okay=False),
    default=Path("checkpoints/tiny-base"),
    show_default=True,
    help="Folder of the model; an unfinished run there goes on.",
)
@option(
    "--tokens",
    metavar="N",
    group="Data",
    type=click.IntRange(100_000, 10**12),
    default=13_000_000,
    show_default=True,
    help="How many tokens are trained on.",
)
@option(
    "--corpus",
    group="Data",
    type=click.Choice(sorted(CORPORA)),
    default="traces",
    show_default=True,
    help="What it is to be a base for: it reads the texts of those problems.",
)
@option(
    "--model",
    "-m",
    type=Model(),
    metavar="MODEL",
    group="Model",
    help="Model to train further, with its tokenizer.",
    show_default="random weights",
)
@option(
    "--learning-rate",
    type=Number(0, 10, min_open=True),
    default=2e-3,
    show_default=True,
    metavar="X",
    group="Optimiser",
    help="Peak of the learning rate.",
)
@option(
    "--batch-tokens",
    type=click.IntRange(1024, MOST),
    default=4096,
    show_default=True,
    metavar="N",
    group="Optimiser",
    help="Tokens of an optimiser step.",
)
@option(
    "--threads",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="How many CPU threads compute.",
    show_default="torch's choice",
)
@seed_option("Seed of the weights and of the texts.")
def command(
    out: Path,
    tokens: int,
    corpus: str,
    model: str | None,
    learning_rate: float,
    batch_tokens: int,
    threads: int | None,
    seed: int,
) -> None:
    """Make a small base model from random weights: it learns to read and to copy, not to write traces or calls.

    Ctrl-C stops after the step at hand; the same command goes on.

    \b
    Example:
      trainer pretrain --out checkpoints/tiny-base --tokens 13000000
    """
    import torch

    from trace_trainer.engine.models.loading import load_model
    from trace_trainer.engine.pretraining.training import Shape, pretrain

    if (out / "model.safetensors").exists():
        raise UserError(f"{out} already holds a model; choose another folder with --out or remove it first")
    if threads is not None:
        torch.set_num_threads(threads)
    finished = pretrain(
        out,
        tokens,
        corpus=CORPORA[corpus],
        shape=Shape(),
        learning_rate=learning_rate,
        batch_tokens=batch_tokens,
        seed=seed,
        start=load_model(model) if model else None,
    )
    if not finished:
        tell("Interrupted; the same command goes on")
        raise SystemExit(stop_exit_code())
