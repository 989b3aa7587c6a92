"""Which literals a question grounds, and from which of its numbers each may come."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from trace_trainer.verifiers.questions.constants import ALWAYS, speaks_of_percent
from trace_trainer.verifiers.questions.implied import implied_numbers
from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.questions.number_words import Number
from trace_trainer.verifiers.questions.numbers import read_question

MAX_QUESTION = 4_000
"""Characters of a question that are read; the longest of the real ones at hand has 985. What reading costs grows with
the length: a megabyte of numbers took 10 s and 331 MB."""

MAX_CONSTANT_READS = 10
MAX_CONSTANT_TERMS = 6
"""How often a trace may compute with constants, and how often of these in anything but a product or a quotient. Of
6,300 traces of GSM8K none needs more. Without a limit, any number at all could be put together from constants."""

MAX_PLAIN_TWOS = 2
"""How often of these it may be the 2 that is always allowed, where the question does not state one. Of 34,000 gold
traces none does so twice, as halves, pairs and ways there and back are factors."""

MAX_REPEATS = 12
"""How often a trace may use again what it has used before: a number of the question or a variable. Of 10,500 traces of
GSM8K and variants none needs more than 11. Without a limit, any number at all is a sum of as many ones."""

MAX_IMPLIED_ONES = 2
"""How often a trace may add or subtract a 1 that the question only implies (`implied`)."""

MAX_SAME_TERMS = 3
"""How often one step may take the same operand, unless it multiplies, or an equation the same number: `add` of seven
times the same is a 7 that nobody reads. Of 41,000 gold traces none needs more."""


@dataclass(frozen=True, eq=False)
class Grounding:
    """What a question lets a trace write. What few traces ask for is worked out when it is first asked for.

    Attributes:
        question: its text.
        mentions: its numbers.
        bits: for each value that a literal may have, the mentions that ground it (bit i for mention i), or 0 for a
            constant.
        everything: the bits of all mentions.
        constants: the constants that it calls for, without those that are always allowed.
        any_percent: percentages may be computed with whatever it speaks of.
    """

    question: str
    mentions: tuple[Mention, ...]
    bits: Mapping[Number, int]
    everything: int
    constants: frozenset[Number] = frozenset()
    any_percent: bool = False

    @cached_property
    def implied(self) -> frozenset[Number]:
        """The values that nothing states, but the question implies; none of them is among `bits`."""
        return implied_numbers(self.question) - self.bits.keys()

    @cached_property
    def percent(self) -> bool:
        """Whether it speaks of percentages."""
        return self.any_percent or speaks_of_percent(self.question)

    @cached_property
    def labels(self) -> frozenset[int]:
        """The mentions that name a thing and count nothing, as in "chapter 7"."""
        return frozenset(
            index for index, mention in enumerate(self.mentions) if _is_label(self.question, mention)
        )

    def stating(self, value: Number) -> list[int]:
        """The mentions that ground a value."""
        return [index for index, mention in enumerate(self.mentions) if _comes_from(value, mention)]

    def sources(self, value: Number) -> int:
        """How many numbers of the question, or constants that it calls for, a value may come from."""
        stating = [index for index in self.stating(value) if index not in self.labels]
        return len(stating) + (value in self.constants)


def _comes_from(value: Number, mention: Mention) -> bool:
    # The whole that a fraction or a share is taken from is 1 whatever the mention's value is.
    return value in mention.grounded and (value != 1 or mention.value == 1)


_LABELLED = re.compile(
    r"\b(?:apartment|bus|chapter|exercise|flight|gate|highway|interstate|level|line|lesson|mile|no\.|number|page|part|"
    r"platform|question|room|route|section|step|unit|verse|volume) \Z",
    re.IGNORECASE,
)
_LABEL_WORD = 16  # characters before a number that hold the word that makes it a label


def _is_label(question: str, mention: Mention) -> bool:
    before = question[max(mention.start - _LABEL_WORD, 0) : mention.start]
    return _LABELLED.search(before) is not None


MAX_BIT = 255  # a text with more numbers is no question; the rest of its numbers share a bit


@lru_cache(maxsize=4096)
def _ground(question: str) -> Grounding:
    numbers = read_question(question)
    bits: dict[Number, int] = dict.fromkeys(numbers.constants, 0)
    bits |= {
        part.denominator: 0 for part in numbers.constants if part.numerator == 1
    }  # 20 nickels are a dollar
    everything = 0
    for index, mention in enumerate(numbers.mentions):
        bit = 1 << min(index, MAX_BIT)
        everything |= bit
        for value in mention.grounded:
            bits[value] = bits.get(value, 0) | (bit if _comes_from(value, mention) else 0)
    return Grounding(question, numbers.mentions, bits, everything, numbers.constants - ALWAYS)


def ground(question: str) -> Grounding:
    """What a question grounds. Repeated questions come from a cache, unless they are too long. Never raises."""
    return _ground(question) if len(question) <= MAX_QUESTION else _ground.__wrapped__(question)
