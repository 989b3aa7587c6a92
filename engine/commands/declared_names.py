"""Options that name something declared: a task, a wire format, an expert, a reward policy; and what loads plugins."""

from __future__ import annotations

from collections.abc import Callable

import click

from trace_trainer.engine.plugins import load_plugins, named_policy
from trace_trainer.engine.settings.declaring import Choices, names_of
from trace_trainer.experts.language.catalogue import nearest
from trace_trainer.verifiers.score import POLICIES


class Name(click.ParamType):
    """The name of something that is declared, looked up when it is given: plugins count.

    Args:
        known: the names, or a function that lists them.
        read: what is made of the text first.
    """

    name = "name"

    def __init__(self, known: Choices, read: Callable[[str], str] = str) -> None:
        self._known, self._read = known, read

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return f"[{'|'.join(names_of(self._known))}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        name, known = self._read(value), names_of(self._known)
        if name not in known:
            self.fail(f"no {value}{nearest(name, known)}; there are {', '.join(known)}", param, ctx)
        return name


policy_option = click.option(
    "--policy",
    type=Name(POLICIES, named_policy),
    default="gated",
    show_default=True,
    help="How replies are rewarded; or FILE.py:FUNCTION, a function of the verdict.",
)


def _load(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> None:
    load_plugins(value)


def plugin_option() -> click.Option:
    """`--plugin`, which is read before any other option, so that these can name what it declares."""
    return click.Option(
        ["--plugin"],
        multiple=True,
        is_eager=True,
        expose_value=False,
        callback=_load,
        metavar="FILE.py",
        help="A Python file of yours that declares experts, tasks, formats or rewards. May be repeated.",
    )
