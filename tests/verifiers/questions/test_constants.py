"""The table of declared constants: called for by whole words only, and no wildcards."""

from __future__ import annotations

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.verifiers.questions.constants import CONSTANTS, Constant, constants_for


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How many in a week?", 7),
        ("How much does she earn weekly?", 7),
        ("He reads 3 pages daily.", 7),
        ("Her week's pay", 7),
        ("How far in an hour?", 60),
        ("It takes 30 min.", 60),
        ("It leaks 2 liters in 90 seconds", 60),
        ("How much in a year?", 12),
        ("his monthly pay", 12),
        ("3 dozen eggs", 12),
        ("It is 5 inches long.", 12),
        ("He leaves at 5 p.m. today.", 12),
        ("How much in 3 days?", 24),
        ("What percentage is red?", 100),
        ("20% are red", 100),
        ("It costs 5 cents.", 100),
        ("It costs 5¢.", 100),
        ("She saves $5 a week for 2 years.", 52),
        ("He eats an egg each day of the year.", 365),
        ("He eats an egg every day this month.", 30),
        ("How many weeks in 3 months?", 4),
        ("a rope of 2 meters and 30 centimeters", 100),
        ("2 kg of flour and 300g of sugar", 1000),
        ("a 3 ounce bar, sold by the pound", 16),
        ("2 yards and 5 feet", 3),
        ("How many legs do 3 cows have?", 4),
        ("How many wheels do the cars have?", 4),
        ("a square with a perimeter of 20", 4),
        ("a letter of the alphabet", 26),
        ("on weekdays", 5),
        ("from Monday to Friday", 5),
        ("Monday through Saturday", 6),
        ("He has 3 dimes", Fraction(1, 10)),
        ("4 nickels", 5),
        ("2 quarters and a dime", 25),
        ("every decade", 10),
        ("a 20% discount", 1),
    ],
)
def test_a_cue_calls_for_its_constant(question: str, value: Fraction) -> None:
    assert value in constants_for(question)


@pytest.mark.parametrize(
    "question",
    [
        "Three thrones threw shreds.",  # hr
        "weekend plans; the weakest",  # week
        "today and yesterday, a dayflower",  # day
        "yearning for yearlings",  # year
        "a minimum of minutiae, the second one",  # min, second
        "in the center, central, recent",  # cent
        "pinch and winch",  # inch
        "She shared the hammock",  # ham, am
    ],
)
def test_a_cue_inside_another_word_calls_for_nothing(question: str) -> None:
    assert constants_for(question) == {2}


@pytest.mark.parametrize(
    "question",
    [
        "Tom has 3 dogs and 5 cows.",  # no legs
        "His legs hurt after 5 miles.",  # no animal
        "A square garden has 30 roses.",  # no sides
        "She walks 3 kilometers.",  # no meters
        "He buys 5 pounds of apples.",  # no ounces, no tons
        "She fills 3 gallons of paint.",  # no cups
        "A fence of 30 feet",  # no yards, no inches
        "A quarter of the apples were red.",  # no coins
        "She wrote 5 letters to her friends.",  # not the alphabet
        "The temperature rose by 20 degrees.",  # no angle
        "Turn right at 5 degrees.",
    ],
)
def test_a_conversion_needs_both_its_units(question: str) -> None:
    assert constants_for(question) == {2}


def test_naming_two_days_is_not_naming_the_days_between() -> None:
    assert 5 not in constants_for("She ran 3 miles on Monday and 4 miles on Friday to train.")


@given(st.text())
def test_two_is_always_allowed_and_zero_never(question: str) -> None:
    constants = constants_for(question)
    assert 2 in constants
    assert 0 not in constants


def test_one_needs_a_percentage() -> None:
    assert 1 not in constants_for("Each day of the week he works an hour for 5 cents, a dozen times a year.")


@pytest.mark.parametrize("constant", CONSTANTS, ids=lambda constant: constant.name)
def test_every_constant_can_be_called_for(constant: Constant) -> None:
    question = " and ".join(min(cue) for cue in constant.cues)
    assert constant.value in constants_for(question)


@pytest.mark.parametrize("constant", CONSTANTS, ids=lambda constant: constant.name)
def test_no_constant_is_called_for_by_a_part_of_its_cues(constant: Constant) -> None:
    for left_out in constant.cues:
        words = {min(cue) for cue in constant.cues if cue is not left_out}
        by_others = {c.value for c in CONSTANTS if c is not constant and all(words & cue for cue in c.cues)}
        assert constant.value not in constants_for(" and ".join(words)) - by_others - {2}


def test_whole_constants_are_ints() -> None:
    assert {type(value) for value in constants_for("5 dimes a week")} == {int, Fraction}
    assert all(isinstance(value, int) or value.denominator > 1 for value in constants_for("5 dimes a week"))


def test_the_cues_may_be_in_capitals_and_in_any_spelling_of_space() -> None:
    assert {7, 5} <= constants_for("PER WEEK, MONDAY\u00a0TO\u00a0FRIDAY")


def test_a_long_question_is_searched_in_time() -> None:
    start = time.process_time()
    constants_for("monday to " * 10_000)
    assert time.process_time() - start < 0.5
