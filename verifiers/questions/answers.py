"""Gold answers: what the data says the answer is, and whether a computed value is that.

`parse_answer` reads a number or a text ("72", "1,080", "$18.50", "3/4", "75%", "2 1/2", "-5", "twelve") once;
`Answer.matches` compares. Comparison is exact rational equality, with two readings that a text itself asks for:

- A decimal stands for what rounds to it: "33.33" is met by 100/3. It must show digits that are not all zero after
  the point; "18", "18.0" and "18.00" are met by 18 alone, so 17.995 never passes for 18.
- "75%" is met by 75 and by 3/4.

A tie may round up or to even, as both are in use (schools and money; Python and IEEE 754): 0.125 meets "0.13" and
"0.12". Gold that is no number is an error of the data and raises `AnswerError`. Not read, because the value would be
a guess: units ("72 apples", "50 cents"), decimal commas ("18,50"), exponents in text, "#### 72" and "half".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from numbers import Integral, Real

from trace_trainer.verifiers.questions.number_words import fold
from trace_trainer.verifiers.questions.numbers import read_question


class AnswerError(ValueError):
    """A gold answer that is not a number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A gold answer.

    `places`: how many decimals the gold shows, if it is a decimal that may be rounded; None if it is exact.
    `percent`: whether it is written as a percentage, which its share meets as well.
    """

    value: Fraction
    places: int | None = None
    percent: bool = False

    def matches(self, value: int | Fraction) -> bool:
        """Whether a computed value is this answer."""
        if value == self.value:
            return True
        if self.places is not None and _rounds_to(Fraction(value), self.value, self.places):
            return True
        if not self.percent:
            return False
        # The share of a percentage shows two decimals more.
        return Answer(self.value / 100, None if self.places is None else self.places + 2).matches(value)


def parse_answer(answer: int | float | Fraction | Decimal | str) -> Answer:
    """Read a gold answer. AnswerError, which says what was found, if it is not a number (a bool is not).

    Numbers of other libraries, such as numpy's, are read by what they show.
    """
    if isinstance(answer, str):
        return _parse_text(answer)
    if isinstance(answer, bool):
        raise AnswerError(f"{answer} is not a number")
    if isinstance(answer, int | Fraction):
        return Answer(Fraction(answer))
    if isinstance(answer, float):
        return _parse_float(answer)
    if isinstance(answer, Decimal):
        return _from_decimal(answer)
    if isinstance(answer, Integral):
        return Answer(Fraction(int(answer)))
    if isinstance(answer, Real):
        return _from_decimal(Decimal(str(answer)))
    if not isinstance(answer, str) and getattr(answer, "shape", None) == () and hasattr(answer, "item"):
        return parse_answer(answer.item())  # an array of one number
    raise AnswerError(f"a {type(answer).__name__} is not a number, nor a text that shows one")


_MAX_LENGTH = 100  # characters of a text that can still be one number
_MAX_EXPONENT = 400  # beyond any float
_CURRENCY = "[$€£]"
_NUMBER = re.compile(
    rf"(?:(?P<sign>[-+]?){_CURRENCY}? ?|{_CURRENCY} ?(?P<inner_sign>-))"
    r"(?:(?P<decimal>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
    r"|(?:(?P<whole>[0-9]+) )?(?P<top>[0-9]+) ?/ ?(?P<bottom>[0-9]+))"
    rf"(?P<percent> ?%| percent| per cent)?(?: ?{_CURRENCY})?"
)


@lru_cache(maxsize=16_384)
def _parse_float(answer: float) -> Answer:
    return _from_decimal(Decimal(float.__repr__(answer)))  # the decimal that it shows: 0.1 is 1/10


@lru_cache(maxsize=16_384)
def _parse_text(text: str) -> Answer:
    shown = fold(text).strip()
    if (
        shown.isdecimal() and len(shown) <= _RELIABLE_DIGITS and shown.isascii()
    ):  # by far the most frequent case
        return Answer(Fraction(int(shown)))
    match = _NUMBER.fullmatch(shown) if len(shown) <= _MAX_LENGTH else None
    if match is None:
        return Answer(_spelled_out(text.strip()))
    sign = -1 if "-" in (match["sign"], match["inner_sign"]) else 1
    percent = match["percent"] is not None
    if match["decimal"] is not None:
        answer = _from_decimal(Decimal(match["decimal"].replace(",", "")))
        return Answer(sign * answer.value, answer.places, percent)
    whole, top, bottom = int(match["whole"] or 0), int(match["top"]), int(match["bottom"])
    if bottom == 0 or (match["whole"] is not None and top >= bottom):
        raise AnswerError(f"{text!r} is not a fraction")
    return Answer(sign * (whole + Fraction(top, bottom)), percent=percent)


def _spelled_out(text: str) -> Fraction:
    """The value of a text that is one number in words or with a fraction sign: "twelve", "two thirds", "2½"."""
    mentions = read_question(text).mentions if len(text) <= _MAX_LENGTH else ()
    if len(mentions) == 1 and mentions[0].text == text and mentions[0].kind in ("word", "fraction", "mixed"):
        return mentions[0].value
    raise AnswerError(f"{text[:_MAX_LENGTH]!r} is not a number")


_RELIABLE_DIGITS = 15  # significant digits that a 64-bit float holds; what it shows behind them is noise


def _from_decimal(decimal: Decimal) -> Answer:
    """A decimal with the places it shows, without the noise of floating point (17.999999999999996 is 18)."""
    exponent = decimal.as_tuple().exponent
    if not isinstance(exponent, int) or max(abs(decimal.adjusted()), -exponent) > _MAX_EXPONENT:  # also NaN
        raise AnswerError(f"{decimal} is not a number of ordinary size")
    value, places = Fraction(decimal), max(-exponent, 0)
    if len(decimal.as_tuple().digits) > _RELIABLE_DIGITS:
        places = min(places, max(_RELIABLE_DIGITS - 1 - decimal.adjusted(), 0))
        value = Fraction(round(value * 10**places), 10**places)
    return Answer(value, None if value.denominator == 1 else places)


def _rounds_to(value: Fraction, shown: Fraction, places: int) -> bool:
    """Whether `value` rounded to `places` decimals, half away from zero or half to even, is `shown`."""
    unit = Fraction(1, 10**places)
    distance = abs(value - shown) * 2
    if distance != unit:
        return distance < unit
    return abs(value) < abs(shown) or (shown / unit).numerator % 2 == 0
