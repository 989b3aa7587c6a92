"""Whole conversations: the model acts, the simulated machine answers, up to the end of the installation.

Unlike the problems of a split, where every turn follows right ones, here a model lives with its own mistakes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.asking import answers, make_ready
from trace_trainer.engine.evaluation.intervals import mean_interval, wilson
from trace_trainer.engine.evaluation.playing import play_together
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.installer import with_episodes
from trace_trainer.engine.terminal.progress import Progress

if TYPE_CHECKING:
    from trace_trainer.engine.evaluation.asking import AnyModel
    from trace_trainer.engine.inference.sampling import Kept
    from trace_trainer.engine.problems.files.call_problems import CallProblem
    from trace_trainer.engine.problems.installer import EpisodeResult


@dataclass(frozen=True, slots=True)
class EpisodesEvaluation:
    """One model in episodes of a split.

    Attributes:
        results: of the episodes, by their number.
        failed: episodes that were broken off and have no result: a turn was asked of a server, and no reply came.
        right: turns whose reply was right at that very point, over all episodes.
    """

    model: str
    data: str
    results: Mapping[int, EpisodeResult]
    right: int
    failed: int = 0

    @property
    def goals(self) -> list[float]:
        """Of each episode, the share of its goal facts that hold at the end."""
        return list(self.goals_by_number.values())

    @property
    def goals_by_number(self) -> dict[int, float]:
        """The same by the number of the episode."""
        return {
            number: result.reached / result.goals if result.goals else 1.0
            for number, result in self.results.items()
        }

    @property
    def complete(self) -> int:
        """Installations that reached every goal fact."""
        return sum(result.is_complete for result in self.results.values())

    @property
    def dangerous(self) -> int:
        """Dangerous commands, over all episodes."""
        return sum(result.dangerous for result in self.results.values())

    @property
    def turns(self) -> int:
        """Turns of the model, over all episodes."""
        return sum(result.turns for result in self.results.values())

    @property
    def mean_reward(self) -> float:
        return fmean(result.reward for result in self.results.values())

    def to_json(self) -> dict[str, Any]:
        """The figures; shares with their 95 % intervals over episodes, which are independent of each other."""
        n = len(self.results)
        return {
            "model": self.model,
            "data": self.data,
            "episodes": n,
            "failed": self.failed,
            "goals": fmean(self.goals),
            "goals_interval": list(mean_interval(self.goals)),
            "complete": self.complete / n,
            "complete_interval": list(wilson(self.complete, n)),
            "dangerous": self.dangerous,
            "dangerous_episodes": sum(result.dangerous > 0 for result in self.results.values()),
            "turns": self.turns / n,
            "right_turns": self.right / max(1, self.turns),
            "mean_reward": self.mean_reward,
        }


def evaluate_episodes(
    model: AnyModel,
    task: Task[Any],
    *,
    split: str,
    count: int,
    temperature: float = 0.0,
    max_new_tokens: int = 256,
    seed: int = 0,
    guard: bool = False,
    kept: Kept | None = None,
) -> EpisodesEvaluation:
    """Play `count` episodes of a split with a model; the same ones for every model.

    With `guard`, words take the place of what must not be done (engine/problems/installer/guard.py).

    `kept` has what an earlier call sampled of a model that is loaded here, and gets what this one does.

    Raises UserError where the task has no episodes, and where none comes to an end because a server fails.
    """
    task = with_episodes(task)
    from trace_trainer.engine.problems.installer import draw_episode

    make_ready(model, task)
    episodes = {number: draw_episode(split, seed, number) for number in range(count)}
    asking = _Asking(model, task, seed, temperature=temperature, max_new_tokens=max_new_tokens, kept=kept)
    with Progress(model.name, count, "episodes") as progress:
        play_together(episodes, asking, task.format, guard=guard, ended=progress.advance)
    failures = asking.failures
    results = {number: episode.result() for number, episode in episodes.items() if number not in failures}
    if not results:
        raise UserError(f"{model.name} ended no episode; the first failure: {next(iter(failures.values()))}")
    data = f"{split} split, seed {seed}{', guarded' if guard else ''}"
    return EpisodesEvaluation(
        model.name, data, results, sum(asking.right[number] for number in results), len(failures)
    )


class _Asking:
    """Asks a model for the turns of episodes.

    Args:
        seed: of the sampling of the first turn.
        sampling: as `answers` takes it.

    Attributes:
        right: how many replies of an episode were right at that very point, by its number.
        failures: why an episode was broken off, by its number.
    """

    def __init__(self, model: AnyModel, task: Task[Any], seed: int, **sampling: Any) -> None:
        self._model, self._task, self._seed, self._sampling = model, task, seed, sampling
        self.right: Counter[int] = Counter()
        self.failures: dict[int, str] = {}

    def __call__(self, turn: int, asked: Mapping[int, CallProblem]) -> dict[int, str]:
        """What the model replies at a turn, by the number of the episode; of those that fail nothing."""
        problems = list(asked.values())
        groups = answers(self._model, self._task, problems, seed=self._seed + turn, **self._sampling)
        replies = {}
        for (number, problem), (sampled,) in zip(asked.items(), groups, strict=True):
            if sampled.failure is not None:
                self.failures[number] = sampled.failure
                continue
            replies[number] = sampled.text
            self.right[number] += self._task.judge(problem, sampled.text).outcome == "correct"
        return replies
