"""What every command of `trainer` is: options in groups, exit codes in its help, and the options that all have.

Own code, because the packages for groups of options bring a look of their own and know no recipes and no former names.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from trace_trainer.engine.commands.choices import choices_shown, completions, with_choices
from trace_trainer.engine.commands.ending import system_errors_in_one_line
from trace_trainer.engine.commands.files import require_apart
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import faults_in_one_line, load_plugins, named_policy
from trace_trainer.engine.rows.shards import MOST_SHARDS, shard_files
from trace_trainer.engine.settings.declaring import GROUPS, LARGEST_SEED, Choices, names_of
from trace_trainer.engine.terminal.detail import details, silence
from trace_trainer.engine.workers import MOST_WORKERS
from trace_trainer.experts.language.catalogue import nearest
from trace_trainer.verifiers.score import POLICIES

Decorated = TypeVar("Decorated", bound=Callable[..., Any])

_DETAIL = "trainer.detail"  # of a context's meta: "quiet" or "verbose"


class Name(click.ParamType):
    """The name of something that is declared, looked up when it is given: plugins count.

    Args:
        known: the names, or a function that lists them.
        read: what is made of the text first.
    """

    name = "name"

    def __init__(self, known: Choices, read: Callable[[str], str] = str) -> None:
        self._known, self._read = known, read

    @property
    def known(self) -> list[str]:
        """The names as they are now."""
        return names_of(self._known)

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return choices_shown(self.known)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name = self._read(value)
        if name not in self.known:
            self.fail(f"no {value}{nearest(name, self.known)}; there are {', '.join(self.known)}", param, ctx)
        return name

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return completions(self.known, incomplete)


class NameList(Name):
    """Names with commas between them, as a tuple."""

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "NAME,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, tuple):
            return value
        return tuple(super(NameList, self).convert(name.strip(), param, ctx) for name in value.split(","))


class Number(click.FloatRange):
    """A number between limits, and not infinite or none at all, which no comparison would show."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is no number to compute with", param, ctx)
        return number


class Option(click.Option):
    """An option of a command.

    Args:
        group: under which help lists it.
        show_default: as click has it; a text stands there as it is.
        formerly: names that are still accepted, but shown nowhere.
    """

    def __init__(self, *args: Any, group: str = "Run", formerly: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group, self.formerly = group, tuple(formerly)

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        shown = self.opts
        self.opts = [*shown, *self.formerly]
        try:
            super().add_to_parser(parser, ctx)
        finally:
            self.opts = shown

    def get_help_extra(self, ctx: click.Context) -> Any:
        extra: dict[str, Any] = dict(super().get_help_extra(ctx))
        extra.pop("range", None)  # whoever goes beyond it is told
        if isinstance(self.show_default, str):
            extra["default"] = self.show_default
        return extra

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        plain = self.help
        if isinstance(self.type, Name):
            self.help = with_choices(plain or "", self.type.known, always=isinstance(self.type, NameList))
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = plain


option = partial(click.option, cls=Option)
"""`click.option` with a group and former names."""


class Command(click.Command):
    """A command of `trainer`.

    Args:
        done: what exit code 0 means.
        negative: what exit code 1 means; None where the command never ends with it.
    """

    def __init__(self, *args: Any, done: str = "done", negative: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += [*_detail_options(), _plugin_option()]
        negatives = [f"1 {negative}"] if negative else []
        codes = [
            f"0 {done}",
            *negatives,
            "2 bad usage or unreadable input, or a full device",
            "130 interrupted",
            "141 the reader went away",
        ]
        self.epilog = f"Exit codes: {', '.join(codes)}."

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        with faults_in_one_line():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        told = {"quiet": silence, "verbose": details}.get(ctx.meta.get(_DETAIL, ""), contextlib.nullcontext)
        with told(), system_errors_in_one_line(), faults_in_one_line():
            require_apart(ctx)
            return super().invoke(ctx)

    def options_by_group(self, ctx: click.Context) -> dict[str, list[tuple[str, str]]]:
        """Names and help of the options, by the heading that they stand under, in order."""
        found: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)) is not None:
                found.setdefault(getattr(param, "group", "Run"), []).append(record)
        # One group alone needs no name of its own.
        if len(found) == 1:
            return {"Options": next(iter(found.values()))}
        return {group: found[group] for group in GROUPS if group in found}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for group, records in self.options_by_group(ctx).items():
            with formatter.section(group):
                formatter.write_dl(records)


class Family(click.Group, Command):
    """A command that has commands of its own."""


def _note_detail(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and ctx.meta.setdefault(_DETAIL, param.name) != param.name:
        raise click.UsageError("--quiet and --verbose exclude each other: give one of them")


def _detail_options() -> list[click.Option]:
    shared: dict[str, Any] = {"is_flag": True, "expose_value": False, "callback": _note_detail}
    return [
        Option(["--quiet", "-q"], help="Show no progress and no notes, only results and errors.", **shared),
        Option(
            ["--verbose", "-v"], help="Show the warnings of libraries, and what led to an error.", **shared
        ),
    ]


def _load(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> None:
    load_plugins(value)


def _plugin_option() -> click.Option:
    """`--plugin`, which is read before any other option, so that these can name what it declares."""
    return Option(
        ["--plugin"],
        multiple=True,
        is_eager=True,
        expose_value=False,
        callback=_load,
        metavar="FILE.py",
        help="Python file of yours that declares experts, tasks, formats or rewards. May be repeated.",
    )


def refuse_given(names: Iterable[str], said: str) -> None:
    """Raise UserError where one of these parameters of the command that runs was given, rather than pass it over."""
    ctx = click.get_current_context()
    for name in names:
        if ctx.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise UserError(f"--{name.replace('_', '-')} {said}")


def flat(ctx: click.Context, param: click.Parameter, value: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The names of an option that may be repeated and takes lists, in one tuple."""
    return tuple(name for names in value for name in names)


column_option = option(
    "--column",
    "column",
    multiple=True,
    metavar="FIELD=COLUMN",
    group="Data",
    help="Column that holds a field, such as question=problem or trace=meta.response. May be repeated.",
    show_default="the usual names of each field",
)


def decorated(command: Decorated, made: Sequence[Callable[[Decorated], Decorated]]) -> Decorated:
    """A click command with these options, in this order."""
    for one in reversed(made):
        command = one(command)
    return command


def seed_option(help: str) -> Callable[[Any], Any]:
    """Decorator: `--seed`, of what `help` says."""
    limits = click.IntRange(0, LARGEST_SEED)
    return option("--seed", type=limits, default=0, show_default=True, metavar="N", help=help)


def format_option(*forms: str, help: str = "Form of the output.") -> Callable[[Any], Any]:
    """Decorator: `--format`, the first of the forms being the default; the command gets it as `form`."""
    return option(
        "--format", "form", type=click.Choice(forms), default=forms[0], show_default=True, help=help
    )


resume_option = option(
    "--resume",
    is_flag=True,
    help="Go on where the same command was stopped: what it did lies beside the file of --out.",
)
shards_option = option(
    "--shards",
    type=click.IntRange(1, MOST_SHARDS),
    metavar="N",
    help="Deal the rows out to N files of the folder --out.",
    show_default="one file",
)


def workers_option(help: str) -> Callable[[Any], Any]:
    """Decorator: `--workers`, of which `help` says what they do."""
    limits = click.IntRange(1, MOST_WORKERS)
    return option("--workers", type=limits, default=1, show_default=True, metavar="N", help=help)


def files_written(out: str, shards: int | None) -> list[Path]:
    """The files that `--out` and `--shards` name. Raises UserError as `shard_files` does."""
    return [Path(out)] if shards is None else shard_files(out, shards)


reward_option = option(
    "--reward",
    "policy",
    type=Name(POLICIES, named_policy),
    default="gated",
    show_default=True,
    group="Evaluation",
    formerly=("--policy",),
    help="Reward policy, or FILE.py:FUNCTION, a function of the verdict.",
)
