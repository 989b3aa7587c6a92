"""Which literals a question grounds, and from which of its numbers each may come."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.questions.number_words import Number
from trace_trainer.verifiers.questions.numbers import read_question

MAX_CONSTANT_READS = 10
MAX_CONSTANT_TERMS = 6
"""How often a trace may compute with constants, and how often of these in anything but a product or a quotient. Of
6,300 traces of GSM8K none needs more. Without a limit, any number at all could be put together from the 2 that is
always allowed."""

MAX_REPEATS = 12
"""How often a trace may use again what it has used before: a number of the question or a variable. Of 10,500 traces of
GSM8K and variants none needs more than 11. Without a limit, any number at all is a sum of as many ones."""


class Grounding(NamedTuple):
    """What a question lets a trace write.

    Attributes:
        mentions: its numbers.
        bits: for each value that a literal may have, the mentions that ground it (bit i for mention i), or 0 for a
            constant.
        everything: the bits of all mentions.
    """

    mentions: tuple[Mention, ...]
    bits: Mapping[Number, int]
    everything: int

    def stating(self, value: Number) -> list[int]:
        """The mentions that ground a value."""
        return [index for index, mention in enumerate(self.mentions) if _comes_from(value, mention)]


def _comes_from(value: Number, mention: Mention) -> bool:
    # The whole that a fraction or a share is taken from is 1 whatever the mention's value is.
    return value in mention.grounded and (value != 1 or mention.value == 1)


MAX_BIT = 255  # a text with more numbers is no question; the rest of its numbers share a bit
_CACHED_LENGTH = 4_000  # of a question, which bounds the memory of the cache


@lru_cache(maxsize=4096)
def _ground(question: str) -> Grounding:
    numbers = read_question(question)
    bits: dict[Number, int] = dict.fromkeys(numbers.constants, 0)
    everything = 0
    for index, mention in enumerate(numbers.mentions):
        bit = 1 << min(index, MAX_BIT)
        everything |= bit
        for value in mention.grounded:
            bits[value] = bits.get(value, 0) | (bit if _comes_from(value, mention) else 0)
    return Grounding(numbers.mentions, bits, everything)


def ground(question: str) -> Grounding:
    """What a question grounds. Repeated questions come from a cache. Never raises."""
    return _ground(question) if len(question) <= _CACHED_LENGTH else _ground.__wrapped__(question)
