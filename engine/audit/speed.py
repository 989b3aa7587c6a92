"""How fast the verifiers are: the work that `make bench` times."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import TypeVar

import yaml

from trace_trainer.engine.audit.chunk import AuditSettings
from trace_trainer.engine.audit.inputs import (
    TRACES,
    Row,
    UnreadableInput,
    find_sources,
    read_chunks,
    read_object,
    read_row,
    read_text,
)
from trace_trainer.engine.audit.run import run_audit
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.experts.problems import Problem
from trace_trainer.verifiers import Verdict, verify_trace

Item = TypeVar("Item")

# Shapes of an installation's command lines.
COMMAND_LINES = (
    "lsblk -o NAME,SIZE,TYPE /dev/sd{letter}{number}",
    "sudo hostnamectl set-hostname 'machine {number}' 2>/dev/null",
    "sgdisk -Z /dev/sd{letter} && sgdisk -n 1:0:+{number}M -t 1:ef00 -n 2:0:0 /dev/sd{letter}",
    'cat /proc/mounts | grep "sd{letter}" | sort -k {number} > /tmp/mounts; swapoff -a || true',
    "rsync -aAXv --exclude={{'/dev/*','/proc/*',/mnt}} / /mnt{number} && echo 'h{number}' > /mnt{number}/etc/hostname",
)


def rate(
    work: Callable[[Item], object], items: Sequence[Item], clock: Callable[[], float] = perf_counter
) -> float:
    """How often a second of that clock `work` is done, over all items once."""
    start = clock()
    for item in items:
        work(item)
    return len(items) / (clock() - start)


def command_lines(count: int, path: str | None) -> list[str]:
    """That many command lines, made up; or all of a JSON-lines file, from the field `bash`."""
    if path is None:
        shapes = [COMMAND_LINES[index % len(COMMAND_LINES)] for index in range(count)]
        return [shape.format(letter="abcdef"[index % 6], number=index) for index, shape in enumerate(shapes)]
    try:
        return [json.loads(line)["bash"] for line in Path(path).read_text(encoding="utf-8").splitlines()]
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: every line must be a JSON object with `bash` ({error!r})") from None


def read_file(path: str) -> list[Row]:
    """The traces of a file, with what stands beside them, as `trainer audit` reads them.

    Raises UserError for a file that holds none.
    """
    rows: list[Row] = []
    for chunk in read_chunks(find_sources([path])):
        for raw in chunk.inputs:
            try:
                text = read_text(raw)
                rows.append(Row(text) if raw.is_yaml else read_row(read_object(text), TRACES))
            except UnreadableInput as reason:
                raise UserError(f"{raw.source}:{raw.line}: {reason}") from None
    if not rows:
        raise UserError(f"{path} holds no trace")
    return rows


def judge(row: Row) -> Verdict:
    """One verdict on a trace of a file, whatever it is."""
    return verify_trace(row.trace, row.question, row.answer, row.expert, reference=row.reference)


def verify(problem: Problem) -> None:
    """One verdict. Raises ValueError where a gold trace is not correct: then the figures would mean nothing."""
    verdict = verify_trace(problem.trace or "", problem.question, problem.answer, problem.expert)
    if verdict.outcome != "correct":
        raise ValueError(f"{problem.source}: gold is {verdict.outcome}")


def read_yaml(traced: Problem | Row) -> None:
    """The same text through PyYAML's safe_load, which only parses; also one that is no YAML."""
    with suppress(yaml.YAMLError):
        yaml.safe_load(traced.trace or "")


def audit_rate(problems: Sequence[Problem], workers: int) -> float:
    """Traces a second of `trainer audit` over a file of these problems, the start of its processes included."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "problems.jsonl")
        write_problems(path, problems)
        start = perf_counter()
        tally = run_audit(find_sources([str(path)]), AuditSettings(), workers)
        elapsed = perf_counter() - start
    return tally.traces / elapsed
