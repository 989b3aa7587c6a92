"""Which charts a run's `metrics.jsonl` gives: loss, reward, accuracy, outcomes, lengths, entropy, time.

A chart is drawn where the metrics have its figures, so the same table serves supervised and reinforcement
runs. Lines of metrics are training steps; lines with `eval` are evaluations on held-out problems
(engine/evaluation/figures.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from trace_trainer.engine.report.svg import Series, bar_chart, line_chart, share_chart
from trace_trainer.engine.tasks import groups
from trace_trainer.engine.terminal.progress import duration

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Chart:
    """An SVG with what stands above it."""

    title: str
    caption: str
    svg: str


@dataclass(frozen=True, slots=True)
class Curve:
    """A figure of each training step that has a chart of its own."""

    key: str
    title: str
    as_percent: bool = False


CURVES = (
    Curve("loss", "Loss"),
    Curve("token_accuracy", "Tokens predicted right", as_percent=True),
    Curve("reward", "Reward"),
    Curve("parse_rate", "Completions that parse", as_percent=True),
    Curve("completion_tokens", "Tokens a completion"),
    Curve("ended", "Completions that ended by themselves", as_percent=True),
    Curve("entropy", "Entropy"),
    Curve("zero_variance", "Groups with equal rewards", as_percent=True),
    Curve("clip_fraction", "Tokens clipped", as_percent=True),
    Curve("ratio_max", "Largest probability ratio"),
    Curve("kl", "Divergence from the model at first"),
    Curve("grad_norm", "Gradient norm"),
    Curve("learning_rate", "Learning rate"),
)


def metric_charts(run: str, metrics: Sequence[Row], x_label: str) -> Iterator[Chart]:
    """The charts of a run.

    Args:
        run: its name, which makes the charts' labels unique in a page.
        metrics: the lines of `metrics.jsonl`, each with its `step`.
        x_label: what a step is.
    """
    steps = [row for row in metrics if "eval" not in row]

    def label(title: str) -> str:
        return f"{run}: {title}"

    for draw in (_accuracy, _groups, _outcomes, _seconds):
        chart = draw(metrics, x_label, label)
        if chart is not None:
            yield chart
    for curve in CURVES:
        series = _series(steps, curve.key, curve.title)
        if series is not None:
            yield Chart(
                curve.title,
                f"{_number(series.y[0], curve.as_percent)} at first, {_number(series.y[-1], curve.as_percent)} at last",
                line_chart(label(curve.title), [series], x_label, as_percent=curve.as_percent),
            )


def _accuracy(metrics: Sequence[Row], x_label: str, label: Callable[[str], str]) -> Chart | None:
    """Training accuracy as a curve, held-out accuracy as points with their intervals."""
    series = []
    training = _series([row for row in metrics if "eval" not in row], "accuracy", "training problems")
    if training is not None:
        series.append(training)
    held_out: dict[str, list[Row]] = {}
    for row in metrics:
        if "eval" in row:
            held_out.setdefault(str(row["eval"]["data"]), []).append(row)
    captions = []
    for data, rows in held_out.items():
        scores = [row["eval"] for row in rows]
        intervals = [(score["interval"][0], score["interval"][1]) for score in scores]
        series.append(
            Series(
                data, [row["step"] for row in rows], [s["accuracy"] for s in scores], intervals, points=True
            )
        )
        captions.append(f"{data}: {scores[0]['accuracy']:.1%} at first, {scores[-1]['accuracy']:.1%} at last")
    if not series:
        return None
    return Chart(
        "Accuracy", "; ".join(captions), line_chart(label("Accuracy"), series, x_label, as_percent=True)
    )


def recorded_groups(row: Row) -> Row:
    """The scores by group that an evaluation or a step recorded; which word is the key depends on the task."""
    found: Row = next((row[group.plural] for group in groups() if group.plural in row), {})
    return found


def _groups(metrics: Sequence[Row], x_label: str, label: Callable[[str], str]) -> Chart | None:
    """Training accuracy by expert or category."""
    rows = [row for row in metrics if "eval" not in row and recorded_groups(row)]
    if not rows:
        return None
    noun = next(group.noun for group in groups() if group.plural in rows[0])
    series = []
    for name in sorted({name for row in rows for name in recorded_groups(row)}):
        scored = [
            (row["step"], recorded_groups(row)[name])
            for row in rows
            if recorded_groups(row).get(name, {}).get("n")
        ]
        series.append(
            Series(name, [x for x, _ in scored], [score["correct"] / score["n"] for _, score in scored])
        )
    if not series:
        return None
    svg = line_chart(label(f"Accuracy by {noun}"), series, x_label, as_percent=True)
    return Chart(f"Accuracy by {noun}", "on training problems", svg)


def _outcomes(metrics: Sequence[Row], x_label: str, label: Callable[[str], str]) -> Chart | None:
    rows = [row for row in metrics if row.get("outcomes")]
    if len(rows) < 2:
        return None
    names = list(dict.fromkeys(name for row in rows for name in row["outcomes"]))
    names.sort(key=lambda name: name != "correct")
    counts = {name: [row["outcomes"].get(name, 0) for row in rows] for name in names}
    svg = share_chart(label("Outcomes"), [row["step"] for row in rows], counts, x_label)
    return Chart("Outcomes", "share of the sampled completions", svg)


def _seconds(metrics: Sequence[Row], x_label: str, label: Callable[[str], str]) -> Chart | None:
    rows = [row for row in metrics if isinstance(row.get("seconds"), dict)]
    if not rows:
        return None
    phases = list(dict.fromkeys(phase for row in rows for phase in row["seconds"]))
    parts = {phase: [row["seconds"].get(phase, 0.0) for row in rows] for phase in phases}
    caption = ", ".join(f"{phase} {duration(sum(values))}" for phase, values in parts.items())
    return Chart(
        "Seconds", caption, bar_chart(label("Seconds"), [row["step"] for row in rows], parts, x_label)
    )


def _series(rows: Sequence[Row], key: str, name: str) -> Series | None:
    points = [(row["step"], row[key]) for row in rows if _is_finite(row.get(key))]
    return Series(name, [x for x, _ in points], [y for _, y in points]) if points else None


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _number(value: float, as_percent: bool) -> str:
    return f"{value:.1%}" if as_percent else f"{value:.3g}"
