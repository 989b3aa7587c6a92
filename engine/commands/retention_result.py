"""What `trainer retention` prints: a table for a terminal, a record in Markdown, or JSON."""

from __future__ import annotations

import json
from typing import TextIO

import rich.box
from rich.table import Table
from rich.text import Text
from tabulate import tabulate

from trace_trainer.engine.retention.figures import Retained, Value
from trace_trainer.engine.retention.record import Retention
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable

_LEFT = {"task", "metric", ""}


def print_retention(result: Retention, form: str, stream: TextIO) -> None:
    """Write it to the stream in one of the forms table, markdown and json."""
    if form == "json":
        json.dump(result.to_json(), stream, indent=2, ensure_ascii=False)
        stream.write("\n")
        return
    heads = ["task", "metric", "n", f"before: {result.before}", f"after: {result.after}", "change [95 %]", ""]
    rows = [_cells(figure) for figure in result.figures]
    if form == "markdown":
        _write_record(result, tabulate(rows, heads, tablefmt="github", disable_numparse=True), stream)
        return
    console = console_on(stream)
    table = Table(box=rich.box.SIMPLE_HEAD, padding=(0, 0, 0, 1))
    for head in heads:
        table.add_column(Text(printable(head)), justify="left" if head in _LEFT else "right")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table)


def _write_record(result: Retention, table: str, stream: TextIO) -> None:
    told = ", ".join(f"{name} {version}" for name, version in result.versions.items() if version)
    facts = {
        "date": result.date,
        "device": result.device,
        "dtype": result.dtype,
        "batch": result.batch,
        "suite": f"embedded, version {result.suite}",
        "versions": told,
        "command": f"`{result.command}`",
    }
    stream.write(f"{table}\n\n" + "".join(f"- {name}: {value}\n" for name, value in facts.items()))


def _cells(figure: Retained) -> list[str]:
    low, high = figure.interval
    if figure.is_ratio:
        change = f"x{figure.difference:.3g} [{low:.3g}, {high:.3g}]"
    else:
        change = f"{figure.difference:+.3f} [{low:+.3f}, {high:+.3f}]"
    sides = (_value(value, figure.is_ratio) for value in (figure.before, figure.after))
    return [figure.task, figure.metric, str(figure.n), *sides, change, figure.reading]


def _value(found: Value, is_large: bool) -> str:
    form = ".4g" if is_large else ".3f"
    return f"{found.value:{form}} ± {found.stderr:{'.2g' if is_large else form}}"
