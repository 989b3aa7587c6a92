"""An audit for people: the same sections as a table for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

import rich.box
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.audit.tally import Finding, Tally, by_count
from trace_trainer.engine.evaluation.intervals import wilson
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import printable

PIPE_COLUMNS = 160
"""Width of a table that goes to a file or another program."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table: headings, rows of cells, and how many of the leading columns after the first hold numbers."""

    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    number_columns: int


def sections(tally: Tally, by: str | None = None) -> Iterator[Section]:
    """The tables of an audit, some perhaps without rows: outcomes, turns by what was wanted, metrics,
    violations, lints, experts, and the values of the column `by`."""
    many = plural(tally.noun)
    metrics = [
        (name, f"{mean:.1%}", f"{tally.metrics[name][1]:,}") for name, mean in tally.mean_metrics().items()
    ]
    outcomes = [
        (name, f"{count:,}", _percent(count, tally.traces)) for name, count in tally.outcomes.most_common()
    ]
    yield Section(("outcome", many, "share"), outcomes, 2)
    wanted = [
        (
            name,
            f"{count:,}",
            f"{tally.correct_by_wanted[name]:,}",
            _percent(tally.correct_by_wanted[name], count),
        )
        for name, count in sorted(tally.wanted.items())
    ]
    yield Section(("wanted", many, "correct", "share"), wanted, 3)
    yield Section(("metric", "mean", many), metrics, 2)
    for kind, findings in (("violation", tally.violations), ("lint", tally.lints)):
        rows = [_finding_row(code, finding, tally.traces) for code, finding in by_count(findings)]
        yield Section((kind, "count", many, "share", "first at", "message"), rows, 3)
    experts = [
        (name, f"{count:,}", *_correct(tally.correct_by_expert[name], tally.gold_by_expert[name]))
        for name, count in tally.experts.most_common()
    ]
    yield Section(("expert", "traces", "correct", "share"), experts, 3)
    groups = [
        (
            value,
            f"{group.traces:,}",
            f"{group.passed:,}",
            _percent(group.passed, group.traces),
            *_correct(group.correct, group.with_gold),
        )
        for value, group in tally.groups.items()
    ]
    yield Section((by or "group", many, "pass", "share", "correct", "share"), groups, 5)


def summary(tally: Tally, policy: str) -> list[str]:
    """The figures of the whole audit, one sentence a line."""
    many = plural(tally.noun)
    lines = [f"{tally.passed:,} of {tally.traces:,} {many} pass, {tally.traces - tally.passed:,} fail."]
    if tally.unreadable:
        noun = "input" if tally.unreadable == 1 else "inputs"
        lines.append(f"{tally.unreadable:,} {noun} could not be read.")
    if tally.accuracy is not None:
        low, high = wilson(tally.correct, tally.with_gold)
        lines.append(
            f"Accuracy {tally.accuracy:.1%} of {tally.with_gold:,} {many} with a gold answer "
            f"(95 % interval {low:.1%} to {high:.1%})."
        )
    else:
        lines.append(f"Accuracy unknown: no {tally.noun} comes with a gold answer.")
    if tally.ungrounded:
        lines.append(
            f"{tally.ungrounded:,} of {tally.traces:,} {many} come without a question: their numbers were not checked. "
            f"The columns are {', '.join(tally.columns) or 'none'}; --column question=NAME says which holds it."
        )
    if tally.mean_reward is not None:
        lines.append(f"Mean reward {tally.mean_reward:.3f} over {tally.rewarded:,} {many} (policy {policy}).")
    return lines


def _correct(correct: int, with_gold: int) -> tuple[str, str]:
    """How many are correct, and which share of those with gold; nothing where none has any."""
    return (f"{correct:,}", _percent(correct, with_gold)) if with_gold else ("-", "-")


def plural(noun: str) -> str:
    """Traces, replies."""
    return f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"


def print_tables(sections: Iterable[Section], summary: Iterable[str], stream: TextIO) -> None:
    """Figures as tables with box lines, and what sums them up; wide where `stream` is no terminal."""
    console = console_on(stream, PIPE_COLUMNS, highlight=False)
    for section in sections:
        if not section.rows:
            continue
        table = Table(box=rich.box.SIMPLE_HEAD, pad_edge=False)
        for position, heading in enumerate(section.headings):
            is_number = 1 <= position <= section.number_columns
            table.add_column(
                heading, justify="right" if is_number else "left", overflow="fold", no_wrap=is_number
            )
        for row in section.rows:
            table.add_row(*(Text(_cell(cell)) for cell in row))
        console.print(table)
    for line in summary:
        console.print(Text(_cell(line)))


def print_markdown(sections: Iterable[Section], summary: Iterable[str], stream: TextIO) -> None:
    """The same as Markdown, ready for a pull request or a report."""
    for line in summary:
        print(f"- {_cell(line)}", file=stream)
    for section in sections:
        if not section.rows:
            continue
        rules = [
            "---:" if 1 <= position <= section.number_columns else "---"
            for position in range(len(section.headings))
        ]
        print(file=stream)
        for row in (section.headings, tuple(rules), *section.rows):
            cells = (_cell(cell).replace("\\", "\\\\").replace("|", "\\|") for cell in row)
            print("|" + "".join(f" {cell} |" for cell in cells), file=stream)


def _finding_row(code: str, finding: Finding, traces: int) -> tuple[str, ...]:
    share = _percent(finding.traces, traces)
    return code, f"{finding.count:,}", f"{finding.traces:,}", share, finding.place, finding.message


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}"


def _cell(text: str) -> str:
    return printable(text).replace("\n", "\\n")
