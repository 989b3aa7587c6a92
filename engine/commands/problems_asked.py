"""Which problems models are asked, and the options that say it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from trace_trainer.engine.commands.command import Decorated, NameList, decorated, flat, option
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import generated_problems
from trace_trainer.engine.settings.declaring import MOST
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.reading import problems_of
from trace_trainer.experts import expert_names

DEFAULT_COUNT = 500
"""Generated problems, where no number is given."""


def problem_options(split: str, formerly: Sequence[str] = ()) -> Callable[[Decorated], Decorated]:
    """Decorate a click command with which generated problems are taken, and how many: `split`, `count`, `experts`.

    Args:
        split: the one that is taken unless another is named, in words.
        formerly: other names of --count.
    """
    made = [
        option(
            "--split",
            metavar="NAME",
            group="Data",
            help="Split whose generated problems are taken.",
            show_default=split,
        ),
        option(
            "--count",
            "-n",
            type=click.IntRange(1, MOST),
            metavar="N",
            group="Data",
            formerly=formerly,
            help="How many problems.",
            show_default=f"{DEFAULT_COUNT} generated ones, or all of --data",
        ),
        option(
            "--expert",
            "experts",
            type=NameList(expert_names),
            multiple=True,
            callback=flat,
            group="Data",
            help="Expert whose generated problems are taken, for traces. May be repeated.",
            show_default="the mixture",
        ),
    ]
    return lambda command: decorated(command, made)


def card_option(shown_default: str) -> Callable[[Decorated], Decorated]:
    """The option whether the prompt card is shown."""
    return option(
        "--card/--no-card",
        default=None,
        group="Data",
        help="Show the prompt card.",
        show_default=shown_default,
    )


def samples_option(help: str, default: int = 1) -> Callable[[Decorated], Decorated]:
    """The option how many completions a problem gets."""
    return option(
        "--samples",
        type=click.IntRange(1, 10_000),
        default=default,
        show_default=True,
        metavar="N",
        group="Rollouts",
        help=help,
    )


def problems_asked(
    task: Task[Any],
    data: str | None,
    column: tuple[str, ...],
    split: str | None,
    count: int | None,
    seed: int,
    experts: tuple[str, ...],
) -> tuple[str, list[Any]]:
    """The problems of a file, or generated ones where none is named, and what to call them.

    Raises UserError where options exclude each other, and where the file can't be read.
    """
    if data is not None and (split is not None or experts):
        raise UserError(
            "--split and --expert choose generated problems, --data names a file; give one of them"
        )
    if data is not None:
        return data, problems_of(task, data, column, count)
    if column:
        raise UserError("--column says what the columns of --data hold; generated problems have none")
    return generated_problems(task, split or task.test_split, count or DEFAULT_COUNT, seed, experts)
