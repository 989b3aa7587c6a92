"""`trainer generate`: problems with gold replies, every one of them verified before it is written."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import partial
from itertools import chain
from typing import Any

import click

from trace_trainer.engine.commands.command import (
    Command,
    Name,
    NameList,
    files_written,
    flat,
    option,
    seed_option,
    shards_option,
    workers_option,
)
from trace_trainer.engine.commands.files import Output
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.shards import line_writer
from trace_trainer.engine.settings.declaring import MOST
from trace_trainer.engine.settings.stages import WORDING_HELP
from trace_trainer.engine.tasks import DEFAULT_FORMAT, DEFAULT_TASK, TASKS, task_for
from trace_trainer.engine.tasks.gold import verified
from trace_trainer.engine.tasks.task import Task
from trace_trainer.engine.terminal.progress import track
from trace_trainer.engine.workers import groups_of, in_order
from trace_trainer.experts import expert_names
from trace_trainer.experts.language.catalogue import nearest
from trace_trainer.experts.problems import WORDINGS
from trace_trainer.verifiers.calls import FORMATS

_TOGETHER = 64
"""Problems that go to a process at once."""


@click.command("generate", cls=Command)
@option(
    "--task",
    "task_name",
    type=Name(lambda: sorted(TASKS)),
    default=DEFAULT_TASK,
    show_default=True,
    group="Data",
    help="What the problems ask for.",
)
@option(
    "--split",
    default="train",
    show_default=True,
    metavar="NAME",
    group="Data",
    help="Split of the problems; splits share no question.",
)
@option(
    "--count",
    "-n",
    type=click.IntRange(1, MOST),
    default=1000,
    show_default=True,
    metavar="N",
    group="Data",
    help="How many problems.",
)
@seed_option("Seed of the problems; another gives others.")
@option(
    "--expert",
    "experts",
    multiple=True,
    type=NameList(expert_names),
    callback=flat,
    group="Data",
    help="Expert whose problems are taken, for traces. May be repeated.",
    show_default="the mixture",
)
@option(
    "--wording",
    type=click.Choice(WORDINGS),
    default="any",
    show_default=True,
    group="Data",
    help=WORDING_HELP,
)
@option(
    "--call-format",
    type=Name(FORMATS),
    default=DEFAULT_FORMAT,
    show_default=True,
    group="Data",
    help="How tool calls will be written; problems that it can't express are left out.",
)
@option(
    "--out",
    "-o",
    type=Output(),
    metavar="FILE",
    help="Write the problems there, whole or not at all; with --shards a folder.",
)
@shards_option
@workers_option("How many processes verify; one draws, for no question may come twice.")
def command(
    task_name: str,
    split: str,
    count: int,
    seed: int,
    experts: tuple[str, ...],
    wording: str,
    call_format: str,
    out: str | None,
    shards: int | None,
    workers: int,
) -> None:
    """Write problems with gold traces, or with gold tool calls, as JSON lines.

    Every gold reply has been verified. The same options give the same problems, whatever --shards and --workers.

    \b
    Examples:
      trainer generate --count 5
      trainer generate --split test_numbers --count 500 --expert percentage --out percentage.jsonl
      trainer generate --task installer --split test --count 200 --out installer.jsonl
      trainer generate --count 1000000 --shards 16 --workers 4 --out problems/
    """
    if shards and out is None:
        raise UserError("--shards deals rows out to the files of a folder: give --out FOLDER")
    task = task_for(task_name, call_format)
    if split not in task.splits:
        raise UserError(
            f"the task {task_name} has no split {split}{nearest(split, task.splits)}; there are "
            f"{', '.join(task.splits)}"
        )
    drawn = groups_of(
        task.generate(split, count, seed, experts or None, wording), _TOGETHER if workers > 1 else 1
    )
    made = chain.from_iterable(in_order(partial(_lines, task), drawn, workers))
    lines = track(made, "generate", count, "problems", streaming=out is None)
    output = line_writer(files_written(out, shards)) if out is not None else contextlib.nullcontext(_say)
    try:
        with output as write:
            for line in lines:
                write(line)
    except ValueError as error:
        raise UserError(str(error)) from None


def _lines(task: Task[Any], problems: Sequence[Any]) -> list[str]:
    """Problems as lines. Raises GoldFailsError."""
    return [task.line(problem) for problem in verified(task, problems)]


def _say(line: str) -> None:
    click.echo(line, nl=False)
