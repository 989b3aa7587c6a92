"""Practice in whole conversations: the problems of an iteration are turns that the model's own replies have led to.

Turns with right replies before them never show what a model's mistakes lead to, and so nothing is learned there of how
to get out of them (Ross et al. 2011, A Reduction of Imitation Learning to No-Regret Online Learning).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.calls import as_message
from trace_trainer.engine.tasks.installer import with_episodes

_HEAD_START = 15  # turns at most that a conversation has behind it at first, so that not all are greetings


class Conversations(Iterator[CallProblem]):
    """The next turn of each of so many conversations, round and round; one that has ended makes room for another.

    A conversation that was told no reply takes the right one.

    Args:
        task: with episodes.
        seed: of the train split's episodes.
        at_once: how many there are.
        wording: of their users.

    Raises UserError for a task without episodes.
    """

    def __init__(self, task: Task[Any], seed: int, at_once: int, wording: str = "any") -> None:
        self._format = with_episodes(task).format
        from trace_trainer.engine.problems.installer import draw_episodes

        self._drawn = draw_episodes("train", seed, wording)
        self._running = [next(self._drawn) for _ in range(at_once)]
        rng = Random(f"head start:{seed}")
        self._ahead = [rng.randrange(_HEAD_START) for _ in self._running]  # turns still to be played
        self._at = 0

    def __next__(self) -> CallProblem:
        place, self._at = self._at, (self._at + 1) % len(self._running)
        episode = self._running[place]
        if episode.is_asked:
            episode.reply(episode.gold())
        # Played when they are needed: the doctor, too, draws conversations, and looks at few of them.
        for _ in range(self._ahead[place]):
            if episode.next() is not None:
                episode.reply(episode.gold())
        self._ahead[place] = 0
        while (problem := self._running[place].next()) is None:
            self._running[place] = next(self._drawn)
        return problem

    def hear(self, problems: Sequence[CallProblem], replies: Sequence[str]) -> None:
        """Let the conversations of these problems go on with what a model replied."""
        running = {episode.id: episode for episode in self._running}
        for problem, reply in zip(problems, replies, strict=True):
            running[str(problem.episode)].reply(as_message(reply, self._format))
