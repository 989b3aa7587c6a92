"""Sentences that have nothing to do with the answer, so that a model learns to choose its numbers."""

from __future__ import annotations

import re
import string
from random import Random

from trace_trainer.experts.problems.words import WordDraw

# What they count or price ("steps", "swimming lesson") is nothing that a schema asks about.
_ABOUT_SOMETHING = (
    "{extra_name} is {n} years old.",
    "{extra_name} lives {n} miles away.",
    "{extra_name} has a {color} bicycle.",
    "{extra_name} watches from the {room}.",
    "{extra_name} waited for {n} minutes.",
    "There are {n} steps to the front door.",
    "The post office next door opened {n} years ago.",
    "The bus stops {n} times on the way.",
    "Everyone is looking forward to the {event}.",
    "A swimming lesson costs ${n}.",
)
_ABOUT_NOTHING = (
    "It is {n} degrees outside.",
    "It is a sunny {day}.",
    "It is {n} weeks until the holidays.",
    "It takes {n} minutes to walk to the post office.",
)
_PRONOUN = re.compile(
    r"\b(?:he|she|his|her|him|they|their|them|it|its|each|this|these|those)\b", re.IGNORECASE
)


def insert_distractor(question: str, rng: Random, words: WordDraw) -> str:
    """Insert one such sentence somewhere before the last sentence; a question of one sentence stays as it is.

    A sentence about a person or a thing never stands before a pronoun, which would then seem to mean these.
    """
    sentences = re.split(r"(?<=[.!?]) ", question)
    if len(sentences) < 2:
        return question
    position = rng.randrange(1, len(sentences))
    pronoun_follows = any(_PRONOUN.search(sentence) for sentence in sentences[position:])
    template = rng.choice(_ABOUT_NOTHING if pronoun_follows else _ABOUT_NOTHING + _ABOUT_SOMETHING)
    values = {
        key: str(rng.randint(2, 60)) if key == "n" else words[key]
        for _, key, _, _ in string.Formatter().parse(template)
        if key is not None
    }
    sentences.insert(position, template.format_map(values))
    return " ".join(sentences)
