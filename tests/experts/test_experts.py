"""Experts and their operations: discovered, and executed on exact rationals."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.experts import EXPERTS, OPERATIONS, expert_names, get_expert
from trace_trainer.experts.language.composition import COMPOSITION
from trace_trainer.experts.language.core import COMPUTE_OPS, CORE_OPERATIONS
from trace_trainer.experts.language.executing import execute
from trace_trainer.experts.language.trace import Step

rationals = st.fractions(min_value=-1000, max_value=1000, max_denominator=60)


def step(name: str, **fields: object) -> Step:
    """A step; `from_` is the field `from`."""
    return Step(OPERATIONS[name], {key.removesuffix("_"): value for key, value in fields.items()})  # type: ignore[misc]


def test_the_experts_of_the_specification_are_discovered() -> None:
    assert set(EXPERTS) >= {
        "algebra",
        "arithmetic",
        "comparison",
        "entity_track",
        "percentage",
        "rate_equation",
    }
    assert (*EXPERTS, COMPOSITION) == expert_names()


def test_get_expert_names_what_exists_when_asked_for_what_does_not() -> None:
    with pytest.raises(KeyError, match=r"no expert 'geometry'; there are algebra, .*rate_equation"):
        get_expert("geometry")


def test_get_expert_returns_the_discovered_object() -> None:
    assert all(get_expert(name) is expert for name, expert in EXPERTS.items())


def test_every_operation_belongs_to_one_expert_or_to_all() -> None:
    own = [name for expert in EXPERTS.values() for name in expert.own_operations]
    assert len(own) == len(set(own))
    assert set(OPERATIONS) == {*own, *CORE_OPERATIONS}


def test_the_registries_cannot_be_changed() -> None:
    for registry in (EXPERTS, OPERATIONS, COMPUTE_OPS, CORE_OPERATIONS):
        with pytest.raises(TypeError):
            registry["new"] = None  # type: ignore[index]


# --- computations and operations


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    [
        ("add", (1, 2, 3), 6),
        ("sub", (2, 5), -3),
        ("mul", (2, 3, 4), 24),
        ("div", (1, 3), Fraction(1, 3)),
        ("floor_div", (17, 5), 3),
        ("floor_div", (-17, 5), -4),
        ("ceil_div", (17, 5), 4),
        ("ceil_div", (15, 5), 3),
        ("mod", (17, 5), 2),
        ("mod", (Fraction(7, 2), 1), Fraction(1, 2)),
        ("min", (3, 1, 2), 1),
        ("max", (3, 1, 2), 3),
        ("average", (1, 2, 6), 3),
    ],
)
def test_computation(name: str, arguments: tuple[int, ...], value: Fraction) -> None:
    assert COMPUTE_OPS[name].function(*map(Fraction, arguments)) == value


def test_the_table_of_computations_is_the_one_of_the_specification() -> None:
    names = "add sub mul div floor_div ceil_div mod min max average"
    assert list(COMPUTE_OPS) == names.split()


def test_the_arity_of_a_computation_is_that_of_its_function() -> None:
    two = {name for name, computation in COMPUTE_OPS.items() if computation.arity == 2}
    assert two == {"sub", "div", "floor_div", "ceil_div", "mod"}
    assert all(computation.arity in (2, None) for computation in COMPUTE_OPS.values())


@given(rationals, rationals.filter(bool))
def test_floor_div_and_mod_make_up_the_whole(a: Fraction, b: Fraction) -> None:
    floor_div, mod = COMPUTE_OPS["floor_div"].function, COMPUTE_OPS["mod"].function
    assert floor_div(a, b) * b + mod(a, b) == a
    assert floor_div(a, b).denominator == 1


@given(rationals, rationals.filter(bool))
def test_ceil_div_is_the_least_whole_number_not_below_the_quotient(a: Fraction, b: Fraction) -> None:
    rounded = COMPUTE_OPS["ceil_div"].function(a, b)
    assert rounded.denominator == 1
    assert rounded - 1 < a / b <= rounded


@given(rationals, rationals)
def test_percentages_of_off_and_increase_agree(base: Fraction, rate: Fraction) -> None:
    values = {"base": base, "rate": rate}
    (part,), (off,), (more,) = (
        execute(step(name, base="base", rate="rate", var="r"), values)
        for name in ("percent_of", "percent_off", "percent_increase")
    )
    assert part == base * rate / 100
    assert off == base - part
    assert more == base + part


@given(rationals, rationals, rationals)
def test_a_transfer_keeps_the_total(a: Fraction, b: Fraction, amount: Fraction) -> None:
    moved = execute(step("transfer", from_="a", to="b", amount=amount), {"a": a, "b": b})
    assert moved == (a - amount, b + amount)


def test_a_transfer_to_somebody_new_starts_at_zero() -> None:
    moved = execute(step("transfer", from_="a", to="b", amount=Fraction(3)), {"a": Fraction(5)})
    assert moved == (2, 3)


def test_applying_a_step_leaves_the_values_unchanged() -> None:
    values = {"a": Fraction(5)}
    assert execute(step("consume", entity="a", amount=Fraction(2)), values) == (3,)
    assert values == {"a": 5}


def test_applying_a_step_to_a_variable_without_a_value_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        execute(step("consume", entity="a", amount="b"), {"a": Fraction(5)})


def test_dividing_by_zero_raises() -> None:
    divided = step("compute", compute_op="div", args=("a", Fraction(0)), var="r")
    with pytest.raises(ZeroDivisionError):
        execute(divided, {"a": Fraction(1)})


def test_compare_computes_as_compute_does() -> None:
    values = {"a": Fraction(12), "b": Fraction(5)}
    for name in COMPUTE_OPS:
        fields = {"compute_op": name, "args": ("a", "b"), "var": "r"}
        assert execute(step("compare", **fields), values) == execute(step("compute", **fields), values)
