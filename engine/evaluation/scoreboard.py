"""Evaluations side by side, for a terminal: one column a model, and examples of what went wrong.

Accuracies carry their 95 % interval. Completions cut at the token limit have a row of their own: they are the
limit's failures as much as the model's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import rich.box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from trace_trainer.engine.evaluation.difference import differences
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.scores import GoldLoss, GroupScore, Share
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.terminal.printable import printable
from trace_trainer.verifiers import CallOutcome, Outcome

TOP_VIOLATIONS = 8


def accuracy_with_interval(accuracy: float, interval: Sequence[float]) -> str:
    """`78.5% [74.7, 81.9]`, in per cent."""
    low, high = interval
    return f"{accuracy:.1%} [{100 * low:.1f}, {100 * high:.1f}]"


def empty_table(title: str, models: Sequence[str]) -> Table:
    """A table with a column for labels and one for each model."""
    table = Table(title=title, title_justify="left", box=rich.box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for model in models:
        table.add_column(Text(model), justify="right")
    return table


def print_scoreboard(
    console: Console, evaluations: Sequence[Evaluation], constants: Sequence[Evaluation]
) -> None:
    """The table of the evaluations beside those of constant replies, and how far each is from the first."""
    console.print(scoreboard([*evaluations, *constants]))
    for difference in differences(evaluations):
        console.print(Text(str(difference)))


def scoreboard(evaluations: Sequence[Evaluation], title: str | None = None) -> Table:
    """A table of the evaluations, which are of the same problems, with one column each."""
    first = evaluations[0]
    table = empty_table(title or f"{first.data}, {first.n} problems", [e.model for e in evaluations])

    def row(label: str, cell: Callable[[Evaluation], str], style: str | None = None) -> None:
        table.add_row(Text(label), *(Text(cell(evaluation)) for evaluation in evaluations), style=style)

    row("accuracy [95 %]", lambda e: accuracy_with_interval(e.accuracy, e.interval), style="bold")
    if any(e.function_accuracy is not None for e in evaluations):
        row("by function [95 %]", _by_function)
    if first.samples > 1:
        for k in list(first.pass_at_k)[1:]:
            row(f"pass@{k}", lambda e, k=k: f"{e.pass_at_k[k]:.1%}")  # type: ignore[misc]
        row(
            f"majority of {first.samples} [95 %]",
            lambda e: accuracy_with_interval(e.majority, e.majority_interval),
        )
    for name in dict.fromkeys(name for e in evaluations for name in e.metrics):
        row(f"{name} [95 %]", lambda e, name=name: _share(e.metrics.get(name)))  # type: ignore[misc]
    if any(e.gold_loss for e in evaluations):
        row(f"nats a gold {first.task.gold} [95 %]", lambda e: _gold_loss(e.gold_loss))
        row("nats a token of it", lambda e: f"{e.gold_loss.per_token:.3f}" if e.gold_loss else "-")
    if any(e.constrain != OFF for e in evaluations):
        row("constrained by", lambda e: e.constrain)
    row("parses", lambda e: f"{e.parse_rate:.1%}")
    row("mean reward", lambda e: f"{e.mean_reward:.3f}")
    row("tokens a completion", lambda e: _mean(e.mean_completion_tokens))
    row("cut at the token limit", lambda e: str(e.truncated))
    if any(e.failed for e in evaluations):
        row("failed, left out of all shares", lambda e: str(e.failed))
    _section(
        table,
        f"correct by {first.task.group.noun}",
        [_scores(e.groups) for e in evaluations],
    )
    _section(table, "correct by what the turn wants", [_scores(e.by_wanted) for e in evaluations])
    _section(table, "correct by calculations of the solution", [_scores(e.by_steps) for e in evaluations])
    order = [*Outcome, *CallOutcome]
    found = sorted({name for e in evaluations for name in e.outcomes}, key=order.index)
    _section(table, "outcomes", [_counts(e.outcomes, found) for e in evaluations])
    frequent = sum((Counter(e.violations) for e in evaluations), Counter()).most_common(TOP_VIOLATIONS)
    _section(
        table, "violations", [_counts(e.violations, [code for code, _ in frequent]) for e in evaluations]
    )
    return table


def _scores(scores: Mapping[Any, GroupScore]) -> dict[str, str]:
    return {str(name): f"{s.correct}/{s.n}  {s.accuracy:.1%}" for name, s in scores.items()}


def _share(share: Share | None) -> str:
    return accuracy_with_interval(share.mean, share.interval) if share else "-"


def _mean(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _by_function(evaluation: Evaluation) -> str:
    accuracy, interval = evaluation.function_accuracy, evaluation.function_interval
    return "-" if accuracy is None or interval is None else accuracy_with_interval(accuracy, interval)


def _gold_loss(loss: GoldLoss | None) -> str:
    if loss is None:
        return "-"
    low, high = loss.interval
    return f"{loss.nats:.1f} [{low:.1f}, {high:.1f}]"


def _counts(counts: Mapping[str, int], names: Sequence[str]) -> dict[str, str]:
    return {name: f"{counts.get(name, 0):,}" for name in names}


def _section(table: Table, title: str, columns: Sequence[Mapping[str, str]]) -> None:
    """Rows for every name that any column has, in the order of their first appearance."""
    names = list(dict.fromkeys(name for column in columns for name in column))
    if not names:
        return
    table.add_section()
    table.add_row(Text(title, style="dim"))
    for name in names:
        table.add_row(Text(f"  {printable(name)}"), *(Text(column.get(name, "-")) for column in columns))


def violation_examples(evaluation: Evaluation) -> list[Text]:
    """The most frequent violations of a model, each with the first completion that shows it."""
    lines = []
    for code, count in list(evaluation.violations.items())[:TOP_VIOLATIONS]:
        record, completion, violation = evaluation.example(code)
        lines.append(
            Text.assemble(
                (code, "bold red"),
                f" x{count}: {printable(violation.message)}\n",
                (f"  {printable(evaluation.task.shown(record.problem))}\n", "dim"),
            )
        )
        excerpt = completion.text.splitlines()
        if violation.line is not None and 1 <= violation.line <= len(excerpt):
            lines[-1].append(f"  line {violation.line}: {printable(excerpt[violation.line - 1]).strip()}\n")
    return lines
