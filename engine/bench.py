"""`make bench`: how many verdicts a second the verifier gives, beside PyYAML on the same texts, and the audit's rate.

Every repeat draws problems that were not seen before. The first pass over them reads each question's numbers and each
line anew; in the second they come from a cache, as in reinforcement learning, where many completions answer one
question. The figures are medians over the repeats. Not covered: invalid traces, and other YAML than the canonical text,
which are slower.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import click
import yaml

from engine.audit_run import AuditSettings, run_audit
from engine.problem_files import write_problems
from engine.progress import track
from experts import EXPERTS
from experts.problems import Problem, generate
from verifiers import verify_trace


def rate(work: Callable[[Problem], object], problems: Sequence[Problem]) -> float:
    """How often a second `work` is done, over all problems once."""
    start = perf_counter()
    for problem in problems:
        work(problem)
    return len(problems) / (perf_counter() - start)


def verify(problem: Problem) -> None:
    """One verdict. Raises ValueError where a gold trace is not correct: then the figures would mean nothing."""
    verdict = verify_trace(problem.trace or "", problem.question, problem.answer, problem.expert)
    if verdict.outcome != "correct":
        raise ValueError(f"{problem.source}: gold is {verdict.outcome}")


def read_yaml(problem: Problem) -> None:
    """The same text through PyYAML's safe_load, which only parses."""
    yaml.safe_load(problem.trace or "")


def audit_rate(problems: Sequence[Problem], workers: int) -> float:
    """Traces a second of `trainer audit` over a file of these problems, the start of its processes included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "problems.jsonl")
        write_problems(path, problems)
        start = perf_counter()
        tally = run_audit([str(path)], AuditSettings(), workers)
        elapsed = perf_counter() - start
    return tally.traces / elapsed


@click.command()
@click.option(
    "--count", type=click.IntRange(min=100), default=2000, show_default=True, help="Problems a repeat."
)
@click.option("--repeats", type=click.IntRange(min=1), default=5, show_default=True)
@click.option(
    "--audit-count", type=click.IntRange(min=100), default=50_000, show_default=True, help="Lines to audit."
)
@click.option("--seed", type=int, default=0, show_default=True)
def main(count: int, repeats: int, audit_count: int, seed: int) -> None:
    """Measure the verifier's speed on this machine.

    Example: python -m engine.bench --repeats 3
    """
    drawn = generate("train", count * repeats, seed, list(EXPERTS))
    problems = list(track(drawn, "generate", count * repeats, "problems"))
    new, seen, parsed = [], [], []
    for first in track(range(0, count * repeats, count), "measure"):
        batch = problems[first : first + count]
        new.append(rate(verify, batch))
        seen.append(rate(verify, batch))
        parsed.append(rate(read_yaml, batch))
    click.echo(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    click.echo(f"{count:,} distinct single-expert gold traces a repeat, median of {repeats} repeats:")
    click.echo(f"  verdicts a second, each question new       {median(new):>10,.0f}")
    click.echo(f"  verdicts a second, question seen before    {median(seen):>10,.0f}")
    click.echo(f"  PyYAML safe_load a second, same texts      {median(parsed):>10,.0f}")
    ratios = [verdicts / loads for verdicts, loads in zip(new, parsed, strict=True)]
    click.echo(f"  verdicts for each safe_load, question new  {median(ratios):>10.1f}")
    ratios = [verdicts / loads for verdicts, loads in zip(seen, parsed, strict=True)]
    click.echo(f"  verdicts for each safe_load, seen before   {median(ratios):>10.1f}")

    repeated = (problems * (audit_count // len(problems) + 1))[:audit_count]
    click.echo(f"trainer audit of {audit_count:,} lines, start of the processes included:")
    for workers in (1, 2):
        click.echo(
            f"  traces a second, --workers {workers}               {audit_rate(repeated, workers):>10,.0f}"
        )


if __name__ == "__main__":
    main()
