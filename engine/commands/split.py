"""`trainer split`: rows to train on and rows to measure on, without a template in common."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from trace_trainer.engine.commands.command import (
    Command,
    Name,
    column_option,
    format_option,
    option,
    seed_option,
)
from trace_trainer.engine.commands.files import Data, Output
from trace_trainer.engine.doctor.splitting import Split, split, templates
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows.columns import looked_up
from trace_trainer.engine.rows.reading import line_text, rows_of
from trace_trainer.engine.rows.sources import sources_of
from trace_trainer.engine.rows.writing import row_writer
from trace_trainer.engine.tasks import DEFAULT_FORMAT, DEFAULT_TASK, TASKS, task_for
from trace_trainer.engine.tasks.reading import problems_of
from trace_trainer.engine.terminal.printable import printable_json

TEMPLATE, QUESTION = "template", "question"
FILE = Output(dir_okay=False)


@click.command("split", cls=Command)
@click.argument("path", metavar="FILE", type=Data())
@column_option
@option(
    "--task", "task_name", type=Name(lambda: sorted(TASKS)), default=DEFAULT_TASK, show_default=True, group="Data",
    help="What the rows ask for.",
)  # fmt: skip
@option(
    "--held-out", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.1, show_default=True,
    metavar="SHARE", help="Share of the rows that is held out; less where whole groups do not fit into it.",
)  # fmt: skip
@option(
    "--by", default=TEMPLATE, show_default=True, metavar="GROUP",
    help="What no two rows of different sides share: template (the question less its names and numbers), question, or "
    "the value of a column.",
)  # fmt: skip
@option(
    "--train-file",
    type=FILE,
    metavar="FILE",
    help="Write the rows to train on there.",
    show_default="beside FILE",
)
@option(
    "--held-out-file", type=FILE, metavar="FILE", help="Write the others there.", show_default="beside FILE"
)
@seed_option("Seed of the split; another holds out others.")
@format_option("table", "json", help="Form of the summary.")
def command(
    path: str, column: tuple[str, ...], task_name: str, held_out: float, by: str, train_file: str | None,
    held_out_file: str | None, seed: int, form: str,
) -> None:  # fmt: skip
    """Split rows into some to train on and some to measure on, which share no template.

    FILE is a file of rows in any form, a folder, or hub:NAME[:config][:split]. Rows are written as they are, as JSON
    lines, or as Parquet where a file's name ends so. Questions that differ only in names and numbers are one problem
    to a model that memorises wording: by template they stay together, so that trainer doctor finds no overlap.

    \b
    Examples:
      trainer split problems.jsonl --held-out 0.1 --by template
      trainer split calls.parquet --task functions --train-file train.jsonl --held-out-file dev.jsonl
      trainer split rows.jsonl --by conversation_id
    """
    places = {
        "train": train_file or _beside(path, "train"),
        "held-out": held_out_file or _beside(path, "held-out"),
    }
    task = task_for(task_name, DEFAULT_FORMAT)
    problems = problems_of(task, path, column)
    if len(problems) < 2:
        raise UserError(f"{path} holds {len(problems)} rows; there is nothing to split")
    rows = _rows(path)
    keys = _keys(rows, [task.question(problem) for problem in problems], by)
    made = split(keys, held_out, seed)
    with ExitStack() as files:
        for name, positions in (("train", made.training), ("held-out", made.held_out)):
            write = files.enter_context(row_writer(places[name]))
            for position in positions:
                write(printable_json(rows[position]))
    _report(made, places, by, form)


def _beside(path: str, name: str) -> str:
    """The file beside the input that a side is written to. Raises UserError where it is there already."""
    place = Path(path)
    if not place.exists():
        place = Path(path.replace(":", "-").replace("/", "-"))
    stem = place.name.removesuffix(".gz").rpartition(".")[0] or place.name
    made = place.with_name(f"{stem}.{name}.jsonl")
    if made.exists():
        raise UserError(f"{made} is there already; name another with --{name}-file, or remove it")
    return str(made)


def _rows(path: str) -> list[dict[str, Any]]:
    """The rows as they are, which were read as problems already."""
    return [
        json.loads(line_text(row)) if isinstance(row, bytes) else row
        for source in sources_of(path)
        for _, row in rows_of(source)
    ]


def _keys(rows: Sequence[dict[str, Any]], questions: Sequence[str], by: str) -> list[str]:
    """What the rows are grouped by. Raises UserError for a column that a row does not have."""
    if by == TEMPLATE:
        return templates(questions)
    if by == QUESTION:
        return [" ".join(question.lower().split()) for question in questions]
    found = [looked_up(row, by) for row in rows]
    lacking = next((number for number, (there, _) in enumerate(found, 1) if not there), None)
    if lacking is not None:
        raise UserError(
            f"row {lacking} has no column {by} (there are {', '.join(rows[lacking - 1])}); --by takes one, or "
            f"{TEMPLATE}, or {QUESTION}"
        )
    return [printable_json(value) for _, value in found]


def _report(made: Split, places: dict[str, str], by: str, form: str) -> None:
    sides: dict[str, dict[str, Any]] = {
        "train": {"rows": len(made.training), "groups": made.training_groups, "file": places["train"]},
        "held_out": {"rows": len(made.held_out), "groups": made.held_out_groups, "file": places["held-out"]},
    }
    if form == "json":
        click.echo(json.dumps({"by": by, **sides}, indent=2))
        return
    total = len(made.training) + len(made.held_out)
    for name, side in sides.items():
        rows = f"{side['rows']:>9,} rows {side['rows'] / total:>6.1%} {side['groups']:>9,} groups"
        click.echo(f"{name.replace('_', ' '):<9} {rows}  {side['file']}")
