"""Which problems an iteration practises on: as they come or by difficulty; and fresh ones where groups teach nothing.

A group whose samples are all worth the same teaches nothing. Dynamic sampling (Yu et al. 2025, DAPO) fills the place of
such groups with fresh prompts; here up to a budget (`--refill`), so that an iteration on problems that are too easy or
too hard ends. All that was sampled is logged and counted, also what taught nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.difficulty import Difficulty
from trace_trainer.engine.training.rl.samples import Sample


def check_drawing(config: RLConfig) -> None:
    """Raise UserError where problems can't be chosen or filled up."""
    for name, asked in (("--refill", config.refill > 0), ("--curriculum", config.curriculum)):
        if asked and config.histories == "own":
            raise UserError(
                f"{name} draws problems one by one, and --histories own takes them as they come; leave it out"
            )


class Drawing:
    """Draws the problems of a run, and remembers what resuming needs.

    Args:
        config: the settings.

    Attributes:
        passed: how many problems whole iterations took off their stream, also those that were passed over.
    """

    def __init__(self, config: RLConfig) -> None:
        self._config = config
        self._difficulty = Difficulty(by_schema=config.data is None) if config.curriculum else None
        self.passed = self._taken = 0

    def skip(self, problems: Iterator[Any]) -> None:
        """Pass over the problems that earlier iterations took."""
        for _ in islice(problems, self.passed):
            pass

    def draw(self, problems: Iterator[Any], count: int) -> list[Any]:
        """The next problems; with a curriculum, hard and easy ones are passed over more or less often."""
        drawn: list[Any] = []
        while len(drawn) < count:
            problem = next(problems)
            rng = Random(f"curriculum:{self._config.seed}:{self._taken}")
            self._taken += 1
            if self._difficulty is None or rng.random() < self._difficulty.chance(problem):
                drawn.append(problem)
        return drawn

    def refill(
        self,
        groups: Sequence[Sequence[Sample]],
        practise: Callable[[int, int, int], list[list[Sample]]],
    ) -> list[list[Sample]]:
        """Groups of fresh problems in the place of those that teach nothing, and of these again, within the budget.

        Args:
            groups: those of the iteration, weighed.
            practise: weighed groups of so many fresh problems, told how many groups there were before and which
                number its call has, from 1.
        """
        more: list[list[Sample]] = []
        budget, calls = int(self._config.refill * len(groups)), 0
        while missing := min(budget - len(more), len(groups) - sum(map(_teaches, [*groups, *more]))):
            calls += 1
            more += practise(missing, len(groups) + len(more), calls)
        return more

    def learn(self, groups: Sequence[Sequence[Sample]]) -> dict[str, Any]:
        """Remember what became of all groups of an iteration that has ended; returns figures for metrics.jsonl."""
        self.passed = self._taken
        if self._difficulty is not None:
            self._difficulty.learn(groups)
        if not (self._config.refill or self._config.curriculum):
            return {}
        planned = self._config.prompts_per_iteration
        return {
            "rollouts": sum(map(len, groups)),
            "refilled": {"groups": len(groups) - planned, "teaching": sum(map(_teaches, groups[planned:]))},
            "problems_passed": self.passed,
        }

    def state(self) -> dict[str, Any]:
        """What `restore` takes."""
        return {"passed": self.passed, "table": self._difficulty.table if self._difficulty else {}}

    def restore(self, state: dict[str, Any] | None, iterations: int) -> None:
        """Go on from a state after so many iterations. Runs of earlier versions have none: they took what came."""
        known = state or {"passed": iterations * self._config.prompts_per_iteration, "table": {}}
        self.passed = self._taken = known["passed"]
        if self._difficulty is not None:
            self._difficulty.table = known["table"]

    def write(self, folder: Path) -> None:
        """Write the table of difficulties, where there is one, into the folder of the run."""
        if self._difficulty is not None:
            self._difficulty.write(folder)


def _teaches(group: Sequence[Sample]) -> bool:
    return any(sample.advantage != 0 for sample in group)
