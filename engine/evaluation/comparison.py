"""Several stored systems beside a baseline, figure by figure and group by group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.contrast import Contrast, contrast
from trace_trainer.engine.evaluation.stored import ACCURACY, FUNCTION, System, common_problems


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a comparison found.

    Attributes:
        systems: names, the baseline first.
        problems: how many all of them answered.
        left_out: of each system, how many problems it alone, or not all, answered.
        contrasts: of every system but the baseline, by figure and group.
    """

    systems: list[str]
    problems: int
    left_out: dict[str, int]
    contrasts: list[Contrast]

    def to_json(self) -> dict[str, Any]:
        return {
            "systems": self.systems,
            "problems": self.problems,
            "left_out": self.left_out,
            "contrasts": [found.to_json() for found in self.contrasts],
        }


def compare(systems: Sequence[System], figures: Sequence[str] = (), by: str | None = None) -> Comparison:
    """Compare every system with the first on the problems that all answered.

    Args:
        figures: those of interest; empty for accuracy, and what all systems have beside it.
        by: the column of the completions that groups the problems; None for no groups.

    Raises UserError where they share no problem, and where no problem has a figure or the column.
    """
    baseline, *others = systems
    problems = common_problems(systems)
    chosen = _figures(systems, figures)
    groups = {None: problems, **_groups(baseline, problems, by)} if by else {None: problems}
    found = [
        made
        for figure in chosen
        for group, members in groups.items()
        for system in others
        if (made := contrast(system, baseline, members, figure, group)) is not None
    ]
    if not found:
        raise UserError(f"no problem has {' or '.join(chosen)} in both systems")
    left_out = {system.name: len(system.rows) - len(problems) for system in systems}
    return Comparison([system.name for system in systems], len(problems), left_out, found)


def _figures(systems: Sequence[System], asked: Sequence[str]) -> list[str]:
    """The figures asked for, or all that the systems share."""
    own = [{ACCURACY, *system.metrics()} for system in systems]
    shared = [
        name
        for name in dict.fromkeys([ACCURACY, FUNCTION, *systems[0].metrics()])
        if all(name in names for names in own)
    ]
    unknown = [name for name in asked if name not in shared]
    if unknown:
        raise UserError(f"no figure {', '.join(unknown)}: the systems share {', '.join(shared)}")
    return list(dict.fromkeys(asked)) or shared


def _groups(system: System, problems: Sequence[str], by: str) -> dict[str | None, list[str]]:
    """The problems by a column of the system's completions, in the order of its values."""
    groups: dict[str, list[str]] = {}
    for key in problems:
        row = system.rows[key][0]
        if row.get(by) is not None:
            groups.setdefault(str(row[by]), []).append(key)
    if not groups:
        columns = sorted(
            {name for key in problems for name, value in system.rows[key][0].items() if _groups_by(value)}
        )
        raise UserError(f"no problem has a column {by}: there are {', '.join(columns)}")
    return dict(sorted(groups.items()))


def _groups_by(value: object) -> bool:
    return isinstance(value, (str, int, bool))
