"""An operation's body is tried when it is declared: run on ints where that is exact, refused where nothing is."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from trace_trainer.experts.language.declaration import (
    Changed,
    ComputeOp,
    DeclarationError,
    Entity,
    Expert,
    Operand,
    Operands,
    Operation,
    Result,
)
from trace_trainer.experts.language.executing import execute
from trace_trainer.experts.language.trace import Step


def declared(body: Callable[..., Any]) -> Operation:
    """The body as an operation of an expert `toy`."""
    expert = Expert("toy", "trials")
    expert.operation(body)
    return expert.own_operations[body.__name__]


def test_a_power_that_makes_floats_of_ints_is_exact_nevertheless() -> None:
    def inverse(base: Operand) -> Result:
        """1 by base."""
        return base**-1

    step = Step(declared(inverse), {"base": "a", "var": "r"})
    assert execute(step, {"a": 4}) == (Fraction(1, 4),)


def test_a_body_that_is_exact_on_ints_is_run_on_them() -> None:
    kinds = []

    def twice(base: Operand) -> Result:
        """base and base."""
        kinds.append(type(base))
        return sum([base, base])

    step = Step(declared(twice), {"base": "a", "var": "r"})
    kinds.clear()
    assert execute(step, {"a": 4}) == (8,)
    assert kinds == [int]


def test_a_body_that_is_another_one_for_large_numbers_is_tried_on_some() -> None:
    def halved_beyond(base: Operand) -> Result:
        """base, and half of it beyond 500."""
        return base / 2 if base > 500 else base

    step = Step(declared(halved_beyond), {"base": "a", "var": "r"})
    assert execute(step, {"a": 501}) == (Fraction(501, 2),)


def test_a_division_by_zero_in_the_trial_is_no_fault() -> None:
    def shared(base: Operand, by: Operand) -> Result:
        """base by by."""
        return base / by

    assert not declared(shared).takes_ints


def root(base: Operand) -> Result:
    """The square root, rounded as floats are."""
    return math.sqrt(base)  # type: ignore[return-value]


def half(base: Operand) -> Result:
    """A half, as a float."""
    return base * 0.5  # type: ignore[return-value]


def power(base: Operand, exponent: Operand) -> Result:
    """A power, which is no fraction where the exponent is none."""
    return base**exponent  # type: ignore[return-value]


def bitten(entity: Entity, amount: Operand) -> Changed:
    """Part of an entity taken away, as a float."""
    return (entity - float(amount),)  # type: ignore[return-value]


def middle(args: Operands) -> Result:
    """The mean, as a float."""
    return float(sum(args)) / len(args)  # type: ignore[return-value]


def rated(compute_op: ComputeOp, args: Operands) -> Result:
    """A quotient, as a float."""
    return args[0] / float(args[1])  # type: ignore[return-value]


@pytest.mark.parametrize("body", [root, half, power, bitten, middle, rated])
def test_an_operation_that_gives_a_float_is_refused_by_name(body: Callable[..., Any]) -> None:
    with pytest.raises(
        DeclarationError,
        match=rf"^operation {body.__name__} of toy must compute exactly: of .* it makes the float",
    ) as refusal:
        declared(body)
    assert "\n" not in str(refusal.value)


def test_an_operation_that_cannot_take_fractions_is_refused_by_name() -> None:
    def common(one: Operand, other: Operand) -> Result:
        """The greatest common divisor."""
        return math.gcd(one, other)  # type: ignore[arg-type]

    with pytest.raises(DeclarationError, match=r"^operation common of toy .* it can't take fractions"):
        declared(common)
