"""Problems with formulas become certain traces that verify, or are refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.conversions import converted, verdict_of
from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.converting.variants import vary
from trace_trainer.engine.problems.equations.conversion import convert_formula
from trace_trainer.engine.problems.equations.rows import read_formulas

Convert = Callable[..., Conversion]


@pytest.fixture
def convert(tmp_path: Path) -> Convert:
    """Converts one problem over number slots."""

    def converted(question: str, numbers: list[float], equation: str, answer: str) -> Conversion:
        row = {"question": question, "numbers": numbers, "equation": equation, "answer": answer}
        (tmp_path / "rows.jsonl").write_text(json.dumps(row) + "\n")
        ((problem,), _) = read_formulas(str(tmp_path / "rows.jsonl"))
        return convert_formula(problem)

    return converted


def test_the_trace_takes_the_numbers_of_the_slots(convert: Convert) -> None:
    found = convert(
        "Vera has number0 figs . She eats number1 . How many are left ?", [9.0, 4.0], "- number0 number1", "5"
    )
    assert found.certain
    assert found.question == "Vera has 9 figs. She eats 4. How many are left?"
    assert "{op: init, var: figs, value: 9}" in found.trace
    assert "compute_op: sub" in found.trace


@pytest.mark.parametrize(
    ("question", "numbers", "equation", "answer", "expert"),
    [
        (
            "A coat costs $ number0 . It is sold for number1 % less . What is its price ?",
            [80, 25],
            "- number0 * * 0.01 number0 number1",
            "60",
            "percentage",
        ),
        (
            "Vera has number0 figs and Otto number1 . How many more figs has Vera than Otto ?",
            [9, 4],
            "- number0 number1",
            "5",
            "comparison",
        ),
        (
            "Vera types number0 pages per hour . How many does she type in number1 hours ?",
            [9, 4],
            "* number0 number1",
            "36",
            "rate_equation",
        ),
        (
            "Vera had number0 figs . She ate number1 and found number2 more . How many has she now ?",
            [9, 4, 6],
            "+ - number0 number1 number2",
            "11",
            "entity_track",
        ),
        (
            "Vera has number0 figs and number1 nuts . How many things is that ?",
            [9, 4],
            "+ number0 number1",
            "13",
            "arithmetic",
        ),
    ],
)
def test_the_expert_is_what_the_words_say(
    convert: Convert, question: str, numbers: list[float], equation: str, answer: str, expert: str
) -> None:
    assert convert(question, numbers, equation, answer).expert == expert


def test_thirds_that_were_cut_off_are_exact(convert: Convert) -> None:
    found = convert(
        "Vera ran number0 miles and Otto number1 mile . How far is that ?",
        [2.6666666666666665, 0.3333333333333333],
        "+ number0 number1",
        "3.0",
    )
    assert "value: 8/3}" in found.trace and "2 2/3 miles" in found.question and found.answer == "3"


def test_equal_numbers_in_different_roles_are_not_certain(convert: Convert) -> None:
    found = convert(
        "Each of number0 bags holds number1 figs . Vera eats number2 figs . How many are left ?",
        [4, 9, 4],
        "- * number0 number1 number0",
        "32",
    )
    assert not found.certain and not found.unambiguous


def test_equal_numbers_in_one_role_are_certain(convert: Convert) -> None:
    found = convert(
        "Vera has number0 figs and Otto number1 . How many have both ?", [4, 4], "+ number0 number0", "8"
    )
    assert found.certain and found.trace.count("op: init") == 2


def test_a_part_of_a_thing_that_is_counted_whole_is_not_certain(convert: Convert) -> None:
    whole = (
        "A van holds number0 men . How many vans do number1 men need ?",
        [4, 9],
        "/ number1 number0",
        "2.25",
    )
    part = (
        "number0 hours are shared by number1 men . How many hours has each ?",
        [9, 4],
        "/ number0 number1",
        "2.25",
    )
    assert (convert(*whole).certain, convert(*part).certain) == (False, True)


@pytest.mark.parametrize(
    ("equation", "answer", "reason"),
    [
        ("- number0 number1", "4", Refusal.INEXACT),
        ("* number0 17.0", "153", Refusal.UNEXPLAINED),
        ("/ number0 - number1 number1", "0", Refusal.INEXACT),
    ],
)
def test_a_formula_that_does_not_fit_is_refused(
    convert: Convert, equation: str, answer: str, reason: Refusal
) -> None:
    with pytest.raises(RefusedError) as refused:
        convert("Vera has number0 figs and eats number1 . How many are left ?", [9, 4], equation, answer)
    assert refused.value.reason is reason


def test_variants_verify_with_other_numbers(convert: Convert) -> None:
    found = convert(
        "Vera packs number0 boxes of number1 figs . How many figs is that ?",
        [6, 14],
        "* number0 number1",
        "84",
    )
    variants = vary(found, 20, "0")
    assert len(variants) == 20
    assert all(verdict_of(variant).outcome == "correct" for variant in variants)


def test_nearly_all_real_problems_over_slots_are_converted(shared_data: Path) -> None:
    problems = read_formulas(str(shared_data / "mawps_asdiv" / "problems.jsonl"))[0][::3]
    found, refused = converted(problems)
    assert len(found) >= 0.97 * len(problems), refused
    assert sum(conversion.certain for conversion in found) >= 0.95 * len(problems)
    for conversion in found[::10]:
        assert verdict_of(conversion).outcome == "correct", conversion.trace
