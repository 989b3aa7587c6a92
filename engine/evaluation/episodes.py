"""Whole conversations: the model acts, the simulated machine answers, up to the end of the installation.

Unlike the problems of a split, where every turn follows right ones, here a model lives with its own mistakes. All
episodes of a batch are at some turn at once, so that a turn of all of them is one pass of sampling.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, TextIO

from rich.table import Table
from rich.text import Text

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.difference import mean_difference
from trace_trainer.engine.evaluation.intervals import mean_interval, wilson
from trace_trainer.engine.evaluation.scoreboard import accuracy_with_interval, empty_table
from trace_trainer.engine.inference.completions import complete
from trace_trainer.engine.models.chat import Message
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.calls import CallTask
from trace_trainer.engine.terminal.console import console_on
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.verifiers.calls import FORMATS, ParseFailure

if TYPE_CHECKING:
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
) -> EpisodesEvaluation:
    """Play `count` episodes of a split with a model; the same ones for every model.

    With `guard`, words take the place of what must not be done (engine/problems/installer/guard.py).

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


def with_episodes(task: Task[Any]) -> CallTask:
    """The task, which has episodes. Raises UserError where it has none."""
    if not isinstance(task, CallTask) or task.name != "installer":
        raise UserError(f"only the task installer has episodes, not {task.name}")
    return task


def as_message(text: str, format: str) -> Message:
    """What a model wrote as an assistant's message; text that can't be read is said, not run."""
    reply = FORMATS[format].parse(text)
    if isinstance(reply, ParseFailure):
        return {"role": "assistant", "content": text}
    calls = [
        {"type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for call in reply.calls
    ]
    return {"role": "assistant", "content": reply.text, **({"tool_calls": calls} if calls else {})}


def print_episodes(evaluations: Sequence[EpisodesEvaluation], form: str, stream: TextIO) -> None:
    """The figures of one model, or of several with the difference of each from the first."""
    first = evaluations[0]
    compared = [(other, _difference(other, first)) for other in evaluations[1:]]
    if form == "json":
        figures = [evaluation.to_json() for evaluation in evaluations]
        differences = [
            {
                "model": other.model,
                "baseline": first.model,
                "figure": "goals",
                "difference": d,
                "interval": [low, high],
            }
            for other, (d, low, high) in compared
        ]
        result = {"models": figures, "differences": differences} if compared else figures[0]
        json.dump(result, stream, indent=2, ensure_ascii=False)
        stream.write("\n")
        return
    console = console_on(stream)
    console.print(_table(evaluations))
    for other, (difference, low, high) in compared:
        console.print(
            Text(
                f"{other.model} less {first.model} in goal facts: {100 * difference:+.1f} points "
                f"[{100 * low:+.1f}, {100 * high:+.1f}] on the same {len(first.results)} episodes"
            )
        )


def _difference(ours: EpisodesEvaluation, theirs: EpisodesEvaluation) -> tuple[float, float, float]:
    return mean_difference([a - b for a, b in zip(ours.goals, theirs.goals, strict=True)])


def _table(evaluations: Sequence[EpisodesEvaluation]) -> Table:
    first = evaluations[0]
    table = empty_table(f"{first.data}, {len(first.results)} episodes", [e.model for e in evaluations])
    figures = [evaluation.to_json() for evaluation in evaluations]

    def row(label: str, cells: Sequence[str]) -> None:
        table.add_row(Text(label), *map(Text, cells))

    for label, key in (("goal facts reached [95 %]", "goals"), ("full installations [95 %]", "complete")):
        row(label, [accuracy_with_interval(f[key], f[f"{key}_interval"]) for f in figures])
    row("dangerous commands", [f"{f['dangerous']:,}" for f in figures])
    row("episodes with one", [f"{f['dangerous_episodes']:,}" for f in figures])
    row("mean reward", [f"{f['mean_reward']:.3f}" for f in figures])
    row("turns an episode", [f"{f['turns']:.1f}" for f in figures])
    row("right turns", [f"{f['right_turns']:.1%}" for f in figures])
    return table
