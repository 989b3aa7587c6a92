"""Drafts of problems: one function a category. A draft that cannot be made of what was drawn is None, and drawn again.

simple             one tool is offered and called once
multiple           several are offered, one of them called
parallel           one tool called several times
parallel_multiple  two tools called
irrelevant         no offered tool serves the request: the reply says so
ask                a required value is missing: the reply asks for it
follow_up          the same, after the user has answered
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from trace_trainer.engine.problems.functions.chat import draw_chat
from trace_trainer.engine.problems.functions.prompt import NO_TOOL_FITS, SYSTEM
from trace_trainer.engine.problems.functions.request import draw_request, join_requests, polish
from trace_trainer.engine.problems.functions.variant import Slot, Variant
from trace_trainer.engine.problems.functions.workshop import Asked, Message, Workshop

_CHAT_SHARE = 0.3
_SPREAD_SHARE = 0.6

_ANSWERS = ("{}", "{}.", "It's {}.", "Use {}.", "{}, please.")

Called = tuple[Variant, dict[str, Any]]


@dataclass(frozen=True)
class Draft:
    """A problem before it is written out: `calls` is empty where the reply is `text`."""

    category: str
    variants: tuple[Variant, ...]
    messages: tuple[Message, ...]
    source: str
    calls: tuple[Called, ...] = ()
    text: str = ""

    @property
    def tools(self) -> list[dict[str, Any]]:
        """The offered tools in OpenAI form."""
        return [variant.schema() for variant in self.variants]


def _asked(text: str, *arguments: dict[str, Any]) -> Asked:
    return Asked(({"role": "system", "content": SYSTEM}, {"role": "user", "content": text}), arguments)


def _one_call(shop: Workshop, category: str, extra: int, calls: int = 1) -> Draft | None:
    variant = shop.called()

    def draw() -> Asked | None:
        request = draw_request(variant, shop.source, calls=calls)
        if request is None or (calls > 1 and len(request.calls) < 2):
            return None
        return _asked(polish(request.text, shop.rng), *request.calls)

    asked = shop.ask(draw)
    if asked is None:
        return None
    offered = shop.offer([variant], extra, asked.messages)
    # A tool alone is the category simple.
    if extra and calls == 1 and len(offered) == 1:
        return None
    called = tuple((variant, arguments) for arguments in asked.arguments)
    return Draft(category, offered, asked.messages, variant.tool.key, called)


def simple(shop: Workshop) -> Draft | None:
    """One tool, one call."""
    return _one_call(shop, "simple", extra=0)


def multiple(shop: Workshop) -> Draft | None:
    """Several tools, one call."""
    return _one_call(shop, "multiple", extra=shop.rng.choice((1, 1, 2)))


def parallel(shop: Workshop) -> Draft | None:
    """One tool called for several values, or twice with all values new."""
    extra = shop.rng.choice((0, 0, 1))
    if shop.rng.random() < _SPREAD_SHARE:
        return _one_call(shop, "parallel", extra, calls=shop.rng.choice((2, 2, 3)))
    variant = shop.called()
    return _joined(shop, "parallel", (variant, variant), extra)


def parallel_multiple(shop: Workshop) -> Draft | None:
    """Two tools, each called once."""
    first = shop.called()
    second = shop.offered(lambda: shop.another(first.tool, shop.callable_tools))
    return None if first.name == second.name else _joined(shop, "parallel_multiple", (first, second), extra=0)


def _joined(shop: Workshop, category: str, wanted: tuple[Variant, Variant], extra: int) -> Draft | None:
    def draw() -> Asked | None:
        first, second = (draw_request(variant, shop.source) for variant in wanted)
        assert first is not None and second is not None  # nothing is left out, and there is one call each
        if first.calls == second.calls:
            return None
        return _asked(join_requests([first.text, second.text], shop.rng), *first.calls, *second.calls)

    asked = shop.ask(draw)
    if asked is None:
        return None
    called = [wanted[0]] if wanted[0] is wanted[1] else list(wanted)
    offered = shop.offer(called, extra, asked.messages)
    source = "+".join(variant.tool.key for variant in called)
    return Draft(category, offered, asked.messages, source, tuple(zip(wanted, asked.arguments, strict=True)))


def irrelevant(shop: Workshop) -> Draft | None:
    """A request for a tool that is not among the offered ones, or for none at all."""
    wanted = shop.tool_drawer()()
    chat = shop.rng.random() < _CHAT_SHARE
    variant = shop.variant(wanted)

    def draw() -> Asked:
        request = None if chat else draw_request(variant, shop.source)
        return _asked(polish(draw_chat(shop.source) if request is None else request.text, shop.rng))

    asked = shop.ask(draw)
    near_miss = shop.offered(lambda: shop.another(wanted, shop.other_tools))
    if asked is None:
        return None
    offered = shop.offer([near_miss], shop.rng.choice((0, 1, 1)), asked.messages)
    if any(other.tool.key == wanted.key for other in offered):
        return None
    source = "chat" if chat else wanted.key
    return Draft("irrelevant", offered, asked.messages, source, text=NO_TOOL_FITS)


def ask(shop: Workshop) -> Draft | None:
    """A required value is missing."""
    return _lacking(shop, "ask")


def follow_up(shop: Workshop) -> Draft | None:
    """The missing value has been asked for and given."""
    return _lacking(shop, "follow_up")


def _lacking(shop: Workshop, category: str) -> Draft | None:
    variant = shop.called()
    missing = _missing(variant, shop.rng)
    if missing is None:
        return None

    def draw() -> Asked | None:
        request = draw_request(variant, shop.source, omit=missing)
        if request is None:
            return None
        asked = _asked(polish(request.text, shop.rng), *request.calls)
        if category == "ask":
            return asked
        answer = shop.rng.choice(_ANSWERS).format(request.answer)
        question = {"role": "assistant", "content": missing.question}
        return asked._replace(messages=(*asked.messages, question, {"role": "user", "content": answer}))

    asked = shop.ask(draw)
    if asked is None:
        return None
    offered = shop.offer([variant], shop.rng.choice((0, 0, 1)), asked.messages)
    if category == "ask":
        return Draft(category, offered, asked.messages, variant.tool.key, text=missing.question)
    called = tuple((variant, arguments) for arguments in asked.arguments)
    return Draft(category, offered, asked.messages, variant.tool.key, called)


def _missing(variant: Variant, rng: Random) -> Slot | None:
    """A required parameter that some request can leave out, if there is one."""
    omissible = {key for template in variant.tool.requests for key in template.omissible}
    candidates = [slot for slot in variant.slots if slot.parameter.key in omissible]
    return rng.choice(candidates) if candidates else None


CATEGORIES: dict[str, tuple[Callable[[Workshop], Draft | None], float]] = {
    "simple": (simple, 0.25),
    "multiple": (multiple, 0.3),
    "parallel": (parallel, 0.14),
    "parallel_multiple": (parallel_multiple, 0.08),
    "irrelevant": (irrelevant, 0.1),
    "ask": (ask, 0.08),
    "follow_up": (follow_up, 0.05),
}
"""Each category with its share of the problems."""
SEVERAL_CALLS = ("parallel", "parallel_multiple")
"""Those whose reply is several calls."""
