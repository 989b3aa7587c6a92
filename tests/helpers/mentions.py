"""The numbers that a question's reader finds, for the tests of the reader."""

from __future__ import annotations

from fractions import Fraction

from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.questions.numbers import read_question


def values(question: str) -> list[Fraction]:
    return [mention.value for mention in read_question(question).mentions]


def only(question: str) -> Mention:
    (mention,) = read_question(question).mentions
    return mention
