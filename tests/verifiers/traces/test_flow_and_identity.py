"""What an operation does to its inputs is found out by trying it, for every expert alike."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trace_trainer.experts import EXPERTS, OPERATIONS
from trace_trainer.experts.language.core import COMPUTE_OPS
from trace_trainer.experts.language.declaration import Expert, Operand, Result
from trace_trainer.experts.language.executing import function_of
from trace_trainer.experts.language.trace import FieldValue, Step
from trace_trainer.verifiers.traces.steps.copies import identity
from trace_trainer.verifiers.traces.steps.flow import Flow, flows_of
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

STRICT = {"add", "sub", "mul", "div", "average"}


def typed(name: str, **fields: FieldValue) -> TypedStep:
    """A step; `from_` is the field `from`."""
    return TypedStep(OPERATIONS[name], {key.removesuffix("_"): value for key, value in fields.items()})


def compute(name: str, *args: str | int) -> TypedStep:
    operands = tuple(Fraction(arg) if isinstance(arg, int) else arg for arg in args)
    return typed("compute", compute_op=name, args=operands, var="r")


@pytest.mark.parametrize("name", COMPUTE_OPS)
def test_a_sum_lets_every_change_through_and_a_minimum_does_not(name: str) -> None:
    assert flows_of(COMPUTE_OPS[name].function, 2, 1) == (Flow((0, 1), name in STRICT),)


def test_what_a_transfer_takes_from_one_does_not_depend_on_the_other() -> None:
    step = typed("transfer", from_="a", to="b", amount="c")
    assert step.flows == (Flow((0, 2), True), Flow((1, 2), True))


@pytest.mark.parametrize("name", ["percent_of", "percent_off", "percent_increase"])
def test_a_percentage_lets_every_change_through(name: str) -> None:
    assert typed(name, base="a", rate="b", var="r").flows == (Flow((0, 1), True),)


def test_an_operation_that_ignores_an_input_does_not_depend_on_it() -> None:
    assert flows_of(lambda a, b: a, 2, 1) == (Flow((0,), True),)


def test_an_operation_that_cannot_be_tried_is_never_sure() -> None:
    assert flows_of(lambda a, b: a / (b - b), 2, 1) == (Flow((0, 1), False),)
    assert flows_of(COMPUTE_OPS["add"].function, 9, 1) == (Flow(tuple(range(9)), False),)


COPIES = [
    compute("add", "x", 0), compute("add", 0, "x"), compute("add", 0, "x", 0), compute("add", 18, 0),
    compute("sub", "x", 0), compute("mul", "x", 1), compute("mul", 1, "x", 1), compute("mul", 18, 1),
    compute("div", "x", 1), compute("div", "x", "x"), compute("sub", "x", "x"), compute("mod", "x", "x"),
    compute("floor_div", "x", "x"), compute("ceil_div", "x", "x"), compute("min", "x", "x"),
    compute("max", "x", "x", "x"), compute("average", "x", "x"), compute("min", 18, 18),
    compute("mul", "x", *[1] * 20), compute("average", *["x"] * 20),
    compute("sub", "x", 0), typed("compare", compute_op="sub", args=("x", Fraction(0)), var="r"),
    typed("percent_of", base="x", rate=Fraction(100), var="r"),
    typed("percent_off", base="x", rate=Fraction(0), var="r"),
    typed("percent_increase", base=Fraction(18), rate=Fraction(0), var="r"),
    typed("consume", entity="x", amount=Fraction(0)),
    typed("add_entity", entity="x", amount=Fraction(0)),
    typed("transfer", from_="x", to="y", amount=Fraction(0)),
    typed("transfer", from_="x", to="x", amount=Fraction(3)),
]  # fmt: skip

COMPUTATIONS = [
    compute("add", "x", "y"), compute("add", "x", "x"), compute("mul", "x", "x"), compute("add", "x", 1),
    compute("mul", "x", 0), compute("add", "x", "y", 0), compute("add", 5, 0, 3), compute("sub", 0, "x"),
    compute("div", 1, "x"), compute("mul", "x", 2), compute("min", "x", 10**14), compute("max", "x", 0),
    compute("floor_div", "x", 1), compute("mod", "x", 10**14), compute("min", 3, 18),
    compute("div", "x", 0), compute("add", 1, 1), compute("average", "x", 0),
    typed("percent_of", base=Fraction(100), rate="y", var="r"),
    typed("percent_of", base=Fraction(100), rate=Fraction(20), var="r"),
    typed("percent_off", base="x", rate=Fraction(100), var="r"),
    typed("consume", entity="x", amount="x"), typed("transfer", from_="x", to="y", amount="x"),
]  # fmt: skip


@pytest.mark.parametrize("step", COPIES, ids=repr)
def test_a_step_that_copies_is_an_identity(step: TypedStep) -> None:
    assert step.identity is not None
    assert not step.fits


@pytest.mark.parametrize("step", COMPUTATIONS, ids=repr)
def test_a_step_that_computes_is_no_identity(step: TypedStep) -> None:
    assert step.identity is None


def test_the_identities_of_a_new_expert_need_no_declaration() -> None:
    expert = Expert("trial", "nothing")

    @expert.operation
    def tenfold_power(base: Operand, power: Operand) -> Result:
        """base times 10 to the power."""
        return base * Fraction(10) ** int(power)

    operation = expert.own_operations["tenfold_power"]
    for power, copies in ((0, True), (2, False)):
        step = Step(operation, {"base": "x", "power": Fraction(power), "var": "r"})
        assert (identity(step, function_of(step)) is not None) == copies


@pytest.mark.parametrize(
    ("step", "role"),
    [
        (typed("init", var="a", value=Fraction(3)), Role.VALUE),
        (typed("init", var="a", source="prev.result"), Role.SOURCE),
        (compute("add", "a", "b"), Role.ASSIGN),
        (typed("consume", entity="a", amount="b"), Role.CHANGE),
        (typed("query", var="a"), Role.QUERY),
    ],
)
def test_a_step_has_a_role(step: TypedStep, role: Role) -> None:
    assert step.role is role


def test_a_step_knows_the_experts_that_may_use_it() -> None:
    assert compute("add", "a", "b").experts == set(EXPERTS) - {"rate_equation"}
    assert compute("mul", "a", "b").experts == set(EXPERTS)
    assert typed("consume", entity="a", amount="b").experts == {"entity_track"}
