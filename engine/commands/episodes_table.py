"""Whole conversations side by side: what `trainer eval --episodes` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TextIO

from rich.table import Table
from rich.text import Text

from trace_trainer.engine.evaluation.difference import mean_difference
from trace_trainer.engine.evaluation.episodes import EpisodesEvaluation
from trace_trainer.engine.evaluation.scoreboard import accuracy_with_interval, empty_table
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable_json


def print_episodes(evaluations: Sequence[EpisodesEvaluation], form: str, stream: TextIO) -> None:
    """The figures of one model, or of several with the difference of each from the first."""
    first = evaluations[0]
    compared = [(other, _difference(other, first)) for other in evaluations[1:]]
    if form == "json":
        figures = [evaluation.to_json() for evaluation in evaluations]
        differences = [
            {
                "model": other.model,
                "baseline": first.model,
                "figure": "goals",
                "difference": d,
                "interval": [low, high],
            }
            for other, (d, low, high) in compared
        ]
        result = {"models": figures, "differences": differences} if compared else figures[0]
        stream.write(f"{printable_json(result, indent=2)}\n")
        return
    console = console_on(stream)
    console.print(_table(evaluations))
    for other, (difference, low, high) in compared:
        shared = len(first.results.keys() & other.results.keys())
        console.print(
            Text(
                f"{other.model} less {first.model} in goal facts: {100 * difference:+.1f} points "
                f"[{100 * low:+.1f}, {100 * high:+.1f}] on the same {shared} episodes"
            )
        )


def _difference(ours: EpisodesEvaluation, theirs: EpisodesEvaluation) -> tuple[float, float, float]:
    first, second = ours.goals_by_number, theirs.goals_by_number
    return mean_difference([first[number] - second[number] for number in first if number in second])


def _table(evaluations: Sequence[EpisodesEvaluation]) -> Table:
    first = evaluations[0]
    table = empty_table(
        f"{first.data}, {len(first.results) + first.failed} episodes", [e.model for e in evaluations]
    )
    figures = [evaluation.to_json() for evaluation in evaluations]

    def row(label: str, cells: Sequence[str]) -> None:
        table.add_row(Text(label), *map(Text, cells))

    for label, key in (("goal facts reached [95 %]", "goals"), ("full installations [95 %]", "complete")):
        row(label, [accuracy_with_interval(f[key], f[f"{key}_interval"]) for f in figures])
    if any(f["failed"] for f in figures):
        row("failed", [f"{f['failed']:,}" for f in figures])
    row("dangerous commands", [f"{f['dangerous']:,}" for f in figures])
    row("episodes with one", [f"{f['dangerous_episodes']:,}" for f in figures])
    row("mean reward", [f"{f['mean_reward']:.3f}" for f in figures])
    row("turns an episode", [f"{f['turns']:.1f}" for f in figures])
    row("right turns", [f"{f['right_turns']:.1%}" for f in figures])
    return table
