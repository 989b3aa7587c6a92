"""Pairs of a right and a wrong completion of the same prompt, out of a run's own rollouts (`--pairs`).

Both have been executed, so which of them is better is no opinion. Of each problem the newest completions come first, as
they are nearest to the model that the run ended with; each says something of its own (`Task.canonical`), is used in one
pair only, and ended by itself. At most `MOST_OF_ONE` pairs are of one problem, so that problems which the run met
often do not outweigh others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.records import UNSCORED
from trace_trainer.engine.models.names import embedded_models
from trace_trainer.engine.ranks import world_size
from trace_trainer.engine.runs.logs import read_lines
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks import Task

MOST_OF_ONE = 4
_OF_COMPLETIONS = ("step", "completion", "outcome", "reward", "violations", "metrics", "tokens", "ended")
"""Fields of a line of rollouts.jsonl that say nothing of the problem."""


class Pair(NamedTuple):
    """Two completions of a problem, as text: a right one and a wrong one."""

    problem: Any
    chosen: str
    rejected: str


class _Texts(NamedTuple):
    """The completions of a problem, by what they say."""

    right: dict[str, str]
    wrong: dict[str, str]


def run_pairs(config: SFTConfig) -> tuple[str, list[Pair]]:
    """What the pairs of `config.pairs` are called, and the pairs.

    Raises UserError where it is no run with rollouts, where those hold no pair, and for settings of other data.
    """
    if config.data or config.mix or config.trim_vocab:
        raise UserError("--pairs trains on what the run wrote: leave --data, --mix and --trim-vocab out")
    if world_size() > 1:
        raise UserError("--pairs trains in one process: start it without torchrun or accelerate launch")
    name = str(config.pairs)
    folder = embedded_models().get(name, Path(name))
    log = folder / "rollouts.jsonl"
    if not log.is_file():
        raise UserError(
            f"--pairs {name}: there is no {log}; name a run of trainer rl, its folder or its name"
        )
    task = config.make_task()
    problems = _by_problem(task, log)
    pairs = [pair for fields, texts in problems.items() for pair in _pairs_of(task, fields, texts)]
    if not pairs:
        raise UserError(
            f"--pairs {name}: none of its {len(problems):,} problems has both a right and a wrong completion; take "
            "another run, or trainer sample and --data"
        )
    paired = sum(bool(texts.right and texts.wrong) for texts in problems.values())
    return f"{len(pairs):,} pairs of {paired:,} of {len(problems):,} problems that {folder.name} met", pairs


def _by_problem(task: Task[Any], log: Path) -> Mapping[str, _Texts]:
    """The completions of each problem, the newest first."""
    found: dict[str, _Texts] = {}
    for row in reversed(list(read_lines(log))):
        if not row["ended"] or row["outcome"] in UNSCORED:
            continue
        fields = {name: value for name, value in row.items() if name not in _OF_COMPLETIONS}
        texts = found.setdefault(json.dumps(fields, sort_keys=True), _Texts({}, {}))
        of_kind = texts.right if row["outcome"] == "correct" else texts.wrong
        of_kind.setdefault(task.canonical(row["completion"]), row["completion"])
    return found


def _pairs_of(task: Task[Any], fields: str, texts: _Texts) -> Iterator[Pair]:
    problem = task.from_row(json.loads(fields))
    couples = zip(texts.right.values(), texts.wrong.values(), strict=False)
    for _, (chosen, rejected) in zip(range(MOST_OF_ONE), couples, strict=False):
        yield Pair(task.with_reply(problem, chosen), chosen, rejected)
