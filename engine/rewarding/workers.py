"""Processes that judge rows. One that dies or does not answer is replaced, and costs nobody else anything.

Each process has a thread here that hands it one piece of work at a time, so it is known whose work a process died of.
"""

from __future__ import annotations

import signal
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.plugins import Plugin, load_same, loaded_plugins
from trace_trainer.engine.rewarding.judging import rewarded
from trace_trainer.engine.serving.requests import RequestError
from trace_trainer.engine.terminal.printable import printable_json

ROWS_AT_ONCE = 64
"""Rows of a batch that one process is given; the rest goes to others."""
_TRIES = (
    2  # a process may die of something else than its work, such as the kernel's hand when memory is short
)
_SECONDS_TO_BEGIN = 60.0
_ENDING = RequestError(503, "the server is ending")

Work = tuple[Sequence[Any], "Future[list[str]]"]


class Workers:
    """The processes, and the work that waits for them.

    Args:
        settings: how rows are read and judged.
        count: how many processes.
        seconds: that one piece of work may take; its process is ended after that.
        most: how many rows may wait.
    """

    def __init__(self, settings: AuditSettings, count: int, seconds: float, most: int) -> None:
        self._settings, self._seconds, self._most = settings, seconds, most
        self._waiting: deque[Work] = deque()
        self._rows = 0  # that wait
        self._changed = threading.Condition()
        self._ends = False
        # Started here, so that whoever asks first does not wait for it, and a plugin that fails is seen.
        self._processes = [_Process(settings) for _ in range(count)]
        self._threads = [
            threading.Thread(target=self._hand_out, args=(number,), name="rewards", daemon=True)
            for number in range(count)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, rows: Sequence[Any]) -> list[Future[list[str]]]:
        """Put rows into the queue; what comes of them, in their order, as JSON, by pieces.

        Raises RequestError where the queue is full, or the server ends. The futures raise it, too.
        """
        pieces = [rows[start : start + ROWS_AT_ONCE] for start in range(0, len(rows), ROWS_AT_ONCE)]
        work: list[Work] = [(piece, Future()) for piece in pieces]
        with self._changed:
            if self._ends:
                raise _ENDING
            # What is too long for the queue is taken where nothing waits, for it would never fit.
            if self._rows and self._rows + len(rows) > self._most:
                raise RequestError(429, f"{self._rows:,} rows are waiting already; try again later", after=1)
            self._waiting.extend(work)
            self._rows += len(rows)
            self._changed.notify_all()
        return [future for _, future in work]

    def stop(self) -> None:
        """Take nothing more, and end what is computed soon; to be called from anywhere, a signal's handler too."""
        self._ends = True
        for process in self._processes:
            process.kill()

    def close(self, seconds: float = 10.0) -> bool:
        """End the processes and their threads. Whether they ended within so many seconds."""
        self.stop()
        with self._changed:
            self._changed.notify_all()
            for _, future in self._waiting:
                if future.set_running_or_notify_cancel():
                    future.set_exception(_ENDING)
            self._waiting.clear()
        for thread in self._threads:
            thread.join(seconds)
        for process in self._processes:  # one may have been replaced meanwhile
            process.kill()
        return not any(thread.is_alive() for thread in self._threads)

    def _hand_out(self, number: int) -> None:
        while work := self._next():
            rows, future = work
            if not future.set_running_or_notify_cancel():  # nobody waits for it any more
                continue
            try:
                future.set_result(self._done(number, rows))
            except RequestError as error:
                future.set_exception(error)

    def _next(self) -> Work | None:
        """The work that waits longest, waiting for some; None where the server ends."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ends)
            if self._ends:
                return None
            work = self._waiting.popleft()
            self._rows -= len(work[0])
            return work

    def _done(self, number: int, rows: Sequence[Any]) -> list[str]:
        """What a process makes of rows. Raises RequestError where it does not, and the next process is another."""
        for _ in range(_TRIES):
            try:
                if (done := self._processes[number].ask(rows, self._seconds)) is not None:
                    return done
                self._replace(number)
                raise RequestError(503, f"the rows were not judged within {self._seconds:g} s", after=5)
            except (EOFError, OSError):
                self._replace(number)
        raise RequestError(503, "a process that judged the rows died, and so did the next one", after=5)

    def _replace(self, number: int) -> None:
        self._processes[number].kill()
        if self._ends:
            raise _ENDING
        self._processes[number] = _Process(self._settings)


class _Process:
    """A process that judges."""

    def __init__(self, settings: AuditSettings) -> None:
        # spawn, not fork: threads run here, and a forked copy of a locked lock would hang
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        given = (theirs, settings, loaded_plugins())
        self._process = context.Process(target=_judge_all, args=given, name="rewards", daemon=True)
        self._process.start()
        theirs.close()  # so that its end is the end of the connection
        self._has_begun = False

    def ask(self, rows: Sequence[Any], seconds: float) -> list[str] | None:
        """The records of rows; None where it takes longer. Raises EOFError or OSError where the process died."""
        if not self._has_begun:  # it imports what it needs, which is no work on the rows
            if not self._connection.poll(_SECONDS_TO_BEGIN):
                return None
            self._connection.recv()
            self._has_begun = True
        self._connection.send(rows)
        if not self._connection.poll(seconds):
            return None
        done: list[str] = self._connection.recv()
        return done

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()


def _judge_all(connection: Connection, settings: AuditSettings, plugins: Sequence[Plugin]) -> None:
    """The work of a process, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the server ends its processes itself
    load_same(plugins)
    connection.send("ready")
    while True:
        try:
            rows = connection.recv()
        except (EOFError, OSError):
            return
        connection.send([printable_json(rewarded(row, settings)) for row in rows])
