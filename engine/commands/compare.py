"""`trainer compare`: stored evaluations beside each other, problem by problem, without running a model."""

from __future__ import annotations

import contextlib
import difflib
import sys
from pathlib import Path

import click

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.commands.command import Command, format_option, option
from trace_trainer.engine.commands.comparison_result import print_comparison
from trace_trainer.engine.commands.files import Model, Output
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.comparison import compare
from trace_trainer.engine.evaluation.stored import System, read_systems
from trace_trainer.engine.places import checkpoints_root
from trace_trainer.engine.runs.folder import COMPLETIONS

_SHOWN = 5


@click.command("compare", cls=Command)
@click.argument("stored", nargs=-1, required=True, metavar="RUN|FILE...", type=Model())
@option(
    "--baseline",
    metavar="NAME",
    group="Evaluation",
    help="System that the others are compared with.",
    show_default="the first",
)
@option(
    "--figure",
    "figures",
    multiple=True,
    metavar="NAME",
    group="Evaluation",
    help="Figure to compare: accuracy, function, or a metric of the task. May be repeated.",
    show_default="all that the systems share",
)
@option(
    "--by",
    metavar="COLUMN",
    group="Evaluation",
    help="Compare within groups of problems too, by a column of the completions: expert, category, kind.",
)
@format_option("table", "markdown", "latex", "json")
@option(
    "--out",
    "-o",
    type=Output(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the result there, whole or not at all.",
)
def command(
    stored: tuple[str, ...], baseline: str | None, figures: tuple[str, ...], by: str | None, form: str, out: Path | None
) -> None:  # fmt: skip
    """Compare stored evaluations on the problems that all of them answered.

    A FILE is what trainer eval --completions writes; it may hold several models. A RUN of sft or rl is the model after
    training; a single one is compared with the model that it started from. Differences are paired by problem, with
    95 % intervals; several completions of a problem count as one observation. Where each problem is solved or not,
    McNemar's exact test stands beside the interval. No model is loaded.

    \b
    Examples:
      trainer compare tiny
      trainer compare run-a run-b run-c --by expert
      trainer compare mine.jsonl theirs.jsonl --format latex --out table.tex
    """
    systems = _systems(stored)
    if baseline is not None:
        systems = _baseline_first(systems, baseline)
    comparison = compare(systems, figures, by)
    with atomic_write(out) if out else contextlib.nullcontext(sys.stdout) as stream:
        print_comparison(comparison, form, stream)


def _systems(stored: tuple[str, ...]) -> list[System]:
    """The systems of all that is named, no two of one name. Raises UserError where there is none but one."""
    found: list[System] = []
    for name in stored:
        file, is_run = _file(name)
        read = read_systems(file)
        for system in read[-1:] if is_run and len(stored) > 1 else read:
            taken = {other.name for other in found}
            if system.name in taken:
                system.name = f"{system.name} ({name})"
            if system.name in taken:
                raise UserError(f"{name} is given twice")
            found.append(system)
    if len(found) < 2:
        raise UserError(
            f"{stored[0]} holds completions of {found[0].name} alone: name another run or file beside it"
        )
    return found


def _file(name: str) -> tuple[Path, bool]:
    """The file of completions of that name, or that of the run of that name or folder; and whether it is a run's."""
    for place in (Path(name), checkpoints_root() / name):
        if place.is_dir() and not (place / COMPLETIONS).is_file():
            raise UserError(
                f"{place} holds no {COMPLETIONS}, which sft and rl write at their end: write one of its model by "
                f"trainer eval --completions FILE, and compare that"
            )
        if place.exists():
            return (place / COMPLETIONS, True) if place.is_dir() else (place, False)
    runs = sorted(found.parent.name for found in checkpoints_root().glob(f"*/{COMPLETIONS}"))
    near = difflib.get_close_matches(name, runs, n=1)
    known = f"; runs with stored completions: {', '.join(runs[:_SHOWN])}" if runs else ""
    raise UserError(f"there is no run or file {name}" + (f": did you mean {near[0]}?" if near else known))


def _baseline_first(systems: list[System], baseline: str) -> list[System]:
    names = [system.name for system in systems]
    if baseline not in names:
        raise UserError(f"no system {baseline}: there are {', '.join(names)}")
    return sorted(systems, key=lambda system: system.name != baseline)
