"""Running an audit: inputs in chunks, checked here or in other processes, results in the order of the inputs.

The result is the same whatever the number of workers. Memory is bounded: only so many chunks are read ahead.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from trace_trainer.engine.audit.chunk import NOUNS, Audited, AuditSettings, audit_chunk
from trace_trainer.engine.audit.inputs import Chunk, read_chunks, total_bytes
from trace_trainer.engine.audit.report import plural
from trace_trainer.engine.audit.tally import MAX_NAMED_UNREADABLE, Tally
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import faults_in_one_line, load_same, loaded_plugins
from trace_trainer.engine.rows.sources import Source
from trace_trainer.engine.runs.journal import Journal, plain, restored
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import Progress

CHUNKS_AHEAD = 4
"""Chunks that are read ahead for each worker. It bounds the memory and keeps every worker busy."""


def audit_chunks(chunks: Iterable[Chunk], settings: AuditSettings, workers: int = 1) -> Iterator[Audited]:
    """The results of all chunks, in order. With 1 worker the work is done in this process.

    Raises UserError where a worker process dies.
    """
    if workers == 1:
        for chunk in chunks:
            yield audit_chunk(chunk, settings)
        return
    # spawn, not fork: the progress bar runs a thread, and a forked copy of a locked lock would hang
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=load_same, initargs=(loaded_plugins(),)
    )
    waiting: deque[tuple[Chunk, Future[Audited]]] = deque()
    try:
        for chunk in chunks:
            with _interrupts_held_back():
                future = pool.submit(_in_worker, chunk, settings)
            waiting.append((chunk, future))
            if len(waiting) > workers * CHUNKS_AHEAD:
                yield waiting[0][1].result()
                waiting.popleft()
        while waiting:
            yield waiting[0][1].result()
            waiting.popleft()
    except BrokenProcessPool:
        place = f" near {waiting[0][0].inputs[0].source}:{waiting[0][0].inputs[0].line}" if waiting else ""
        raise UserError(
            f"a worker process died{place}, perhaps out of memory; --workers 1 starts none"
        ) from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _in_worker(chunk: Chunk, settings: AuditSettings) -> Audited:
    """As `audit_chunk`. An error goes back without its traceback, so whose it is, is found out here."""
    with faults_in_one_line():
        return audit_chunk(chunk, settings)


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Ctrl-C waits until the block ends. A process started inside never sees it: this one ends the others."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _going_on(
    chunks: Iterator[Chunk], settings: AuditSettings, workers: int, journal: Journal
) -> Iterator[Audited]:
    """The results of all chunks, in order: first those that an earlier call left in the journal."""
    while (piece := journal.again()) is not None:
        next(chunks)
        yield restored(Audited, piece)
    for audited in audit_chunks(chunks, settings, workers):
        journal.keep(plain(audited))
        yield audited


def _leave(line: str) -> None:
    """What nobody asked for goes nowhere."""


def run_audit(
    sources: list[Source],
    settings: AuditSettings,
    workers: int = 1,
    record: Callable[[str], None] | None = None,
    passed: Callable[[str], None] | None = None,
    failed: Callable[[str], None] | None = None,
    journal: Journal | None = None,
) -> Tally:
    """Audit all sources, with progress on standard error.

    What was done is kept in the journal, and what it holds is not done again.

    Args:
        record: takes the records; by default they go to standard output.
        passed, failed: take the rows that pass and those that fail; None leaves them.
    """
    tally = Tally(NOUNS[settings.kind])
    size = total_bytes(sources)
    with Progress("audit", unit=plural(tally.noun), streaming=settings.records and record is None) as bar:
        for audited in _going_on(read_chunks(sources), settings, workers, journal or Journal()):
            for named in audited.tally.named_unreadable[: MAX_NAMED_UNREADABLE - len(tally.named_unreadable)]:
                tell(named)
            tally.merge(audited.tally)
            for lines, take in (
                (audited.records, record or print),
                (audited.passed, passed or _leave),
                (audited.failed, failed or _leave),
            ):
                for line in lines:
                    take(line)
            bar.update(tally.inputs, share=min(1.0, audited.bytes_read / size) if size else None)
    unnamed = tally.unreadable - len(tally.named_unreadable)
    if unnamed:
        tell(f"and {unnamed:,} more unreadable inputs; --format jsonl names each")
    for note in tally.notes:
        tell(note)
    return tally
