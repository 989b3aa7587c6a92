"""A request for a tool in natural English, with the arguments that it asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from trace_trainer.engine.problems.functions.kinds import Value, join_words
from trace_trainer.engine.problems.functions.template import Template
from trace_trainer.engine.problems.functions.variant import Slot, Variant
from trace_trainer.engine.problems.functions.words import Source

_STATED_SHARE = 0.55

# How an imperative "Lock the door." may be said; {x} is "lock the door", {X} the same with a capital.
_WRAPPERS = (
    "Please {x}.",
    "Could you {x}?",
    "Can you {x}?",
    "Could you please {x}?",
    "I need you to {x}.",
    "I'd like you to {x}.",
    "Hey, can you {x}?",
    "{X}, please.",
    "{X}. Thanks!",
    "Would you {x} for me?",
    "Go ahead and {x}.",
)
_NOT_IMPERATIVE = frozenset("I I'd I'm I've My We We're Our It It's The There This You Don't".split())
_ASIDES = (
    "Hi there!",
    "Good morning!",
    "I'm in a bit of a hurry.",
    "Thanks for the help earlier.",
    "I'm on my phone right now.",
    "My hands are full.",
    "Sorry to bother you again.",
    "Quick one for you.",
    "It's been a long day.",
    "I keep forgetting to do this.",
    "I'm planning ahead.",
    "My sister asked me about this.",
    "One thing before I go.",
    "I can't find my glasses.",
)
_A_BEFORE_VOWEL = re.compile(r"\ba(?= [aeio](?!ne\b))")
_JOINERS = ("Also, ", "Then ", "After that, ", "And ", "Next, ", "Plus, ")


@dataclass(frozen=True)
class Request:
    """What a user says and the calls it means.

    Attributes:
        text: the request.
        calls: the arguments of each call, in the schema's order.
        answer: for a request that lacks a value, that value as the user would say it.
    """

    text: str
    calls: tuple[dict[str, Any], ...]
    answer: str = ""


def draw_request(
    variant: Variant, source: Source, *, calls: int = 1, omit: Slot | None = None
) -> Request | None:
    """A request for the variant.

    Args:
        variant: the tool as it is offered.
        source: where values come from.
        calls: more than 1: one parameter declared `each` gets so many values.
        omit: a required parameter that the request does not give.

    Returns None where the drawn phrasing cannot leave `omit` out, or no parameter takes several values.
    """
    rng = source.rng
    template = rng.choice(variant.tool.requests)
    if omit is not None and omit.parameter.key not in template.omissible:
        return None
    stated = _stated(variant, template, rng)
    values = {slot.parameter.key: slot.kind.draw(source) for slot in stated}
    _put_in_order(values, variant.tool.ordered)
    shown = {key: value.shown for key, value in values.items()}
    answer = shown.pop(omit.parameter.key) if omit is not None else ""
    several: list[Value] = []
    if calls > 1:
        repeated = [slot for slot in stated if slot.parameter.each]
        if not repeated:
            return None
        slot = rng.choice(repeated)
        key = slot.parameter.key
        several = _distinct(slot, values[key], calls, source)
        shown[key] = join_words([value.shown for value in several])
    arguments = tuple(
        _arguments(stated, {**values, key: value} if several else values)
        for value in several or [Value("", None)]
    )
    return Request(_capitalised(_A_BEFORE_VOWEL.sub("an", template.fill(shown))), arguments, answer)


def _stated(variant: Variant, template: Template, rng: Random) -> list[Slot]:
    """The required slots, and of the optional ones that the template can say some, whole brackets at a time."""
    offered = {slot.parameter.key for slot in variant.slots}
    said: set[str] = set()
    for part in template.parts:
        if part.optional and set(part.slots) <= offered and rng.random() < _STATED_SHARE:
            said |= set(part.slots)
    return [slot for slot in variant.slots if not slot.parameter.optional or slot.parameter.key in said]


def _put_in_order(values: dict[str, Value], ordered: tuple[str, ...]) -> None:
    if len(ordered) == 2 and set(ordered) <= set(values):
        first, second = ordered
        if values[second].key < values[first].key:
            values[first], values[second] = values[second], values[first]


def _distinct(slot: Slot, first: Value, count: int, source: Source) -> list[Value]:
    values = [first]
    # A small enum may hold fewer values than asked for.
    for _ in range(20 * count):
        value = slot.kind.draw(source)
        if len(values) < count and all(value.argument != other.argument for other in values):
            values.append(value)
    return values


def _arguments(stated: list[Slot], values: dict[str, Value]) -> dict[str, Any]:
    arguments: dict[str, Any] = {}
    for slot in stated:
        arguments |= slot.arguments(values[slot.parameter.key].argument)
    return arguments


def polish(text: str, rng: Random) -> str:
    """The request as people vary it: politer, with an aside, or typed in haste."""
    if is_imperative(text) and rng.random() < 0.55:
        text = rng.choice(_WRAPPERS).format(x=_uncapitalised(text[:-1]), X=text[:-1])
    roll = rng.random()
    if roll < 0.07:
        text = f"{rng.choice(_ASIDES)} {text}"
    elif roll < 0.13 and text[-1] in ".?" and text.count(". ") == 0:
        text = _uncapitalised(text[:-1])
    return text


def join_requests(texts: list[str], rng: Random) -> str:
    """Several requests as one: "Lock the front door. Also, set an alarm for 06:30."."""
    joined = texts[0]
    for text in texts[1:]:
        joined += f" {rng.choice(_JOINERS)}{_uncapitalised(text)}"
    return joined


def is_imperative(text: str) -> bool:
    """Whether a request is a command such as "Lock the door.", by the convention of the templates."""
    one_sentence = text.endswith(".") and "?" not in text and ". " not in text
    return one_sentence and text.split()[0] not in _NOT_IMPERATIVE


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _uncapitalised(text: str) -> str:
    """With a small first letter; "I" and words such as "I'd" stay."""
    first = text.split(maxsplit=1)[0]
    return text if first == "I" or first.startswith("I'") else text[:1].lower() + text[1:]
