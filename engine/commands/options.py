"""Options that several commands have: a recipe and each of its settings, checks to skip, how a model is run."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from trace_trainer.engine.commands.choices import choices_shown, completions, with_choices
from trace_trainer.engine.commands.command import Decorated, Name, Number, Option, decorated, option
from trace_trainer.engine.commands.files import Model
from trace_trainer.engine.doctor.checks import CHECKS
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.completions import SAMPLING_TEMPERATURE
from trace_trainer.engine.inference.constraints import GRAMMAR, LEVELS, OFF
from trace_trainer.engine.models.devices import AUTO_DEVICE, DEVICES
from trace_trainer.engine.settings.declaring import names_of, option_of
from trace_trainer.engine.settings.recipes import SECTIONS, load_recipe, recipe_names
from trace_trainer.engine.settings.stages import CONSTRAIN_HELP, MODEL_HELP
from trace_trainer.engine.settings.tuning import BASE_HELP, DEVICE_HELP
from trace_trainer.engine.tasks import TASKS
from trace_trainer.engine.tasks.context import NO_CONTEXT
from trace_trainer.verifiers.calls import FORMATS

_METAVARS = {"int": "N", "float": "X", "tuple": "NAME,...", "str": "NAME"}
_OUTPUT = "format"
"""What `--format` means wherever there is an output; it is no former name of an option."""

temperature_option = option(
    "--temperature",
    type=Number(min=0, max=100),
    metavar="X",
    group="Rollouts",
    help="Temperature of sampling; 0 is greedy.",
    show_default=f"0 for one sample, {SAMPLING_TEMPERATURE} for several",
)
max_new_tokens_option = option(
    "--max-new-tokens",
    type=click.IntRange(1, 1_000_000),
    default=256,
    show_default=True,
    metavar="N",
    group="Rollouts",
    help="Longest completion in tokens; a longer one is cut.",
)


class SettingOption(Option):
    """The option of a setting. Its help shows the choices as they are then, the default and the recipe's value."""

    def __init__(self, *args: Any, item: dataclasses.Field[Any], section: str, **kwargs: Any) -> None:
        former = item.metadata["formerly"]
        formerly = [f"--{former.replace('_', '-')}"] if former and former != _OUTPUT else []
        if item.metadata["option"]:
            formerly.append(f"--{item.name.replace('_', '-')}")
        super().__init__(
            *args, group=item.metadata["group"], formerly=formerly, help=item.metadata["help"], **kwargs
        )
        self._item, self._section = item, section

    def make_metavar(self, ctx: click.Context) -> str:
        if known := names_of(self._item.metadata["choices"]):
            shown = choices_shown(known)
            return "NAME,..." if self.multiple else shown
        return str(self._item.metadata["metavar"] or _METAVARS[_plain_type(self._item)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        known = names_of(self._item.metadata["choices"])
        return completions(known, incomplete) if known else super().shell_complete(ctx, incomplete)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        known = names_of(self._item.metadata["choices"])
        plain, self.help = self.help, with_choices(self.help or "", known, always=self.multiple)
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = plain

    def get_help_extra(self, ctx: click.Context) -> Any:
        default = _shown(self._item.default)
        recipe = load_recipe(ctx.params.get("recipe") or "default")
        own = _shown(getattr(getattr(recipe, self._section), self._item.name))
        return {"default": default if own == default else f"{default}; {own} in the recipe {recipe.name}"}


def _plain_type(item: dataclasses.Field[Any]) -> str:
    """The type of a setting without what it holds and without None: `tuple[str, ...] | None` is a tuple."""
    return str(item.type).split("[")[0].split(" ")[0]


def _shown(value: Any) -> str:
    """A value as it would be given on the command line."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return ", ".join(value) if isinstance(value, tuple) else str("none" if value is None else value)


def _listed(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> str | None:
    """What was given of an option that may be repeated and takes lists, as one list; None where it was not given."""
    return ",".join(value) if value else None


def _as_given(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[str, ...] | None:
    """What was given of an option that may be repeated, each whole; None where it was not given."""
    return tuple(value) or None


def options(
    section: str, only: Sequence[str] | None = None, without: Sequence[str] = ()
) -> Callable[[Decorated], Decorated]:
    """Decorate a click command with an option for each setting of a stage; each is None where it is not given.

    Args:
        section: the stage, a key of SECTIONS.
        only: the settings that become options; None means all of them.
        without: settings that do not.
    """

    def decorate(command: Decorated) -> Decorated:
        # What comes first in its group is what is given most often.
        items = sorted(
            dataclasses.fields(SECTIONS[section]), key=lambda item: item.name not in ("model", "data")
        )
        for item in reversed(items):
            if item.name in without or (only is not None and item.name not in only):
                continue
            shown: dict[str, Any] = {"cls": SettingOption, "item": item, "section": section}
            name, flag = option_of(item), item.metadata["flag"]
            if item.type == "bool":
                command = click.option(f"{name}/--no-{name[2:]}", item.name, default=None, **shown)(command)
                continue
            if _plain_type(item) == "tuple":
                shown |= {"multiple": True, "callback": _listed if item.metadata["commas"] else _as_given}
            else:
                shown["default"] = None
            command = click.option(name, *([flag] if flag else []), item.name, **shown)(command)
        return command

    return decorate


def recipe_option(shown_default: str = "default") -> Callable[[Decorated], Decorated]:
    """Decorate a click command with `--recipe`, which is None where it is not given."""
    return option(
        "--recipe",
        metavar="NAME",
        is_eager=True,  # so that --help after it shows that recipe's values
        shell_complete=lambda ctx, param, incomplete: completions(recipe_names(), incomplete),
        help=f"Settings to start from: {', '.join(recipe_names())}, or a file. Other options override them.",
        show_default=shown_default,
    )


LOADING = ("dtype", "device", "base")


NEWEST = "the newest RL run, else SFT run"
"""Which model is taken where none is named."""
model_option = option(
    "--model", "-m", type=Model(), metavar="MODEL", group="Model", help=f"{MODEL_HELP}.", show_default=NEWEST
)


def constrain_options(command: Decorated) -> Decorated:
    """Decorate a click command with how far decoding is constrained: `constrain`, one of LEVELS."""
    made = [
        option(
            "--constrain",
            type=click.Choice(LEVELS),
            group="Rollouts",
            help=CONSTRAIN_HELP,
            show_default=OFF,
            callback=_constrained,
        ),
        option(
            "--guided",
            is_flag=True,
            is_eager=True,  # so that --constrain sees it
            expose_value=False,
            group="Rollouts",
            help="The same as --constrain grammar.",
            callback=lambda ctx, _, value: ctx.meta.update({_GUIDED: value}),
        ),
    ]
    return decorated(command, made)


_GUIDED = f"{__name__}.guided"


def _constrained(ctx: click.Context, _: click.Parameter, value: str | None) -> str:
    guided = ctx.meta.get(_GUIDED)
    if guided and value not in (None, GRAMMAR):
        raise UserError(f"--guided is --constrain grammar, not --constrain {value}: give one of them")
    return GRAMMAR if guided else value or OFF


def task_options(command: Decorated) -> Decorated:
    """Decorate a click command with what a model is asked: `task_name` and `call_format`, None as it was trained."""
    made = [
        option(
            "--task",
            "task_name",
            type=Name(lambda: sorted(TASKS)),
            group="Data",
            help="What is asked of the model.",
            show_default="what it was trained for, else traces",
        ),
        option(
            "--call-format",
            type=Name(FORMATS),
            group="Data",
            help="How tool calls are written.",
            show_default="as it was trained, else hermes",
        ),
    ]
    for add in reversed(made):
        command = add(command)
    return command


def loading_options(command: Decorated) -> Decorated:
    """Decorate a click command with how a model is loaded: `dtype`, `device` and `base`, as `load_model` takes them."""
    made = [
        option(
            "--dtype",
            type=click.Choice(["float32", "bfloat16", "auto"]),
            default="float32",
            show_default=True,
            group="Model",
            help="Number type of the computation; auto is bfloat16 where the device has instructions for it, else "
            "float32.",
        ),
        option(
            "--device",
            type=click.Choice(DEVICES),
            default=AUTO_DEVICE,
            show_default=True,
            group="Model",
            help=DEVICE_HELP,
        ),
        option("--base", metavar="MODEL", group="Model", help=BASE_HELP),
    ]
    return decorated(command, made)


context_option = option(
    "--context",
    metavar="FILE",
    group="Data",
    help=f"File whose text is put before each request, of every model; {NO_CONTEXT} leaves it out.",
    show_default="as the models were trained",
)


def run_options(saved_as: str) -> Callable[[Decorated], Decorated]:
    """Decorate a click command that leaves a run with its name, with what replaces and what resumes one."""
    made = [
        option(
            "--name",
            metavar="NAME",
            help=f"Name of the run, which is saved as {saved_as}.",
            show_default="the model's name",
        ),
        option("--overwrite", is_flag=True, help="Replace an earlier run of that name."),
        option("--resume", is_flag=True, help="Go on with an unfinished run: the newest, or that of --name."),
        show_option,
        skip_option,
    ]

    def decorate(command: Decorated) -> Decorated:
        return decorated(command, made)

    return decorate


show_option = option(
    "--show", is_flag=True, help="Print the settings as a recipe, and end before anything is loaded."
)

skip_option = option(
    "--skip-doctor",
    "skip",
    multiple=True,
    type=Name(CHECKS),
    help="Check that is left out. May be repeated.",
)
