"""Slots: the numbers of a schema, how they are drawn and how a question shows them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.problems.spelling import spell

# How often a number is written in words. Grade-school problems spell small numbers often and large ones hardly ever.
_SPELLED_SHARE_UP_TO_TWENTY = 0.3
_SPELLED_SHARE_UP_TO_HUNDRED = 0.1


@dataclass(frozen=True, slots=True)
class Slot:
    """A number of a schema: `draw` chooses its value, `show` writes it into a question."""

    draw: Callable[[Random], Fraction]
    show: Callable[[Random, Fraction], str]


def whole(low: int, high: int, words: bool = True) -> Slot:
    """An integer from low to high, in digits or, when small and `words` allows it, in words."""

    def show(rng: Random, value: Fraction) -> str:
        number = int(value)
        chance = rng.random()
        if words and number <= 20 and chance < _SPELLED_SHARE_UP_TO_TWENTY:
            return spell(number)
        if words and number <= 100 and chance < _SPELLED_SHARE_UP_TO_HUNDRED:
            return spell(number)
        return f"{number:,}" if chance < 0.5 else str(number)

    return Slot(lambda rng: Fraction(rng.randint(low, high)), show)


def choice(*values: int) -> Slot:
    """One of the given integers."""
    return Slot(lambda rng: Fraction(rng.choice(values)), whole(0, 0).show)


def money(low: int, high: int, cents: bool = False) -> Slot:
    """Dollars from low to high, with multiples of 5 cents where `cents`: "$48", "$18.50", sometimes "48 dollars"."""

    def draw(rng: Random) -> Fraction:
        return Fraction(rng.randint(low * 20, high * 20), 20) if cents else Fraction(rng.randint(low, high))

    def show(rng: Random, value: Fraction) -> str:
        if value.denominator != 1:
            return f"${float(value):,.2f}"
        if rng.random() < 0.1:
            return f"{int(value)} dollars"
        return f"${int(value):,}" + (".00" if cents and rng.random() < 0.2 else "")

    return Slot(draw, show)


def percent(low: int, high: int, step: int = 5) -> Slot:
    """A percentage, multiple of `step`: "20%" or "20 percent". The value is 20."""

    def draw(rng: Random) -> Fraction:
        return Fraction(rng.randrange(low, high + 1, step))

    def show(rng: Random, value: Fraction) -> str:
        return f"{value}%" if rng.random() < 0.75 else f"{value} percent"

    return Slot(draw, show)


def decimal(low: int, high: int, places: int = 1) -> Slot:
    """A decimal of at most `places` digits after the point: "2.5"."""

    def draw(rng: Random) -> Fraction:
        return Fraction(rng.randint(low * 10**places, high * 10**places), 10**places)

    return Slot(draw, lambda rng, value: format_number(value))
