"""How hard problems have been for the model lately, and how often each is worth drawing (`--curriculum`).

Generated problems are counted by their schema, those of a file each by itself. Of each, the last `WINDOW` groups are
remembered: all right, all wrong, or mixed. Only a mixed group tells right from wrong, so a problem is drawn with the
chance

    (mixed + 1) / (groups + 1)

of these: always while nothing is known of it, and with 1 in 9 where none of the last eight was mixed, so that it is
noticed when that changes. Choosing by how often a problem can be learned from is from Foster and Foerster 2025,
Learning to Reason at the Frontier of Learnability, who take p (1 - p) for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.terminal.printable import printable_json
from trace_trainer.engine.training.rl.samples import Sample

FILE = "difficulty.json"
WINDOW = 8
_KINDS = ("right", "mixed", "wrong")


class Difficulty:
    """What became of the groups of each problem.

    Args:
        by_schema: count by the schema that a problem was generated from.
    """

    def __init__(self, by_schema: bool) -> None:
        self.by = "schema" if by_schema else "problem"
        self.table: dict[str, dict[str, Any]] = {}

    def chance(self, problem: Any) -> float:
        """With which probability to take a problem, above 0 and at most 1."""
        known = self.table.get(self._key(problem))
        recent = known["recent"] if known else []
        return float((recent.count("mixed") + 1) / (len(recent) + 1))

    def learn(self, groups: Sequence[Sequence[Sample]]) -> None:
        """Count some groups; one in which nothing earned a reward says nothing."""
        for group in groups:
            right = [s.verdict.outcome == "correct" for s in group if s.reward is not None]
            if not right:
                continue
            kind = "right" if all(right) else "mixed" if any(right) else "wrong"
            empty = {**dict.fromkeys(_KINDS, 0), "recent": []}
            entry = self.table.setdefault(self._key(group[0].problem), empty)
            entry[kind] += 1
            entry["recent"] = [*entry["recent"], kind][-WINDOW:]

    def write(self, folder: Path) -> None:
        """Write the table into the folder of a run, a line for each entry, the hardest first."""
        held = sorted(self.table.items(), key=lambda item: (_share_right(item[1]), item[0]))
        lines = (f"  {printable_json(key)}: {printable_json(entry)}" for key, entry in held)
        with atomic_write(folder / FILE) as stream:
            stream.write(f'{{\n "by": "{self.by}",\n "window": {WINDOW},\n "table": {{\n')
            stream.write(",\n".join(lines))
            stream.write("\n }\n}\n")

    def _key(self, problem: Any) -> str:
        source = getattr(problem, "source", None)
        return str(source if self.by == "schema" and source else problem.id)


def _share_right(entry: dict[str, Any]) -> float:
    return float((entry["right"] + entry["mixed"] / 2) / sum(entry[kind] for kind in _KINDS))
