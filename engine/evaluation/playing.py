"""Conversations that are played side by side: all are at some turn at once, so that a turn of all is one pass of
sampling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from trace_trainer.engine.tasks.calls import as_message

if TYPE_CHECKING:
    from trace_trainer.engine.conversation import Message
    from trace_trainer.engine.problems.files.call_problems import CallProblem
    from trace_trainer.engine.problems.installer import Episode

K = TypeVar("K")


def play_together(
    episodes: Mapping[K, Episode],
    ask: Callable[[int, Mapping[K, CallProblem]], Mapping[K, str]],
    format: str,
    *,
    guard: bool = False,
    ended: Callable[[int], object] | None = None,
) -> None:
    """Play episodes to their ends.

    Args:
        episodes: by their names.
        ask: given the number of a turn, from 0, and the problems that it poses to those that still run, the text of
            each reply; an episode without one is broken off.
        format: of the calls in the texts.
        guard: whether words take the place of what must not be done (engine/problems/installer/guard.py).
        ended: called with how many episodes have ended since its last call.
    """
    playing, turn = dict(episodes), 0
    while playing:
        running = len(playing)
        posed = {name: episode.next() for name, episode in playing.items()}
        asked = {name: problem for name, problem in posed.items() if problem is not None}
        replies = ask(turn, asked) if asked else {}
        playing = {name: playing[name] for name in replies}
        for name, episode in playing.items():
            _act(episode, asked[name], as_message(replies[name], format), guard)
        if ended is not None:
            ended(running - len(playing))
        turn += 1


def _act(episode: Episode, problem: CallProblem, reply: Message, guard: bool) -> None:
    """Go on with a reply, or with words in its place where it does what must not be done."""
    if guard:
        from trace_trainer.engine.problems.installer import guarded
        from trace_trainer.engine.problems.installer.language import load_language

        language = load_language(episode.language)
        reply = guarded(reply, problem.messages, episode.machine, episode.disk, language)
    episode.reply(reply)
