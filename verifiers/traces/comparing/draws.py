"""Other numbers on which a reference is run, and a trace beside it.

Two kinds. Numbers of any size tell whether two traces of sums, products and quotients compute the same: two rational
functions that agree on a random point are the same but for a chance of some thousandths. An operation such as
`floor_div`, `mod` or `max` says different things at different sizes, and an honest trace may use one for what the
reference does in another way. There the numbers are *alike*: in the order of the question's, unless the reference
itself picks the smallest or largest, and such that every step of the reference stays whole, positive, or without a
remainder where it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random
from typing import NamedTuple

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.executing import inputs_of
from trace_trainer.verifiers.traces.steps.executing import Place, Results, bound_by
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

Key = tuple[Exact, int]
"""A number of the question by its value, and which of several times that it is stated."""

Drawn = Mapping[Key, Exact]


class Run(NamedTuple):
    """Numbers drawn, and what the reference computes on them."""

    drawn: Drawn
    answer: Exact


ANY_SIZE_RUNS = 2
PICKING_RUNS = 8  # two might be smallest or largest alike by accident
ALIKE_RUNS = 8
MIN_ALIKE_RUNS = 3
_ANY_SIZE_TRIES = 2 * PICKING_RUNS
_ALIKE_TRIES = 64
_LARGE_PRIMES = (97, 89, 83, 79, 73, 71)

_PICKING = frozenset({"min", "max"})
_DIVISIONS = frozenset({"floor_div", "ceil_div", "mod"})
_COMPUTING = frozenset({Role.ASSIGN, Role.CHANGE})


def is_rational(steps: Sequence[Sequence[TypedStep]]) -> bool:
    """Whether a trace is made of operations that say the same at any size of the numbers.

    Those are the ones that every input always changes (`steps.flow`), and equations.
    """
    return all(
        flow.strict for part in steps for step in part if step.role in _COMPUTING for flow in step.flows
    )


def of_any_size(keys: Sequence[Key], rng: Random) -> Iterator[Drawn]:
    """Numbers without regard to the question's own, whole ones for whole ones."""
    for _ in range(_ANY_SIZE_TRIES):
        yield {key: _of_any_size(key[0], rng) for key in keys}


def _of_any_size(value: Exact, rng: Random) -> Exact:
    if isinstance(value, int):
        return rng.randint(101, 9973)
    top = 1 if value.numerator == 1 else rng.randint(2, 60)
    return Fraction(top, rng.choice(_LARGE_PRIMES))


def picks(steps: Sequence[Sequence[TypedStep]]) -> bool:
    """Whether a trace takes the smallest or the largest of numbers: then any may be it."""
    return any(step.fields.get("compute_op") in _PICKING for part in steps for step in part)


def alike(keys: Sequence[Key], rng: Random, ordered: bool) -> Iterator[Drawn]:
    """Numbers near the question's: one moved, all moved, all multiplied; in their order where `ordered`."""
    if not keys:
        return
    own = {key: key[0] for key in keys}
    for number in range(_ALIKE_TRIES):
        one = keys[number // 4 % len(keys)]
        kind = number % 4
        if kind == 0:
            drawn = own | {one: own[one] * rng.randint(2, 4)}
        elif kind == 1:
            drawn = own | {one: _near(own[one], rng)}
        elif kind == 2:
            drawn = {key: _near(value, rng) for key, value in own.items()}
        else:
            drawn = {key: value * rng.randint(2, 5) for key, value in own.items()}
        if not ordered or _same_order(keys, drawn):
            yield drawn


def _near(value: Exact, rng: Random) -> Exact:
    if isinstance(value, int):
        return value + rng.choice((-1, 1)) * rng.randint(1, max(1, abs(value) // 2))
    return value * Fraction(rng.randint(6, 15), 10)


def _same_order(keys: Sequence[Key], drawn: Drawn) -> bool:
    ordered = sorted(keys)
    for (value, place), (next_value, next_place) in pairwise(ordered):
        one, other = drawn[value, place], drawn[next_value, next_place]
        if one > other or (one == other and value != next_value):
            return False
    return all((drawn[key] > 0) == (key[0] > 0) for key in keys)


def is_like(results: Results, actual: Results) -> bool:
    """Whether every step's results stay whole, positive and below 1 where they were."""
    for part, own in zip(results, actual, strict=True):
        for values, own_values in zip(part, own, strict=True):
            for value, was in zip(values, own_values, strict=True):
                if (value.denominator == 1) != (was.denominator == 1):
                    return False
                if (value > 0) != (was > 0) or (0 < was < 1) != (0 < value < 1):
                    return False
    return True


def divisions(
    steps: Sequence[Sequence[TypedStep]], literals: Mapping[Place, Exact], results: Results
) -> list[bool]:
    """For each rounding division of a run, whether it left nothing over."""
    found: list[bool] = []
    for index, (part, made) in enumerate(zip(steps, results, strict=True)):
        values: dict[str, Exact] = {}
        for position, (step, given) in enumerate(zip(part, made, strict=True)):
            if step.fields.get("compute_op") in _DIVISIONS:
                own = [literals[index, position, number] for number in range(len(step.literals))]
                one, other = inputs_of(step, values, own)
                found.append(not one % other)
            values.update(zip(bound_by(step), given, strict=False))
    return found
