"""Other numbers in place of a trace's own: which literals move together, and what is drawn for them.

A literal is a number of its question, in some notation, or a constant. Numbers of the question are drawn anew, and with
one all literals that come from it: 20 and 80 of "20 %". Constants are left as they are. Whole numbers stay whole.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import cycle
from random import Random
from typing import NamedTuple

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.executing import Place
from trace_trainer.verifiers.traces.steps.step import TypedStep

_OF_ANY_SIZE = 4  # draws that are a little larger, and as many of any size
_MAX_EXTREMES = 12  # numbers that are each tried far larger and far smaller than the rest


class Origin(NamedTuple):
    """The number that a literal comes from: by a name, with its value, and the literal as a function of it."""

    number: Hashable
    value: Exact
    derive: Callable[[Exact], Exact]


def literals_of(subtraces: Sequence[ParsedSubTrace]) -> Iterator[tuple[Place, Exact]]:
    """Each literal of a well-typed trace, with its place."""
    for index, parsed in enumerate(subtraces):
        for position, step in enumerate(parsed.steps):
            assert isinstance(step, TypedStep)
            for number, literal in enumerate(step.literals):
                yield (index, position, number), literal


_DERIVED: tuple[Callable[[Exact], Exact], ...] = (
    lambda value: value,
    lambda value: Fraction(value) / 100,
    lambda value: 100 - value,
    lambda value: 1 - Fraction(value) / 100,
    lambda value: 1 + Fraction(value) / 100,
    lambda value: 1 - value,
    lambda value: value.numerator,
    lambda value: value.denominator,
    lambda value: -value,
)
"""How a literal may come from the number of a question that grounds it: 20 %, 0.2, 80, 0.8 and 1.2; 3/4, 1/4,
3 and 4; 0.2 and 5."""


def origins_of(
    literals: Mapping[Place, Exact], grounding: Grounding | None, in_turn: bool = False
) -> dict[Place, Origin]:
    """Where the literals come from; constants come from nowhere.

    A literal that is written as often as the question states it comes from another of its numbers each time ("found 5
    and lost 5"); one that is written more often is one number used again, or, `in_turn`, one after the other of them
    and of the constants.
    """
    if grounding is None:
        return {place: Origin(place, literal, _DERIVED[0]) for place, literal in literals.items()}
    places: dict[Exact, list[Place]] = {}
    for place, literal in literals.items():
        if grounding.bits.get(literal):
            places.setdefault(literal, []).append(place)
    stating = {literal: grounding.stating(literal) for literal in places}
    if in_turn:
        return {
            place: _origin(literal, index, grounding)
            for literal, written in places.items()
            for place, index in zip(written, cycle(_turns(literal, stating[literal], grounding)))
            if index is not None
        }
    origins: dict[Place, Origin] = {}
    taken: set[int] = set()
    for literal in sorted(places, key=lambda literal: len(stating[literal])):
        free = [index for index in stating[literal] if index not in taken] or stating[literal]
        again = len(places[literal]) > len(free)
        for place, index in zip(
            places[literal], free[:1] * len(places[literal]) if again else free, strict=False
        ):
            taken.add(index)
            origins[place] = _origin(literal, index, grounding)
    return origins


def _turns(literal: Exact, stating: Sequence[int], grounding: Grounding) -> list[int | None]:
    """The numbers that a literal may come from in turn, and None for a constant."""
    return [*stating, None] if literal in grounding.constants else list(stating)


def _origin(literal: Exact, index: int, grounding: Grounding) -> Origin:
    value = grounding.mentions[index].value
    for derive in _DERIVED:
        if derive(value) == literal:
            return Origin(index, plain(value), derive)
    return Origin((index, literal), literal, _DERIVED[0])


def number_of_draws(numbers: int) -> int:
    """How many other numbers are drawn for so many."""
    return 2 * _OF_ANY_SIZE + 2 * min(numbers, _MAX_EXTREMES)


def draws(values: Mapping[Hashable, Exact]) -> Iterator[dict[Hashable, Exact]]:
    """Other numbers in place of these: a little larger, of any size, each far larger and far smaller than the rest."""
    rng = Random(0)
    for _ in range(_OF_ANY_SIZE):
        yield {name: _near(value, rng) for name, value in values.items()}
        yield {
            name: _like(value, rng.randint(3, 10 ** rng.randint(1, 6)), rng) for name, value in values.items()
        }
    for chosen in list(values)[:_MAX_EXTREMES]:
        for one, rest in ((10**9, 10), (10, 10**9)):
            yield {
                name: _like(value, rng.randint(3, 9) * (one if name == chosen else rest), rng)
                for name, value in values.items()
            }


def _near(value: Exact, rng: Random) -> Exact:
    if isinstance(value, int):
        return value + rng.randint(1, abs(value) + 3)
    return value * Fraction(rng.randint(11, 20), 10)


def _like(value: Exact, size: int, rng: Random) -> Exact:
    """A number of about this size, whole where `value` is."""
    return size if isinstance(value, int) else size + Fraction(rng.randint(1, 6), 7)
