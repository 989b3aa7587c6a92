"""What a turn of a whole conversation is worth, and what it is compared with."""

from __future__ import annotations

import pytest

from trace_trainer.engine.problems.installer import EpisodeResult, draw_episode
from trace_trainer.engine.training.rl.turns import Turn, due, figures, turn_advantages

WISHED = ("hostname", "timezone", "user", "bootloader")


def standing(reached: int, dangerous: int = 0) -> EpisodeResult:
    return EpisodeResult(reached, len(WISHED), dangerous, 0, WISHED[reached:])


def conversation(number: int, *stages: EpisodeResult, due: str = "command") -> list[Turn]:
    """The turns of a conversation that stood so before each of them, and so at its end."""
    *before, end = stages
    return [Turn(number, place, due, stage, end) for place, stage in enumerate(before)]


def advantages(*turns: Turn, credit: str = "trace") -> list[float]:
    return turn_advantages("dr-grpo", turns, credit)


def test_what_was_reached_before_is_no_merit_of_a_turn() -> None:
    turns = conversation(0, standing(0), standing(1), standing(1), standing(3))
    assert [turn.to_come for turn in turns] == [0.75, 0.5, 0.5]


def test_a_dangerous_command_costs_those_before_it_and_itself_but_none_after_it() -> None:
    turns = conversation(0, standing(0), standing(1), standing(1, 1), standing(1, 1))
    assert [turn.to_come for turn in turns] == [-0.75, -1, 0]


def test_turns_are_compared_with_those_that_stood_at_the_same_point() -> None:
    went_on = conversation(0, standing(0), standing(2), standing(4))
    got_stuck = conversation(1, standing(0), standing(2), standing(2), standing(2))
    found = advantages(*went_on, *got_stuck)
    assert found == pytest.approx([0.25, 1 / 3, -0.25, -1 / 6, -1 / 6])


def test_a_conversation_is_not_blamed_for_being_ahead() -> None:
    quick = conversation(0, standing(0), standing(2), standing(4))
    slow = conversation(1, standing(0), standing(0), standing(2), standing(4))
    assert advantages(*quick, *slow) == [0] * 5


def test_a_turn_is_not_compared_with_one_at_which_something_else_was_due() -> None:
    command = conversation(0, standing(0), standing(4))
    words = conversation(1, standing(0), standing(0), due="text")
    assert advantages(*command, *words) == [0, 0]


def test_credit_by_episode_is_the_same_of_all_turns() -> None:
    whole = conversation(0, standing(0), standing(2), standing(4))
    half = conversation(1, standing(0), standing(2), standing(2), standing(2))
    assert advantages(*whole, *half, credit="episode") == [0.25, 0.25, -0.25, -0.25, -0.25]


def test_figures_count_conversations_and_not_turns() -> None:
    whole = conversation(0, standing(0), standing(2), standing(4))
    dangerous = conversation(1, standing(0), standing(2, 1))
    found = figures([whole, dangerous])["conversations"]
    assert (found["n"], found["complete"], found["goals"], found["dangerous"]) == (2, 0.5, 0.75, 1)
    assert found["reward"] == (1 - 0.5) / 2


def test_a_repeated_request_is_owed_the_same() -> None:
    episode = draw_episode("train", 0, 0)
    for _ in range(40):
        problem = episode.next()
        assert problem is not None
        before = episode.result().missing
        if problem.expected["type"] == "command" and problem.expected.get("goal"):
            break
        episode.reply(episode.gold())
    episode.reply({"role": "assistant", "content": "No."})
    again = episode.next()
    assert again is not None
    assert again.category == "recover"
    assert (due(again), episode.result().missing) == (due(problem), before)
