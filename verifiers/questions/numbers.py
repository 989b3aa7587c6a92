"""The numbers of a question: where each stands, what it is worth, and which literals of a trace it grounds.

A trace may only use numbers that the question states. This reader finds them in digits ("1,080", "$18.50", "3/4",
"2 1/2", "20%", "3:30 pm", "5k", "2nd"), in words ("two hundred and five thousand", "three and a half", "a third")
and in words that count ("half", "twice", "dozen").

What a mention grounds is what it says, in every notation that a trace may need, and never what follows from it by
arithmetic: "2 dozen" grounds 2 and 12, not 24, and "3 boxes of 8" nothing but 3 and 8. The few exceptions are other
spellings of the same quantity: a percentage is also a share, and either has its complement, the share its increase,
too; a fraction below 1 has its complement, and a division by what it is a whole part of (0.2 is 1/5); cents are
dollars; a quarter is both 1/4 and a division by 4; "half a dozen" is the number word for 6, "three score" for 60,
"half again" for 1.5; 3 pm is 15 on the clock; a fraction names its two numbers and the whole that the rest is taken
from. "One" grounds 1 as a pronoun too: "this one" and "one apple" look alike to a reader of words, and identities with
1 are no valid steps anyway.

Reading takes time linear in the length of the question and never raises. Not covered: roman numerals, digits inside
names ("A4", "mp3", "H2O"). Signs in words leave the value as it is: "five degrees below zero" is 5, and grounds -5 too.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from trace_trainer.verifiers.questions.constants import constants_for
from trace_trainer.verifiers.questions.forms import parts_grounds, percent_grounds
from trace_trainer.verifiers.questions.mentions import Kind, Mention, QuestionNumbers
from trace_trainer.verifiers.questions.number_grammar import ARTICLES, amount_at, fraction_parts, scale_at
from trace_trainer.verifiers.questions.number_signs import is_bakers, is_place, minus_in_words
from trace_trainer.verifiers.questions.number_words import (
    CARDINALS,
    DENOMINATORS,
    HALVES,
    MULTIPLES,
    NUMBER_WORDS,
    ORDINALS,
    PLURALS,
    QUARTERS,
    SCALES,
    SETS,
    TENS,
    Number,
    Tokens,
    is_many,
    plain,
)

_CACHED_LENGTH = 4_000  # longer questions are read anew each time, which bounds the memory of the cache


def read_question(question: str) -> QuestionNumbers:
    """Read the numbers of a question. Never raises, whatever the text; repeated questions come from a cache."""
    return _read_cached(question) if len(question) <= _CACHED_LENGTH else _read(question)


def _read(question: str) -> QuestionNumbers:
    mentions = _Reader(question).read()
    return QuestionNumbers(mentions, constants_for(question))


_read_cached = lru_cache(maxsize=2048)(_read)

_CURRENCY_CODES = frozenset(["rs", "us", "usd", "eur", "gbp"])
_SIGNS = re.compile(  # "$5", "$ 5", "-$5", "$-5", "-5"; within "30-50" and "Saturn-5" it is a hyphen
    r"(?:(?:(?<![^\s(\[])-)?(?<![0-9])[$€£¢] ?|[$€£]-|(?<![^\s(\[])-)\Z"
)
_SIGN_MARKS = frozenset("$€£¢-")
_UNIT = re.compile(
    r"(?P<percent> ?%|[\s-](?:percent(?:age)?|pct|per cent)\b)|(?P<cents> ?¢|[\s-]cents?\b)|(?P<money>[$€£](?![0-9]))"
)
_GLUED_SCALES = {"k": 10**3}
_MONEY_SCALES = {
    "k": 10**3,
    "m": 10**6,
    "mm": 10**6,
    "b": 10**9,
    "bn": 10**9,
}  # without a sign, "16m" is meters
_HALVES_OF_DAY = frozenset(["am", "pm", "a", "p", "o"])
_RATIO_WORDS = frozenset(["ratio", "ratios"])
_ORDINAL_ENDINGS = frozenset(["st", "nd", "rd", "th"])
_FRACTION_LEADS = frozenset("a an another other remaining first second last final".split())  # "a third"
_TIME_LEADS = frozenset(["per", "each", "every"])  # "5 meters per second"
_SINGLE = ARTICLES | _TIME_LEADS | {"another"}  # "an hour and a half"
_TAKES_ARTICLE = SCALES.keys() | {"hundred"}


class _Reader:
    """One pass over the words of a question, left to right.

    A method reads what starts at word i, adds the mention if there is one, and returns the index to go on from.
    """

    def __init__(self, question: str) -> None:
        self.question = question
        self.tokens = Tokens(question)
        self.speaks_of_ratio = not _RATIO_WORDS.isdisjoint(self.tokens.words)  # 3:15 is then no time
        self.mentions: list[Mention] = []

    def read(self) -> tuple[Mention, ...]:
        words = self.tokens.words
        i = 0
        for start in [n for n, word in enumerate(words) if word[0] <= "9" or word in NUMBER_WORDS]:
            if start < i:
                continue
            i, word = start, words[start]
            if word in MULTIPLES:
                bakers = word == "dozen" and is_bakers(self.tokens, i)
                value = 13 if bakers else MULTIPLES[word]
                i = self._add(self._article_before(i - 2 if bakers else i), i + 1, value, "multiple")
            elif word in SETS:
                i = self._set(i)
            elif word in PLURALS:
                i = self._add(i, i + 1, PLURALS[word], "word")
            elif word in HALVES or word in QUARTERS:
                i = self._half_or_quarter(i)
            elif word in DENOMINATORS or word in ORDINALS:
                i = self._ordinal(i)
            else:
                i = self._amount(i)
        return tuple(self.mentions)

    def _amount(self, i: int) -> int:
        """An amount in digits or words; perhaps a clock time or an ordinal."""
        tokens = self.tokens
        amount = None if self._in_name(i) else amount_at(tokens, i)
        if amount is None:
            return i + 1
        value, end, kind, parts = amount
        if isinstance(value, int) and kind in ("digits", "word"):
            if time_end := self._clock(i, value, end):
                return time_end
            if tokens.word(end) in _ORDINAL_ENDINGS and tokens.gap(end) == "":
                return self._ordinal_digits(i, value, end)
            if is_place(tokens, end):
                return self._add(i, end + 2, value + ORDINALS[tokens.word(end + 1)], "ordinal")
            if tokens.words[end - 1] in TENS and tokens.gap(end) == "-" and tokens.word(end) in ORDINALS:
                return self._add(i, end + 1, value + ORDINALS[tokens.word(end)], "ordinal")  # "twenty-first"
        first = self._article_before(i) if tokens.words[i] in _TAKES_ARTICLE else i
        return self._add_signed(first, end, value, kind, {value, *parts})

    def _set(self, i: int) -> int:
        """A score or a gross: "two score", "a score of apples"; not "a score of 85", "three scores", "gross income"."""
        tokens = self.tokens
        before, after = tokens.word(i - 1) if tokens.joined(i) else "", tokens.word(i + 2)
        counted = before in CARDINALS and before != "one" and tokens.words[i] != "scores"
        of_things = tokens.word(i + 1) == "of" and is_many(after)
        of_things &= before in ARTICLES | {"per"} or before in CARDINALS or before[:1].isdecimal()
        if not counted and not of_things:
            return i + 1
        value, first = SETS[tokens.words[i]], self._article_before(i)
        return self._add(first, i + 1, value, "multiple", {value * CARDINALS.get(before, 1)})

    def _in_name(self, i: int) -> bool:
        """Whether digits are glued to the letters of a name or a symbol: "A4", "mp3", "H2O", "m2"."""
        tokens = self.tokens
        if tokens.words[i][0] > "9" or tokens.gap(i) != "":
            return False
        letters = tokens.words[i - 1]
        if letters == "x" or letters in _CURRENCY_CODES:
            return False
        return len(letters) <= 2 or (len(letters) == 3 and self.question[tokens.starts[i] - 1].isupper())

    def _clock(self, i: int, hour: int, end: int) -> int | None:
        """A time of day: "3:30", "3:30 p.m.", "5 pm", "five o'clock". After noon the 24-hour reading counts too."""
        tokens = self.tokens
        if tokens.gap(end) != ":" and tokens.word(end) not in _HALVES_OF_DAY:
            return None
        minute = self._minute(i, end)
        if minute is not None:
            end += 1
        half, end = self._half_of_day(end)
        if hour > 24 or (minute is None and (not half or hour > 12)):
            return None
        time = hour + Fraction(minute or 0, 60)
        grounds: set[Number] = {hour, time}
        if minute:
            grounds.add(minute)
        if half == "p" and hour < 12:
            grounds |= {hour + 12, time + 12}
        return self._add(i, end, time, "clock", grounds)

    def _minute(self, i: int, end: int) -> int | None:
        """The minutes of "3:30", where word i holds the hour and word `end` what follows; None for ratios."""
        tokens = self.tokens
        if tokens.gap(end) != ":" or self.speaks_of_ratio or len(tokens.word(end)) != 2:
            return None
        minute = tokens.whole(end)
        in_series = tokens.gap(i) == ":" or tokens.gap(end + 1) == ":"  # "2:30:15"
        return minute if minute is not None and minute < 60 and not in_series else None

    def _half_of_day(self, i: int) -> tuple[str, int]:
        """The half of the day that opens at word i ("a", "p", or "o" for "o'clock"), and the index after it."""
        tokens = self.tokens
        word = tokens.word(i)
        if word not in _HALVES_OF_DAY or not (tokens.joined(i) or tokens.gap(i) == ""):
            return "", i
        if word in ("am", "pm"):
            return word[0], i + 1
        rest = tokens.gap(i + 1) + tokens.word(i + 1)
        return (word, i + 2) if rest == ("'clock" if word == "o" else ".m") else ("", i)

    def _ordinal_digits(self, i: int, value: int, end: int) -> int:
        """Digits with an ending: "2nd", and "a 4th of the cake"."""
        if value > 1 and self.tokens.word(end + 1) == "of" and self._article_before(i) < i:
            return self._add(i - 1, end + 1, Fraction(1, value), "fraction", {*fraction_parts(1, value)})
        return self._add(i, end + 1, value, "ordinal")

    def _ordinal(self, i: int) -> int:
        """An ordinal word: a fraction in "a third" and "thirds", a place in a row in "the third"."""
        tokens = self.tokens
        word, lead = tokens.words[i], tokens.word(i - 1) if tokens.joined(i) else ""
        if word == "second" and (lead in _TIME_LEADS or lead in CARDINALS or lead[:1].isdecimal()):
            return i + 1  # the unit of time
        bottom = DENOMINATORS.get(word)
        if bottom is None or (word in ORDINALS and lead not in _FRACTION_LEADS):
            return self._add(i, i + 1, ORDINALS[word], "ordinal")
        first = self._article_before(i)
        return self._add(first, i + 1, Fraction(1, bottom), "fraction", {*fraction_parts(1, bottom)})

    def _half_or_quarter(self, i: int) -> int:
        """A half or a quarter; also "half a dozen", "half a million" and "an hour and a half"."""
        tokens = self.tokens
        bottom = 2 if tokens.words[i] in HALVES else 4
        value = Fraction(1, bottom)
        grounds: set[Number] = {value, bottom}
        if bottom == 4:
            grounds.add(1)  # the whole that three quarters are the rest of
        if tokens.word(i + 1) == "again" and tokens.joined(i + 1):
            grounds.add(1 + value)  # "half again as many"
        first = self._article_before(i)
        noun = i + 2 if tokens.word(i + 1) in ARTICLES and tokens.joined(i + 1) else i + 1
        if bottom == 2 and tokens.word(noun) == "dozen" and tokens.joined(noun):
            return self._add(first, noun + 1, 6, "multiple", grounds | {12})
        factor, end = scale_at(tokens, noun)
        if factor > 1:
            return self._add(first, end, value * factor, "multiple", grounds)
        if whole := self._whole_before_noun(first):
            grounds.add(whole + value)
        return self._add_signed(first, i + 1, value, "multiple", grounds)

    def _whole_before_noun(self, i: int) -> int | None:
        """For "a half" from word i on: the 1 of "an hour and a half", the 3 of "3 hours and a half"."""
        tokens = self.tokens
        if tokens.word(i - 1) != "and" or not tokens.joined(i) or not tokens.joined(i - 1):
            return None
        if tokens.word(i - 2) == "time" or tokens.word(i - 3) in _SINGLE:  # "time-and-a-half"
            return 1
        count = self.mentions[-1] if self.mentions and i >= 3 else None
        if count is None or count.end != tokens.ends[i - 3] or count.value.denominator != 1:
            return None
        return count.value.numerator

    def _article_before(self, i: int) -> int:
        return i - 1 if self.tokens.word(i - 1) in ARTICLES and self.tokens.joined(i) else i

    def _add_signed(self, i: int, end: int, value: Number, kind: Kind, grounds: set[Number]) -> int:
        """Add words i to `end` with what stands around them: minus, currency, k, percent, cents."""
        tokens = self.tokens
        start = tokens.starts[i]
        free = self.mentions[-1].end if self.mentions else 0  # in "3$-5" the sign is taken
        signs = ""
        if not _SIGN_MARKS.isdisjoint(tokens.text[max(start - 2, 0) : start]):
            before = _SIGNS.search(tokens.text, max(start - 3, free), start)
            signs = before.group() if before else ""
        start, minus, currency = start - len(signs), "-" in signs, signs.strip("- ")
        stop = tokens.ends[end - 1]
        factor = (_MONEY_SCALES if currency else _GLUED_SCALES).get(tokens.word(end))
        if factor is not None and tokens.gap(end) == "":
            value, stop, end = value * factor, tokens.ends[end], end + 1
            grounds.add(value)
        unit = _UNIT.match(tokens.text, stop)
        if unit:
            stop = unit.end()
        if unit and unit.lastgroup == "percent":
            kind, grounds = "percent", percent_grounds(value)
        elif currency == "¢" or (unit and unit.lastgroup == "cents" and not currency):
            kind, grounds = "cents", grounds | {value, Fraction(value, 100)}
        elif (currency or unit) and kind in ("digits", "word"):
            kind = "money"
        if minus:
            value = -value
        elif minus_in_words(tokens, i, end):
            grounds.add(-value)
        self._append(start, stop, value, kind, grounds | {value})
        return end

    def _add(self, i: int, end: int, value: Number, kind: Kind, grounds: set[Number] | None = None) -> int:
        """Add words i to `end` as they stand; without `grounds`, they ground their value alone."""
        start, stop = self.tokens.starts[i], self.tokens.ends[end - 1]
        self._append(start, stop, value, kind, {value, *(grounds or ())})
        return end

    def _append(self, start: int, stop: int, value: Number, kind: Kind, grounds: set[Number]) -> None:
        if not isinstance(value, int):
            grounds |= parts_grounds(value, kind)
        text = self.question[start:stop]
        grounded = frozenset([number if type(number) is int else plain(number) for number in grounds])
        self.mentions.append(Mention(start, stop, text, Fraction(value), kind, grounded))
