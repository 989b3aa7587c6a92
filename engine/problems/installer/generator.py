"""Training and test rows: the turns of episodes in which the right assistant replies.

Everything of an episode follows from its id, `split-seed-number`. Now and then the assistant's turn in the history is a
mistake, never the row's gold: the user then insists, and the next row shows how to recover.

For training, more users speak other languages than English, slip with their fingers and ask for what must be refused,
and half of the easy turns are played but left out: nearly two of three turns want a command that follows from the
request alone, while what wants words, or a disk to be chosen, is rarer, harder, and dangerous to get wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random

from trace_trainer.engine.conversation import Message
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.problems.installer.episode import Episode
from trace_trainer.engine.problems.installer.goals import StuckError
from trace_trainer.engine.problems.installer.history import call_message, text_message
from trace_trainer.engine.problems.installer.language import (
    CODES,
    WEIGHTS,
    WEIGHTS_IN_PRACTICE,
    load_language,
)
from trace_trainer.engine.problems.installer.mistakes import mistaken
from trace_trainer.engine.problems.installer.scenario import draw_scenario
from trace_trainer.experts.problems import WORDINGS

SPLITS = ("train", "validation", "test", "test_phrasings", "test_machines")
MISTAKES = 0.06  # of the turns that run a command
FRESH = 0.5  # of the episodes begin with nothing done
EASY_KEPT = 0.5  # of the training turns that want a command which erases nothing
OTHERS_KEPT = 0.2  # of the turns that want a command and are not plain, where the wording is


def draw_episode(split: str, seed: int, number: int) -> Episode:
    """An episode of a split. Raises ValueError for an unknown split."""
    if split not in SPLITS:
        raise ValueError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    id = f"{split}-{seed}-{number}"
    rng = Random(f"installer:episode:{id}")
    is_practice = split == "train"
    language = load_language(rng.choices(CODES, WEIGHTS_IN_PRACTICE if is_practice else WEIGHTS)[0])
    scenario = draw_scenario(rng, split)
    done = 0 if rng.random() < FRESH else rng.randint(2, 12)
    return Episode(id, scenario, language, split == "test_phrasings", done, is_practice)


def draw_episodes(split: str, seed: int, wording: str = "any") -> Iterator[Episode]:
    """The episodes of a split, without end. With the wording "plain" all users write plainly (`Episode.is_plain`), with
    "varied" none does.

    Raises ValueError for an unknown split or wording.
    """
    if wording not in WORDINGS:
        raise ValueError(f"no wording {wording!r}; there are {', '.join(WORDINGS)}")
    for number in itertools.count():
        episode = draw_episode(split, seed, number)
        if wording == "any" or episode.is_plain == (wording == "plain"):
            yield episode


def generate(split: str, count: int, seed: int = 0, wording: str = "any") -> Iterator[CallProblem]:
    """Yield `count` problems of a split, episode by episode; the same arguments give the same problems.

    In test_phrasings every turn is a held-out phrasing (the turns between them are played but left out). With the
    wording "plain" users of all kinds get their words, since no reward tells which words are right, but of the commands
    only those that plain users want (`Episode.is_plain`), and one in five of the others. With "varied" no user is
    plain.

    Raises ValueError for an unknown split or wording, StuckError where a right command fails.
    """
    for episode in draw_episodes(split, seed, "any" if wording == "plain" else wording):
        if count <= 0:
            return
        rng = Random(f"installer:mistakes:{episode.id}")
        while count > 0 and (problem := episode.next()) is not None:
            others = wording == "plain" and not episode.is_plain
            if _is_shown(problem, split, rng) and not (others and _is_rare(problem, rng)):
                count -= 1
                yield problem
            episode.reply(_turn(problem, episode, rng))
        if episode.is_stuck:
            raise StuckError(f"episode {episode.id}: no right command after {episode.ran[-3:]}")


def _is_shown(problem: CallProblem, split: str, rng: Random) -> bool:
    """Whether a turn becomes a row of its split."""
    if split == "test_phrasings":
        return "!" in (problem.source or "")
    goal = problem.expected.get("goal", ()) if isinstance(problem.expected, dict) else ()
    is_easy = problem.category == "command" and not any(fact.endswith(".parts") for fact in goal)
    return split != "train" or not is_easy or rng.random() < EASY_KEPT


def _is_rare(problem: CallProblem, rng: Random) -> bool:
    """Whether a turn of a user who does not write plainly is left out."""
    return (
        isinstance(problem.expected, dict)
        and problem.expected["type"] == "command"
        and rng.random() >= OTHERS_KEPT
    )


def _turn(problem: CallProblem, episode: Episode, rng: Random) -> Message:
    """The gold reply, or now and then a mistake in its place."""
    gold = episode.gold()
    if problem.category != "command" or rng.random() >= MISTAKES:
        return gold
    if rng.random() < 0.3:
        return text_message(episode.assistant.language.replies["declined"])
    command = gold["tool_calls"][0]["function"]["arguments"]["command"]
    wrong = mistaken(command, episode.machine, rng)
    return gold if wrong is None else call_message(wrong)
