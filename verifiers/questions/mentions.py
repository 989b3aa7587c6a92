"""What reading a question yields: its numbers, each with its place, its value and what it grounds."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, NamedTuple

from trace_trainer.verifiers.questions.number_words import Number

Kind = Literal[
    "digits", "word", "money", "cents", "percent", "fraction", "mixed", "ordinal", "clock", "multiple"
]


class Mention(NamedTuple):
    """One number of a question.

    `text` is `question[start:end]` and takes in what belongs to the number: article and sign ("a hundred", "-$5"),
    "%", "percent" and "cents", "am" and "pm", the "st" of "1st", the "thousand" of "5 thousand". `kind` is the
    notation; percentages, cents and clock times have theirs in digits and in words. `grounded` holds the values that
    a literal may have because of this mention, whole ones as ints; `value` is among them.
    """

    start: int
    end: int
    text: str
    value: Fraction
    kind: Kind
    grounded: frozenset[Number]


class QuestionNumbers(NamedTuple):
    """What a question lets a trace write: its own numbers and the constants it calls for. Whole values are ints."""

    mentions: tuple[Mention, ...]
    constants: frozenset[Number]

    @property
    def grounded(self) -> frozenset[Number]:
        """The values that a literal may have because of some number."""
        return frozenset[Number]().union(*(mention.grounded for mention in self.mentions))

    def grounds(self, value: Number) -> bool:
        """Whether a literal of this value stands in the question or is a constant that the question calls for."""
        return value in self.grounded or value in self.constants
