"""Operations are read from the signatures, annotations and docstrings of functions."""

from __future__ import annotations

from fractions import Fraction

import pytest

from trace_trainer.experts import OPERATIONS
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
