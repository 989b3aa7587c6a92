"""Load on the reward server: `python -m trace_trainer.engine.benchmarks.rewards --workers 2`.

A server in a process of its own is asked over loopback by several connections at once, for gold traces of the
generator, each with the gold answer or a wrong one. Every reply is compared with what the verifier says here: none may
be lost, and none may be another's.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle, islice
from urllib.parse import urlsplit

import click
import psutil

from trace_trainer.engine.rewarding.openapi import ONE, SEVERAL
from trace_trainer.experts.problems import generate
from trace_trainer.verifiers import score, verify_trace

_WRONG = "999983"
_SECONDS = 60
Row = dict[str, str | None]


@dataclass
class Load:
    """What came of requests: how long each took, in seconds, and how many did not come back as they should."""

    rows: int
    seconds: float = 0.0
    taken: list[float] = field(default_factory=list)
    wrong: int = 0

    def line(self, name: str, connections: int, memory: float) -> str:
        """The figures, as a row of a table in Markdown."""
        done = sorted(self.taken)
        median, slow = (1000 * done[min(len(done) - 1, int(len(done) * at))] for at in (0.5, 0.99))
        rate = len(done) / self.seconds
        return (
            f"| {name} | {connections} | {rate:,.0f} | {rate * self.rows:,.0f} | {median:.1f} | {slow:.1f} | "
            f"{self.wrong} | {memory:.0f} |"
        )


HEAD = (
    "| request | connections | requests/s | rows/s | p50 ms | p99 ms | lost or wrong | MiB in all |\n"
    "|---|---:|---:|---:|---:|---:|---:|---:|"
)


def rows_and_rewards(count: int) -> tuple[list[Row], list[float | None]]:
    """Rows to ask for, every other one with a wrong answer, and what each is worth."""
    rows: list[Row] = [
        {
            "completion": one.trace,
            "question": one.question,
            "expert": one.expert,
            "answer": _WRONG if number % 2 else one.answer,
        }
        for number, one in enumerate(generate("validation", count))
    ]
    verdicts = [
        verify_trace(row["completion"] or "", row["question"], row["answer"], row["expert"]) for row in rows
    ]
    return rows, [score(verdict) for verdict in verdicts]


@contextmanager
def server(workers: int) -> Iterator[tuple[str, int, psutil.Process]]:
    """A reward server in a process of its own: its host, its port, and the process."""
    command = [sys.executable, "-m", "trace_trainer.engine.cli", "serve-reward", "--quiet", "--port", "0"]
    process = subprocess.Popen([*command, "--workers", str(workers)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        where = urlsplit(process.stdout.readline().strip())
        assert where.hostname and where.port, "the server did not start"
        yield where.hostname, where.port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(_SECONDS)


def ask(host: str, port: int, connections: int, each: int, size: int) -> Load:
    """The load of so many connections at once, each with so many requests of so many rows."""
    rows, rewards = rows_and_rewards(max(64, size))
    load = Load(size)
    numbers = list(islice(cycle(range(len(rows))), each * size))
    pieces = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    bodies = [_body([rows[number] for number in piece]) for piece in pieces]
    wanted = [[rewards[number] for number in piece] for piece in pieces]

    def client() -> None:
        connection = http.client.HTTPConnection(host, port, timeout=_SECONDS)
        for body, expected in zip(bodies, wanted, strict=True):
            start = time.perf_counter()
            path = ONE if len(expected) == 1 else SEVERAL
            connection.request("POST", path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            found = json.loads(response.read())
            load.taken.append(time.perf_counter() - start)
            results = found.get("results", [found])
            load.wrong += [result.get("reward") for result in results] != expected
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    load.seconds = time.perf_counter() - start
    return load


def _body(rows: Sequence[Row]) -> str:
    return json.dumps(rows[0] if len(rows) == 1 else {"rows": rows})


def memory(process: psutil.Process) -> float:
    """MiB that a process and its children hold."""
    held = (one.memory_info().rss for one in (process, *process.children(recursive=True)))
    return sum(held) / 2**20


@click.command()
@click.option(
    "--workers", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes that judge."
)
@click.option("--each", type=click.IntRange(1, 100_000), default=200, show_default=True, help="Requests.")
def command(workers: int, each: int) -> None:
    """Print how many requests a reward server answers, and how long they take."""
    with server(workers) as (host, port, process):
        ask(host, port, 2, 50, 1)
        click.echo(HEAD)
        for name, connections, size in (("one row", 1, 1), ("one row", 16, 1), ("256 rows", 4, 256)):
            load = ask(host, port, connections, each if size == 1 else max(1, each // 8), size)
            click.echo(load.line(name, connections, memory(process)))


if __name__ == "__main__":
    command()
