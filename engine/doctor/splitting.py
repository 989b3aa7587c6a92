"""A split of rows into those to train on and those to measure on, which share no template: the overlap check passes.

A template is a question with its numbers and names taken out, as `overlap` sees it. All rows of a template go to one
side. Which side follows from the seed and the template, so that the order of the rows does not matter.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from trace_trainer.engine.doctor.overlap import proper_names, skeleton
from trace_trainer.engine.errors import UserError


@dataclass(frozen=True, slots=True)
class Split:
    """The positions of the rows of each side, in order, and how many groups there are on each."""

    training: Sequence[int]
    held_out: Sequence[int]
    training_groups: int
    held_out_groups: int


def templates(questions: Sequence[str]) -> list[str]:
    """The template of each question; names are told by all of them together."""
    names = proper_names(questions)
    return [skeleton(question, names) for question in questions]


def split(keys: Sequence[str], share: float, seed: int) -> Split:
    """Hold out about this share of the rows, by whole groups.

    Args:
        keys: of each row; rows with the same key are a group.
        share: of the rows, between 0 and 1; groups that would go beyond it are passed over.

    Raises UserError where all rows are of one group.
    """
    groups: dict[str, list[int]] = {}
    for index, key in enumerate(keys):
        groups.setdefault(key, []).append(index)
    if len(groups) < 2:
        raise UserError(
            f"all {len(keys):,} rows are alike in what they are to be split by; split by something else"
        )
    drawn = sorted(
        groups, key=lambda key: hashlib.sha256(f"split:{seed}:{key}".encode("utf-8", "replace")).digest()
    )
    most = max(1, round(share * len(keys)))
    chosen: list[str] = []
    count = 0
    for key in drawn[: len(drawn) - 1]:
        if count + len(groups[key]) <= most:
            chosen.append(key)
            count += len(groups[key])
    if not chosen:
        chosen = [min(drawn, key=lambda key: len(groups[key]))]
    held_out = sorted(index for key in chosen for index in groups[key])
    taken = set(held_out)
    training = [index for index in range(len(keys)) if index not in taken]
    return Split(training, held_out, len(groups) - len(chosen), len(chosen))
