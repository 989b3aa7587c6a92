"""The majority among several completions of one problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

A = TypeVar("A", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Vote(Generic[A]):
    """The answer that most completions of one problem give."""

    answer: A
    winner: int
    """Index of the most probable completion that gives the answer."""
    counts: dict[A, int]
    """Completions for each answer, most frequent first."""


def majority(answers: Sequence[A | None], logprobs: Sequence[float]) -> Vote[A] | None:
    """The majority among the answers that there are (`Task.answer`), None where there is none.

    Of equally frequent answers it is that of the most probable completion: a small model's votes are often tied, and
    what it holds more probable is then right more often than what it happens to say first.
    """
    counts = Counter(answer for answer in answers if answer is not None)
    votes = [
        (counts[answer], logprob, index, answer)
        for index, (answer, logprob) in enumerate(zip(answers, logprobs, strict=True))
        if answer is not None
    ]
    if not votes:
        return None
    *_, winner, answer = max(votes, key=lambda vote: vote[:2])
    return Vote(answer, winner, dict(counts.most_common()))
