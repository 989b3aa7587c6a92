"""Progress on standard error: a bar on a terminal, an occasional plain line elsewhere.

Nothing is shown for work that ends within a second, so short commands stay quiet. Results never come here:
they go to standard output. The rate and the time left are averages since the start, not of the last moments.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sized
from types import TracebackType
from typing import Self, TypeVar

import rich.progress

from trace_trainer.engine.ranks import is_main
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.printable import tell

T = TypeVar("T")

SILENT_SECONDS = 1.0
"""A bar appears after this long."""
PLAIN_SECONDS = 15.0
"""Seconds between two plain lines."""


class Progress:
    """Progress of one piece of work, as a context manager.

        with Progress("sampling", total=512, unit="rollouts") as bar:
            for batch in batches:
                bar.advance(len(batch), note="reward 0.31")

    Args:
        description: what is going on, in a word or two.
        total: how many units there are; None where that is not known, which leaves out the time left.
        unit: what is counted, in the plural.
        done: units that an earlier run did, which this one resumes; they don't count for the rate.
        streaming: results go to standard output meanwhile; where that is a terminal nothing else is shown there.
        seconds_between_lines: for plain lines, the least time from one to the next.
    """

    def __init__(
        self,
        description: str,
        total: int | None = None,
        unit: str = "steps",
        done: int = 0,
        streaming: bool = False,
        seconds_between_lines: float = PLAIN_SECONDS,
    ) -> None:
        self.description = description
        self.total = total
        self.unit = unit
        self.done = self._done_before = done
        self.seconds_between_lines = seconds_between_lines
        self._hidden = (streaming and sys.stdout.isatty()) or not is_main()
        self._share = self._share_before = done / total if total else None
        self._note = ""
        self._bar: rich.progress.Progress | None = None
        self._start = self._last_shown = time.monotonic()

    def __enter__(self) -> Self:
        self._start = self._last_shown = time.monotonic()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def advance(self, by: int = 1, note: str = "") -> None:
        """`by` more units are done. `note` is shown at the end of the line until another one comes."""
        self.update(self.done + by, note=note)

    def update(self, done: int, share: float | None = None, note: str = "") -> None:
        """`done` units are done so far.

        Args:
            done: units, counted from the start.
            share: the part of the whole work, 0 to 1, where `done` of `total` does not tell it: the size of a
                file is known in advance, its number of lines is not.
            note: shown at the end of the line until another one comes.
        """
        self.done = done
        if share is not None:
            self._share = share
        elif self.total:
            self._share = done / self.total
        self._note = note or self._note
        now = time.monotonic()
        if self._hidden:
            return
        if sys.stderr.isatty():
            self._show_bar(now)
        elif now - self._last_shown >= self.seconds_between_lines:
            self._last_shown = now
            tell(f"{self.description}: {self.status(now - self._start)}")

    def status(self, elapsed: float) -> str:
        """Count, rate, time left and note, after `elapsed` seconds: `3,000 of 12,000 traces, 1,500/s, 6 s left`."""
        count = f"{self.done:,}" if self.total is None else f"{self.done:,} of {self.total:,}"
        parts = [f"{count} {self.unit}"]
        if self.done > self._done_before and elapsed > 0:
            rate = (self.done - self._done_before) / elapsed
            parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.2g}/s")
        share_now = (self._share or 0) - (self._share_before or 0)
        if self._share and share_now > 0 and elapsed > 0:
            parts.append(f"{duration(elapsed * (1 - self._share) / share_now)} left")
        if self._note:
            parts.append(self._note)
        return ", ".join(parts)

    def _show_bar(self, now: float) -> None:
        if self._bar is None:
            if now - self._start < SILENT_SECONDS:
                return
            self._bar = rich.progress.Progress(
                rich.progress.TextColumn("{task.description}", markup=False),
                rich.progress.BarColumn(bar_width=24),
                rich.progress.TextColumn("{task.fields[status]}", markup=False),
                console=console_on(sys.stderr),
                transient=True,
                # Lines for the same terminal have to go through the bar, which shows them above itself. Results that
                # go to a file or a pipe must not: they would end up on the terminal.
                redirect_stdout=sys.stdout.isatty(),
            )
            self._bar.add_task(self.description, total=None, status="")
            self._bar.start()
        task = self._bar.task_ids[0]
        total = None if self._share is None else 1.0
        self._bar.update(
            task, total=total, completed=self._share or 0.0, status=self.status(now - self._start)
        )


def track(
    iterable: Iterable[T],
    description: str,
    total: int | None = None,
    unit: str = "steps",
    streaming: bool = False,
) -> Iterator[T]:
    """The items of `iterable`, with progress shown as they are consumed. `total` defaults to its length."""
    if total is None and isinstance(iterable, Sized):
        total = len(iterable)
    with Progress(description, total, unit, streaming=streaming) as bar:
        for item in iterable:
            yield item
            bar.advance()


def duration(seconds: float) -> str:
    """Seconds for people: `8 s`, `2 min 5 s`, `3 h 20 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
