"""What the base model reads: exercises whose answers are right, from the training split, and never a trace."""

from __future__ import annotations

import itertools
import re
from random import Random

import pytest

from trace_trainer.engine.pretraining import trace_reading as reading
from trace_trainer.engine.pretraining.trace_reading import (
    Document,
    documents,
    names_exercise,
    numbers_exercise,
    quantities_exercise,
    recall_exercise,
    repeat_exercise,
)
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.problems.generator import split_of
from trace_trainer.verifiers.questions.numbers import read_question


def parts(document: Document) -> tuple[str, str]:
    """What an exercise asks and what it answers."""
    asked, answered = document
    assert isinstance(asked, dict) and isinstance(answered, dict)
    assert (asked["role"], answered["role"]) == ("user", "assistant")
    return asked["content"], answered["content"]


@pytest.fixture(scope="module")
def read() -> list[Document]:
    return list(itertools.islice(documents(0), 1500))


def test_the_same_seed_gives_the_same_reading_and_another_seed_another() -> None:
    one, other, third = (list(itertools.islice(documents(seed), 40)) for seed in (3, 3, 4))
    assert one == other
    assert one != third


def test_reading_goes_on_when_its_problems_have_been_read() -> None:
    read = list(itertools.islice(documents(0, problems=10), 35))
    plain = [document for document in read if isinstance(document, str)]
    assert len(read) == 35
    assert len(set(plain)) == len(plain)


def test_a_quarter_is_plain_text_and_the_rest_exercises(read: list[Document]) -> None:
    share = sum(isinstance(document, str) for document in read) / len(read)
    assert share == pytest.approx(0.25, abs=0.05)


def test_every_question_comes_from_the_training_split(read: list[Document]) -> None:
    plain = [document for document in read if isinstance(document, str)]
    assert {split_of(question) for question in plain} == {"train"}
    for document in read:
        if not isinstance(document, str):
            question, found, _ = parts(document)[0].rpartition("? ")
            if found:  # an exercise about a question, which stands before what is asked
                assert split_of(f"{question}?") == "train"


def test_nothing_has_the_form_of_a_trace(read: list[Document]) -> None:
    texts = [d if isinstance(d, str) else " ".join(parts(d)) for d in read]
    assert not [text for text in texts if re.search(r"\bop:|expert:|trace:|[{}]|compute", text)]


def test_the_seeds_of_the_reading_are_its_own() -> None:
    # SFT draws with the seed itself, RL far from it; the reading lies beyond both.
    assert reading._SEED_OFFSET >= 1_000_000


def test_numbers_are_listed_in_digits_in_either_order() -> None:
    question = "Ann has sixteen eggs, 1,080 pens and $18.50. She sells 20% of the pens. How many are left?"
    seen = set()
    for seed in range(40):
        asked, answer = parts(numbers_exercise(question, Random(seed)))
        backwards = asked == f"{question} Numbers, last first."
        assert backwards or asked == f"{question} Numbers."
        assert answer == ("20, 18.5, 1080, 16" if backwards else "16, 1080, 18.5, 20")
        seen.add(backwards)
    assert seen == {True, False}


def test_quantities_are_listed_with_the_word_that_follows() -> None:
    asked, answer = parts(
        quantities_exercise("Ann has sixteen red eggs and gives away 3. How many are left of $5?")
    )
    assert asked.endswith(" Numbers, with the next word.")
    assert answer == "red: 16\nhow: 3\nend: 5"


def test_names_are_listed_once_and_in_lower_case_without_those_that_open_a_sentence() -> None:
    asked, answer = parts(
        names_exercise("On Monday, Ann meets Ben in Paris. Ben's aunt likes Ann. How old is Ben?")
    )
    assert asked.endswith(" Names.")
    assert answer == "monday, ann, ben, paris"


def test_recall_answers_are_the_numbers_that_the_list_gives() -> None:
    for seed in range(300):
        request, answer = parts(recall_exercise(Random(seed)))
        listed, asked = request.rsplit(". Say ", 1)
        labels = asked.removesuffix(".").split(", ")
        lines = answer.split("\n")
        assert len(lines) == len(labels)
        values = {format_number(mention.value) for mention in read_question(listed).mentions}
        for label, line in zip(labels, lines, strict=True):
            assert label in listed
            name, value = re.fullmatch(r"(.+?)(?::| =|,)? ([\d.]+);?", line).groups()  # type: ignore[union-attr]
            assert name in (label, label.lower().replace(" ", "_"))
            assert value in values


def test_labels_of_a_list_are_all_different() -> None:
    for seed in range(300):
        request, _ = parts(recall_exercise(Random(seed)))
        labels = request.rsplit(". Say ", 1)[1].removesuffix(".").split(", ")
        assert len(set(labels)) == len(labels)


def test_repetition_answers_are_the_list_itself() -> None:
    for seed in range(100):
        request, answer = parts(repeat_exercise(Random(seed)))
        assert answer
        assert answer in request
