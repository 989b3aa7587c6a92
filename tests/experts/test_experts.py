"""Experts and their operations: discovered, read from signatures, executed on exact rationals, written canonically."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.experts import EXPERT_NAMES, EXPERTS, OPERATIONS, get_expert
from trace_trainer.experts.language.composition import COMPOSITION, resolve_source, source_of
from trace_trainer.experts.language.core import COMPUTE_OPS, CORE_OPERATIONS
from trace_trainer.experts.language.declaration import (
    Changed,
    DeclarationError,
    Entity,
    EntityOrNew,
    Expert,
    Kind,
    Operand,
    Operation,
    Result,
)
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import Step, SubTrace, Trace, apply, write_step, write_trace

rationals = st.fractions(min_value=-1000, max_value=1000, max_denominator=60)


def step(name: str, **fields: object) -> Step:
    """A step; `from_` is the field `from`."""
    return Step(OPERATIONS[name], {key.removesuffix("_"): value for key, value in fields.items()})  # type: ignore[misc]


def test_the_experts_of_the_specification_are_discovered() -> None:
    assert set(EXPERTS) == {
        "algebra",
        "arithmetic",
        "comparison",
        "entity_track",
        "percentage",
        "rate_equation",
    }
    assert (*EXPERTS, COMPOSITION) == EXPERT_NAMES


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


# --- declarations


def test_fields_follow_the_signature_and_a_result_adds_var() -> None:
    def scale(base: Operand, by: Operand) -> Result:
        """base times by."""
        return base * by

    operation = Operation.from_function(scale)
    assert [(f.name, f.kind) for f in operation.fields] == [
        ("base", Kind.OPERAND),
        ("by", Kind.OPERAND),
        ("var", Kind.NEW_VARIABLE),
    ]
    assert operation.assigns
    assert operation.parameters == ("base", "by")
    assert operation.example == "{op: scale, base: BASE, by: BY, var: VAR}"


def test_changed_has_no_var_and_drops_the_underscore_of_a_keyword() -> None:
    def move(from_: Entity, to: EntityOrNew, amount: Operand) -> Changed:
        """Move."""
        return from_ - amount, to + amount

    operation = Operation.from_function(move)
    assert [f.name for f in operation.fields] == ["from", "to", "amount"]
    assert not operation.assigns


def test_a_default_makes_a_field_optional() -> None:
    init = CORE_OPERATIONS["init"]
    assert {f.name: f.required for f in init.fields} == {"var": True, "value": False, "source": False}


def test_an_operation_without_a_docstring_is_refused() -> None:
    def silent(base: Operand) -> Result:
        return base

    with pytest.raises(DeclarationError, match="silent needs a docstring"):
        Operation.from_function(silent)


def test_a_parameter_without_a_field_kind_is_refused() -> None:
    def plain(base: Fraction) -> Result:
        """Plain."""
        return base

    with pytest.raises(DeclarationError, match="parameter base has no field kind"):
        Operation.from_function(plain)


def test_an_expert_cannot_declare_an_operation_twice() -> None:
    expert = Expert("trial", "nothing")

    def same(base: Operand) -> Result:
        """Same."""
        return base

    expert.operation(same)
    with pytest.raises(DeclarationError, match="declares same twice"):
        expert.operation(same)


def test_every_operation_and_computation_is_documented() -> None:
    assert all(operation.description for operation in OPERATIONS.values())
    assert all(computation.description for computation in COMPUTE_OPS.values())


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
    part, off, more = (
        apply(step(name, base="base", rate="rate", var="r"), values)
        for name in ("percent_of", "percent_off", "percent_increase")
    )
    assert part == base * rate / 100
    assert off == base - part  # type: ignore[operator]
    assert more == base + part  # type: ignore[operator]


@given(rationals, rationals, rationals)
def test_a_transfer_keeps_the_total(a: Fraction, b: Fraction, amount: Fraction) -> None:
    moved = apply(step("transfer", from_="a", to="b", amount=amount), {"a": a, "b": b})
    assert moved == (a - amount, b + amount)


def test_a_transfer_to_somebody_new_starts_at_zero() -> None:
    moved = apply(step("transfer", from_="a", to="b", amount=Fraction(3)), {"a": Fraction(5)})
    assert moved == (2, 3)


def test_applying_a_step_leaves_the_values_unchanged() -> None:
    values = {"a": Fraction(5)}
    assert apply(step("consume", entity="a", amount=Fraction(2)), values) == (3,)
    assert values == {"a": 5}


def test_applying_a_step_to_a_variable_without_a_value_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        apply(step("consume", entity="a", amount="b"), {"a": Fraction(5)})


def test_dividing_by_zero_raises() -> None:
    divided = step("compute", compute_op="div", args=("a", Fraction(0)), var="r")
    with pytest.raises(ZeroDivisionError):
        apply(divided, {"a": Fraction(1)})


def test_compare_computes_as_compute_does() -> None:
    values = {"a": Fraction(12), "b": Fraction(5)}
    for name in COMPUTE_OPS:
        fields = {"compute_op": name, "args": ("a", "b"), "var": "r"}
        assert apply(step("compare", **fields), values) == apply(step("compute", **fields), values)


# --- steps and text


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


# --- sources of a composition


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
