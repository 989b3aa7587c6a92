"""Steps and traces as typed data, and their one canonical text."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.experts import OPERATIONS
from trace_trainer.experts.language.composition import COMPOSITION, resolve_source, source_of
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import Step, SubTrace, Trace, write_step, write_trace


def step(name: str, **fields: object) -> Step:
    """A step; `from_` is the field `from`."""
    return Step(OPERATIONS[name], {key.removesuffix("_"): value for key, value in fields.items()})  # type: ignore[misc]


def test_a_step_knows_what_it_reads_changes_and_creates() -> None:
    transfer = step("transfer", from_="a", to="b", amount=Fraction(3))
    assert (transfer.reads, transfer.literals) == ((Fraction(3),), (3,))
    assert (transfer.changes, transfer.may_create, transfer.target) == (("a", "b"), ("b",), None)
    compute = step("compute", compute_op="add", args=("a", Fraction(1, 2)), var="r")
    assert (compute.reads, compute.literals) == (("a", Fraction(1, 2)), (Fraction(1, 2),))
    assert (compute.changes, compute.target) == ((), "r")


def test_equal_steps_are_equal_and_hash_alike() -> None:
    one, other = (step("init", var="a", value=Fraction(1)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != step("init", var="a", value=Fraction(2))


def test_fields_are_written_in_the_declared_order_whatever_the_order_given() -> None:
    written = write_step(step("percent_of", var="r", rate=Fraction(20), base="price"))
    assert written == "{op: percent_of, base: price, rate: 20, var: r}"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(72), "72"),
        (Fraction(-3), "-3"),
        (Fraction(37, 2), "18.5"),
        (Fraction(-1, 4), "-0.25"),
        (Fraction(1, 20), "0.05"),
        (Fraction(1, 3), "1/3"),
        (Fraction(-22, 6), "-11/3"),
        (Fraction(123_456_789_012_345, 100), "1234567890123.45"),  # 15 digits, as many as a literal may have
        (Fraction(1_234_567_890_123_451, 100), "1234567890123451/100"),
        (0, "0"),
    ],
)
def test_format_number(value: Fraction | int, text: str) -> None:
    assert format_number(value) == text


@given(st.fractions(max_denominator=10**6))
def test_a_formatted_number_reads_back(value: Fraction) -> None:
    assert Fraction(format_number(value)) == value


def test_a_single_trace_and_a_composition_have_their_canonical_forms() -> None:
    part = SubTrace("arithmetic", (step("init", var="a", value=Fraction(1)), step("query", var="a")))
    single = "expert: arithmetic\ntrace:\n- {op: init, var: a, value: 1}\n- {op: query, var: a}\n"
    assert write_trace(Trace((part,))) == single
    one = "- expert: arithmetic\n  trace:\n  - {op: init, var: a, value: 1}\n  - {op: query, var: a}\n"
    assert write_trace(Trace((part, part))) == one + one


def test_the_expert_of_several_subtraces_is_composition() -> None:
    part = SubTrace("arithmetic", ())
    assert Trace((part,)).expert == "arithmetic"
    assert Trace((part, part)).expert == COMPOSITION


@pytest.mark.parametrize(
    ("source", "position", "index"),
    [
        ("prev.result", 1, 0),
        ("prev.result", 3, 2),
        ("sub0.result", 2, 0),
        ("sub11.result", 12, 11),
        ("prev.result", 0, None),
        ("sub1.result", 1, None),
        ("sub2.result", 1, None),
        ("sub01.result", 3, None),
        ("sub0", 1, None),
        ("step1", 1, None),
        ("prev.result\n", 1, None),
    ],
)
def test_resolve_source(source: str, position: int, index: int | None) -> None:
    assert resolve_source(source, position) == index


def test_a_written_source_resolves_to_its_index() -> None:
    for position in range(1, 16):
        for index in range(position):
            assert resolve_source(source_of(index, position), position) == index
