"""Work done by other processes, with the results in the order of the items, whatever the number of processes.

Memory is bounded: only so many items are taken ahead of the results.
"""

from __future__ import annotations

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from typing import TypeVar

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import faults_in_one_line, load_same, loaded_plugins

AHEAD = 4
"""Items that are taken ahead for each worker. It bounds the memory and keeps every worker busy."""
MOST_WORKERS = max(64, 4 * (os.cpu_count() or 1))

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    work: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int = 1,
    place: Callable[[Item], str] = lambda _: "",
) -> Iterator[Result]:
    """What `work` makes of each item, in order. With 1 worker it is done in this process.

    Raises UserError where a worker process dies.

    Args:
        work: is pickled, as items and results are, where there is more than 1 worker.
        place: where an item lies, as the error says it: " near rows.jsonl:7".
    """
    if workers == 1:
        yield from map(work, items)
        return
    # spawn, not fork: the progress bar runs a thread, and a forked copy of a locked lock would hang
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=load_same, initargs=(loaded_plugins(),)
    )
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    try:
        for item in items:
            with _interrupts_held_back():
                future = pool.submit(_in_worker, work, item)
            waiting.append((item, future))
            if len(waiting) > workers * AHEAD:
                yield waiting[0][1].result()
                waiting.popleft()
        while waiting:
            yield waiting[0][1].result()
            waiting.popleft()
    except BrokenProcessPool:
        near = place(waiting[0][0]) if waiting else ""
        raise UserError(
            f"a worker process died{near}, perhaps out of memory; --workers 1 starts none"
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def groups_of(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in order, so many together; fewer in the last group."""
    left = iter(items)
    while group := list(islice(left, size)):
        yield group


def _in_worker(work: Callable[[Item], Result], item: Item) -> Result:
    """The work. An error goes back without its traceback, so whose it is, is found out here."""
    with faults_in_one_line():
        return work(item)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C waits until the block ends. A process started inside never sees it: this one ends the others."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
