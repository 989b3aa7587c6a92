"""Amounts: how digits, number words, fractions and scales go together in a text.

`amount_at` reads the amount that starts at a word: "1,080", "450 000", "2.5 million", "two hundred and five thousand",
"3/4", "two thirds", "2 1/2", "three and a half". What a text adds around an amount (signs, currency, percent, clock
times, ordinals) is read by `question_numbers`. Every function looks at a bounded number of words past those it takes.

Not covered: numbers of more than 15 digits (no literal of a trace can hold them), commas as decimal points, and digits
and words mixed in one number beyond a scale ("5 thousand 200" is 5,000 and 200).
"""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, NamedTuple

from trace_trainer.verifiers.questions.number_words import (
    CARDINALS,
    DENOMINATORS,
    HALVES,
    ORDINALS,
    QUARTERS,
    SCALES,
    TENS,
    UNITS,
    VULGAR_FRACTIONS,
    Number,
    Tokens,
)

ARTICLES = frozenset(["a", "an"])
MAX_DIGITS = 15  # of a literal in a trace, and so of a number worth reading
_FRACTION_ENDINGS = frozenset(["st", "nd", "rd", "th", "rds", "ths"])  # "2/3rds"
_GOING_ON = DENOMINATORS.keys() | VULGAR_FRACTIONS.keys() | SCALES.keys() | {"hundred", "and"}
_NUMERALS = CARDINALS.keys() | ORDINALS.keys()


class Amount(NamedTuple):
    """A number that ends before word `end`. `parts`: the numbers it is written with, where they are not its value."""

    value: Number
    end: int
    kind: Literal["digits", "word", "fraction", "mixed"]
    parts: tuple[Number, ...] = ()


def amount_at(tokens: Tokens, i: int) -> Amount | None:
    """The amount that starts at word i, in digits or words, with the fraction and the scale that follow it."""
    whole = _whole_at(tokens, i)
    if whole is not None:
        following = tokens.word(whole.end)
        if not following or (following[0] > "9" and following not in _GOING_ON):
            return whole  # by far the most frequent case
    amount = _fraction_at(tokens, i, whole)
    if amount is None and whole is not None:
        amount = _mixed(tokens, i, whole) or whole
    if amount is None or amount.kind == "word":
        return amount
    factor, end = scale_at(tokens, amount.end)
    if factor == 1:
        return amount
    return Amount(amount.value * factor, end, amount.kind, (*amount.parts, amount.value))


def scale_at(tokens: Tokens, i: int) -> tuple[int, int]:
    """The scale words from word i on ("hundred", "million", "hundred thousand") as a factor, and the index after."""
    factor = 1
    if tokens.word(i) == "hundred" and tokens.joined(i):
        factor, i = 100, i + 1
    if tokens.word(i) in SCALES and (tokens.joined(i) or tokens.gap(i) == ""):
        return factor * SCALES[tokens.word(i)], i + 1
    return factor, i


def fraction_parts(top: int, bottom: int) -> tuple[Number, ...]:
    """What a fraction is written with: its two numbers, and the whole that its complement is taken from."""
    return (top, bottom, 1) if top < bottom else (top, bottom)


def _fraction_at(tokens: Tokens, i: int, whole: Amount | None) -> Amount | None:
    """A fraction from word i on; `whole` is the whole number or decimal that starts there, if any."""
    word = tokens.word(i)
    if word in VULGAR_FRACTIONS:
        value = VULGAR_FRACTIONS[word]
        return Amount(value, i + 1, "fraction", fraction_parts(value.numerator, value.denominator))
    if whole is None or not isinstance(whole.value, int):
        return None
    below = _denominator_after(tokens, i, whole)
    if below is None:
        return None
    bottom, end = below
    return Amount(Fraction(whole.value, bottom), end, "fraction", fraction_parts(whole.value, bottom))


def _denominator_after(tokens: Tokens, i: int, top: Amount) -> tuple[int, int] | None:
    """The denominator that follows a numerator, and the index after it."""
    j = top.end
    if tokens.gap(j).strip(" ") == "/":
        bottom = tokens.whole(j)
        in_series = tokens.gap(i) == "/" or (tokens.gap(j + 1) == "/" and tokens.whole(j + 1) is not None)
        if not bottom or in_series:
            return None  # "5/0" and "12/25/2024" are no fractions
        has_ending = tokens.gap(j + 1) == "" and tokens.word(j + 1) in _FRACTION_ENDINGS
        return bottom, j + 2 if has_ending else j + 1
    word = tokens.word(j)
    if word not in DENOMINATORS or not tokens.joined(j) or not top.value:
        return None
    hyphen, plural = tokens.gap(j) == "-", word.endswith("s")
    ordinal = hyphen and tokens.word(j - 1) in TENS  # "forty-fifth"
    if word in QUARTERS:  # coins come in any number: "5 quarters"; "three quarter-pound burgers" are three
        fits = top.value == 1 or (top.value == 3 and (hyphen or plural))
    elif word in HALVES:
        fits = top.value == 1 or plural
    else:  # "20 fifth graders" are twenty
        fits = top.value == 1 or plural or (not ordinal and (hyphen or tokens.word(j + 1) == "of"))
    return (DENOMINATORS[word], j + 1) if fits else None


def _mixed(tokens: Tokens, i: int, whole: Amount) -> Amount | None:
    """A whole number with a fraction below 1 behind it: "2 1/2", "2½", "three and a half", "5 and two thirds"."""
    j = whole.end
    if not isinstance(whole.value, int):
        return None
    if tokens.word(j) == "and" and tokens.joined(j) and tokens.joined(j + 1):
        part = _part_at(tokens, j + 1)
    elif tokens.word(j) in VULGAR_FRACTIONS or (whole.kind == "digits" and tokens.whole(j) is not None):
        part = _part_at(tokens, j) if tokens.joined(j) or tokens.gap(j) == "" else None
    else:
        return None
    if part is None or part.value >= 1:
        return None
    parts = (whole.value, part.value, *(number for number in part.parts if number != 1))
    return Amount(whole.value + part.value, part.end, "mixed", parts)


def _part_at(tokens: Tokens, i: int) -> Amount | None:
    """The fraction of a mixed number: "1/2", "½", "a half", "half", "one third", "two-thirds"."""
    j = i + 1 if tokens.word(i) in ARTICLES and tokens.joined(i + 1) else i
    word = tokens.word(j)
    if word in DENOMINATORS and (j > i or word in HALVES or word in QUARTERS):
        bottom = DENOMINATORS[word]
        return Amount(Fraction(1, bottom), j + 1, "fraction", fraction_parts(1, bottom))
    return _fraction_at(tokens, i, _whole_at(tokens, i))


def _whole_at(tokens: Tokens, i: int) -> Amount | None:
    """A number in digits (decimals too) or words, and nothing behind it."""
    word = tokens.word(i)
    if word in CARDINALS:
        value, end = _cardinal_at(tokens, i)
        return Amount(value, end, "word")
    return _digits_at(tokens, i) if word[:1] <= "9" and word else None


def _digits_at(tokens: Tokens, i: int) -> Amount | None:
    """Reads "12", "1,080", "2.50" and ".5"; also "450 000", where a group of three opens with a zero."""
    word = tokens.word(i)
    if word.isdecimal() and len(tokens.word(i + 1)) != 3 and len(word) <= MAX_DIGITS:
        return Amount(int(word), i + 1, "digits")  # by far the most frequent case
    whole, point, decimals = word.replace(",", "").partition(".")
    if len(whole) + len(decimals) > MAX_DIGITS:
        return None
    if point:
        value = Fraction(int(whole + decimals), 10 ** len(decimals))
        return Amount(value, i + 1, "digits")
    if len(whole) <= 3:
        end = i + 1
        while (
            end < i + 4
            and len(tokens.word(end)) == 3
            and tokens.word(end).isdecimal()
            and tokens.gap(end) == " "
        ):
            end += 1
        groups = tokens.words[i + 1 : end]
        if any(group[0] == "0" for group in groups):
            return Amount(int(whole + "".join(groups)), end, "digits")
    return Amount(int(whole), i + 1, "digits")


def _cardinal_at(tokens: Tokens, i: int) -> tuple[int, int]:
    """The longest spelled-out whole number from word i, a number word, on; and the index after it.

    Scales must fall, so that "two million five thousand" is one number and "two thousand five thousand",
    "two three" and "fifty fifty" are two each.
    """
    group = (1, i) if tokens.word(i) in SCALES else _group_at(tokens, i)
    total, limit = 0, 10**18
    while group is not None:
        value, end = group
        scale = SCALES.get(tokens.word(end), 1) if end == i or tokens.joined(end) else 1
        if value * scale >= limit:
            break
        total, i = total + value * scale, end
        if scale == 1:
            break
        limit, i = scale, end + 1
        following = _continuation(tokens, i) or _after_comma(tokens, i)
        group = _group_at(tokens, following) if following else None
    return total, i


def _group_at(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """A number of hundreds, tens and units: "five", "thirty-five hundred", "two hundred and six"."""
    group = (1, i) if tokens.word(i) == "hundred" else _below_hundred(tokens, i)
    if group is None:
        return None
    value, end = group
    if tokens.word(end) != "hundred" or not (end == i or tokens.joined(end)):
        return group
    value, end = value * 100, end + 1
    following = _continuation(tokens, end)
    rest = _below_hundred(tokens, following) if following else None
    if rest is None or (tokens.word(rest[1]) == "hundred" and tokens.joined(rest[1])):
        return value, end  # "between one hundred and two hundred": the rest opens a number of its own
    return value + rest[0], rest[1]


def _below_hundred(tokens: Tokens, i: int) -> tuple[int, int] | None:
    word = tokens.word(i)
    if word in UNITS:
        return UNITS[word], i + 1
    if word not in TENS:
        return None
    unit = UNITS.get(tokens.word(i + 1), 0)
    if 1 <= unit <= 9 and tokens.joined(i + 1) and not _bound_to_noun(tokens, i + 1):
        return TENS[word] + unit, i + 2
    return TENS[word], i + 1


def _continuation(tokens: Tokens, i: int) -> int | None:
    """Where a number goes on after "hundred" or a scale, an "and" skipped; None where it ends."""
    if not tokens.joined(i):
        return None
    if tokens.word(i) != "and":
        return None if _bound_to_noun(tokens, i) else i
    if not tokens.joined(i + 1) or (tokens.word(i + 1) in UNITS and tokens.word(i + 2) in DENOMINATORS):
        return None  # "a hundred and one half"
    return i + 1


def _after_comma(tokens: Tokens, i: int) -> int | None:
    """Where a number goes on with hundreds after a scale and a comma: "one thousand, three hundred"; None if not."""
    if tokens.gap(i) != ", ":
        return None
    group = _group_at(tokens, i) if tokens.word(i) in UNITS or tokens.word(i) in TENS else None
    if group is None:
        return None
    value, end = group
    return i if value >= 100 or (tokens.word(end) in SCALES and tokens.joined(end)) else None


def _bound_to_noun(tokens: Tokens, i: int) -> bool:
    """Whether word i belongs to a noun, not to the number before it: "one hundred twenty-page books"."""
    return tokens.gap(i) != "-" and tokens.gap(i + 1) == "-" and tokens.word(i + 1) not in _NUMERALS
