"""Curves as SVG text to be inlined in a page: no file, no script, no font or style from elsewhere.

Whatever is neither a curve nor a fill takes the page's own text colour (`currentColor`), so one chart serves
light and dark pages. The colours of the curves have a contrast of at least 3 to 1 on both.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from trace_trainer.engine.terminal.printable import printable

PALETTE = ("#3b82f6", "#d97706", "#059669", "#a855f7", "#ef4444", "#64748b")
OUTCOME_COLOURS = {
    "correct": "#059669",
    "valid": "#3b82f6",
    "wrong_answer": "#d97706",
    "wrong_expert": "#a855f7",
    "invalid_trace": "#ef4444",
    "wrong_call": "#d97706",
    "invalid_call": "#ef4444",
    "refused": "#7f1d1d",
    "unparsed": "#64748b",
    "error": "#be185d",
}
_INK = "#010203"
"""Stands for the page's text colour until the SVG is written; no curve has it."""
_STYLE = {
    "text.parse_math": False,  # a name with dollars is a name
    "svg.fonttype": "none",  # text stays text, in the page's size and selectable
    "svg.hashsalt": "trace-trainer",  # the same data give the same file
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _INK,
    "grid.alpha": 0.12,
    "axes.grid": True,
    "axes.axisbelow": True,
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Series:
    """One curve. `intervals` draws a vertical bar (low, high) at each point; `points` marks the points."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    intervals: Sequence[tuple[float, float]] = field(default=())
    points: bool = False


@contextmanager
def _axes(title: str, x_label: str, as_percent: bool) -> Iterator[tuple[Axes, io.StringIO]]:
    """Axes to draw in; on leaving, the finished SVG is in the buffer."""
    buffer = io.StringIO()
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(4.8, 2.7), layout="constrained")
        axes = figure.add_subplot()
        axes.set_xlabel(x_label)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        if as_percent:
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=None))
        yield axes, buffer
        if len(axes.get_legend_handles_labels()[1]) > 1:
            figure.legend(loc="outside upper left", ncols=3, fontsize=8)
        figure.savefig(
            buffer,
            format="svg",
            transparent=True,
            metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
        )
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # Ids must be unique in the page that several charts are put into.
    prefix = re.sub(r"\W+", "-", title)
    svg = re.sub(r'(\bid="|xlink:href="#|url\(#)', rf"\g<1>{prefix}-", svg)
    label = printable(title).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    buffer.seek(0)
    buffer.truncate()
    buffer.write(svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))


def line_chart(title: str, series: Sequence[Series], x_label: str, *, as_percent: bool = False) -> str:
    """Curves over a common axis, as SVG text. `title` is for those who hear the page and must be unique in it."""
    with _axes(title, x_label, as_percent) as (axes, buffer):
        for curve, colour in zip(series, PALETTE * len(series), strict=False):
            marker = "o" if curve.points or len(curve.x) == 1 else None
            axes.plot(
                curve.x,
                curve.y,
                color=colour,
                label=printable(curve.name),
                marker=marker,
                markersize=4,
                linewidth=1.6,
            )
            for x, (low, high) in zip(curve.x, curve.intervals, strict=False):
                axes.vlines(x, low, high, color=colour, linewidth=1)
        _start_at_zero(axes, [y for curve in series for y in curve.y], as_percent)
    return buffer.getvalue()


def _start_at_zero(axes: Axes, values: Sequence[float], as_percent: bool) -> None:
    """An axis that starts at zero shows a change in its true proportion; shares that get far are shown out of all."""
    if min(values) >= 0 and max(values) > 0:
        axes.set_ylim(0, 1.02 if as_percent and max(values) > 0.5 else 1.1 * max(values))


def share_chart(title: str, x: Sequence[float], counts: Mapping[str, Sequence[float]], x_label: str) -> str:
    """How a whole divides at each x: outcomes, each a band of its share."""
    totals = [sum(column) or 1 for column in zip(*counts.values(), strict=True)]
    shares = [
        [value / total for value, total in zip(values, totals, strict=True)] for values in counts.values()
    ]
    colours = [OUTCOME_COLOURS.get(name, PALETTE[-1]) for name in counts]
    with _axes(title, x_label, as_percent=True) as (axes, buffer):
        axes.stackplot(x, shares, labels=list(map(printable, counts)), colors=colours, alpha=0.85)
        axes.set_ylim(0, 1)
    return buffer.getvalue()


def bar_chart(title: str, x: Sequence[float], parts: Mapping[str, Sequence[float]], x_label: str) -> str:
    """What a total is made of at each x: seconds by phase, each a piece of a bar."""
    with _axes(title, x_label, as_percent=False) as (axes, buffer):
        base = [0.0] * len(x)
        for (name, values), colour in zip(parts.items(), PALETTE * len(parts), strict=False):
            axes.bar(x, values, bottom=base, label=printable(name), color=colour)
            base = [low + value for low, value in zip(base, values, strict=True)]
    return buffer.getvalue()
