"""What `trainer compare` prints: a table for a terminal, for Markdown or for LaTeX, or JSON."""

from __future__ import annotations

import json
from typing import TextIO

import rich.box
from rich.table import Table
from rich.text import Text
from tabulate import tabulate

from trace_trainer.engine.evaluation.comparison import Comparison
from trace_trainer.engine.evaluation.contrast import Contrast
from trace_trainer.engine.evaluation.scores import Share
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable

_LEFT = {"figure", "system", ""}
_TABULATE = {"markdown": "github", "latex": "latex_booktabs"}


def print_comparison(comparison: Comparison, form: str, stream: TextIO) -> None:
    """Write it to the stream in one of the forms table, markdown, latex and json."""
    if form == "json":
        json.dump(comparison.to_json(), stream, indent=2, ensure_ascii=False)
        stream.write("\n")
        return
    baseline = comparison.systems[0]
    heads = ["figure", "n", "system", "[95 %]", baseline, "less it [95 %]", "only", "p", ""]
    rows = [_cells(found) for found in comparison.contrasts]
    if form != "table":
        stream.write(tabulate(rows, heads, tablefmt=_TABULATE[form], disable_numparse=True) + "\n")
        return
    console = console_on(stream)
    table = Table(
        title=_title(comparison), title_justify="left", box=rich.box.SIMPLE_HEAD, padding=(0, 0, 0, 1)
    )
    for head in heads:
        table.add_column(Text(printable(head)), justify="left" if head in _LEFT else "right")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table)


def _title(comparison: Comparison) -> str:
    left_out = [f"{name} {n:,}" for name, n in comparison.left_out.items() if n]
    rest = f"; answered by some only and left out: {', '.join(left_out)}" if left_out else ""
    return printable(f"{comparison.problems:,} problems that all answered{rest}")


def _cells(found: Contrast) -> list[str]:
    low, high = (100 * bound for bound in found.interval)
    only = "" if found.only_system is None else f"{found.only_system}:{found.only_baseline}"
    return [
        found.figure if found.group is None else f"  {found.group}",
        f"{found.n:,}",
        found.system,
        _score(found.score),
        _score(found.baseline_score),
        f"{100 * found.difference:+.1f} [{low:+.1f}, {high:+.1f}]",
        only,
        "" if found.p is None else _p(found.p),
        found.reading,
    ]


def _score(score: Share) -> str:
    low, high = (100 * bound for bound in score.interval)
    return f"{100 * score.mean:.1f} [{low:.1f}, {high:.1f}]"


def _p(p: float) -> str:
    return "<0.001" if p < 0.001 else f"{p:.3f}"
