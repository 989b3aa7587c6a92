"""`make bench`: how many verdicts a second the verifier gives, beside PyYAML on the same texts, and the rates of
the audit, of the shell parser and of the simulated machine (bench_machine.py).

Every repeat draws problems that were not seen before. The first pass over them reads each question's numbers and each
line anew; in the second they come from a cache, as in reinforcement learning, where many completions answer one
question. The figures are medians over the repeats. Not covered: invalid traces, and other YAML than the canonical text,
which are slower.
"""

from __future__ import annotations

import json
import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

import click
import yaml

from trace_trainer.engine.audit.run import AuditSettings, run_audit
from trace_trainer.engine.commands.bench_machine import report_machine
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.engine.terminal.progress import track
from trace_trainer.experts import EXPERTS
from trace_trainer.experts.problems import MIXTURE, Problem, generate
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.shell import parse_shell

Item = TypeVar("Item")

# Shapes of an installation's command lines.
COMMAND_LINES = (
    "lsblk -o NAME,SIZE,TYPE /dev/sd{letter}",
    "sudo hostnamectl set-hostname 'machine {number}' 2>/dev/null",
    "sgdisk -Z /dev/sd{letter} && sgdisk -n 1:0:+{number}M -t 1:ef00 -n 2:0:0 /dev/sd{letter}",
    'cat /proc/mounts | grep "sd{letter}" | sort -k {number} > /tmp/mounts; swapoff -a || true',
    "rsync -aAXv --exclude={{'/dev/*','/proc/*',/mnt}} / /mnt{number} && echo 'h{number}' > /mnt{number}/etc/hostname",
)


def rate(work: Callable[[Item], object], items: Sequence[Item]) -> float:
    """How often a second `work` is done, over all items once."""
    start = perf_counter()
    for item in items:
        work(item)
    return len(items) / (perf_counter() - start)


def command_lines(count: int, path: str | None) -> list[str]:
    """That many command lines, made up; or all of a JSON-lines file, from the field `bash`."""
    if path is None:
        shapes = [COMMAND_LINES[index % len(COMMAND_LINES)] for index in range(count)]
        return [shape.format(letter="abcdef"[index % 6], number=index) for index, shape in enumerate(shapes)]
    try:
        return [json.loads(line)["bash"] for line in Path(path).read_text(encoding="utf-8").splitlines()]
    except (KeyError, TypeError, ValueError) as error:
        raise click.UsageError(f"{path}: every line must be a JSON object with `bash` ({error!r})") from None


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
@click.option(
    "--commands",
    type=click.Path(exists=True, dir_okay=False),
    help="JSON lines whose field `bash` is parsed instead of made-up command lines.",
)
def main(count: int, repeats: int, audit_count: int, seed: int, commands: str | None) -> None:
    """Measure the verifiers' speed on this machine.

    Example: python -m trace_trainer.engine.commands.bench --repeats 3
    """
    drawn = generate("train", count * repeats, seed, [name for name in MIXTURE if name in EXPERTS])
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

    texts = command_lines(count, commands)
    parsed = [rate(parse_shell, texts) for _ in range(repeats)]
    length = sum(map(len, texts)) / len(texts)
    click.echo(f"the shell parser on {len(texts):,} command lines of {length:.0f} characters, one core:")
    click.echo(f"  command lines a second                     {median(parsed):>10,.0f}")
    report_machine(repeats)


if __name__ == "__main__":
    main()
