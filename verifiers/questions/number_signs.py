"""Words around a number that change what it is: a baker's dozen, the one hundred and first, minus five."""

from __future__ import annotations

from trace_trainer.verifiers.questions.number_words import CARDINALS, ORDINALS, SCALES, Tokens

_ZERO_WORDS = frozenset(["zero", "freezing", "0"])
_BELOW_WITHIN = 3  # words after a number
_MINUS_BEFORE = frozenset(["minus", "negative"])


def is_bakers(tokens: Tokens, i: int) -> bool:
    """Whether the dozen at word i is a baker's."""
    return tokens.word(i - 2) == "baker" and tokens.word(i - 1) == "s" and tokens.gap(i - 1) == "'"


def is_place(tokens: Tokens, end: int) -> bool:
    """Whether an ordinal goes on where a number of hundreds ends: "one hundred and first"."""
    ends_round = tokens.words[end - 1] == "hundred" or tokens.words[end - 1] in SCALES
    goes_on = tokens.word(end) == "and" and tokens.joined(end) and tokens.joined(end + 1)
    return ends_round and goes_on and ORDINALS.get(tokens.word(end + 1), 100) < 100


def minus_in_words(tokens: Tokens, i: int, end: int) -> bool:
    """Whether words make the number at i to `end` negative: "minus five", "5 below zero"; not "9 minus 5"."""
    if tokens.word(i - 1) in _MINUS_BEFORE and tokens.joined(i):
        before = tokens.word(i - 2)
        return not before or (before[0] > "9" and before not in CARDINALS)
    for below, word in enumerate(tokens.words[end : end + _BELOW_WITHIN], end + 1):
        if word == "below" and tokens.word(below) in _ZERO_WORDS and tokens.joined(below):
            return True
    return False
