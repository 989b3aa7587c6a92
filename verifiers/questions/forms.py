"""Other spellings of the quantity that a mention states: shares, complements, increases, divisions."""

from __future__ import annotations

from fractions import Fraction

from trace_trainer.verifiers.questions.mentions import Kind
from trace_trainer.verifiers.questions.number_words import Number


def percent_grounds(value: Number) -> set[Number]:
    """20 % may be written 20 or 0.2, and as what remains 80 or 0.8."""
    share = Fraction(value, 100)
    grounds = {value, share, 1 + share}
    return grounds | {100 - value, 1 - share} if 0 < value < 100 else grounds


def parts_grounds(value: Number, kind: Kind) -> set[Number]:
    """What a part of a whole says, too: of the rest, and of the division that it is; 2/3 and 3 for 1/3."""
    if not 0 < value < 1 or kind not in ("fraction", "multiple", "digits", "money"):
        return set()
    if kind in ("fraction", "multiple"):
        return {1 - value}  # it names its division itself
    return {value.denominator} if value.numerator == 1 else set()
