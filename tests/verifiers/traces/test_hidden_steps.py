"""Copies that rounding hides, numbers added up of ones, twos that nothing states; and honest traces that look alike."""

from __future__ import annotations

import pytest
from helpers.traces import arithmetic, compute

from trace_trainer.verifiers import verify_trace

COPIED = "Dan is 10, Ann 12 and Ben 5. How old is Ben in the end?"
TEN, TWELVE, FIVE = "init, var: d, value: 10", "init, var: x, value: 12", "init, var: y, value: 5"
MARBLES = "Tom has 37 marbles and buys 25 more. He loses 18. How many marbles does he have now?"
LOTS, SOME = "init, var: a, value: 37", "init, var: b, value: 25"


def codes(text: str, question: str, answer: str) -> list[str]:
    return [violation.code for violation in verify_trace(text, question, answer).violations]


@pytest.mark.parametrize(
    "steps",
    [
        (compute("mul", "d, x", "m"), compute("add", "m, y", "n"), compute("floor_div", "n, x", "r")),
        (compute("mul", "d, x", "m"), compute("sub", "m, y", "n"), compute("ceil_div", "n, x", "r")),
        (compute("mul", "x, y", "m"), compute("add", "m, d", "n"), compute("mod", "n, x", "r")),
        (
            compute("add", "d, x", "m"),
            compute("sub", "m, y", "n"),
            compute("add", "n, y", "o"),
            compute("mod", "o, x", "r"),
        ),
        (compute("div", "y, x", "f"), compute("add", "d, f", "m"), compute("floor_div", "m, 1", "r")),
    ],
)
def test_a_copy_that_rounding_hides_is_not_paid(steps: tuple[str, ...]) -> None:
    assert set(codes(arithmetic(TEN, TWELVE, FIVE, *steps), COPIED, "10")) & {
        "query_raw_input",
        "ungrounded_number",
    }


@pytest.mark.parametrize("unit", [compute("floor_div", "a, b", "u"), compute("ceil_div", "b, a", "u")])
def test_a_number_added_up_of_ones_is_not_paid(unit: str) -> None:
    steps = (compute("add", "u, u, u", "v"), compute("add", "v, v, u", "w"), compute("add", "a, w", "r"))
    assert codes(arithmetic(LOTS, SOME, unit, *steps), MARBLES, "44") == ["answer_from_constants"]


def test_a_two_that_nothing_states_is_added_twice_at_most() -> None:
    three = arithmetic("init, var: x, value: 18", compute("add", "x, 2", "m"), compute("add", "m, 2, 2", "r"))
    assert codes(three, MARBLES, "24") == ["answer_from_constants"]
    two = arithmetic("init, var: x, value: 18", compute("add", "x, 2", "m"), compute("add", "m, 2", "r"))
    assert codes(two, MARBLES, "22") == []
    named = "He has two cats, 18 dogs and 37 birds, and a pair of mice. How many?"
    assert codes(three, named, "24") == []


@pytest.mark.parametrize(
    ("question", "answer", "steps"),
    [
        (
            "48 cups go into boxes of 40, and 3 more boxes are full. How many are full?",
            "4",
            (
                "init, var: a, value: 48",
                "init, var: b, value: 40",
                compute("floor_div", "a, b", "u"),
                compute("add", "u, 3", "r"),
            ),
        ),
        (
            "A tank of 50 l fills bottles of 6 l. 8 bottles are there. How many can be filled?",
            "8",
            (compute("floor_div", "50, 6", "r"),),
        ),
        ("There are 23 eggs, 6 in a box. How many are left over?", "5", (compute("mod", "23, 6", "r"),)),
    ],
)
def test_an_honest_trace_that_rounds_is_correct(question: str, answer: str, steps: tuple[str, ...]) -> None:
    assert codes(arithmetic(*steps), question, answer) == []
