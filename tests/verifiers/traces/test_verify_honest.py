"""Honest traces that look like cheats. All are correct."""

from __future__ import annotations

import pytest
from helpers.traces import X, Y, Z, arithmetic, compute, percentage, tracked

from trace_trainer.verifiers import Outcome, verify_trace

HONEST = {
    "found_and_lost_as_many": (
        "Ann has 18 eggs, finds 5, and loses 5. How many has she?",
        tracked(X, "add_entity, entity: x, amount: 5", "consume, entity: x, amount: 5"),
        18,
    ),
    "nothing_left": (
        "Ann has 18 eggs and sells all 18 of them. How many are left?",
        tracked(X, "consume, entity: x, amount: 18"),
        0,
    ),
    "all_given_away": (
        "Ann has 18 eggs and Bob has 4. Ann gives him all of hers. How many has Bob?",
        tracked(X, Z.replace("z", "y"), "transfer, from: x, to: y, amount: x", query="y"),
        22,
    ),
    "an_answer_that_stands_in_the_question": (
        "Ann has 10 eggs and eats 5. How many are left?",
        arithmetic("init, var: x, value: 10", "init, var: y, value: 5", compute("sub", "x, y", "r")),
        5,
    ),
    "a_ratio_of_one": (
        "Ann has 18 eggs and Bob has 18. How many times as many has Ann?",
        arithmetic(X, "init, var: y, value: 18", compute("div", "x, y", "r")),
        1,
    ),
    "the_lesser_of_two": (
        "Ann has 18 slices of bread and 4 boxes for 3 slices each. How many slices can she pack?",
        arithmetic(X, Z, Y, compute("mul", "z, y", "room"), compute("min", "x, room", "r")),
        12,
    ),
    "hours_in_a_week": (
        "How many hours are there in a week and 18 hours of a day?",
        arithmetic(X, compute("mul", "24, 7", "w"), compute("add", "w, x", "r")),
        186,
    ),
    "four_months": (
        "Hens eat 3 bags a day. How many in January, March, April and June, by the days of each month?",
        arithmetic(
            Y,
            "init, var: long, value: 31",
            "init, var: short, value: 30",
            compute("add", "long, long", "a"),
            compute("add", "a, short", "b"),
            compute("add", "b, short", "days"),
            compute("mul", "y, days", "r"),
        ),
        366,
    ),
    "a_percentage_of_a_hundred": (
        "Of 100 eggs, 20% are broken. How many is that?",
        percentage("percent_of, base: 100, rate: 20, var: r"),
        20,
    ),
    "nothing_on_one_day": (
        "Ann sells 18 eggs on Monday, 0 on Tuesday and 4 on Friday. How many in all?",
        arithmetic(compute("add", "18, 0, 4", "r")),
        22,
    ),
    "a_variable_that_holds_one": (
        "Ann buys 1 box of 18 eggs. How many eggs is that?",
        arithmetic("init, var: boxes, value: 1", X, compute("mul", "boxes, x", "r")),
        18,
    ),
    "a_clock": (
        "It is 9 now. Which hour does the clock show 18 hours later, with 12 hours on it before noon?",
        arithmetic(
            "init, var: now, value: 9", X, compute("add", "now, x", "s"), compute("mod", "s, 12", "r")
        ),
        3,
    ),
}


@pytest.mark.parametrize("name", HONEST)
def test_an_honest_trace_that_looks_like_a_cheat_is_correct(name: str) -> None:
    question, text, answer = HONEST[name]
    verdict = verify_trace(text, question, answer)
    assert verdict.violations == ()
    assert verdict.outcome is Outcome.CORRECT


NOT_TOLD_APART = {
    "fewer_than_a_box": (
        "A box takes 18 eggs. Ann has 4. How many are left over when she fills boxes?",
        arithmetic(Z, X, compute("mod", "z, x", "r")),
        4,
    ),
    "the_lesser_of_two_that_is_stated": (
        "Ann has 4 slices of bread and 18 boxes for 3 slices each. How many slices can she pack?",
        arithmetic(X, Z, Y, compute("mul", "x, y", "room"), compute("min", "z, room", "r")),
        4,
    ),
}
"""Honest, but with an answer that the question states, taken by a step that does nothing on its own numbers: a copy
looks the same, and is paid for far more often than such a question is asked."""


@pytest.mark.parametrize("name", NOT_TOLD_APART)
def test_an_answer_that_the_question_states_is_not_paid(name: str) -> None:
    question, text, answer = NOT_TOLD_APART[name]
    assert [violation.code for violation in verify_trace(text, question, answer).violations] == [
        "query_raw_input"
    ]
