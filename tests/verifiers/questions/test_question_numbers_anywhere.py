"""The reader of numbers on any text and on real problems: exact places, linear time, hardly a number missed."""

from __future__ import annotations

import json
import random
import re
import time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from helpers.mentions import only, values
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.verifiers.questions.number_words import Tokens, fold
from trace_trainer.verifiers.questions.numbers import read_question

NUMBER = r"\d+(?:\.\d+)?|\.\d+"


UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
).split()
TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()


def spell(number: int, hyphen: str, conjunction: str) -> str:
    for scale, word in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= scale:
            head, rest = divmod(number, scale)
            joint = conjunction if rest < 100 else " "
            tail = joint + spell(rest, hyphen, conjunction) if rest else ""
            return f"{spell(head, hyphen, conjunction)} {word}{tail}"
    if number < 20:
        return UNITS[number]
    return TENS[number // 10] + (hyphen + UNITS[number % 10] if number % 10 else "")


@given(st.integers(0, 10**12 - 1), st.sampled_from("- "), st.sampled_from([" ", " and "]))
def test_a_spelled_out_number_reads_back(number: int, hyphen: str, conjunction: str) -> None:
    mention = only(f"There are {spell(number, hyphen, conjunction)} apples.")
    assert mention.value == number


@given(st.decimals(0, 10**9, places=2), st.sampled_from(["{:,}", "${:,}", "{}", "{} apples", "It is {}."]))
def test_a_decimal_reads_back(number: Decimal, form: str) -> None:
    assert values(form.format(number)) == [Fraction(number)]


PIECES = [
    *"1 9,999 1, 1/ 1/2 123 000 one and twenty- hundred thousand half a an third thirds 1: 3:30 - $ $- %".split(),
    *"½ 5½ 1st 5k 5am p.m. o'clock per cent percent cents ¢ dozen A1 x5 of quarter 2-1/2 ratio ( . ,".split(),
    *["\ud800", "\u00a0", "\u0130", "²", "\n", " "],
]


LISTS = st.lists(st.sampled_from(PIECES), max_size=30)


@given(st.one_of(st.text(), LISTS.map("".join), LISTS.map(" ".join)))
def test_places_are_exact_ordered_and_disjoint_in_any_text(question: str) -> None:
    end = 0
    for mention in read_question(question).mentions:
        assert end <= mention.start < mention.end
        assert question[mention.start : mention.end] == mention.text
        assert mention.value in mention.grounded
        end = mention.end


@given(st.text())
def test_folding_keeps_every_character_in_its_place(text: str) -> None:
    assert len(fold(text)) == len(text)


def test_numbers_too_long_for_a_literal_are_left_out() -> None:
    assert values("9" * 5000 + " and 7") == [7]


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "1",
            "1,",
            "9,999,",
            "1 000 ",
            "1/2/",
            "1:30:",
            "$-",
            "½",
            "a",
            " ",
            "one ",
            "one and ",
            "hundred and ",
        ),
        *(
            "five thousand ",
            "half a ",
            "and a half ",
            "a third ",
            "one and one and ",
            "5 percent ",
            "monday to ",
        ),
    ],
)
def test_reading_time_grows_no_faster_than_the_question(piece: str) -> None:
    def seconds(length: int) -> float:
        question = (piece * length)[:length]
        start = time.process_time()
        read_question(question)
        return time.process_time() - start

    # Quadratic time would be 64 times as long; the second of slack is for a machine that is busy with other work.
    long, short = (min(seconds(length) for _ in range(3)) for length in (40_000, 5_000))
    assert long < 1 + 16 * short


def test_readings_do_not_depend_on_earlier_readings() -> None:
    questions = [f"{n} apples and {n + 1} pears, {n % 90 + 5}%" for n in range(3000)]
    first = [read_question(question) for question in questions]
    random.Random("order").shuffle(order := list(range(3000)))
    assert all(read_question(questions[i]) == first[i] for i in order)


def gsm8k(shared_data: Path) -> list[dict[str, str]]:
    lines = (shared_data / "gsm8k" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_nineteen_of_twenty_operands_of_real_solutions_are_grounded(shared_data: Path) -> None:
    total = grounded = 0
    for row in gsm8k(shared_data):
        numbers = read_question(row["question"])
        results: set[Fraction] = set()
        for expression, result in re.findall(r"<<([^<>]*)=([^<>=]*)>>", row["answer"]):
            operands = map(Fraction, re.findall(NUMBER, expression))
            checks = [numbers.grounds(operand) for operand in operands if operand not in results]
            total, grounded = total + len(checks), grounded + sum(checks)
            results.update(map(Fraction, re.findall(NUMBER, result)))
    assert grounded / total > 0.945  # the rest is arithmetic that the solutions leave out, and people counted


def test_hardly_a_real_answer_is_grounded_without_standing_in_its_question(shared_data: Path) -> None:
    rows = gsm8k(shared_data)
    leaked = 0
    for row in rows:
        numbers = read_question(row["question"])
        answer = Fraction(row["answer"].rpartition("####")[2].strip().replace(",", ""))
        leaked += answer in numbers.grounded and answer not in {mention.value for mention in numbers.mentions}
    assert leaked / len(rows) < 0.01


@given(st.text(st.sampled_from("ab.,0123 -$%/:'\n\x1f_"), max_size=40))
def test_plain_text_is_read_in_the_same_words_as_beside_other_letters(text: str) -> None:
    plain, beside = Tokens(text), Tokens(f"{text} é")
    assert beside.words == [*plain.words, "é"]
    assert (beside.starts[:-1], beside.ends[:-1]) == (plain.starts, plain.ends)
