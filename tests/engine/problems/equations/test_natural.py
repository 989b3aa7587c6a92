"""Tokenised text with number slots becomes text as it was."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trace_trainer.engine.problems.equations.natural import natural
from trace_trainer.experts.language.declaration import Exact


def _text(tokens: str, *numbers: Exact, used: tuple[int, ...] = ()) -> str:
    return natural(tokens, numbers, used or range(len(numbers)))[0]


@pytest.mark.parametrize(
    ("tokens", "written"),
    [
        ("Does n't it cost $ number0 ?", "Doesn't it cost $7?"),
        (
            "The Lims ' dog ( Rex ) eats number0 bones , says Vera .",
            "The Lims' dog (Rex) eats 7 bones, says Vera.",
        ),
        ("He shows ' hit the frog ' number0 times .", "He shows 'hit the frog' 7 times."),
        ("She pays number0 % of a part - time job .", "She pays 7% of a part-time job."),
        ("`` Go '' , said number0 of Ann 's friends .", '"Go", said 7 of Ann\'s friends.'),
        ("A one - or two - room flat has number0 doors .", "A one- or two-room flat has 7 doors."),
    ],
)
def test_marks_and_endings_join_their_words(tokens: str, written: str) -> None:
    assert _text(tokens, 7) == written


@pytest.mark.parametrize(
    ("tokens", "value", "written"),
    [
        ("It costs $ number0 .", Fraction("12.5"), "It costs $12.50."),
        ("It costs $ number0 .", 1500, "It costs $1,500."),
        ("He sees number0 ants .", 63093, "He sees 63,093 ants."),
        ("He sees number0 ants .", 1986, "He sees 1986 ants."),
        ("He runs number0 miles .", Fraction("2.75"), "He runs 2.75 miles."),
        ("He runs number0 miles .", Fraction(8, 3), "He runs 2 2/3 miles."),
        ("He eats number0 of a cake .", Fraction(5, 8), "He eats 5/8 of a cake."),
        ("He eats number0 of a cake .", Fraction("0.4"), "He eats 0.4 of a cake."),
    ],
)
def test_a_number_is_written_as_people_write_it(tokens: str, value: Exact, written: str) -> None:
    assert _text(tokens, value) == written


def test_a_one_that_the_formula_leaves_out_is_a_word() -> None:
    tokens = "number0 box of old number1 and new number2 holds number3 pens ."
    assert _text(tokens, 1, 1, 1, 8, used=(3,)) == "One box of old ones and new ones holds 8 pens."


def test_a_grade_is_an_ordinal() -> None:
    assert (
        _text("In the number0 grade are number1 boys .", 4, 9, used=(1,)) == "In the fourth grade are 9 boys."
    )


def test_each_number_is_where_it_is_said_to_be() -> None:
    numbers = [Fraction("3.5"), 20_000, 4]
    text, places = natural("number2 men paid $ number0 for number1 pins .", numbers, {0, 1, 2})
    assert [text[place:].split()[0] for place in places] == ["3.50", "20,000", "4"]


@pytest.mark.parametrize("tokens", ["He has number0 figs .", "He has number0 of number2 figs ."])
def test_slots_and_numbers_must_fit(tokens: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        natural(tokens, [1, 2], {0})


@pytest.mark.parametrize(
    ("lower", "written"),
    [
        ("rachel 's dad and i had number0 figs .", "Rachel's dad and I had 7 figs."),
        ("ten men saw mrs. quill . she had number0 figs .", "Ten men saw Mrs. Quill. She had 7 figs."),
        ("vorna has figs . bob gave vorna number0 more .", "Vorna has figs. Bob gave Vorna 7 more."),
        ("on monday the grapes were rose and number0 fell .", "On Monday the grapes were rose and 7 fell."),
        (
            "everyone has number0 figs and so has everyone else .",
            "Everyone has 7 figs and so has everyone else.",
        ),
    ],
)
def test_lower_case_text_gets_its_capitals(lower: str, written: str) -> None:
    assert _text(lower, 7) == written


def test_text_with_capitals_keeps_its_letters() -> None:
    assert _text("In MAY rachel has number0 figs .", 7) == "In MAY rachel has 7 figs."
