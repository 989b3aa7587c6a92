"""The values of slots, and words: numbers spelled out, plurals, names and pronouns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.experts.problems.generator import load_schemas
from trace_trainer.experts.problems.schema import choice, decimal, money, percent, placeholders, whole
from trace_trainer.experts.problems.slots import Slot
from trace_trainer.experts.problems.spelling import spell
from trace_trainer.experts.problems.words import _POOLS, WordDraw, plural, with_article
from trace_trainer.verifiers.questions.numbers import read_question

ALL = load_schemas()


# --- slots


def shown_values(slot: Slot) -> Iterator[tuple[Fraction, str]]:
    rng = Random("slots")
    for _ in range(400):
        value = slot.draw(rng)
        yield value, slot.show(rng, value)


@pytest.mark.parametrize(
    ("slot", "low", "high"),
    [
        (whole(2, 30), 2, 30),
        (whole(2, 9_999), 2, 9_999),
        (money(2, 5000), 2, 5000),
        (money(1, 90, cents=True), 1, 90),
        (percent(5, 95), 5, 95),
        (percent(1, 30, step=1), 1, 30),
        (decimal(2, 50), 2, 50),
        (decimal(2, 50, places=2), 2, 50),
        (choice(3, 10, 100), 3, 100),
    ],
)
def test_a_slot_stays_in_its_range_and_is_read_back_as_shown(slot: Slot, low: int, high: int) -> None:
    for value, shown in shown_values(slot):
        assert low <= value <= high
        (mention,) = read_question(f"So there are {shown} here.").mentions
        assert mention.value == value


def test_whole_numbers_are_shown_in_digits_with_separators_and_in_words() -> None:
    shown = {text for _, text in shown_values(whole(2, 20))}
    assert {"sixteen", "16"} <= shown
    shown = {text for _, text in shown_values(whole(1000, 1009))}
    assert any("," in text for text in shown)
    assert any(text.isdigit() for text in shown)


def test_words_can_be_turned_off() -> None:
    assert all(text.isdigit() for _, text in shown_values(whole(2, 20, words=False)))


def test_money_has_two_decimals_or_none() -> None:
    shown = [text for _, text in shown_values(money(1, 90, cents=True)) if text.startswith("$")]
    assert all(re.fullmatch(r"\$\d+(\.\d\d)?", text) for text in shown)


# --- spelling and words


@given(st.integers(0, 999_999))
def test_a_spelled_number_is_read_back(number: int) -> None:
    (mention,) = read_question(f"There were {spell(number)} visitors.").mentions
    assert mention.value == number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (13, "thirteen"),
        (40, "forty"),
        (99, "ninety-nine"),
        (205, "two hundred and five"),
        (1_000, "one thousand"),
        (2_016, "two thousand and sixteen"),
        (90_340, "ninety thousand three hundred and forty"),
    ],
)
def test_spelling(number: int, words: str) -> None:
    assert spell(number) == words


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_what_cannot_be_spelled_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="0 to 999,999"):
        spell(number)


@pytest.mark.parametrize(
    ("noun", "many"),
    [
        ("cherry", "cherries"),
        ("toy", "toys"),
        ("box", "boxes"),
        ("watch", "watches"),
        ("glass", "glasses"),
        ("sheep", "sheep"),
        ("scarf", "scarves"),
        ("board game", "board games"),
    ],
)
def test_plural(noun: str, many: str) -> None:
    assert plural(noun) == many


def test_articles() -> None:
    assert [with_article(noun) for noun in ("umbrella", "oven", "tent")] == [
        "an umbrella",
        "an oven",
        "a tent",
    ]


def test_words_of_one_problem_are_all_different_and_stay_the_same() -> None:
    keys = [f"{form}{index}" for form in ("name", "thing", "good", "color", "job") for index in ("", 2, 3)]
    for seed in range(200):
        words = WordDraw(Random(seed))
        first = {key: words[key] for key in keys}
        assert len(set(first.values())) == len(keys)
        assert {key: words[key] for key in keys} == first


def test_forms_of_a_noun_belong_to_the_same_draw() -> None:
    words = WordDraw(Random(0))
    for noun in ("thing", "good", "container", "animal", "tree", "job"):
        assert words[f"{noun}s"] == plural(words[noun])
        assert words[f"a_{noun}"] == with_article(words[noun])
        assert words[f"a_{noun}2"] == with_article(words[f"{noun}2"])


def test_pronouns_go_with_the_name() -> None:
    for seed in range(50):
        words = WordDraw(Random(seed))
        pronouns = tuple(words[key] for key in ("he2", "his2", "him2", "He2", "His2"))
        people = {person.name: person for person in _POOLS["person"]}  # type: ignore[union-attr]
        female = people[words["name2"]].he == "she"  # type: ignore[union-attr]
        expected = ("she", "her", "her", "She", "Her") if female else ("he", "his", "him", "He", "His")
        assert pronouns == expected


def test_no_word_stands_twice_in_its_list() -> None:
    for pool, items in _POOLS.items():
        assert len(set(items)) == len(items), pool


def test_every_pool_of_words_is_used_by_a_schema() -> None:
    templates = [t for d in ALL.values() for t in (*d.questions, *d.variables.values())]
    used = {key.rstrip("23").removeprefix("a_") for template in templates for key in placeholders(template)}
    nouns = {pool for pool in _POOLS if pool != "person"}
    assert all({pool, f"{pool}s"} & used for pool in nouns)


def test_a_word_that_does_not_exist_is_a_key_error() -> None:
    assert not WordDraw.knows("thingies")
    with pytest.raises(KeyError, match="no word 'thingies'"):
        WordDraw(Random(0))["thingies"]


def test_a_variable_is_spelt_as_in_the_question_without_spaces() -> None:
    words = WordDraw(Random(0))
    variable = words.variable("{name}.{good}")
    assert variable == f"{words['name']}.{words['good'].replace(' ', '_')}"
    assert re.fullmatch(r"[A-Z][a-z]+\.[a-z_]+", variable)
