"""Numbers of a question in words: cardinals, multiples, dozens and scales."""

from __future__ import annotations

from fractions import Fraction

import pytest
from helpers.mentions import only, values

from trace_trainer.verifiers.questions.numbers import read_question

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a hundred", 100),
        ("twenty-five", 25),
        ("twenty five", 25),
        ("one hundred forty-four", 144),
        ("two hundred and six", 206),
        ("twelve hundred", 1200),
        ("two hundred and five thousand", 205_000),
        ("two thousand and five", 2005),
        ("three million two hundred thousand and one", 3_200_001),
        ("a million", 1_000_000),
    ],
)
def test_number_words_are_read_to_the_millions(text: str, value: Fraction) -> None:
    assert (only(text).value, only(text).kind, only(text).text) == (value, "word", text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two three-legged stools", [2, 3]),
        ("two twenty-dollar bills", [2, 20]),
        ("twenty five-dollar bills", [20, 5]),
        ("one hundred twenty-page books", [100, 20]),
        ("between one hundred and two hundred", [100, 200]),
        ("fifty-fifty", [50, 50]),
        ("two thousand three thousand", [2000, 3000]),
        ("three quarter-pound burgers", [3, Fraction(1, 4)]),
        ("five half-gallon jugs", [5, HALF]),
        ("20 fifth graders", [20, 5]),
        ("one hundred and one half", [Fraction(201, 2)]),
    ],
)
def test_number_words_that_are_two_numbers_stay_apart(text: str, expected: list[Fraction]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "grounded"),
    [
        ("half", {HALF, 2}),
        ("a quarter", {Fraction(1, 4), 4, 1, Fraction(3, 4)}),
        ("twice", {2}),
        ("thrice", {3}),
        ("doubled", {2}),
        ("triple", {3}),
        ("quadrupled", {4}),
        ("a dozen", {12}),
        ("a pair", {2}),
        ("half a dozen", {6, 12, 2, HALF}),
        ("half-dozen", {6, 12, 2, HALF}),
        ("half a million", {500_000, HALF, 2}),
    ],
)
def test_multiples_ground_the_factor_they_name(text: str, grounded: set[Fraction]) -> None:
    assert (only(text).kind, only(text).grounded) == ("multiple", grounded)


def test_a_dozen_grounds_no_product() -> None:
    assert read_question("2 dozen eggs").grounded == {2, 12}


@pytest.mark.parametrize(
    ("text", "value"), [("5k", 5000), ("10K", 10_000), ("2.5 million", 2_500_000), ("5 thousand", 5000)]
)
def test_a_scale_grounds_the_number_with_and_without_it(text: str, value: Fraction) -> None:
    assert only(text).value == value
    assert len(only(text).grounded) == 2
