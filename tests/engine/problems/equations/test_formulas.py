"""Formulas are read: in prefix form over slots, and in natural text."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trace_trainer.engine.problems.converting.expressions import (
    Expression,
    Literal,
    Operation,
    UnreadableError,
    evaluate,
)
from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.equations.infix import read_infix
from trace_trainer.engine.problems.equations.prefix import meant, read_prefix
from trace_trainer.engine.problems.equations.systems import read_system, solved
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.questions.answers import parse_answer


@pytest.mark.parametrize(
    ("written", "value"),
    [
        (2.6666666666666665, Fraction(8, 3)),
        ("0.16666666666666666", Fraction(1, 6)),
        (3.0, 3),
        (0.625, Fraction(5, 8)),
        (0.3333, Fraction(3333, 10000)),
    ],
)
def test_a_decimal_that_was_cut_off_is_the_fraction_that_it_was(written: float | str, value: Exact) -> None:
    assert meant(written) == value


def test_a_prefix_formula_computes_what_it_says() -> None:
    expression = read_prefix("- * number0 2.0 / number2 number1", [5, 4, 8], [0, 5, 9])
    assert evaluate(expression) == 8


@pytest.mark.parametrize(
    "formula", ["", "- number0", "+ number0 number1 number1", "+ number0 number7", "^ 2 3"]
)
def test_what_is_no_prefix_formula_is_refused(formula: str) -> None:
    with pytest.raises(UnreadableError):
        read_prefix(formula, [5, 4], [0, 5])


def _value(formula: str, kind: str, answer: str, *stated: int) -> Exact:
    statements = [part.strip() for part in formula.split(";")]
    return evaluate(read_infix(statements, kind, parse_answer(answer), stated, "/" in answer).expression)


@pytest.mark.parametrize(
    ("formula", "kind", "answer"),
    [
        ("7+2*3=13 figs", "Addition", "13"),
        ("95/7=13 r4", "Floor-Division", "13"),
        ("95/7=13 r4", "Ceil-Division", "14"),
        ("95/7=13 r4", "Surplus", "4"),
        ("95/7=13 r4; 7-4=3", "Subtraction", "3"),
        ("(6+4)^2=100", "Geometry", "100"),
        ("8:15=48:90", "Ratio", "90"),
        ("8:15=48:90", "Ratio", "48"),
        ("6:4=9:6", "Ratio", "9"),
        ("6:3=4:2", "Ratio", "2"),
        ("6:3=2:1", "Ratio", "2/1"),
        ("30-12=18; 18:12=3:2", "Ratio", "3/2"),
        ("4, 7, 10, 13", "Sequential-Operation", "13"),
        ("3, 6, 12, 24", "Sequential-Operation", "24"),
        ("5, 6, 8, 11, 15", "Sequential-Operation", "15"),
    ],
)
def test_a_formula_in_text_computes_its_answer(formula: str, kind: str, answer: str) -> None:
    stated = {8, 15, 48, 90, 6, 4, 3} - {int(Fraction(answer))}
    assert _value(formula, kind, answer, *stated) == Fraction(answer)


def test_the_number_of_a_proportion_is_no_quotient_of_its_ratio() -> None:
    found = read_infix(["6:3=4:2"], "Ratio", parse_answer("2"), [6, 3, 4]).expression
    assert isinstance(found, Operation) and Literal(4) in _leaves(found)


def _leaves(expression: Expression) -> list[Expression]:
    if isinstance(expression, Literal):
        return [expression]
    return [leaf for argument in expression.arguments for leaf in _leaves(argument)]


def test_a_sum_of_a_ratio_that_is_not_stated_is_worked_out() -> None:
    computation = read_infix(["5:9=35:63"], "Ratio", parse_answer("63"), [5, 4, 35])
    assert (evaluate(computation.expression), computation.derived) == (63, True)


def test_a_number_that_is_a_result_too_is_doubtful() -> None:
    assert read_infix(["3+5=8", "8-2=6"], "Sum", parse_answer("6"), [3, 5, 8, 2]).doubtful
    assert not read_infix(["3+5=8", "8-2=6"], "Sum", parse_answer("6"), [3, 5, 2]).doubtful


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        ("GCD(12,16)=4", Refusal.NO_OPERATION),
        ("LCM[4,6]=12", Refusal.NO_OPERATION),
        ("100^(1/2)=10", Refusal.NO_OPERATION),
        ("1, 4, 5, 8, 4", Refusal.NO_EQUATION),
        ("five", Refusal.NO_EQUATION),
        ("4/0=4", Refusal.NO_EQUATION),
        ("2+3=5", Refusal.NOT_COMPUTED),
    ],
)
def test_what_the_language_cannot_say_is_refused_with_its_reason(formula: str, reason: Refusal) -> None:
    with pytest.raises(RefusedError) as refused:
        _value(formula, "Addition", "4")
    assert refused.value.reason is reason


def test_a_chain_that_grows_without_end_is_refused_quickly() -> None:
    chain = "; ".join(f"{2**n}+{2**n}={2 ** (n + 1)}" for n in range(40))
    with pytest.raises(RefusedError) as refused:
        _value(chain, "Sum", str(2**40), 1)
    assert refused.value.reason is Refusal.NO_EQUATION


@pytest.mark.parametrize("written", ["1e999999999", "nan", "inf", "1" * 16, "four", ""])
def test_what_is_no_number_is_none(written: str) -> None:
    with pytest.raises(ValueError):
        meant(written)


def test_unknowns_are_named_after_what_they_stand_for() -> None:
    system = read_system(["x:The longer rope", "y:The number of hooks", "x+y=12", "x=2y"])
    assert system is not None
    trace = solved(system, "A rope is 2 times as long as there are hooks, 12 in all. How many hooks?", "4")
    assert "- {op: unknown, var: longer_rope}\n- {op: unknown, var: hooks}\n" in trace
    assert "- {op: solve, var: hooks}\n" in trace


def test_a_letter_that_nothing_declares_is_an_unknown() -> None:
    system = read_system(["3L=54"])
    assert system is not None
    trace = solved(system, "All 3 sides are as long, 54 cm in all. How long is a side?", "18")
    assert "- {op: equation, lhs: 3 * length, rhs: 54}\n" in trace


@pytest.mark.parametrize("statements", [["95/7=13 r4"], ["7+2=9"], ["4, 8, 16"]])
def test_a_formula_without_unknowns_is_no_system(statements: list[str]) -> None:
    assert read_system(statements) is None


def test_a_product_of_unknowns_is_no_linear_system() -> None:
    system = read_system(["x:One", "y:Two", "x*y=12", "x=3"])
    assert system is not None
    with pytest.raises(RefusedError) as refused:
        solved(system, "A product of two numbers is 12, one is 3. What is the other?", "4")
    assert refused.value.reason is Refusal.UNSOLVED
