"""The problems of one or several files, each taken once, or mixed in shares.

With shares, a round has as many problems as all files together, and of each file its share of them: a file that is too
small for its share comes round again, in another order, and of one that is too large another part is drawn for each
round. All draws follow from the seed.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig, SFTConfig
from trace_trainer.engine.tasks.reading import problems_of


@dataclass(frozen=True, slots=True)
class Part:
    """The problems of one file; `share` is None where the files are not mixed."""

    path: str
    problems: list[Any]
    share: float | None


@dataclass(frozen=True, slots=True)
class Mixture:
    """The problems of all files that a run is given.

    Attributes:
        parts: the files in their order.
        seed: of the draws.
    """

    parts: Sequence[Part]
    seed: int

    @property
    def source(self) -> str:
        """What the problems are called."""
        names = " and ".join(part.path for part in self.parts)
        shares = ":".join(f"{part.share:g}" for part in self.parts if part.share is not None)
        return f"{names}, mixed {shares}" if shares else names

    def round(self, number: int = 0) -> list[Any]:
        """The problems of a round: all of them, or the shares, which differ from round to round."""
        if any(part.share is None for part in self.parts):
            return [problem for part in self.parts for problem in part.problems]
        total = sum(len(part.problems) for part in self.parts)
        drawn = [
            problem
            for part, count in zip(self.parts, self.counts(total), strict=True)
            for problem in _drawn(part, count, f"mix:{self.seed}:{number}:{self.parts.index(part)}")
        ]
        return Random(f"mix:{self.seed}:{number}").sample(drawn, len(drawn))

    def counts(self, total: int) -> list[int]:
        """How many of so many problems each file gives: its share, rounded so that they add up."""
        shares = [part.share or 0.0 for part in self.parts]
        exact = [total * share / sum(shares) for share in shares]
        counts = [math.floor(count) for count in exact]
        by_rest = sorted(range(len(exact)), key=lambda index: counts[index] - exact[index])
        for index in by_rest[: total - sum(counts)]:
            counts[index] += 1
        return counts

    def lines(self, task: Any) -> Iterator[str]:
        """All problems, each once, as lines of a file."""
        return (task.line(problem) for part in self.parts for problem in part.problems)

    def record(self, task: Any) -> list[dict[str, Any]]:
        """What the manifest says of each file: its problems by number and hash, and its share."""
        return [
            {
                "path": part.path,
                "rows": len(part.problems),
                "sha256": hashlib.sha256("".join(map(task.line, part.problems)).encode()).hexdigest(),
                "share": part.share,
            }
            for part in self.parts
        ]


def read_mixture(config: SFTConfig | RLConfig) -> Mixture:
    """The problems of the files that the settings name.

    Raises UserError where one can't be read or holds none, and where there are not as many shares as files.
    """
    paths = config.data or ()
    shares = _shares(config.mix, paths)
    task = config.make_task()
    parts: list[Part] = []
    known: set[str] = set()
    for path, share in zip(paths, shares, strict=True):
        problems = problems_of(task, path, config.column)
        parts.append(Part(path, list(_with_own_ids(problems, known, path)), share))
    return Mixture(parts, config.seed)


def require_files(config: SFTConfig | RLConfig) -> None:
    """Raise UserError for shares where there are no files."""
    if config.mix is not None:
        raise UserError(
            "--mix gives the shares of several --data, and there is none: give both, or leave it out"
        )


def _shares(mix: str | None, paths: Sequence[str]) -> list[float | None]:
    if mix is None:
        return [None] * len(paths)
    try:
        shares = [float(share) for share in mix.split(":")]
    except ValueError:
        shares = []
    if not shares or not all(math.isfinite(share) and share > 0 for share in shares):
        raise UserError(
            f"--mix {mix} is no list of shares; write one number above 0 for each --data, such as 3:1"
        )
    if len(shares) != len(paths):
        raise UserError(f"--mix {mix} has {len(shares)} shares for {len(paths)} --data; give one for each")
    return list(shares)


def _with_own_ids(problems: Sequence[Any], known: set[str], path: str) -> Iterator[Any]:
    """The problems, those with an id of an earlier file under one of their own."""
    taken = {problem.id for problem in problems} & known
    for problem in problems:
        yield replace(problem, id=f"{Path(path).stem}:{problem.id}") if problem.id in taken else problem
    known.update(problem.id for problem in problems)


def _drawn(part: Part, count: int, seed: str) -> Iterator[Any]:
    """So many problems of a file: whole passes in an order of their own, and of the last one a part."""
    passes = 0
    while count > 0:
        size = min(count, len(part.problems))
        yield from Random(f"{seed}:{passes}").sample(part.problems, size)
        count, passes = count - size, passes + 1
