"""Numbers are exact from the text to the answer: ints and fractions, never a float."""

from __future__ import annotations

from fractions import Fraction

import pytest
from helpers.traces import trace
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import ENTITY_KINDS, Exact, Expert, Kind, Operand, Result
from trace_trainer.experts.language.executing import function_of
from trace_trainer.experts.language.literals import MAX_NUMBER, format_number, parse_number, plain
from trace_trainer.experts.language.trace import FieldValue, Step
from trace_trainer.verifiers import verify_trace

wholes = st.integers(-1000, 1000)
fractions = st.fractions(-1000, 1000, max_denominator=60)
digits = st.text("0123456789", min_size=1, max_size=8)
literals = st.one_of(
    st.integers(-(10**15) + 1, 10**15 - 1).map(str),
    st.tuples(st.integers(-(10**7), 10**7), digits).map(lambda p: f"{p[0]}.{p[1]}"),
    st.tuples(st.integers(-(10**7), 10**7), st.integers(1, 10**8 - 1)).map(lambda p: f"{p[0]}/{p[1]}"),
)


@pytest.mark.parametrize("name", COMPUTE_OPS)
@given(st.one_of(wholes, fractions), st.one_of(wholes, fractions).filter(bool))
def test_a_computation_is_the_same_on_ints_and_on_fractions_and_never_a_float(
    name: str, a: Exact, b: Exact
) -> None:
    function = COMPUTE_OPS[name].function
    fast, slow = function(plain(a), plain(b)), function(Fraction(a), Fraction(b))
    assert fast == slow
    assert isinstance(fast, int | Fraction)


def own_steps() -> list[Step]:
    """A step of each operation that belongs to an expert, on variables a, b, c."""
    steps = []
    for operation in (o for expert in EXPERTS.values() for o in expert.own_operations.values()):
        if operation.is_about_unknowns:  # tests/test_algebra.py
            continue
        names = iter("abc")
        values: dict[str, FieldValue] = {}
        for field in operation.fields:
            if field.kind is Kind.COMPUTE_OP:
                values[field.name] = "div"
            elif field.kind is Kind.OPERANDS:
                values[field.name] = (next(names), next(names))
            else:
                values[field.name] = next(names) if field.kind in ENTITY_KINDS | {Kind.OPERAND} else "r"
        steps.append(Step(operation, values))
    return steps


@pytest.mark.parametrize("step", own_steps(), ids=lambda step: step.operation.name)
@given(st.lists(wholes.filter(bool), min_size=3, max_size=3))
def test_an_operation_of_an_expert_is_exact_on_ints(step: Step, numbers: list[int]) -> None:
    function = function_of(step)
    inputs = numbers[: len(step.inputs)]
    fast, slow = function(*inputs), function(*map(Fraction, inputs))
    assert fast == slow
    assert all(isinstance(value, int | Fraction) for value in (fast if isinstance(fast, tuple) else (fast,)))


def test_the_body_of_an_operation_may_divide_and_stays_exact() -> None:
    expert = Expert("trial", "nothing")

    @expert.operation
    def third_of(base: Operand) -> Result:
        """A third of base, by a division that Python would make a float of on ints."""
        return base / 3

    function = function_of(Step(expert.own_operations["third_of"], {"base": "a", "var": "r"}))
    assert function(1) == Fraction(1, 3)
    assert function(6) == 2


def test_the_body_of_an_operation_may_divide_inside_what_it_calls() -> None:
    expert = Expert("trial", "nothing")

    def thirds(number: Fraction) -> Fraction:
        return number / 3

    @expert.operation
    def two_thirds_of(base: Operand) -> Result:
        """Two thirds of base."""
        return 2 * thirds(base)

    assert function_of(Step(expert.own_operations["two_thirds_of"], {"base": "a", "var": "r"}))(
        1
    ) == Fraction(2, 3)


@given(literals)
def test_a_literal_is_read_back_from_what_is_written_of_it(literal: str) -> None:
    value = parse_number(literal)
    if value is not None:
        assert parse_number(format_number(value)) == value


@given(literals)
def test_a_literal_is_read_exactly(literal: str) -> None:
    value = parse_number(literal)
    significant = sum(len(part.replace(".", "").lstrip("-0")) for part in literal.split("/"))
    assert (value is None) == (significant > 15 or len(literal) > MAX_NUMBER)
    assert value is None or value == Fraction(literal)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (72, "72"),
        (Fraction(37, 2), "18.5"),
        (Fraction(-1, 20), "-0.05"),
        (Fraction(1, 3), "1/3"),
        (Fraction(6, 2), "3"),
    ],
)
def test_a_number_is_written_as_shortly_as_it_is_exact(value: Exact, text: str) -> None:
    assert format_number(value) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".",
        "1.",
        "+1",
        "01",
        "1e3",
        "0x1",
        "1_0",
        "1/0",
        "1/-2",
        "1 / 2",
        "½",
        "nan",
        "1,000",
        "1.5/2",
    ],
)
def test_other_spellings_are_no_numbers(text: str) -> None:
    assert parse_number(text) is None


def test_a_third_times_three_is_one() -> None:
    text = trace(
        "init, var: a, value: 1/3",
        "init, var: b, value: 3",
        "compute, compute_op: mul, args: [a, b], var: r",
        "query, var: r",
    )
    assert verify_trace(text).answer == 1


def test_every_operation_of_an_expert_is_tried() -> None:
    operations = [o for expert in EXPERTS.values() for o in expert.own_operations.values()]
    own = {operation.name for operation in operations if not operation.is_about_unknowns}
    assert {step.operation.name for step in own_steps()} == own
