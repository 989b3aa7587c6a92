"""Options that several commands have: a recipe and each of its settings, checks to skip, what a model computes in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import click

from trace_trainer.engine.doctor.checks import CHECKS
from trace_trainer.engine.settings.recipes import recipe_names

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

dtype_option = click.option(
    "--dtype",
    type=click.Choice(["float32", "bfloat16", "auto"]),
    default="float32",
    show_default=True,
    help="What the model computes in, auto being bfloat16 where the device has instructions for it.",
)


def options(config: type) -> Callable[[Decorated], Decorated]:
    """Decorate a click command with an option for each setting; each is None where it is not given."""

    def decorate(command: Decorated) -> Decorated:
        for item in reversed(dataclasses.fields(config)):
            text = item.metadata["help"]
            if item.metadata["choices"]:
                text += f" One of {', '.join(item.metadata['choices'])}."
            name = item.name.replace("_", "-")
            if item.type == "bool":
                option = click.option(f"--{name}/--no-{name}", item.name, default=None, help=text)
            else:
                flags = [f"--{name}", *([item.metadata["flag"]] if item.metadata["flag"] else [])]
                metavar = str(item.type).split("[")[0].split(" ")[0].upper()
                option = click.option(*flags, item.name, default=None, metavar=metavar, help=text)
            command = option(command)
        return command

    return decorate


def recipe_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a click command with `--recipe`."""
    shipped = ", ".join(recipe_names())
    return click.option(
        "--recipe",
        default="default",
        show_default=True,
        metavar="NAME",
        help=f"Settings to start from: {shipped}, or a file. Other options override it.",
    )(command)


def skip_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a click command with `--skip-doctor`."""
    return click.option(
        "--skip-doctor",
        "skip",
        multiple=True,
        type=click.Choice(list(CHECKS)),
        help="A check not to run. May be repeated.",
    )(command)
