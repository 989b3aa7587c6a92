"""Numbers as English words: 16 -> "sixteen", 205 -> "two hundred and five"."""

from __future__ import annotations

import re

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_OTHERS = "hundred thousand dozen half halves third thirds quarter quarters once twice double triple".split()
_WORD = re.compile(rf"\b(?:{'|'.join((*_SMALL, *_TENS, *_OTHERS))})\b", re.IGNORECASE)

_RUN_TOGETHER = re.compile(rf"\bhundred and (?:{'|'.join((*_SMALL, *_TENS))})\b", re.IGNORECASE)


def runs_together(text: str) -> bool:
    """Whether two numbers up to 100 read as one, as "one hundred and eight" does where 100 and 8 are meant."""
    return _RUN_TOGETHER.search(text) is not None


def speaks_numbers(text: str) -> bool:
    """Whether a number stands in the text as a word: "eleven", "a dozen", "twice"."""
    return _WORD.search(text) is not None


def spell(number: int) -> str:
    """The cardinal in words. Raises ValueError outside 0 to 999,999."""
    if not 0 <= number < 1_000_000:
        raise ValueError(f"spell() takes 0 to 999,999, not {number}")
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens, units = divmod(number, 10)
        return _TENS[tens - 2] + (f"-{_SMALL[units]}" if units else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_SMALL[hundreds]} hundred" + (f" and {spell(rest)}" if rest else "")
    thousands, rest = divmod(number, 1000)
    joiner = " and " if 0 < rest < 100 else " "
    return f"{spell(thousands)} thousand" + (f"{joiner}{spell(rest)}" if rest else "")
