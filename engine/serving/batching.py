"""Requests that wait are sampled together: one thread takes what can share a pass, and the others wait for the next.

Whoever gives up waiting is passed over; where all of a pass have given up, or the server ends, the pass ends too.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from trace_trainer.engine.serving.requests import RequestError

_LINGER = 0.005  # seconds that the first request waits for others that come with it


class AbandonedError(Exception):
    """Nobody waits for what is being computed."""


@dataclass(eq=False, slots=True)
class Job:
    """A request in the queue.

    Attributes:
        key: jobs of one key can share a pass.
        size: how much of a pass it takes.
    """

    request: Any
    key: Hashable
    size: int
    result: Future[Any] = field(default_factory=Future)
    given_up: bool = False


async def awaited(job: Future[Any], seconds: float, gone: Callable[[], Any]) -> Any:
    """What comes of a job of another thread, which is cancelled where nobody waits for it any more.

    Args:
        seconds: after which it is given up.
        gone: tells, awaited, whether the client has left.

    Raises RequestError, and what the job raises.
    """
    result = asyncio.wrap_future(job)
    until = time.monotonic() + seconds
    try:
        while not result.done():
            left = until - time.monotonic()
            if left <= 0:
                raise RequestError(503, f"no answer within {seconds:g} s; ask for less, or later", after=5)
            await asyncio.wait({result}, timeout=min(left, 0.5))
            if not result.done() and await gone():
                raise RequestError(499, "the client left")
        return result.result()
    finally:
        result.cancel()  # which is nothing where it is done


class Batcher:
    """The queue and its thread.

    Args:
        answer: what is made of requests of one key; a result or a RequestError for each. It may call `check` now and
            then.
        most: how much one pass takes.
        queue: how many requests may wait.
    """

    def __init__(self, answer: Callable[[Sequence[Any]], Sequence[Any]], most: int, queue: int) -> None:
        self._answer, self._most, self._queue = answer, most, queue
        self._waiting: list[Job] = []
        self._running: list[Job] = []
        self._changed = threading.Condition()
        self._ends = False
        self._thread = threading.Thread(target=self._work, name="sampling", daemon=True)
        self._thread.start()

    def submit(self, request: Any, key: Hashable, size: int) -> Job:
        """Put a request into the queue. Raises RequestError where it is full, or the server ends."""
        job = Job(request, key, size)
        with self._changed:
            if self._ends:
                raise RequestError(503, "the server is ending")
            if len(self._waiting) >= self._queue:
                raise RequestError(
                    429, f"{self._queue} requests are waiting already; try again later", after=1
                )
            self._waiting.append(job)
            self._changed.notify()
        return job

    async def wait(self, job: Job, seconds: float, gone: Callable[[], Any]) -> Any:
        """The result of a job, as `awaited` has it. Raises RequestError."""
        try:
            return await awaited(job.result, seconds, gone)
        finally:
            job.given_up = True

    def check(self) -> None:
        """Raise AbandonedError where nobody waits for the pass that is running."""
        if self._ends or all(job.given_up for job in self._running):
            raise AbandonedError

    def stop(self) -> None:
        """Take nothing more, and end what is computed soon; to be called from anywhere, a signal's handler too."""
        self._ends = True

    def close(self, seconds: float = 10.0) -> bool:
        """End the thread, and whatever it computes. Whether it ended within so many seconds."""
        self.stop()
        with self._changed:
            self._changed.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        while jobs := self._next():
            self._running = jobs
            try:
                results = self._answer([job.request for job in jobs])
            except AbandonedError:
                results = [RequestError(503, "the server is ending") for _ in jobs]
            except Exception as error:  # a fault of ours, or of memory: the next pass may fit
                message = f"the server failed: {type(error).__name__}: {' '.join(str(error).split())[:200]}"
                results = [RequestError(500, message) for _ in jobs]
            for job, result in zip(jobs, results, strict=True):
                if isinstance(result, Exception):
                    job.result.set_exception(result)
                else:
                    job.result.set_result(result)
        for job in self._waiting:
            if job.result.set_running_or_notify_cancel():
                job.result.set_exception(RequestError(503, "the server is ending"))

    def _next(self) -> list[Job]:
        """The jobs of the next pass, waiting for one; none where the server ends."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ends)
                if self._ends:
                    return []
            time.sleep(_LINGER)
            with self._changed:
                taken = self._fitting()
                self._waiting = [job for job in self._waiting if job not in taken]
            if taken := [job for job in taken if job.result.set_running_or_notify_cancel()]:
                return taken

    def _fitting(self) -> list[Job]:
        """The first job that waits, and those behind it that can share its pass."""
        first, room = self._waiting[0], self._most
        taken = []
        for job in self._waiting:
            if job is first or (job.key == first.key and job.size <= room):
                taken.append(job)
                room -= job.size
        return taken
