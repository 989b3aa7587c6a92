"""What the user hears in a model's words, and what comes of it."""

from __future__ import annotations

from random import Random

import pytest
from helpers.scenarios import ONE_DISK

from trace_trainer.engine.problems.installer import Episode, draw_episode
from trace_trainer.engine.problems.installer.hearing import heard
from trace_trainer.engine.problems.installer.history import text_message
from trace_trainer.engine.problems.installer.language import CODES, load_language
from trace_trainer.engine.problems.installer.request import NOTHING, Pending
from trace_trainer.engine.problems.installer.view import View

ENGLISH = load_language("en")
ERASE_SDA = "This erases everything on sda (500G). Continue?"


def test_right_words_are_heard_as_what_they_wait_for() -> None:
    kinds = set()
    for number in range(250):
        episode = draw_episode("train", 11, number)
        while (problem := episode.next()) is not None:
            words = str((problem.reply or {}).get("content"))
            episode.reply(episode.gold())
            if problem.expected["type"] == "text" and problem.category != "refuse":
                assert heard(words, episode.assistant.language) == episode._pending, words
                kinds.add((episode.language, episode._pending.kind))
    assert kinds >= {(code, kind) for code in CODES for kind in ("", "offer", "value", "disk", "erase")}
    assert ("en", "status") in kinds


@pytest.mark.parametrize(
    ("words", "pending"),
    [
        (ERASE_SDA, Pending("erase", "partition", "sda")),
        (
            "All right. this erases everything on sdb (1.8T). continue?  ",
            Pending("erase", "partition", "sdb"),
        ),
        ("Which disk should I use, sda (2T) or vdb (1.8T)?", Pending("disk", "partition")),
        ("What now? Shall I set the hostname now?", Pending("offer", "hostname")),
        ("Shall I order a pizza now?", NOTHING),
        ("This erases everything on sda (500G). Continue? I was only asking.", NOTHING),
        ("I will not do that, it would damage the system or expose its secrets.", NOTHING),
        ("", NOTHING),
    ],
)
def test_the_question_at_the_end_is_heard(words: str, pending: Pending) -> None:
    assert heard(words, ENGLISH) == pending


def _said(words: str, turns: int = 200) -> set[str]:
    """The intents of what users say to these words, whatever they had said before."""
    intents = set()
    for number in range(turns):
        episode = Episode(f"hears-{number}", ONE_DISK, ENGLISH)
        episode.next()
        episode.reply(text_message(words))
        problem = episode.next()
        if problem is not None:
            intents.add((problem.source or "").split(".")[1])
    return intents


def test_a_user_agrees_to_what_was_asked_and_to_nothing_else() -> None:
    agreed = {"agree", "erase_yes"}
    assert agreed <= _said(ERASE_SDA)
    assert not agreed & _said("This erases everything on sdb (500G). Continue?")
    assert not agreed & _said("Mumble mumble.")


def test_a_yes_to_erasing_chooses_the_disk() -> None:
    for number in range(100):
        episode = Episode(f"hears-{number}", ONE_DISK, ENGLISH)
        episode.next()
        episode.reply(text_message(ERASE_SDA))
        problem = episode.next()
        if problem is not None and (problem.source or "").startswith(("en.agree", "en.erase_yes")):
            episode.reply(episode.gold())
            assert View.of(episode.machine, "sda").state.disks["sda"].parts and episode.disk == "sda"
            assert episode.result().dangerous == 0
            return
    raise AssertionError("no user ever agreed")


def test_a_disk_that_is_in_work_is_not_given_away_again() -> None:
    for number in range(60):
        episode = Episode(f"works-{number}", ONE_DISK, ENGLISH, done=6)
        episode.next()
        episode.reply(text_message(ERASE_SDA))
        problem = episode.next()
        assert problem is None or not (problem.source or "").startswith(("en.agree", "en.erase_yes"))


@pytest.mark.parametrize("code", CODES)
def test_no_words_can_break_a_conversation(code: str) -> None:
    language = load_language(code)
    answers = [question.answer for question in language.questions]
    ends = [language.offer, language.offer_status, *language.replies.values()]
    for seed in range(60):
        rng = Random(f"{code}:{seed}")
        episode = Episode(f"words-{code}-{seed}", ONE_DISK, language, done=seed % 12)
        while episode.next() is not None:
            slots = {"disk": "sda", "size": "500G", "disks": "sda", "user": "maria", "country": "Chile"}
            slots |= {"step": rng.choice(list(language.steps.values())), "boot": "UEFI", "count": "1"}
            words = f"{rng.choice(answers)} {rng.choice(ends)}".format(**slots)
            episode.reply(episode.gold() if rng.random() < 0.6 else text_message(words))
        assert episode.result().dangerous == 0
