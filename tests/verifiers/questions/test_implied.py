"""What a question implies by naming it, and numbers in rarer words."""

from __future__ import annotations

from fractions import Fraction

import pytest
from helpers.mentions import values

from trace_trainer.verifiers.questions.grounding import ground


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Amy, Ben, Carl, and Dora eat.", 4),
        ("red, blue and green", 3),
        ("From Sunday through Wednesday he reads.", 4),
        ("On Monday he runs, on Tuesday he swims and on Friday he rests.", 3),
        ("Two zebras, a zebra and another zebra.", 4),
    ],
)
def test_what_a_question_enumerates_is_counted(question: str, count: int) -> None:
    assert count in ground(question).implied


def test_a_stated_one_is_no_implied_one() -> None:
    assert 1 in ground("Tom and his sister").implied
    assert 1 not in ground("Tom has 1 sister").implied


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("one thousand, three hundred", 1300),
        ("one million, two thousand, three hundred and five", 1_002_305),
        ("the one hundred and first floor", 101),
        ("a baker's dozen", 13),
        ("a score of apples", 20),
        ("a score of men", 20),
        ("a quartet", 4),
        ("a gross of pencils", 144),
    ],
)
def test_rarer_number_words_are_one_number(text: str, value: int) -> None:
    assert values(text) == [value]


@pytest.mark.parametrize(
    ("text", "value"), [("three score years and ten", 60), ("half again as many as 40", 1.5)]
)
def test_a_number_word_of_two_words_grounds_the_number(text: str, value: float) -> None:
    assert value in ground(text).bits


@pytest.mark.parametrize("text", ["a score of 85", "a gross income of $85"])
def test_a_result_and_what_is_not_net_are_no_numbers(text: str) -> None:
    assert values(text) == [85]


def test_three_scores_are_not_sixty() -> None:
    assert values("all three scores must be 85") == [3, 85]


@pytest.mark.parametrize("text", ["minus five degrees", "negative 5", "5 degrees below zero"])
def test_a_sign_in_words_grounds_the_negative(text: str) -> None:
    assert -5 in ground(text).bits
    assert -5 not in ground("9 minus 5").bits


def test_a_decimal_part_grounds_its_division() -> None:
    assert 5 in ground("$.2 a pound").bits
    assert Fraction(2, 3) in ground("a third of it").bits
