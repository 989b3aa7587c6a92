"""Sentences that have nothing to do with the answer, so that a model learns to choose its numbers."""

from __future__ import annotations

import re
import string
from random import Random

from experts.problems.words import WordDraw

_ABOUT_A_PERSON = (
    "{extra_name} is {n} years old.",
    "{extra_name} lives {n} miles away.",
    "{extra_name} has a {color} bicycle.",
    "{extra_name} watches from the {room}.",
    "{extra_name} waited for {n} minutes.",
)
_IMPERSONAL = (
    "It is {n} degrees outside.",
    "There are {n} chairs in the {room}.",
    "The {shop} next door opened {n} years ago.",
    "The bus stops {n} times on the way.",
    "It is a sunny {day}.",
    "Everyone is looking forward to the {event}.",
    "A ticket for the museum costs ${n}.",
)
_PRONOUN = re.compile(r"\b(?:he|she|his|her|him|they|their|them|it|its|each|this)\b", re.IGNORECASE)


def insert_distractor(question: str, rng: Random, words: WordDraw) -> str:
    """Insert one such sentence somewhere before the last sentence; a question of one sentence stays as it is.

    A sentence about another person never stands before a pronoun, which would then seem to mean that person.
    """
    sentences = re.split(r"(?<=[.!?]) ", question)
    if len(sentences) < 2:
        return question
    position = rng.randrange(1, len(sentences))
    pool = _IMPERSONAL
    if not any(_PRONOUN.search(sentence) for sentence in sentences[position:]):
        pool += _ABOUT_A_PERSON
    template = rng.choice(pool)
    values = {
        key: str(rng.randint(2, 60)) if key == "n" else words[key]
        for _, key, _, _ in string.Formatter().parse(template)
        if key is not None
    }
    sentences.insert(position, template.format_map(values))
    return " ".join(sentences)
