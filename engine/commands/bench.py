"""`make bench`: how many verdicts a second the verifier gives, beside PyYAML on the same texts, and the rates of
the audit, of the shell parser and of the simulated machine.

Every repeat draws problems that were not seen before. The first pass over them reads each question's numbers and each
line anew; in the second they come from a cache, as in reinforcement learning, where many completions answer one
question. The figures are medians over the repeats. Invalid traces, and other YAML than the canonical text, are slower;
`--data FILE` measures the traces of a file, with their references where it has them.
"""

from __future__ import annotations

import os
import platform
from collections import Counter
from statistics import median
from time import process_time

import click

from trace_trainer.engine.audit.machine_speed import installer_commands, machine_rates
from trace_trainer.engine.audit.speed import (
    audit_rate,
    command_lines,
    judge,
    rate,
    read_file,
    read_yaml,
    verify,
)
from trace_trainer.engine.terminal.progress import track
from trace_trainer.experts import EXPERTS
from trace_trainer.experts.problems import MIXTURE, generate
from trace_trainer.verifiers.shell import parse_shell


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
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False),
    help="Measure the verdicts on the traces of this file, as `trainer audit` reads it, and nothing else.",
)
def main(
    count: int, repeats: int, audit_count: int, seed: int, commands: str | None, data: str | None
) -> None:
    """Measure the verifiers' speed on this machine.

    Examples:
        python -m trace_trainer.engine.commands.bench --repeats 3
        python -m trace_trainer.engine.commands.bench --data TRACES.jsonl
    """
    if data is not None:
        _measure_file(data, count, repeats)
        return
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
    lines = installer_commands()
    click.echo(f"the simulated machine on {len(lines):,} different command lines, one core:")
    for name, rates in machine_rates(lines, repeats).items():
        click.echo(f"  {name:43}{median(rates):>10,.0f}")


def _measure_file(path: str, count: int, repeats: int) -> None:
    """Verdicts on the traces of a file in one process, per second of processor time; at least `count` a repeat."""
    rows = read_file(path)
    outcomes = Counter[str]()
    new = rate(lambda row: outcomes.update([judge(row).outcome.value]), rows, process_time)
    many = rows * -(-count // len(rows))
    seen, parsed = [], []
    for _ in track(range(repeats), "measure"):
        seen.append(rate(judge, many, process_time))
        parsed.append(rate(read_yaml, rows, process_time))
    ratios = [verdicts / loads for verdicts, loads in zip(seen, parsed, strict=True)]
    click.echo(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    click.echo(f"{len(rows):,} traces: {', '.join(f'{n:,} {outcome}' for outcome, n in outcomes.items())}")
    click.echo(f"  verdicts a second, all of it new           {new:>10,.0f}")
    click.echo(f"  verdicts a second, question seen before    {median(seen):>10,.0f}")
    click.echo(f"  PyYAML safe_load a second, same texts      {median(parsed):>10,.0f}")
    click.echo(f"  verdicts for each safe_load, seen before   {median(ratios):>10.1f}")


if __name__ == "__main__":
    main()
