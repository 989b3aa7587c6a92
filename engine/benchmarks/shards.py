"""How fast rows in shards are verified, and in how much memory: `trainer audit`, `datasets.map` and Ray Data.

    python -m trace_trainer.engine.benchmarks.shards --rows 1000000 --workers 2

Each way is a process of its own that starts from the same files and ends with the number of correct rows, so starting
processes and reading are counted. Rows are generated problems with short texts, each many times. Memory is the largest
sum, over the process and all below it, of what each has of its own and its part of what it shares (Linux's PSS);
processor time is theirs, too, which other work on the machine does not lengthen much.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from trace_trainer.engine.audit.batches import verify_batch
from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.audit.inputs import find_sources
from trace_trainer.engine.audit.run import run_audit
from trace_trainer.engine.workers import MOST_WORKERS
from trace_trainer.experts.problems import generate

DIFFERENT = 20_000
"""Problems; more rows repeat them."""
SHARDS = 16
SECONDS_BETWEEN = 0.2


def by_audit(folder: str, workers: int) -> int:
    """The correct rows, by what `trainer audit` runs."""
    return run_audit(find_sources([folder]), AuditSettings(), workers).correct


def by_datasets(folder: str, workers: int) -> int:
    """The same by Hugging Face datasets, with a cache of its own."""
    from datasets import load_dataset

    files = sorted(map(str, Path(folder).iterdir()))
    with tempfile.TemporaryDirectory() as cache:
        rows = load_dataset("json", data_files=files, split="train", cache_dir=cache, num_proc=workers)
        verified = rows.map(verify_batch, batched=True, num_proc=workers).select_columns("correct")
        return sum(sum(batch["correct"]) for batch in verified.iter(10_000))


def by_ray(folder: str, workers: int) -> int:
    """The same by Ray Data on a Ray of its own."""
    import ray

    ray.init(num_cpus=workers, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    return int(ray.data.read_json(folder).map_batches(verify_batch).sum("correct"))


WAYS = {"trainer audit": by_audit, "datasets.map": by_datasets, "Ray Data": by_ray}


def write_shards(folder: Path, rows: int) -> None:
    """Write that many rows, in order, to SHARDS files of JSON lines."""
    lines = [
        json.dumps({"question": problem.question, "answer": problem.answer, "trace": problem.trace}) + "\n"
        for problem in generate(
            "train", min(rows, DIFFERENT), experts=["arithmetic", "percentage", "comparison"]
        )
    ]
    for shard in range(SHARDS):
        of_shard = range(rows * shard // SHARDS, rows * (shard + 1) // SHARDS)
        with (folder / f"{shard:02}.jsonl").open("w", encoding="utf-8") as stream:
            stream.writelines(lines[number % len(lines)] for number in of_shard)


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way took: seconds, seconds of processors, and bytes of memory."""

    correct: int
    seconds: float
    processors: float
    memory: int

    def line(self, name: str) -> str:
        """The line of a table."""
        rates = f"{self.correct / self.seconds:,.0f} | {self.correct / self.processors:,.0f}"
        return f"| {name} | {rates} | {self.seconds:,.0f} s | {self.memory / 2**20:,.0f} MiB |"


HEAD = "| way | rows/s | rows a second of a processor | time | memory |\n|---|---:|---:|---:|---:|"


def measured(way: str, folder: Path, workers: int) -> Measured:
    """What a way takes for the correct rows that it counts.

    Raises ChildProcessError, with what it said, where it fails.
    """
    asked = [sys.executable, "-m", __spec__.name, "--way", way, "--workers", str(workers), str(folder)]
    start, most = time.monotonic(), 0
    processors: dict[int, float] = {}  # by process, as it was seen last
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(asked, stdout=subprocess.PIPE, stderr=said) as process,
    ):
        while process.poll() is None:
            family = list(_family(process.pid))
            most = max(most, sum(map(_memory, family)))
            processors |= {one: _processor_seconds(one) or processors.get(one, 0.0) for one in family}
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(SECONDS_BETWEEN)
        seconds = time.monotonic() - start
        counted = process.stdout.read().split() if process.stdout else []
        said.seek(0)
        if process.returncode or not counted:
            raise ChildProcessError(f"{way} failed: {said.read().decode(errors='replace')[-2000:]}")
    return Measured(int(counted[-1]), seconds, sum(processors.values()), most)


def _family(root: int) -> Iterator[int]:
    """A process and all below it."""
    yield root
    with contextlib.suppress(OSError):  # it is gone
        for thread in Path(f"/proc/{root}/task").iterdir():
            for child in (thread / "children").read_text().split():
                yield from _family(int(child))


def _memory(process: int) -> int:
    """Bytes of a process: its own, and its part of what it shares; 0 where it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _processor_seconds(process: int) -> float:
    """Seconds that processors gave a process, as its own and as the system's; 0 where it is gone."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False))
@click.option("--rows", type=click.IntRange(SHARDS, 10**9), default=1_000_000, show_default=True)
@click.option("--workers", type=click.IntRange(1, MOST_WORKERS), default=2, show_default=True)
@click.option(
    "--way", type=click.Choice(list(WAYS)), help="Count the correct rows of FOLDER this way, and no more."
)
def command(folder: str | None, rows: int, workers: int, way: str | None) -> None:
    """Print a table of rows a second and memory, a line for each way."""
    if way is not None and folder is not None:
        click.echo(WAYS[way](folder, workers))
        return
    with tempfile.TemporaryDirectory() as place:
        write_shards(Path(place), rows)
        click.echo(HEAD)
        for name in WAYS:
            found = measured(name, Path(place), workers)
            if found.correct != rows:
                raise click.ClickException(f"{name} counts {found.correct:,} of {rows:,} rows as correct")
            click.echo(found.line(name))


if __name__ == "__main__":
    command()
