"""Whether held-out questions are really new: compared as they are, and with names and numbers taken out.

Questions that differ only in names and numbers are one problem to a model that memorises wording. Not covered: objects
exchanged for others, and paraphrases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from trace_trainer.verifiers.questions.numbers import read_question

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


def proper_names(questions: Iterable[str]) -> set[str]:
    """Words that are always capitalised in these questions: names of people, places, days."""
    capitalised: set[str] = set()
    lower: set[str] = set()
    for question in questions:
        for word in _WORD.findall(question):
            (capitalised if word[0].isupper() else lower).add(word.removesuffix("'s").removesuffix("’s"))
    return {word for word in capitalised if word.lower() not in lower}


def skeleton(question: str, names: set[str]) -> str:
    """The question in lower case with every number as `#` and every name as `@`."""
    parts: list[str] = []
    end = 0
    for mention in read_question(question).mentions:
        parts += [question[end : mention.start], "#"]
        end = mention.end
    without_numbers = "".join([*parts, question[end:]])

    def replace(match: re.Match[str]) -> str:
        word = match.group()
        stem = word.removesuffix("'s").removesuffix("’s")
        return "@" + word[len(stem) :] if stem in names else word

    return " ".join(_WORD.sub(replace, without_numbers).lower().split())


def same_questions(held_out: Sequence[str], training: Sequence[str]) -> list[int]:
    """Positions of the held-out questions that are training questions, letter case and spaces aside."""
    seen = {" ".join(question.lower().split()) for question in training}
    return [i for i, question in enumerate(held_out) if " ".join(question.lower().split()) in seen]


def same_skeletons(held_out: Sequence[str], training: Sequence[str]) -> list[int]:
    """Positions of the held-out questions that differ from a training question only in names and numbers."""
    names = proper_names([*held_out, *training])
    seen = {skeleton(question, names) for question in training}
    return [i for i, question in enumerate(held_out) if skeleton(question, names) in seen]
