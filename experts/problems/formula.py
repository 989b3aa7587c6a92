"""Expressions as schemas write them, with Python's operators: `3 * x + t.extra` becomes the text of an equation's side."""

from __future__ import annotations

from fractions import Fraction

from trace_trainer.experts.language.literals import format_number


class Formula:
    """An expression being written. `binding` tells what it needs parentheses beside: 1 a sum, 2 a product, 3 neither."""

    __slots__ = ("text", "binding")

    def __init__(self, text: str, binding: int) -> None:
        self.text = text
        self.binding = binding

    def _within(self, binding: int) -> str:
        return self.text if self.binding >= binding else f"({self.text})"

    def __add__(self, other: Term) -> Formula:
        return Formula(f"{self.text} + {formula_of(other).text}", 1)

    def __radd__(self, other: Term) -> Formula:
        return formula_of(other) + self

    def __sub__(self, other: Term) -> Formula:
        return Formula(f"{self.text} - {formula_of(other)._within(2)}", 1)

    def __rsub__(self, other: Term) -> Formula:
        return formula_of(other) - self

    def __mul__(self, other: Term) -> Formula:
        return Formula(f"{self._within(2)} * {formula_of(other)._within(3)}", 2)

    def __rmul__(self, other: Term) -> Formula:
        return formula_of(other) * self

    def __truediv__(self, other: Term) -> Formula:
        return Formula(f"{self._within(2)} / {formula_of(other)._within(3)}", 2)

    def __rtruediv__(self, other: Term) -> Formula:
        return formula_of(other) / self


Term = Formula | Fraction | int
"""What an expression takes."""


def formula_of(term: Term) -> Formula:
    """A term as a formula: a number as its literal, a formula as it is."""
    if isinstance(term, Formula):
        return term
    return Formula(format_number(term), 3 if term >= 0 and "/" not in format_number(term) else 1)
