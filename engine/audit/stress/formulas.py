"""Formulas of sums, differences, products and quotients over numbers of a question, told apart as functions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random
from typing import NamedTuple

from trace_trainer.experts import OPERATIONS
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.experts.language.trace import OperandValue, Step, SubTrace, Trace, write_trace

PRIME = 2**61 - 1
COMMUTATIVE = ("add", "mul")
NAMES = (*COMMUTATIVE, "sub", "div")
_EXPERT = "arithmetic"


class Formula(NamedTuple):
    """A computation on two formulas, or a number.

    Attributes:
        value: on the question's own numbers.
        fingerprint: its value, modulo a large prime, where each number of the question is another; equal for equal
            functions, and practically never for two different ones. A constant stays what it is.
        operation: one of NAMES; empty for a number.
        parts: what it computes with.
        has_constant: whether a constant is among its numbers.
    """

    value: Exact
    fingerprint: int
    operation: str = ""
    parts: tuple[Formula, ...] = ()
    has_constant: bool = False


def numbers(own: Sequence[Exact], constants: Sequence[Exact]) -> list[Formula]:
    """The numbers that formulas are made of: the question's own, and constants."""
    rng = Random("numbers of a question")
    stated = [Formula(plain(value), rng.randrange(10**6, PRIME)) for value in own]
    known = [
        Formula(plain(value), value.numerator * pow(value.denominator, -1, PRIME) % PRIME, has_constant=True)
        for value in constants
    ]
    return stated + known


def combined(name: str, first: Formula, second: Formula) -> Formula | None:
    """An operation on two formulas; None where it gives no positive number, as counts, prices and lengths are."""
    value = _compute(name, first.value, second.value)
    if value <= 0:
        return None
    one, other = first.fingerprint, second.fingerprint
    if name == "div":
        if not other:
            return None
        fingerprint = one * pow(other, -1, PRIME)
    else:
        fingerprint = int(_compute(name, one, other))
    has_constant = first.has_constant or second.has_constant
    return Formula(value, fingerprint % PRIME, name, (first, second), has_constant)


def _compute(name: str, first: Exact, second: Exact) -> Exact:
    if name == "add":
        return first + second
    if name == "sub":
        return first - second
    return first * second if name == "mul" else plain(Fraction(first) / second)


def random_formula(known: Sequence[Formula], operations: int, rng: Random) -> Formula | None:
    """A formula of so many operations, drawn from the leaves up; None where a part of it is no positive number."""
    pool = [rng.choice(known) for _ in range(operations + 1)]
    while len(pool) > 1:
        first, second = (pool.pop(rng.randrange(len(pool))) for _ in range(2))
        made = combined(rng.choice(NAMES), first, second)
        if made is None:
            return None
        pool.append(made)
    return pool[0]


def written(formula: Formula) -> str:
    """The trace of a formula; each number is bound once, and each part is computed once."""
    steps: list[Step] = []
    names: dict[Formula, str] = {}

    def name_of(part: Formula) -> str:
        if part not in names:
            operands: tuple[OperandValue, ...] = tuple(name_of(inner) for inner in part.parts)
            names[part] = name = f"v{len(names)}"
            if operands:
                steps.append(
                    Step(OPERATIONS["compute"], {"compute_op": part.operation, "args": operands, "var": name})
                )
            else:
                steps.append(Step(OPERATIONS["init"], {"var": name, "value": Fraction(part.value)}))
        return names[part]

    answer = name_of(formula)
    return write_trace(Trace((SubTrace(_EXPERT, (*steps, Step(OPERATIONS["query"], {"var": answer}))),)))
