"""Tokenised text with number slots, as it was before: `She pays $ number0 .` becomes `She pays $5.`

Marks and endings join the word before them again, hyphens both sides, and numbers are written as people do: $12.50,
63,093, 2 2/3. A 1 that the formula leaves out is a word ("the other one"), as slots were cut out of words too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from fractions import Fraction

from trace_trainer.engine.problems.equations.casing import cased
from trace_trainer.engine.problems.equations.prefix import SLOT
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.questions.number_words import ORDINALS

_JOINS_LEFT = frozenset([".", ",", "?", "!", ";", ":", ")", "%", "''"])
_JOINS_RIGHT = frozenset(["$", "(", "``", "#"])
_ENDINGS = re.compile(r"(?:n't|['’](?:s|ve|m|ll|re|d))\Z")
_QUOTES = {"``": '"', "''": '"'}
_APOSTROPHES = frozenset(["'", "’"])
_MEASURED = frozenset([2, 3, 4, 6, 8, 12, 16])  # parts that measures are divided into
_ONES = frozenset("old new other good bad broken red blue green big small".split())
_ORDINALS = {value: word for word, value in ORDINALS.items()}
_SEPARATED = 10_000  # from which on thousands are separated


def natural(text: str, numbers: Sequence[Exact], used: Collection[int]) -> tuple[str, list[int]]:
    """The text with its numbers in their slots, and where each stands.

    Args:
        text: tokens with spaces between them, `numberI` for number I.
        numbers: the numbers.
        used: the slots that the formula uses.

    Raises IndexError for a slot without number, and ValueError for a number without slot.
    """
    tokens = text.split()
    words = cased(tokens)
    written, places = "", [-1] * len(numbers)
    fractions = _in_parts(numbers)
    open_quote = False
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else ""
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        shown, slot = words[index], SLOT.fullmatch(token)
        if slot:
            number = int(slot.group(1))
            shown = _number(numbers[number], before, after, number in used, fractions)
            shown = shown[:1].upper() + shown[1:] if before in ("", ".", "?", "!") else shown
        joins = not written or _joins(token, before, after, open_quote)
        if token in _APOSTROPHES:
            possessive = not open_quote and _is_possessive(tokens, index)
            joins = possessive or open_quote or joins
            open_quote = not possessive and not open_quote
        elif token[0] in _APOSTROPHES and not _ENDINGS.match(token):  # 'whack a mole'
            open_quote = True
        written += ("" if joins else " ") + _QUOTES.get(shown, shown)
        if slot:
            places[int(slot.group(1))] = len(written) - len(shown)
    if -1 in places:
        raise ValueError(f"the text has no slot for number{places.index(-1)}")
    return written, places


def _is_possessive(tokens: Sequence[str], index: int) -> bool:
    """Whether an apostrophe follows a plural, and opens no quotation that another one closes."""
    others = [tokens[at - 1] for at in range(index + 1, len(tokens)) if tokens[at] in _APOSTROPHES]
    return index > 0 and tokens[index - 1].endswith("s") and all(word.endswith("s") for word in others[:1])


def _joins(token: str, before: str, after: str, open_quote: bool) -> bool:
    """Whether no space stands before a token."""
    if token in _JOINS_LEFT or _ENDINGS.match(token) or before in _JOINS_RIGHT:
        return True
    if before in _APOSTROPHES:
        return open_quote
    if token == "-":
        return bool(after)
    return before.endswith("-") and token not in ("or", "and", "to")


def _in_parts(numbers: Sequence[Exact]) -> bool:
    """Whether the numbers that are not whole are all parts of measures: 5/8 of a cup, not 0.1 miles."""
    bottoms = {number.denominator for number in numbers} - {1}
    return bottoms <= _MEASURED


def _number(value: Exact, before: str, after: str, used: bool, fractions: bool) -> str:
    """A number as people write it between these tokens."""
    whole, rest = divmod(Fraction(value), 1)
    if before == "$":
        return f"{whole:,}" if not rest else _money(Fraction(value))
    if value == 1 and not used:
        return "ones" if before in _ONES else "one"
    if not rest:
        if after == "grade" and not used and whole in _ORDINALS:
            return _ORDINALS[int(whole)]
        return f"{whole:,}" if whole >= _SEPARATED else str(whole)
    decimal = format_number(value)
    if "/" in decimal or (fractions and whole == 0 and (after == "of" or not after.endswith(("s", "%")))):
        part = f"{rest.numerator}/{rest.denominator}"
        return f"{whole} {part}" if whole else part
    return decimal


def _money(value: Fraction) -> str:
    cents = value * 100
    if cents.denominator != 1:
        return format_number(value)
    whole, rest = divmod(int(cents), 100)
    return f"{whole:,}.{rest:02}"
