"""New problems from converted ones."""

from __future__ import annotations

import re
from random import Random

import pytest

from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.numbers import _replaced
from trace_trainer.engine.problems.converting.variants import vary
from trace_trainer.engine.problems.converting.words import persons, replace_words
from trace_trainer.engine.problems.gsm8k.conversion import convert
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.numbers import read_question


@pytest.fixture(scope="module")
def pens() -> Conversion:
    return convert(
        "Rachel packs 6 boxes of 14 pencils and then she sells 12 pencils. How many pencils has she left?",
        "6 * 14 = <<6*14=84>>84\n84 - 12 = <<84-12=72>>72\n#### 72",
    )


def test_every_variant_verifies_against_its_own_answer(pens: Conversion) -> None:
    for variant in vary(pens, 20, "0"):
        assert (
            verify_trace(variant.trace, variant.question, variant.answer, variant.expert).outcome == "correct"
        )


def test_variants_are_different_problems(pens: Conversion) -> None:
    questions = {variant.question for variant in vary(pens, 20, "0")} | {pens.question}
    assert len(questions) == 21


def test_the_same_seed_gives_the_same_variants(pens: Conversion) -> None:
    assert vary(pens, 5, "3") == vary(pens, 5, "3")


def test_another_seed_gives_other_variants(pens: Conversion) -> None:
    assert vary(pens, 5, "3") != vary(pens, 5, "4")


def _varied(question: str, solution: str, count: int = 15) -> list[str]:
    return [variant.question for variant in vary(convert(question, solution), count, "0")]


def test_a_number_keeps_its_form() -> None:
    questions = _varied(
        "Rachel buys three hats for $12.50 each and pays a $2,400 bill. How much does she pay?",
        "3 * 12.50 = <<3*12.50=37.5>>37.5\n37.5 + 2400 = <<37.5+2400=2437.5>>2437.5\n#### 2437.5",
    )
    assert questions
    for question in questions:
        assert re.search(r"buys [a-z]+ hats for \$\d+\.\d\d each and pays a \$[\d,]+ bill", question)


def test_fractions_and_one_stay() -> None:
    questions = _varied(
        "Rachel reads 1/4 of a book of 120 pages and half of the rest. How many pages does she read?",
        "1/4 * 120 = <<1/4*120=30>>30\n120 - 30 = <<120-30=90>>90\n90 / 2 = <<90/2=45>>45\n"
        "30 + 45 = <<30+45=75>>75\n#### 75",
    )
    assert questions and all("1/4 of a book" in question and "half" in question for question in questions)


def test_whole_numbers_on_the_way_stay_whole() -> None:
    conversion = convert(
        "Rachel shares 84 nuts equally among 6 bowls and eats 2 of one bowl. How many nuts are left in it?",
        "84 / 6 = <<84/6=14>>14\n14 - 2 = <<14-2=12>>12\n#### 12",
    )
    assert {"." in variant.answer or "/" in variant.answer for variant in vary(conversion, 15, "0")} == {
        False
    }


def test_a_percentage_stays_below_a_hundred() -> None:
    conversion = convert(
        "A coat costs $80. It is sold at a 70% discount. How much does it cost now?",
        "80 * .7 = <<80*.7=56>>56\n80 - 56 = <<80-56=24>>24\n#### 24",
    )
    for variant in vary(conversion, 15, "0"):
        assert all(m.value < 100 for m in read_question(variant.question).mentions if m.kind == "percent")


def test_the_days_of_a_week_stay() -> None:
    questions = _varied(
        "Rachel works 5 days a week and earns $60 a day. How much does she earn in 3 weeks?",
        "5 * 60 = <<5*60=300>>300\n300 * 3 = <<300*3=900>>900\n#### 900",
    )
    assert questions and all("5 days a week" in question for question in questions)


def test_the_length_of_a_list_of_names_stays() -> None:
    questions = _varied(
        "Three friends, Adam, Brian and Carl, share 24 figs and lose 2 of each share. How many figs has each?",
        "24 / 3 = <<24/3=8>>8\n8 - 2 = <<8-2=6>>6\n#### 6",
    )
    assert questions and all(question.startswith("Three friends") for question in questions)


def test_numbers_stay_where_one_of_them_is_not_in_the_trace() -> None:
    questions = _varied(
        "Rachel has 4 shelves. She puts 12 cups on three of them. How many cups are there after she breaks 5?",
        "12 * 3 = <<12*3=36>>36\n36 - 5 = <<36-5=31>>31\n#### 31",
    )
    assert all("12 cups on three" in question for question in questions)


def test_the_article_fits_the_new_number(pens: Conversion) -> None:
    questions = _varied(
        "Rachel has an 8-page booklet and reads 2 pages. How many pages are left if 3 are lost too?",
        "8 - 2 = <<8-2=6>>6\n6 - 3 = <<6-3=3>>3\n#### 3",
        30,
    )
    for question in questions:
        match = re.search(r"has (an?) (\d+)-page", question)
        assert match and (match.group(1) == "an") == (match.group(2) in ("8", "11", "18"))


@pytest.mark.parametrize(
    ("number", "article"),
    [
        ("8", "an"),
        ("80", "an"),
        ("11", "an"),
        ("18,000", "an"),
        ("11,000", "an"),
        ("110", "a"),
        ("1,800", "a"),
        ("7", "a"),
    ],
)
def test_the_article_is_the_one_that_is_spoken(number: str, article: str) -> None:
    (mention,) = read_question("He has a 5 acre farm.").mentions
    assert (
        _replaced("He has a 5 acre farm.", [mention], {0: number}) == f"He has {article} {number} acre farm."
    )


def test_a_person_is_replaced_by_one_of_the_same_gender_everywhere() -> None:
    text = replace_words(
        "Rachel has 2 cats. Rachel's brother has 3. How many do Rachel and he have?", Random(1)
    )
    assert "Rachel" not in text and len(set(persons(text))) == 1


def test_a_possessive_after_s_becomes_regular() -> None:
    assert "'s hat" in replace_words("James' hat costs $5.", Random(1))


@pytest.mark.parametrize(
    "text", ["Ben & Jerry's sells 3 cones.", "In Charlotte it rained.", "King Henry has 3 horns."]
)
def test_a_name_that_is_part_of_another_stays(text: str) -> None:
    assert replace_words(text, Random(1)) == text


def test_things_change_with_their_plural_and_article() -> None:
    text = replace_words("One apple costs $2. Three apples cost $5.", Random(5))
    assert "apple" not in text.lower() and re.match(r"One (\w+) costs \$2\. Three \w+ cost", text)


@pytest.mark.parametrize("text", ["An apple pie costs $4.", "Mia likes Apple phones."])
def test_a_thing_that_is_part_of_another_stays(text: str) -> None:
    assert "pple" in replace_words(text, Random(1))


@pytest.mark.parametrize(
    "fact", ["There are 12 inches in a foot.", "A foot is 12 inches.", "One foot equals 12 inches."]
)
def test_what_a_unit_of_measurement_has_of_another_stays(fact: str) -> None:
    questions = _varied(
        f"{fact} A plank is 8 feet long and loses 5 inches. How many inches are left?",
        "8 * 12 = <<8*12=96>>96\n96 - 5 = <<96-5=91>>91\n#### 91",
    )
    assert questions
    assert all(fact.rstrip(".") in question for question in questions)
