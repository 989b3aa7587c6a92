"""Whether held-out questions are new."""

from __future__ import annotations

import pytest

from trace_trainer.engine.doctor.overlap import proper_names, same_questions, same_skeletons, skeleton

TRAINING = [
    "Ava has 12 apples and eats three. How many apples does Ava have?",
    "The shop sells 5 pens for $2.50 each.",
]


def test_question_that_differs_in_case_and_spaces_is_the_same() -> None:
    assert same_questions(
        ["ava has 12 apples and  eats three. how many apples does ava have?", "New."], TRAINING
    ) == [0]


@pytest.mark.parametrize(
    "question",
    [
        "Ben has 7 apples and eats 2. How many apples does Ben have?",
        "Zoe has twenty apples and eats 1/2. How many apples does Zoe have?",
        "The shop sells 12 pens for $3 each.",
    ],
)
def test_question_with_other_names_and_numbers_has_the_same_skeleton(question: str) -> None:
    assert same_skeletons([question], TRAINING) == [0]


def test_question_with_other_words_has_another_skeleton() -> None:
    assert (
        same_skeletons(["Ava has 12 apples and gives away three. How many apples does Ava have?"], TRAINING)
        == []
    )


def test_word_that_is_also_written_small_is_no_name() -> None:
    assert proper_names(["The dog saw Ava.", "Did the cat see Bo's dog?"]) == {"Did", "Ava", "Bo"}


def test_possessive_of_a_name_keeps_its_ending() -> None:
    assert skeleton("Ava's 3 dogs", {"Ava"}) == "@'s # dogs"
