"""Draws function-calling problems in splits that cannot overlap.

Three things keep a test apart from training. The request: the hash of what the user says puts it in one of train,
validation and test. The schema: so does the hash of each offered tool's signature (the names of the function and of its
parameters). The values: words that training never shows (see words.py), real and invented, fill the tests.
`test_schemas` calls only families that training never offers, and invented tools.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator, Sequence
from functools import partial
from random import Random
from typing import Any

import trace_trainer.engine.problems.functions.tools
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.problems.functions.draft import CATEGORIES, Draft
from trace_trainer.engine.problems.functions.kinds import berkeley
from trace_trainer.engine.problems.functions.prompt import MAX_CHARACTERS, size
from trace_trainer.engine.problems.functions.tool import INVENTED, TOOLS, Tool
from trace_trainer.engine.problems.functions.variant import Variant
from trace_trainer.engine.problems.functions.workshop import Workshop
from trace_trainer.experts.problems.buckets import bucket_of, normalise

SPLITS = ("train", "validation", "test", "test_schemas")
# Splits that take the words and invented names which training never shows.
_UNSEEN_SPLITS = ("test", "test_schemas")
_BUCKETS = 20
# Of 20 buckets of requests, and of 20 of signatures, those of each split.
_BUCKETS_OF = {
    "train": range(14),
    "validation": range(14, 17),
    "test": range(17, 20),
    "test_schemas": range(17, 20),
}
_MAX_DRAWS = 20_000


def load_tools() -> dict[str, Tool]:
    """Every declared family by its key, in the order of keys, whichever module was imported first."""
    for info in pkgutil.iter_modules(trace_trainer.engine.problems.functions.tools.__path__):
        importlib.import_module(f"{trace_trainer.engine.problems.functions.tools.__name__}.{info.name}")
    return dict(sorted(TOOLS.items()))


def belongs(text: str, split: str) -> bool:
    """Whether a request, or a signature, is one of the split's by its hash."""
    return bucket_of(normalise(text), _BUCKETS) in _BUCKETS_OF[split]


def accepts(variant: Variant, split: str) -> bool:
    """Whether a problem of the split may offer this schema. What training cannot draw at all needs no bucket."""
    invented_unseen = variant.tool.domain == INVENTED and split in _UNSEEN_SPLITS
    return invented_unseen or variant.tool.held_out or belongs(variant.signature, split)


def generate(
    split: str,
    count: int,
    seed: int = 0,
    categories: Sequence[str] | None = None,
    characters: int = MAX_CHARACTERS,
) -> Iterator[CallProblem]:
    """Yield `count` problems of a split; the same arguments give the same problems.

    Args:
        split: one of SPLITS.
        count: how many; no prompt repeats within one call.
        seed: another seed gives other problems of the same split.
        categories: only these of CATEGORIES; None for all, in their shares.
        characters: the most that system text, tools and messages take (see prompt.py). More makes richer schemas.

    Raises ValueError for an unknown split or category, or where there are no new problems left.
    """
    if split not in SPLITS:
        raise ValueError(f"no split {split!r}; there are {', '.join(SPLITS)}")
    unknown = set(categories or ()) - set(CATEGORIES)
    if unknown:
        raise ValueError(f"no category {', '.join(sorted(unknown))}; there are {', '.join(CATEGORIES)}")
    names = list(categories or CATEGORIES)
    weights = [CATEGORIES[name][1] for name in names]
    tools = tuple(load_tools().values())
    seen: set[int] = set()
    for index in range(count):
        # A seed from a string: neighbouring integer seeds would share most of their problems.
        rng = Random(f"functions:{split}:{seed}:{index}")
        category = rng.choices(names, weights)[0]
        draft = _draw(category, split, tools, rng, seen, characters)
        yield _problem(draft, f"{split}-{seed}-{index}")


def _draw(
    category: str, split: str, tools: Sequence[Tool], rng: Random, seen: set[int], characters: int
) -> Draft:
    held_out = split == "test_schemas"
    callable_tools = [tool for tool in tools if tool.held_out == held_out]
    # Tools that are only offered may be known ones even beside a held-out one, never the other way round.
    others = [tool for tool in tools if held_out or not tool.held_out]
    unseen = split in _UNSEEN_SPLITS
    make = CATEGORIES[category][0]
    of_split = partial(accepts, split=split)
    says = partial(belongs, split=split)
    for _ in range(_MAX_DRAWS):
        draft = make(Workshop(rng, callable_tools, others, unseen, of_split, says, characters))
        if draft is None or size(draft.tools, draft.messages) > characters:
            continue
        prompt = hash(json.dumps([draft.messages, draft.tools]))
        if prompt not in seen:
            seen.add(prompt)
            return draft
    raise ValueError(f"no new problem of category {category} left for {split}; ask for fewer")


def _problem(draft: Draft, identifier: str) -> CallProblem:
    if draft.calls:
        called = [
            {"type": "function", "function": {"name": variant.name, "arguments": arguments}}
            for variant, arguments in draft.calls
        ]
        reply: dict[str, Any] = {"role": "assistant", "content": "", "tool_calls": called}
        expected: Any = [_allowed(variant, arguments) for variant, arguments in draft.calls]
    else:
        reply = {"role": "assistant", "content": draft.text}
        intent = "ask" if draft.category == "ask" else "answer"
        expected = {"type": "text", "response": draft.text, "intent": intent}
    return CallProblem(
        id=identifier,
        messages=list(draft.messages),
        tools=draft.tools,
        expected=expected,
        reply=reply,
        category=draft.category,
        source=draft.source,
    )


def _allowed(variant: Variant, arguments: dict[str, Any]) -> dict[str, Any]:
    """The gold in Berkeley form: an optional parameter that was not asked for may have its default, or be left out."""
    allowed: dict[str, list[Any]] = {name: [berkeley(value)] for name, value in arguments.items()}
    for slot in variant.slots:
        default = slot.default
        if default is None:
            continue
        if slot.name not in arguments:
            allowed[slot.name] = [default, ""]
        elif arguments[slot.name] == default:
            allowed[slot.name].append("")
    return {variant.name: allowed}
