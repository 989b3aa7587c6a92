"""Reading worked solutions: expressions and equations."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trace_trainer.engine.problems.converting.expressions import (
    Literal,
    Operation,
    UnreadableError,
    evaluate,
    read_expression,
)
from trace_trainer.engine.problems.gsm8k.solution import read_solution


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("48/2", 24),
        ("(3*30)+(25*4)", 190),
        ("5(4)", 20),
        ("1,080 - .5", Fraction(2159, 2)),
        ("20%*50", 10),
        ("-3+10", 7),
        ("100-50-30-15", 5),
    ],
)
def test_expressions_are_read_exactly(text: str, value: Fraction) -> None:
    assert evaluate(read_expression(text)) == value


@pytest.mark.parametrize("text", ["", "3x", "2**3", "(4", "4)", "3 +", "* 4", "9" * 30, "(" * 500])
def test_what_is_no_arithmetic_is_unreadable(text: str) -> None:
    with pytest.raises(UnreadableError):
        read_expression(text)


def test_a_chain_of_sums_is_one_operation() -> None:
    assert read_expression("1+2+3") == Operation("add", (Literal(1), Literal(2), Literal(3)))


def _values(text: str) -> list[Fraction]:
    return [Fraction(equation.value) for equation in read_solution(text).equations]


def test_an_annotation_is_an_equation() -> None:
    solution = read_solution("She keeps 9 - 2 = <<9-2=7>>7 pens.\n#### 7")
    assert (_values("She keeps 9 - 2 = <<9-2=7>>7 pens.\n#### 7"), solution.answer) == ([7], "7")


@pytest.mark.parametrize(
    "line",
    [
        "Total: 6(7)=42 pens",
        "6 boxes x 7 pens = 42 pens",
        "There are 6 boxes * 7 pens/box = 42 pens.",
        "He pays $6 × 7 = $42.",
    ],
)
def test_an_equation_without_an_annotation_is_read_from_the_text(line: str) -> None:
    assert _values(f"{line}\n#### 42") == [42]


def test_an_annotated_equation_is_not_read_twice() -> None:
    assert _values("6 x 7 = <<6*7=42>>42\n#### 42") == [42]


def test_percent_signs_on_both_sides_compute_in_percent() -> None:
    assert _values("The rest is 100% - 35% = 65%.\n#### 65") == [65]


def test_a_mixed_number_is_no_rounded_result() -> None:
    assert _values("Each gets 5 / 3 = 1 and 2/3 pies.\n#### 1") == []


@pytest.mark.parametrize("line", ["x + 3x = 40", "Let n be the number: 2n = 8", "so y = 4"])
def test_an_unknown_is_noticed(line: str) -> None:
    assert read_solution(f"{line}\n#### 4").unknown


def test_an_x_between_numbers_is_no_unknown() -> None:
    assert not read_solution("He has 4 x 5 = <<4*5=20>>20\n#### 20").unknown


@pytest.mark.parametrize(
    "text", ["", "####", "<<>>", "<<=>>", "<<1/0=1>>", "<<" * 1000, "=" * 1000, "1=" * 500 + "1"]
)
def test_reading_never_raises(text: str) -> None:
    read_solution(text)
