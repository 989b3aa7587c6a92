"""Timing in turns."""

from __future__ import annotations

from trace_trainer.engine.benchmarks.turns import Rates, Side, Work, in_turns, ratio


def test_every_side_has_its_turn_in_every_round_and_none_always_follows_the_same_one() -> None:
    seen: list[str] = []

    def side(name: str) -> Side:
        return Side(name, lambda number: (seen.append(f"{name}{number}"), Work(6, 2))[1])

    rates = in_turns([side("a"), side("b")], rounds=3)
    assert seen == ["b0", "a0", "a1", "b1", "b2", "a2", "a3", "b3"]
    assert rates == [Rates("a", (3, 3, 3)), Rates("b", (3, 3, 3))]  # the round that warms up is not counted


def test_a_ratio_is_taken_round_by_round() -> None:
    """A machine that is slow in one round slows both sides of it, which the ratio of the medians would not know."""
    ours, theirs = Rates("ours", (20, 2, 30)), Rates("theirs", (10, 1, 10))
    assert ratio(ours, theirs) == (2, 2, 3)
    assert ours.middle == 20
