"""Evaluations as they were written down: the completions that `trainer eval --completions` and a run's folder keep.

A line is one judged completion. It says what was asked in `id` and `prompt`, and what came of it in `outcome`,
`violations` and `metrics`. A file may hold several systems, told apart by `model`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.records import UNSCORED, right_by_answer
from trace_trainer.engine.inference.constraints import OFF

_NEEDED = ("prompt", "outcome")
ACCURACY, FUNCTION = "accuracy", "function"


@dataclass(slots=True)
class System:
    """What one model, or any other source of completions, answered.

    Attributes:
        name: what it is called in tables.
        rows: the completions of each problem, by what identifies the problem.
    """

    name: str
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def samples(self) -> int:
        """The largest number of completions that a problem has."""
        return max(map(len, self.rows.values()))

    def shares(self, figure: str) -> dict[str, float]:
        """A figure of each problem, from 0 to 1, the mean over its completions; problems without it are left out.

        Args:
            figure: ACCURACY; FUNCTION, for problems with a reference; or a metric of the task.
        """
        found = {}
        for key, rows in self.rows.items():
            shares = [share for row in rows if (share := _share(row, figure)) is not None]
            if shares:
                found[key] = fmean(shares)
        return found

    def metrics(self) -> list[str]:
        """The figures that it has beside accuracy, in the order of their first appearance."""
        names: dict[str, None] = {}
        for rows in self.rows.values():
            for row in rows:
                names |= dict.fromkeys(row.get("metrics") or ())
                if row.get("reference") is not None:
                    names |= {FUNCTION: None}
        return list(names)


def read_systems(path: Path) -> list[System]:
    """The systems of a file of completions, in the order of their first lines.

    Raises UserError where the file can't be read, or a line of it is no judged completion.
    """
    systems: dict[str, System] = {}
    for row in _rows(path):
        name = str(row.get("model") or path.stem)
        if row.get("constrain", OFF) != OFF:  # without a constraint the same model is another system
            name = f"{name}, {row['constrain']}"
        systems.setdefault(name, System(name)).rows.setdefault(_key(row), []).append(row)
    if not systems:
        raise UserError(f"{path} holds no completion")
    return list(systems.values())


def _rows(path: Path) -> Iterable[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield _row(line, f"{path}, line {number}")
    except (OSError, UnicodeError) as error:
        raise UserError(f"can't read {path}: {error}") from None


def _row(line: str, place: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError:
        raise UserError(
            f"{place}: no JSON; trainer eval --completions FILE writes what is compared"
        ) from None
    missing = [name for name in _NEEDED if not isinstance(row, dict) or not isinstance(row.get(name), str)]
    if missing:
        raise UserError(
            f"{place}: no {' and no '.join(missing)}, so this is no judged completion; trainer eval --completions "
            f"FILE writes those"
        )
    found: dict[str, Any] = row
    return found


def _key(row: dict[str, Any]) -> str:
    """What identifies a problem: its id and its text, as an id alone may mean different problems in two files."""
    return json.dumps([row.get("id"), row["prompt"]])


def _share(row: dict[str, Any], figure: str) -> float | None:
    if row["outcome"] in UNSCORED:
        return None
    if figure == ACCURACY:
        return float(right_by_answer(row["outcome"], row.get("violations") or ()))
    if figure == FUNCTION:
        return float(row["outcome"] == "correct") if row.get("reference") is not None else None
    share = (row.get("metrics") or {}).get(figure)
    return None if share is None else float(share)


def common_problems(systems: Sequence[System]) -> list[str]:
    """The problems that all systems answered, in the order of the first. Raises UserError where there is none."""
    first, *others = systems
    shared = [key for key in first.rows if all(key in other.rows for other in others)]
    if not shared:
        names = ", ".join(system.name for system in systems)
        raise UserError(f"{names} share no problem: compare evaluations of the same data")
    return shared
