"""Timing sides that do the same work, in turns: what else the machine does in a minute then slows all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Work(NamedTuple):
    """What a side did in a turn: how much, in the benchmark's unit, and the seconds that it took."""

    amount: float
    seconds: float


class Side(NamedTuple):
    """One way to do the work. `turn` does it once, with this number as its seed, and says how much and how long."""

    name: str
    turn: Callable[[int], Work]


class Rates(NamedTuple):
    """How fast a side was, turn by turn, in units a second."""

    name: str
    each: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median of the turns."""
        return median(self.each)


class Ratio(NamedTuple):
    """How many times as fast one side was as another: the median over the rounds, the least and the most."""

    middle: float
    least: float
    most: float


def timed(work: Callable[[], float]) -> Work:
    """Do the work, which returns its amount, and time it."""
    started = perf_counter()
    amount = work()
    return Work(amount, perf_counter() - started)


def in_turns(
    sides: Sequence[Side], rounds: int, progress: Callable[[str], None] | None = None
) -> list[Rates]:
    """The rates of every side over so many rounds, in each of which each side has one turn.

    A round before them is not counted: caches, compilers and allocators get warm in it. Every other round goes through
    the sides backwards, so that none always follows the same one.

    Args:
        progress: told what is about to run.
    """
    rates: dict[str, list[float]] = {side.name: [] for side in sides}
    for number in range(rounds + 1):
        for side in sides if number % 2 else reversed(sides):
            if progress is not None:
                progress(f"{side.name}, {f'round {number} of {rounds}' if number else 'warming up'}")
            work = side.turn(number)
            if number:
                rates[side.name].append(work.amount / work.seconds)
    return [Rates(name, tuple(each)) for name, each in rates.items()]


def ratio(rates: Rates, to: Rates) -> Ratio:
    """How many times as fast one side was as the other, round by round."""
    each = [mine / other for mine, other in zip(rates.each, to.each, strict=True)]
    return Ratio(median(each), min(each), max(each))
