"""Running an audit: inputs in chunks, checked here or in other processes, results in the order of the inputs.

The result is the same whatever the number of workers, and memory is bounded. A few files are dealt out in chunks, which
this process reads; of many each is read by the process that checks it (`shards`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import chain, islice

from trace_trainer.engine.audit.chunk import NOUNS, Audited, AuditSettings, audit_chunk
from trace_trainer.engine.audit.inputs import Chunk, read_chunks, total_bytes
from trace_trainer.engine.audit.report import plural
from trace_trainer.engine.audit.shards import Shard, audit_shards, shards_of
from trace_trainer.engine.audit.tally import MAX_NAMED_UNREADABLE, Tally
from trace_trainer.engine.rows.sources import Source
from trace_trainer.engine.runs.journal import Journal, plain, restored
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.engine.workers import in_order

SHARDS_A_WORKER = 2
"""With fewer for each worker, chunks are dealt out: else most workers would wait for the last shard."""


def audit_chunks(chunks: Iterable[Chunk], settings: AuditSettings, workers: int = 1) -> Iterator[Audited]:
    """The results of all chunks, in order. With 1 worker the work is done in this process.

    Raises UserError where a worker process dies.
    """
    return in_order(partial(audit_chunk, settings=settings), chunks, workers, _place)


def _place(chunk: Chunk) -> str:
    return f" near {chunk.inputs[0].source}:{chunk.inputs[0].line}" if chunk.inputs else ""


def _results(
    shards: Sequence[Shard], settings: AuditSettings, workers: int, journal: Journal
) -> Generator[Audited]:
    """The results of all chunks, in order: first those that an earlier call left in the journal."""
    done = begun = 0  # shards, and chunks of the next one
    while (piece := journal.again()) is not None:
        audited = restored(Audited, piece)
        done, begun = (done + 1, 0) if audited.ends_shard else (done, begun + 1)
        yield audited
    left = shards[done:]
    are_files = all(os.path.isfile(source.path) for shard in left for source in shard.sources)
    if workers > 1 and are_files and len(left) >= SHARDS_A_WORKER * workers:
        results = audit_shards(left, settings, workers, begun)
    else:
        chunks = chain.from_iterable(read_chunks(shard.sources, shard.bytes_before) for shard in left)
        results = audit_chunks(islice(chunks, begun, None), settings, workers)
    for audited in results:
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
    results = _results(shards_of(sources), settings, workers, journal or Journal())
    streaming = settings.records and record is None
    with closing(results), Progress("audit", unit=plural(tally.noun), streaming=streaming) as bar:
        for audited in results:
            for named in audited.tally.named_unreadable[: MAX_NAMED_UNREADABLE - len(tally.named_unreadable)]:
                tell(named)
            records = [_numbered(line, number) for number, line in enumerate(audited.records, tally.inputs)]
            tally.merge(audited.tally)
            for lines, take in (
                (records, record or print),
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


def _numbered(record: str, index: int) -> str:
    """A record, the JSON of an object, with its index before all else."""
    return f'{{"index": {index}, {record[1:]}'
