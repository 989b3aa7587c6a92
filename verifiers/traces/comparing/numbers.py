"""Which of a question's numbers each literal of a trace stands for, so that two traces can be run on the same others.

Numbers are told apart by value: both 5s of a question are one number, and a literal that a number grounds in another
notation moves with it, as 0.8 does with 20 %. Two traces may write the same number differently, so a literal can have
several sources; each is tried.

A literal is *doubtful* where it may be no number of the question at all: it equals a constant that the question speaks
of, a 1 or a 2, which stand for much that no question states, or is part of a fraction, or a word such as "twice".
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.verifiers.questions.constants import CONSTANTS
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.questions.numbers import read_question

Derive = Callable[[Exact], Exact]


class Source(NamedTuple):
    """A number that a literal may come from: its value in the question, and the literal as a function of it."""

    number: Exact
    derive: Derive


def itself(value: Exact) -> Exact:
    """The number that the question states."""
    return value


def _rest_of(percent: Exact) -> Exact:
    return 100 - percent


_NOTATIONS: tuple[Derive, ...] = (
    lambda value: Fraction(value) / 100,
    _rest_of,
    lambda value: 1 - Fraction(value) / 100,
    lambda value: 1 - value,
    lambda value: 1 + Fraction(value) / 100,
    lambda value: 1 + value,
    lambda value: 100 + value,
    lambda value: 100 * value,
    lambda value: value.numerator,
    lambda value: value.denominator,
)
"""How a literal may come from a number beside being it: of 20 % 0.2, 80, 0.8 and 1.2; of a third 2/3 and 3; of 0.5
dollars 50 cents."""

_DOUBTFUL_KINDS = frozenset({"fraction", "mixed", "multiple", "ordinal", "clock"})
_IMPLIED = frozenset({1, 2})
_TABLE = frozenset(plain(constant.value) for constant in CONSTANTS) | _IMPLIED


class Numbers:
    """The numbers of one question.

    Without a question every literal is a number of its own, and doubtful where it equals any constant.
    """

    def __init__(self, question: str | None, grounding: Grounding | None) -> None:
        self._grounding = grounding
        self._mentions = () if grounding is None else grounding.mentions
        asked = question is not None and grounding is not None
        constants = read_question(question).constants | _IMPLIED if asked and question is not None else _TABLE
        self._doubtful = constants.union(*map(_doubtful_of, self._mentions))
        self._sources: dict[Exact, tuple[Source, ...]] = {}
        self._unclear: dict[Exact, frozenset[Exact]] = {}

    def source(self, literal: Exact) -> Source | None:
        """Where a literal comes from, if nothing else is known: the number of its value, else the first other."""
        sources = self.sources(literal)
        return sources[0] if sources else None

    def sources(self, literal: Exact) -> tuple[Source, ...]:
        """Where a literal may come from, its own value first; nothing for a constant."""
        if literal not in self._sources:
            self._find(literal)
        return self._sources[literal]

    def unclear(self, literal: Exact) -> frozenset[Exact]:
        """The numbers that ground a literal in a way that is not known here, or in two, as 50 % grounds 0.5."""
        if literal not in self._unclear:
            self._find(literal)
        return self._unclear[literal]

    def _find(self, literal: Exact) -> None:
        grounding = self._grounding
        found: list[Source] = []
        unclear: set[Exact] = set()
        if (
            grounding is None or literal not in grounding.bits
        ):  # no question, or what only the reference grounds
            found.append(Source(literal, itself))
        else:
            mentions = {
                self._mentions[index].value: self._mentions[index] for index in grounding.stating(literal)
            }
            for mention in mentions.values():
                number = plain(mention.value)
                if number == literal:
                    found.append(Source(number, itself))
                    if mention.kind == "percent" and _rest_of(number) == literal:
                        found.append(Source(number, _rest_of))
                    continue
                ways = [derive for derive in _NOTATIONS if derive(number) == literal]
                found += [Source(number, derive) for derive in ways]
                if len(ways) != 1:
                    unclear.add(number)
        self._sources[literal] = tuple(sorted(found, key=lambda source: source.number != literal))
        self._unclear[literal] = frozenset(unclear)

    def is_doubtful(self, number: Exact) -> bool:
        """Whether a literal of this value may be no number of the question."""
        return not number or number in self._doubtful

    def times_stated(self, number: Exact) -> int:
        """How often the question states a number."""
        return sum(mention.value == number for mention in self._mentions)


def _doubtful_of(mention: Mention) -> tuple[Exact, ...]:
    """The numbers that a mention makes doubtful: itself, and the parts of a fraction."""
    value = mention.value
    if value.denominator > 1:
        return plain(value), value.numerator, value.denominator
    return (value.numerator,) if mention.kind in _DOUBTFUL_KINDS else ()
