"""What the embedded base for tool calls learns to read and copy before it ever sees a call.

A quarter of its corpus is plain text: the requests, tool descriptions, system texts and tool results of the training
split. The rest are exercises in the chat form, over the very strings that arguments are made of: repeat a list; given
names with values, say some of them back; write them as JSON, or read them from it; quote a stretch of a text. What
matters for a call is that a value reaches it letter by letter, wherever and in whatever notation it stood before.

No exercise and no text comes from a split other than train, and no call answers a request here.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from random import Random
from typing import Any

from transformers.utils.chat_template_utils import render_jinja_template

from trace_trainer.engine.conversation import Message
from trace_trainer.engine.models.tool_template import wrapped
from trace_trainer.engine.pretraining.tokenizer import CHAT_TEMPLATE
from trace_trainer.engine.pretraining.trace_reading import Document, exercise
from trace_trainer.engine.problems import functions, installer
from trace_trainer.engine.problems.files.call_problems import CallProblem

_SEED_OFFSET = 1_000_000  # far from the seeds that SFT and RL draw their problems with
_TEMPLATE = wrapped(CHAT_TEMPLATE, "hermes")
_TURN = re.compile(r"<\|(\w+)\|>(.*?)<\|end\|>", re.DOTALL)
_POOL = 2_000  # problems that texts and values are drawn from at a time
_PAIR_FORMS = (
    "{name}: {value}",
    "{name} = {value}",
    "{name} {value}",
    "{value} ({name})",
    '{name}: "{value}"',
)
_ANSWER_FORMS = ("{name}: {value}", "{name} = {value}", '{name}: "{value}"')
_SEPARATORS = (", ", "; ", ". ", "\n")

Pair = tuple[str, Any]
"""The name of a parameter and a value that some request had for it."""


def call_texts(seed: int, count: int) -> Iterator[str]:
    """The texts that the tokenizer is trained on: every turn of a training row as the chat template shows it."""
    for problem in _problems(seed, count):
        yield from (text for _, text in _turns([*problem.messages, _reply(problem)], problem.tools))


def call_documents(seed: int) -> Iterator[Document]:
    """Yield reading matter without end, the same for the same seed: a quarter plain text, the rest exercises."""
    rng = Random(f"reading calls:{seed}")
    for round_number in itertools.count():
        problems = list(_problems(_SEED_OFFSET + seed * 1000 + round_number, _POOL))
        texts = [text for problem in problems for text in _plain_texts(problem)]
        pairs = [pair for problem in problems for pair in _pairs(problem)]
        for _ in range(10 * _POOL):
            chance = rng.random()
            if chance < 0.25:
                yield rng.choice(texts)
            elif chance < 0.45:
                yield repeat_values(pairs, rng)
            elif chance < 0.65:
                yield recall_values(pairs, rng)
            elif chance < 0.85:
                yield as_json(pairs, rng)
            else:
                yield quote_stretch(rng.choice(texts), rng)


def call_exams(seed: int, count: int) -> dict[str, list[Document]]:
    """Exercises over values of the validation split, to measure copying with."""
    rng = Random(f"exams:{seed}")
    pairs = [pair for problem in _problems(seed, count, "validation") for pair in _pairs(problem)]
    return {
        "repeat": [repeat_values(pairs, rng) for _ in range(count)],
        "json": [as_json(pairs, rng) for _ in range(count)],
    }


def repeat_values(pairs: list[Pair], rng: Random) -> Document:
    """A list of values; the user asks for all of it again."""
    items = [_text(value) for _, value in rng.sample(pairs, rng.randint(3, 8))]
    listed = rng.choice(_SEPARATORS).join(items)
    return exercise(f"{listed}\nRepeat.", listed)


def recall_values(pairs: list[Pair], rng: Random) -> Document:
    """Names with values; the user asks for some of them, in another order."""
    known = _named(pairs, rng, rng.randint(2, 7))
    form, answer_form = rng.choice(_PAIR_FORMS), rng.choice(_ANSWER_FORMS)
    asked = rng.sample(list(known), rng.randint(1, len(known)))
    told = rng.choice(_SEPARATORS).join(form.format(name=n, value=_text(v)) for n, v in known.items())
    answer = "\n".join(answer_form.format(name=name, value=_text(known[name])) for name in asked)
    return exercise(f"{told}\nSay {', '.join(asked)}.", answer)


def as_json(pairs: list[Pair], rng: Random) -> Document:
    """Names with values; the user asks for some of them as a JSON object, or for a value out of one."""
    known = _named(pairs, rng, rng.randint(1, 5))
    asked = rng.sample(list(known), rng.randint(1, len(known)))
    if rng.random() < 0.3:
        return exercise(f"{json.dumps(known)}\nSay {asked[0]}.", _text(known[asked[0]]))
    form = rng.choice(_PAIR_FORMS)
    told = rng.choice(_SEPARATORS).join(form.format(name=n, value=_text(v)) for n, v in known.items())
    return exercise(f"{told}\nJSON: {', '.join(asked)}.", json.dumps({name: known[name] for name in asked}))


def quote_stretch(text: str, rng: Random) -> Document:
    """A text; the user asks for the words from one of them to another."""
    words = text.split(" ")
    first = rng.randrange(len(words))
    last = min(len(words) - 1, first + rng.randint(0, 6))
    return exercise(f"{text}\nQuote from {words[first]} to {words[last]}.", " ".join(words[first : last + 1]))


def _problems(seed: int, count: int, split: str = "train") -> Iterator[CallProblem]:
    yield from functions.generate(split, count // 2, seed)
    yield from installer.generate(split, count - count // 2, seed)


def _plain_texts(problem: CallProblem) -> list[str]:
    """What the assistant is told: system text with tools, requests, results."""
    return [text for role, text in _turns(problem.messages, problem.tools) if role != "assistant"]


def _turns(messages: list[Message], tools: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Role and text of each turn as the chat template shows them."""
    rendered, _ = render_jinja_template([messages], tools=tools or None, chat_template=_TEMPLATE)
    return [(turn[1], turn[2]) for turn in _TURN.finditer(rendered[0])]


def _pairs(problem: CallProblem) -> Iterator[Pair]:
    for call in _reply(problem).get("tool_calls") or ():
        yield from call["function"]["arguments"].items()


def _reply(problem: CallProblem) -> Message:
    assert problem.reply is not None  # generated problems have gold
    return problem.reply


def _named(pairs: list[Pair], rng: Random, count: int) -> dict[str, Any]:
    """So many values, each by the name of its parameter; a name that comes twice keeps its first value."""
    named: dict[str, Any] = {}
    for name, value in rng.sample(pairs, count):
        named.setdefault(name, value)
    return named


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
