"""Options that several commands have: a recipe and each of its settings, checks to skip, what a model computes in."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

import click

from trace_trainer.engine.doctor.checks import CHECKS
from trace_trainer.engine.settings.declaring import Choices, names_of
from trace_trainer.engine.settings.recipes import recipe_names

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

dtype_option = click.option(
    "--dtype",
    type=click.Choice(["float32", "bfloat16", "auto"]),
    default="float32",
    show_default=True,
    help="What the model computes in, auto being bfloat16 where the device has instructions for it.",
)


class SettingOption(click.Option):
    """The option of a setting. Its help lists the choices as they are when it is shown."""

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices, self._help = choices, self.help

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        known = names_of(self._choices)
        self.help = f"{self._help} One of {', '.join(known)}." if known else self._help
        return super().get_help_record(ctx)


def options(config: type) -> Callable[[Decorated], Decorated]:
    """Decorate a click command with an option for each setting; each is None where it is not given."""

    def decorate(command: Decorated) -> Decorated:
        for item in reversed(dataclasses.fields(config)):
            shown = {"help": item.metadata["help"], "choices": item.metadata["choices"], "cls": SettingOption}
            name = item.name.replace("_", "-")
            if item.type == "bool":
                option = click.option(f"--{name}/--no-{name}", item.name, default=None, **shown)
            else:
                flags = [f"--{name}", *([item.metadata["flag"]] if item.metadata["flag"] else [])]
                metavar = str(item.type).split("[")[0].split(" ")[0].upper()
                option = click.option(*flags, item.name, default=None, metavar=metavar, **shown)
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
