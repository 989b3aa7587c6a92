"""`trainer generate`: problems with gold replies, every one of them verified before it is written."""

from __future__ import annotations

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.declared_names import Name
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import WORDING_HELP
from trace_trainer.engine.tasks import DEFAULT_TASK, TASKS, task_for
from trace_trainer.engine.tasks.gold import verified
from trace_trainer.engine.terminal.progress import track
from trace_trainer.experts import expert_names
from trace_trainer.experts.language.catalogue import nearest
from trace_trainer.experts.problems import WORDINGS


@click.command("generate")
@click.option(
    "--task",
    "task_name",
    type=Name(TASKS),
    default=DEFAULT_TASK,
    show_default=True,
    help="What the problems ask for.",
)
@click.option(
    "--split", default="train", show_default=True, metavar="SPLIT", help="Splits share no question."
)
@click.option(
    "--count", type=click.IntRange(min=1), default=1000, show_default=True, help="How many problems."
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another seed gives other problems.")
@click.option(
    "--expert",
    "experts",
    multiple=True,
    type=Name(expert_names),
    help="Only of this expert, for traces. May be repeated.",
)
@click.option(
    "--wording",
    type=click.Choice(WORDINGS),
    default="any",
    show_default=True,
    help=WORDING_HELP,
)
@click.option(
    "--out", type=click.Path(dir_okay=False), metavar="FILE", help="Write there, whole or not at all."
)
def command(
    task_name: str, split: str, count: int, seed: int, experts: tuple[str, ...], wording: str, out: str | None
) -> None:
    """Write problems with gold traces, or with gold tool calls, as JSON lines.

    Every gold reply has been verified. The same options give the same problems.

    \b
    Examples:
      trainer generate --count 5
      trainer generate --split test_numbers --count 500 --expert percentage --out percentage.jsonl
      trainer generate --task installer --split test --count 200 --out installer.jsonl
    """
    task = task_for(task_name)
    if split not in task.splits:
        raise UserError(
            f"the task {task_name} has no split {split}{nearest(split, task.splits)}; there are "
            f"{', '.join(task.splits)}"
        )
    drawn = verified(task, task.generate(split, count, seed, experts or None, wording))
    problems = track(drawn, "generate", count, "problems", streaming=out is None)
    try:
        if out is not None:
            with atomic_write(out) as stream:
                stream.writelines(task.line(problem) for problem in problems)
        else:
            for problem in problems:
                click.echo(task.line(problem), nl=False)
    except ValueError as error:
        raise UserError(str(error)) from None
