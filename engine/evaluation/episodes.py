"""Whole conversations: the model acts, the simulated machine answers, up to the end of the installation.

Unlike the problems of a split, where every turn follows right ones, here a model lives with its own mistakes. All
episodes of a batch are at some turn at once, so that a turn of all of them is one pass of sampling.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.evaluation.intervals import mean_interval, wilson
from trace_trainer.engine.inference.completions import complete
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.calls import as_message
from trace_trainer.engine.tasks.installer import with_episodes
from trace_trainer.engine.terminal.progress import Progress

if TYPE_CHECKING:
    from trace_trainer.engine.inference.sampling import Kept
    from trace_trainer.engine.models.loading import LoadedModel
    from trace_trainer.engine.problems.installer import EpisodeResult


@dataclass(frozen=True, slots=True)
class EpisodesEvaluation:
    """One model in episodes of a split.

    Attributes:
        results: of the episodes, in order.
        right: turns whose reply was right at that very point, over all episodes.
    """

    model: str
    data: str
    results: tuple[EpisodeResult, ...]
    right: int

    @property
    def goals(self) -> list[float]:
        """Of each episode, the share of its goal facts that hold at the end."""
        return [result.reached / result.goals if result.goals else 1.0 for result in self.results]

    @property
    def complete(self) -> int:
        """Installations that reached every goal fact."""
        return sum(result.is_complete for result in self.results)

    @property
    def dangerous(self) -> int:
        """Dangerous commands, over all episodes."""
        return sum(result.dangerous for result in self.results)

    @property
    def turns(self) -> int:
        """Turns of the model, over all episodes."""
        return sum(result.turns for result in self.results)

    @property
    def mean_reward(self) -> float:
        return fmean(result.reward for result in self.results)

    def to_json(self) -> dict[str, Any]:
        """The figures; shares with their 95 % intervals over episodes, which are independent of each other."""
        n = len(self.results)
        return {
            "model": self.model,
            "data": self.data,
            "episodes": n,
            "goals": fmean(self.goals),
            "goals_interval": list(mean_interval(self.goals)),
            "complete": self.complete / n,
            "complete_interval": list(wilson(self.complete, n)),
            "dangerous": self.dangerous,
            "dangerous_episodes": sum(result.dangerous > 0 for result in self.results),
            "turns": self.turns / n,
            "right_turns": self.right / max(1, self.turns),
            "mean_reward": self.mean_reward,
        }


def evaluate_episodes(
    loaded: LoadedModel,
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

    `kept` has what an earlier call sampled, and gets what this one does.

    Raises UserError where the task has no episodes.
    """
    task = with_episodes(task)
    from trace_trainer.engine.problems.installer import draw_episode, guarded
    from trace_trainer.engine.problems.installer.language import load_language

    task.fit(loaded.tokenizer, loaded.name)
    episodes = [draw_episode(split, seed, number) for number in range(count)]
    right = 0
    with Progress(loaded.name, count, "episodes") as progress:
        playing, turn = episodes, 0
        while asked := [(e, problem) for e in playing if (problem := e.next()) is not None]:
            progress.advance(len(playing) - len(asked))
            playing = [episode for episode, _ in asked]
            groups = complete(
                loaded,
                [task.prompt(problem) for _, problem in asked],
                temperature=temperature,
                max_new_tokens=max_new_tokens,
                seed=seed + turn,
                progress=False,
                kept=kept,
            )
            for (episode, problem), (sampled,) in zip(asked, groups, strict=True):
                right += task.judge(problem, sampled.text).outcome == "correct"
                reply = as_message(sampled.text, task.format)
                if guard:
                    language = load_language(episode.language)
                    reply = guarded(reply, problem.messages, episode.machine, episode.disk, language)
                episode.reply(reply)
            turn += 1
        progress.advance(len(playing))
    results = tuple(episode.result() for episode in episodes)
    data = f"{split} split, seed {seed}{', guarded' if guard else ''}"
    return EpisodesEvaluation(loaded.name, data, results, right)
