"""Many files checked by many processes, each of which reads its files itself: decompressing and decoding are shared.

What a process finds goes to a file, a line for each chunk, and is taken up in the order of the inputs, so that no shard
is held in memory. Shards and chunks are cut the same whatever the number of processes.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from trace_trainer.engine.audit.chunk import Audited, AuditSettings, audit_chunk
from trace_trainer.engine.audit.inputs import read_chunks
from trace_trainer.engine.rows.sources import Source
from trace_trainer.engine.runs.journal import plain, restored
from trace_trainer.engine.workers import in_order

SMALLEST_SHARD = 2**20
"""Bytes. Smaller files are gathered: thousands of YAML files, each with one trace, are no thousands of shards."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Consecutive sources that one process checks. `bytes_before` counts those of the files before them."""

    sources: tuple[Source, ...]
    bytes_before: int


@dataclass(frozen=True, slots=True)
class _Work:
    """A shard to check, less the chunks that are done, and the file that takes what is found."""

    shard: Shard
    done: int
    found: Path


def shards_of(sources: Iterable[Source]) -> list[Shard]:
    """The sources as shards: each file that is no small one, and small ones together."""
    shards: list[Shard] = []
    gathered: list[Source] = []
    before = size = 0
    for source in sources:
        gathered.append(source)
        size += os.path.getsize(source.path) if os.path.isfile(source.path) else SMALLEST_SHARD
        if size >= SMALLEST_SHARD:
            shards.append(Shard(tuple(gathered), before))
            before, size, gathered = before + size, 0, []
    return [*shards, Shard(tuple(gathered), before)] if gathered else shards


def audit_shards(
    shards: Sequence[Shard], settings: AuditSettings, workers: int, done: int = 0
) -> Iterator[Audited]:
    """The results of all chunks of the shards in order, but for the first chunks, which are done.

    Raises UserError where a source can't be read to its end, and where a worker process dies.
    """
    with tempfile.TemporaryDirectory(prefix="trainer-audit-") as folder:
        works = [
            _Work(shard, 0 if number else done, Path(folder, f"{number}.jsonl"))
            for number, shard in enumerate(shards)
        ]
        for found in in_order(partial(_audit_shard, settings=settings), works, workers, _place):
            with found.open(encoding="utf-8") as lines:
                for line in lines:
                    yield restored(Audited, json.loads(line))
            found.unlink()


def _audit_shard(work: _Work, settings: AuditSettings) -> Path:
    with work.found.open("w", encoding="utf-8") as lines:
        for chunk in islice(read_chunks(work.shard.sources, work.shard.bytes_before), work.done, None):
            lines.write(json.dumps(plain(audit_chunk(chunk, settings))) + "\n")
            if not work.found.exists():  # the command was stopped, and its exit waits for this
                break
    return work.found


def _place(work: _Work) -> str:
    return f" near {work.shard.sources[0].name}"
