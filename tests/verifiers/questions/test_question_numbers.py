"""The reader of a question's numbers: every notation, and no more grounded than is said."""

from __future__ import annotations

from fractions import Fraction

import pytest
from helpers.mentions import only, values

from trace_trainer.verifiers.questions.numbers import read_question

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("He has 12, and", 12),
        ("It costs 1,080.", 1080),
        ("exactly 109,200,000 people", 109_200_000),
        ("about 450 000 people", 450_000),
        ("2.5 miles", Fraction(5, 2)),
        (".5 ounces", HALF),
        ("007 agents", 7),
        ("a 5kg bag", 5),
        ("a 120-page book", 120),
        ("2x as many", 2),
        ("\uff11\uff12 apples", 12),
    ],
)
def test_digits_are_read_with_separators_and_decimals(text: str, value: Fraction) -> None:
    assert (only(text).value, only(text).kind) == (value, "digits")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3, 4 and 5", [3, 4, 5]),
        ("20 6 inch tiles", [20, 6]),
        ("2 132 contracts", [2, 132]),
        ("ages 30-50", [30, 50]),
        ("children 6–11 years", [6, 11]),
        ("won 37-23, with", [37, 23]),
        ("on 12/25/2024", [12, 25, 2024]),
        ("ratio 3:5:7", [3, 5, 7]),
        ("the ratio is 3:15", [3, 15]),
        ("6 feet × 4 feet, 3×5", [6, 4, 3, 5]),
        ("5/0 of it", [5, 0]),
    ],
)
def test_numbers_side_by_side_stay_apart(text: str, expected: list[Fraction]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$18.50", Fraction(37, 2)),
        ("$ 3", 3),
        ("€1,200", 1200),
        ("£6", 6),
        ("9$", 9),
        ("costs $.75 each", Fraction(3, 4)),
        ("$40k", 40_000),
        ("$5m", 5_000_000),
        ("$120 million", 120_000_000),
        ("-$5", -5),
        ("$-5", -5),
    ],
)
def test_money_is_read_with_its_sign(text: str, value: Fraction) -> None:
    mention = only(text)
    assert (mention.value, mention.kind) == (value, "money")
    assert set("$€£") & set(mention.text)


def test_a_money_sign_belongs_to_one_number() -> None:
    assert [m.text for m in read_question("3 $5 tickets, 9$ 7").mentions] == ["3", "$5", "9$", "7"]


@pytest.mark.parametrize("text", ["-5 degrees", "it was −5", "(-5)", "–5 °C"])
def test_a_minus_before_a_number_makes_it_negative(text: str) -> None:
    assert only(text).value == -5
    assert only(text).grounded == {-5, 5}


@pytest.mark.parametrize("text", ["Tuesday - 5", "the room--5", "Saturn-5", "Tuesday—5"])
def test_a_dash_is_no_minus(text: str) -> None:
    assert only(text).value == 5


@pytest.mark.parametrize("text", ["20%", "20 %", "20 percent", "20-percent", "20 per cent", "twenty percent"])
def test_a_percentage_grounds_itself_its_share_both_complements_and_the_increase(text: str) -> None:
    mention = only(text)
    assert (mention.value, mention.kind, mention.text) == (20, "percent", text)
    assert mention.grounded == {20, Fraction(1, 5), 80, Fraction(4, 5), Fraction(6, 5)}


@pytest.mark.parametrize(
    ("text", "grounded"), [("150%", {150, Fraction(3, 2), Fraction(5, 2)}), ("100%", {100, 1, 2})]
)
def test_a_percentage_of_a_hundred_or_more_has_no_complement(text: str, grounded: set[Fraction]) -> None:
    assert only(text).grounded == grounded


@pytest.mark.parametrize("text", ["50 cents", "50¢", "¢50", "fifty cents", "50-cent"])
def test_cents_are_dollars_too(text: str) -> None:
    assert (only(text).kind, only(text).grounded) == ("cents", {50, HALF})


def test_dollars_are_not_cents() -> None:
    assert only("$7").grounded == {7}


@pytest.mark.parametrize(
    ("text", "value", "grounded"),
    [
        ("1/2", HALF, {HALF, 1, 2}),
        ("2/3rds", Fraction(2, 3), {Fraction(2, 3), 2, 3, 1, Fraction(1, 3)}),
        ("two thirds", Fraction(2, 3), {Fraction(2, 3), 2, 3, 1, Fraction(1, 3)}),
        ("three-quarters", Fraction(3, 4), {Fraction(3, 4), 3, 4, 1, Fraction(1, 4)}),
        ("a third", Fraction(1, 3), {Fraction(1, 3), 3, 1, Fraction(2, 3)}),
        ("one-fifth", Fraction(1, 5), {Fraction(1, 5), 5, 1, Fraction(4, 5)}),
        ("¾", Fraction(3, 4), {Fraction(3, 4), 3, 4, 1, Fraction(1, 4)}),
        ("5⁄8", Fraction(5, 8), {Fraction(5, 8), 5, 8, 1, Fraction(3, 8)}),
        ("one/4", Fraction(1, 4), {Fraction(1, 4), 1, 4, Fraction(3, 4)}),
        ("6/8", Fraction(3, 4), {Fraction(3, 4), 6, 8, 1, Fraction(1, 4)}),
        ("9/4", Fraction(9, 4), {Fraction(9, 4), 9, 4}),
        ("a 4th of", Fraction(1, 4), {Fraction(1, 4), 4, 1, Fraction(3, 4)}),
    ],
)
def test_a_fraction_grounds_its_value_its_two_numbers_the_whole_and_the_rest(
    text: str, value: Fraction, grounded: set[Fraction]
) -> None:
    assert (only(text).value, only(text).kind) == (value, "fraction")
    assert only(text).grounded == grounded


@pytest.mark.parametrize(
    "text",
    [
        "2 1/2 rolls",
        "2½ cups",
        "2 ½ cups",
        "2-1/2 cups",
        "two and a half",
        "2 and 1/2",
        "two-and-a-half",
        "2 and one half",
    ],
)
def test_a_mixed_number_is_one_number(text: str) -> None:
    assert (only(text).value, only(text).kind) == (Fraction(5, 2), "mixed")
    assert only(text).grounded == {Fraction(5, 2), 2, HALF}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("an hour and a half", Fraction(3, 2)),
        ("3 hours and a half", Fraction(7, 2)),
        ("time-and-a-half", Fraction(3, 2)),
    ],
)
def test_a_half_behind_a_noun_adds_to_its_count(text: str, value: Fraction) -> None:
    assert value in read_question(text).grounded


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2nd place", 2),
        ("the third place", 3),
        ("the twenty-first day", 21),
        ("the 13th day", 13),
        ("the hundredth visitor", 100),
    ],
)
def test_ordinals_ground_their_number_and_no_fraction(text: str, value: Fraction) -> None:
    assert (only(text).kind, only(text).grounded) == ("ordinal", {value})


@pytest.mark.parametrize("text", ["5 meters per second", "a 30 second break", "every second"])
def test_the_second_of_a_clock_is_no_ordinal(text: str) -> None:
    assert 2 not in read_question(text).grounded


@pytest.mark.parametrize(
    ("text", "grounded"),
    [
        ("at 3:30", {3, 30, Fraction(7, 2)}),
        ("at 3:30 p.m.", {3, 30, Fraction(7, 2), 15, Fraction(31, 2)}),
        ("at 8:00 AM", {8}),
        ("at 10am", {10}),
        ("at 5 p.m.", {5, 17}),
        ("at 12 pm", {12}),
        ("at five o’clock", {5}),
    ],
)
def test_clock_times_ground_hour_minutes_and_the_24_hour_reading(text: str, grounded: set[Fraction]) -> None:
    assert (only(text).kind, only(text).grounded) == ("clock", grounded)


@pytest.mark.parametrize("question", ["The operation starts at 3:15.", "The celebration begins at 3:15."])
def test_only_the_word_ratio_turns_a_time_into_two_numbers(question: str) -> None:
    assert only(question).kind == "clock"


@pytest.mark.parametrize("text", ["A4 paper", "room B2", "an mp3 player", "vitamin D3", "H2O", "100 m2"])
def test_digits_in_names_are_no_numbers(text: str) -> None:
    assert not {2, 3, 4} & {m.value for m in read_question(text).mentions}


@pytest.mark.parametrize(
    "text", ["someone", "often", "weight", "canine", "no one's attention is drawn to tennis"]
)
def test_number_words_inside_other_words_are_not_read(text: str) -> None:
    assert {m.text for m in read_question(text).mentions} <= {"one"}


def test_a_result_of_mental_arithmetic_is_not_grounded() -> None:
    numbers = read_question(
        "A shop sells 3 boxes of 8 pens at $5 each, 20% off for 2 dozen. How much is half of it?"
    )
    for outcome in (24, 40, 120, 96, Fraction(24, 5), 15, 11, 60, 25, 10, 16):
        assert not numbers.grounds(outcome)


def test_values_are_ints_where_whole() -> None:
    numbers = read_question("2 1/2 cups, 20%, $4.00, 6/2, half, 3:30 pm, 50 cents a week")
    for value in numbers.grounded | numbers.constants:
        assert isinstance(value, int) or value.denominator != 1


def test_constants_count_as_grounding_and_stay_apart() -> None:
    numbers = read_question("Tom runs 3 miles a day. How far in a week?")
    assert numbers.grounds(Fraction(7))
    assert 7 in numbers.constants
    assert numbers.grounded == {3}
