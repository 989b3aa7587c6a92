"""Running an audit: inputs in chunks, checked here or in other processes, results in the order of the inputs.

The result is the same whatever the number of workers. Memory is bounded: only so many chunks are read ahead.
"""

from __future__ import annotations

import json
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, TextIO

from trace_trainer.engine.audit.calls import read_call_row
from trace_trainer.engine.audit.inputs import (
    Chunk,
    FieldNames,
    RawInput,
    UnreadableInput,
    read_chunks,
    read_row,
    total_bytes,
)
from trace_trainer.engine.audit.report import plural
from trace_trainer.engine.audit.tally import MAX_NAMED_UNREADABLE, Tally
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import faults_in_one_line, load_same, loaded_plugins
from trace_trainer.engine.runs.journal import Journal, plain, restored
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers import CallVerdict, score, verify_trace
from trace_trainer.verifiers.calls import AUTO
from trace_trainer.verifiers.calls.expected import wants
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation

CHUNKS_AHEAD = 4
"""Chunks that are read ahead for each worker. It bounds the memory and keeps every worker busy."""


NOUNS = {"trace": "trace", "call": "reply"}
"""The kinds of input, each with what one of them is called."""


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """How each input is read and judged.

    Attributes:
        kind: "trace" or "call", what the inputs are.
        reference: compare with the reference that a line holds.
        records: keep a JSON record of each input, not only the counts.
        call_format: how calls are written where a line does not say.
    """

    names: FieldNames = field(default_factory=FieldNames)
    kind: str = "trace"
    grounding: bool = True
    reference: bool = True
    policy: str = "gated"
    records: bool = False
    call_format: str = AUTO


@dataclass(frozen=True, slots=True)
class Audited:
    """The result of one chunk: its counts and, where asked for, a line of JSON for each input."""

    tally: Tally
    records: list[str]
    bytes_read: int


def audit_chunk(chunk: Chunk, settings: AuditSettings) -> Audited:
    """Check every input of a chunk."""
    tally = Tally(NOUNS[settings.kind])
    records: list[str] = []
    for index, raw in enumerate(chunk.inputs, chunk.first_index):
        record = _audit_input(raw, settings, tally)
        if settings.records:
            place = {"index": index, "source": raw.source, "line": raw.line}
            records.append(json.dumps(place | record, ensure_ascii=False))
    return Audited(tally, records, chunk.bytes_read)


def _audit_input(raw: RawInput, settings: AuditSettings, tally: Tally) -> dict[str, Any]:
    """Check one input, count it, and return its record less the place."""
    try:
        verdict, gold_known, wanted = _judge(raw, settings)
    except UnreadableInput as error:
        tally.add_unreadable(raw, str(error))
        return _record(Verdict(Outcome.ERROR, (Violation("unreadable_line", str(error)),)), None)
    reward = score(verdict, settings.policy)
    tally.add(raw, verdict, reward, gold_known, wanted)
    return _record(verdict, reward)


def _judge(raw: RawInput, settings: AuditSettings) -> tuple[Verdict | CallVerdict, bool, str | None]:
    """The verdict on one input, whether it was compared with gold, and what a reply should have been. Raises
    UnreadableInput."""
    if settings.kind == "call":
        reply = read_call_row(raw, settings.names, settings.call_format)
        return reply.verdict(), reply.expected is not None, wants(reply.expected)
    row = read_row(raw, settings.names)
    reference = row.reference if settings.reference else None
    verdict = verify_trace(
        row.trace, row.question, row.answer, row.expert, settings.grounding, reference=reference
    )
    return verdict, row.answer is not None or reference is not None, None


def _record(verdict: Verdict | CallVerdict, reward: float | None) -> dict[str, Any]:
    """The fields of a record but for the place. A reply has no expert and no answer, but calls and metrics."""
    found: dict[str, Any]
    if isinstance(verdict, CallVerdict):
        found = {"expert": None, "answer": None}
        calls = [{"name": call.name, "arguments": call.arguments} for call in verdict.calls]
        more: dict[str, Any] = {"calls": calls, "metrics": dict(verdict.metrics)}
    else:
        answer = None if verdict.answer is None else format_number(verdict.answer)
        found, more = {"expert": verdict.expert, "answer": answer}, {}
    return {
        "outcome": verdict.outcome,
        **found,
        "reward": reward,
        "violations": [violation._asdict() for violation in verdict.violations],
        "lints": [lint._asdict() for lint in verdict.lints],
        **more,
    }


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


def run_audit(
    files: list[str],
    settings: AuditSettings,
    workers: int = 1,
    out: TextIO | None = None,
    journal: Journal | None = None,
) -> Tally:
    """Audit all files, with progress on standard error; records go to `out`, by default to standard output.

    What was done is kept in the journal, and what it holds is not done again.
    """
    tally = Tally(NOUNS[settings.kind])
    size = total_bytes(files)
    with Progress("audit", unit=plural(tally.noun), streaming=settings.records and out is None) as bar:
        for audited in _going_on(read_chunks(files), settings, workers, journal or Journal()):
            for named in audited.tally.named_unreadable[: MAX_NAMED_UNREADABLE - len(tally.named_unreadable)]:
                tell(named)
            tally.merge(audited.tally)
            for record in audited.records:
                print(record, file=out)
            bar.update(tally.inputs, share=audited.bytes_read / size if size else None)
    unnamed = tally.unreadable - len(tally.named_unreadable)
    if unnamed:
        tell(f"and {unnamed:,} more unreadable inputs; --format jsonl names each")
    return tally
