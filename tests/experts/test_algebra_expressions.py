"""Expressions and exact systems of equations, checked against sympy; in a trace none of them fails the verifier."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from typing import Any

import pytest
import sympy
from helpers.traces import trace
from hypothesis import given, settings
from hypothesis import strategies as st

from trace_trainer.experts.language.expression import Expression, ExpressionError, parse_expression
from trace_trainer.experts.language.linear import Linear, UnsolvableError, solve_system
from trace_trainer.verifiers import verify_trace

names = st.sampled_from(["x", "y", "alice.marbles", "off"])
literals = st.sampled_from(["0", "2", "3.5", "0.25", "19", "100"])


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3) -> str:
    if depth == 0 or draw(st.booleans()):
        return draw(st.one_of(names, literals))
    left, right = draw(expressions(depth - 1)), draw(expressions(depth - 1))
    form = draw(st.sampled_from(["{} + {}", "{}-{}", "({}) * ({})", "({})/({})", "-({}) + {}", "( {} ){}{}"]))
    return form.format(left, right) if form.count("{}") == 2 else f"({left})*({right})"


def by_sympy(text: str, values: dict[str, int]) -> Any:
    symbols = {name.replace(".", "_"): sympy.Integer(value) for name, value in values.items()}
    return sympy.sympify(text.replace(".m", "_m"), locals=symbols, rational=True)


@settings(deadline=None)
@given(expressions(), st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_an_expression_means_what_it_means_elsewhere(text: str, numbers: list[int]) -> None:
    values = dict(zip(["x", "y", "alice.marbles", "off"], numbers, strict=True))
    expression = parse_expression(text)
    given_values = [Fraction(values[o]) if isinstance(o, str) else o for o in expression.operands]
    try:
        computed = expression.compute(given_values)
    except ZeroDivisionError:
        return
    assert sympy.Rational(computed.numerator, computed.denominator) == by_sympy(text, values)


@given(expressions())
def test_the_canonical_text_reads_back_as_itself(text: str) -> None:
    expression = parse_expression(text)
    assert parse_expression(expression.text) == expression


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2*(x+3) - y/4", "2 * (x + 3) - y / 4"),
        ("-x", "-x"),
        (" ( (x) )", "((x))"),
        ("2.50*x", "2.5 * x"),
        ("x - -3", "x - -3"),
    ],
)
def test_the_canonical_text_has_its_spaces_and_parentheses(text: str, canonical: str) -> None:
    assert parse_expression(text).text == canonical


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2x", "write a product with its sign"),
        ("x = 3", "fields lhs and rhs"),
        ("", "is empty"),
        ("x +", "ends too early"),
        ("(x", "not closed"),
        ("x)", "')' can't stand after 'x'"),
        ("--x", "'-' can't stand after '-'"),
        ("x y", "'y' can't stand after 'x'"),
        ("* x", "'*' can't stand at the start"),
        ("x ** 2", "'*' can't stand after 'x *'"),
        ("x^2", "+ - * / and parentheses"),
        ("__import__('os')", "+ - * / and parentheses"),
        ("007 * x", "at most 15 digits"),
        ("1234567890123456", "at most 15 digits"),
        ("1.2.3", "a number without letters"),
        ("x + " * 40 + "x", "at most 64"),
        ("x" * 401, "at most 400 characters"),
    ],
)
def test_what_is_no_expression_is_refused_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet="x2 +-*/().=", max_size=30))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        assert isinstance(parse_expression(text), Expression)


# --- systems

coefficients = st.integers(-4, 4).map(Fraction)


@settings(deadline=None)
@given(st.data())
def test_systems_are_solved_as_sympy_solves_them(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 4))
    symbols = sympy.symbols("a:d")[:size]
    rows = data.draw(
        st.lists(st.lists(coefficients, min_size=size, max_size=size), min_size=1, max_size=size)
    )
    constants = [data.draw(coefficients) for _ in rows]
    forms = [
        Linear({s.name: n for s, n in zip(symbols, row, strict=True) if n}, constant)
        for row, constant in zip(rows, constants, strict=True)
    ]
    matrix = sympy.Matrix([[sympy.Rational(n) for n in row] for row in rows])
    expected: Any = None
    if matrix.rank() == len(rows):
        right = sympy.Matrix([-sympy.Rational(constant) for constant in constants])
        solution = next(iter(sympy.linsolve((matrix, right), *symbols)))
        expected = solution[0] if not solution[0].free_symbols else None
    try:
        value = solve_system(forms, symbols[0].name)
    except UnsolvableError:
        value = None
    assert (value is None) == (expected is None)
    assert value is None or sympy.Rational(value.numerator, value.denominator) == expected


@given(st.lists(st.tuples(expressions(), expressions()), max_size=6), st.sampled_from(["x", "y", "off"]))
def test_no_trace_about_unknowns_makes_the_verifier_fail(sides: list[tuple[str, str]], asked: str) -> None:
    text = trace(
        "unknown, var: x",
        "unknown, var: y",
        "init, var: alice.marbles, value: 19",
        *(f"equation, lhs: {left}, rhs: {right}" for left, right in sides),
        f"solve, var: {asked}",
        f"query, var: {asked}",
        expert="algebra",
    )
    assert (
        verify_trace(
            text, question="Three times a number plus 4 is 19. What is the number?", answer=5
        ).outcome
        != "error"
    )
