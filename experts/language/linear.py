"""Exact linear algebra for numbers that are not known yet: forms such as 2x + 3y - 20, and systems of equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import gcd, lcm
from types import MappingProxyType
from typing import Any


class UnsolvableError(ArithmeticError):
    """An expression that is not linear in the unknowns, or a system without exactly one solution."""


class Linear:
    """A constant and multiples of unknowns. `terms` holds no multiple of 0. Immutable.

    The numbers may be of any type that knows + * / and is false where it is 0.
    """

    __slots__ = ("terms", "constant")

    def __init__(self, terms: Mapping[str, Any], constant: Any) -> None:
        self.terms = terms
        self.constant = constant

    @classmethod
    def of(cls, value: Any) -> Linear:
        """A number that is known."""
        return cls(_NOTHING, value)

    @classmethod
    def unknown(cls, name: str) -> Linear:
        """A number that is not."""
        return cls(MappingProxyType({name: 1}), 0)

    def __add__(self, other: Linear) -> Linear:
        constant = self.constant + other.constant
        if not self.terms or not other.terms:
            return Linear(self.terms or other.terms, constant)
        sums = {
            name: self.terms.get(name, 0) + other.terms.get(name, 0)
            for name in dict.fromkeys((*self.terms, *other.terms))
        }
        return Linear({name: sum for name, sum in sums.items() if sum}, constant)

    def __neg__(self) -> Linear:
        return self._times(-1)

    def __sub__(self, other: Linear) -> Linear:
        return self + -other

    def __mul__(self, other: Linear) -> Linear:
        """The product. Raises UnsolvableError for one of two unknowns."""
        if self.terms and other.terms:
            raise UnsolvableError(f"a product of {_names(self)} and {_names(other)} is not linear")
        return other._times(self.constant) if other.terms else self._times(other.constant)

    def __truediv__(self, other: Linear) -> Linear:
        """The quotient. Raises UnsolvableError for a division by an unknown, ZeroDivisionError."""
        if other.terms:
            raise UnsolvableError(f"a division by {_names(other)} is not linear")
        return self._times(Fraction(1) / other.constant)

    def _times(self, factor: Any) -> Linear:
        terms = {name: factor * times for name, times in self.terms.items()} if factor else _NOTHING
        return Linear(terms, factor * self.constant if self.constant else 0)


_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _names(form: Linear) -> str:
    return " and ".join(form.terms)


def solve_system(forms: Sequence[Linear], unknown: str) -> Fraction:
    """The value of one unknown where all forms are 0, by Gaussian elimination.

    Raises UnsolvableError where the forms contradict each other, leave the unknown open, or where one of them follows
    from the others: equations that agree only by chance would prove nothing.
    """
    if len(forms) == 1 and forms[0].terms.keys() == {unknown}:  # by far the most frequent system
        constant, times = forms[0].constant, forms[0].terms[unknown]
        whole = type(constant) is int and type(times) is int
        return Fraction(-constant, times) if whole else Fraction(-constant) / times
    rows: list[tuple[str, dict[str, int], int]] = []  # each with its pivot, which no other row has
    for number, form in enumerate(forms, 1):
        terms, constant = _whole(form)
        for pivot, others, other in rows:
            if pivot in terms:
                terms, constant = _eliminated(pivot, terms, constant, others, other)
        if not terms:
            what = "contradicts" if constant else "follows from"
            raise UnsolvableError(f"equation {number} {what} the ones before it")
        # The unknown that is asked for is the last to be eliminated, so that a row is left with nothing else.
        new = next((name for name in terms if name != unknown), unknown)
        for place, (pivot, others, other) in enumerate(rows):
            if new in others:
                rows[place] = (pivot, *_eliminated(new, others, other, terms, constant))
        rows.append((new, terms, constant))
    for pivot, terms, constant in rows:
        if pivot == unknown and len(terms) == 1:
            return Fraction(-constant, terms[pivot])
    equations = "1 equation leaves" if len(forms) == 1 else f"{len(forms)} equations leave"
    raise UnsolvableError(f"{equations} {unknown} open")


def _whole(form: Linear) -> tuple[dict[str, int], int]:
    """The form times what makes all its numbers integers, which are much faster than fractions."""
    scale = lcm(form.constant.denominator, *(times.denominator for times in form.terms.values()))
    return {name: int(times * scale) for name, times in form.terms.items()}, int(form.constant * scale)


def _eliminated(
    pivot: str, terms: Mapping[str, int], constant: int, others: Mapping[str, int], other: int
) -> tuple[dict[str, int], int]:
    """The first row without the pivot, which the second has, too; in lowest terms, so that numbers stay small."""
    ours, theirs = terms[pivot], others[pivot]
    left = {name: theirs * times - ours * others.get(name, 0) for name, times in terms.items()}
    left.update((name, -ours * times) for name, times in others.items() if name not in terms)
    constant = theirs * constant - ours * other
    divisor = gcd(constant, *left.values()) or 1
    return {name: times // divisor for name, times in left.items() if times}, constant // divisor
