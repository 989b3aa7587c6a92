"""Invented words: pronounceable, in no dictionary that matters, and divided between training and test by hash."""

from __future__ import annotations

from random import Random

from trace_trainer.experts.problems.buckets import bucket_of

_ONSETS = "b bl br d dr f fl g gl gr h j k kl kr l m n p pl pr qu r s sk sl sn st t tr v w y z zh".split()
_VOWELS = "a e i o u".split()
_CODAS = "b d f g k l lm lt m mp n nd nk p rb rk rn rt rv s sh sk t v x z".split()
_HELD_OUT_FIFTHS = 5


def is_held_out(stem: str) -> bool:
    """Whether training never shows this invented word."""
    return bucket_of(f"stem:{stem}", _HELD_OUT_FIFTHS) == 0


def invent_word(rng: Random, unseen: bool, syllables: int = 1) -> str:
    """A word of one or two syllables such as "glimp" or "tovarn", held out of training or not."""
    while True:
        opening = "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables - 1))
        word = opening + rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)
        if is_held_out(word) == unseen:
            return word
