"""Draws problems from the schemas, in splits that cannot overlap.

A split is a property of the question itself: the hash of its normalised text says which of train, validation and
test_numbers it belongs to, whatever the seed. A draw that lands in another split is drawn again. Schemas declared
`held_out` are in test_schemas only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random

from trace_trainer.experts import expert_names
from trace_trainer.experts.language.catalogue import nearest
from trace_trainer.experts.language.literals import format_number
from trace_trainer.experts.language.trace import write_trace
from trace_trainer.experts.problems.buckets import bucket_of, normalise
from trace_trainer.experts.problems.problem import Problem
from trace_trainer.experts.problems.schema import SCHEMAS, Draft, Schema
from trace_trainer.experts.problems.spelling import speaks_numbers

SPLITS = ("train", "validation", "test_numbers", "test_schemas")
WORDINGS = ("any", "plain", "varied")
MIXTURE = ("arithmetic", "comparison", "entity_track", "percentage", "rate_equation", "composition")
"""The experts of a problem where none is named: those that the embedded model's figures were measured with. A list of
its own, so that one expert more changes nobody's problems; the recipes say what is drawn for training."""
_MAX_DRAWS = 1000
# A number in digits; not the digit of a name such as step1.
_NUMBER = re.compile(r"(?<!\w)\d[\d,.]*")
# Of 20 buckets of questions, those of each split over known schemas.
_BUCKETS = {"train": range(14), "validation": range(14, 16), "test_numbers": range(16, 20)}


def load_schemas() -> dict[str, Schema]:
    """Every schema, by its source, in the order of the files, whichever of them was imported first."""
    return dict(SCHEMAS)


def split_of(question: str) -> str:
    """The split of a question over known schemas, from the hash of its normalised text."""
    bucket = bucket_of(normalise(question), 20)
    return next(split for split, buckets in _BUCKETS.items() if bucket in buckets)


def generate(
    split: str, count: int, seed: int = 0, experts: Sequence[str] | None = None, wording: str = "any"
) -> Iterator[Problem]:
    """Yield `count` problems of a split; the same arguments give the same problems.

    Args:
        split: one of SPLITS.
        count: how many; questions do not repeat within one call.
        seed: another seed gives other problems of the same split.
        experts: only schemas of these experts ("composition" counts as one); None for those of MIXTURE. What is drawn
            depends on which they are and on their schemas, not on their order nor on what other experts there are.
        wording: one of WORDINGS; "plain" questions give the numbers of their trace in digits and no other number,
            "varied" are those that have a number in words or one too many.

    Raises ValueError for an unknown split, expert or wording, or where the schemas run out of new questions.
    """
    if split not in SPLITS:
        raise ValueError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    if wording not in WORDINGS:
        raise ValueError(f"no wording {wording!r}; there are {', '.join(WORDINGS)}")
    unknown = next((name for name in experts or () if name not in expert_names()), None)
    if unknown is not None:
        raise ValueError(
            f"no expert {unknown}{nearest(unknown, expert_names())}; there are {', '.join(expert_names())}"
        )
    chosen = MIXTURE if experts is None else experts
    schemas = [
        schema
        for schema in load_schemas().values()
        if schema.held_out == (split == "test_schemas") and schema.expert in chosen
        if wording != "plain" or any(_reads_plain(template) for template in schema.questions)
    ]
    if not schemas:
        raise ValueError(f"split {split} has no schema of {', '.join(experts or ())}")
    names = sorted({schema.expert for schema in schemas})
    by_expert = {name: [schema for schema in schemas if schema.expert == name] for name in names}
    seen: set[str] = set()
    for index in range(count):
        # A seed from a string: neighbouring integer seeds would share most of their problems.
        rng = Random(f"{split}:{seed}:{index}")
        # The expert first, so that each has the same share however many schemas it has.
        schema = rng.choice(by_expert[rng.choice(names)])
        draft = _draw(schema, split, rng, seen, wording)
        seen.add(draft.question)
        yield Problem(
            id=f"{split}-{seed}-{index}",
            question=draft.question,
            answer=format_number(draft.answer),
            expert=schema.expert,
            trace=write_trace(draft.trace),
            source=schema.source,
        )


def _reads_plain(template: str) -> bool:
    return not speaks_numbers(template) and not _NUMBER.search(template)


def _is_plain(draft: Draft) -> bool:
    numbers = len(_NUMBER.findall(draft.question))
    return not speaks_numbers(draft.question) and numbers <= len(_NUMBER.findall(write_trace(draft.trace)))


def _draw(schema: Schema, split: str, rng: Random, seen: set[str], wording: str) -> Draft:
    for _ in range(_MAX_DRAWS):
        draft = schema.draft(rng)
        if draft.question in seen or (wording != "any" and _is_plain(draft) != (wording == "plain")):
            continue
        if schema.held_out or split_of(draft.question) == split:
            return draft
    raise ValueError(f"schema {schema.source} has no new question left for {split}; ask for fewer problems")
