"""What a problem is made with: its style, its words, the tools that may be called and those to offer beside them.

Everything drawn here is of the problem's split; what is not is drawn again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from trace_trainer.engine.problems.functions.invented import invent_tool, noun_of
from trace_trainer.engine.problems.functions.prompt import size
from trace_trainer.engine.problems.functions.tool import INVENTED, Tool
from trace_trainer.engine.problems.functions.variant import Style, Variant, draw_style, draw_variant
from trace_trainer.engine.problems.functions.words import Source

_INVENTED_SHARE = 0.2
_NEAR_MISS_SHARE = 0.65
_STRAY_INVENTED_SHARE = 0.08
_TOOL_DRAWS = 1000
_SCHEMA_DRAWS = 25
_OFFER_DRAWS = 4
_REQUEST_DRAWS = 60

Message = dict[str, Any]


class Asked(NamedTuple):
    """A conversation, and the arguments of each call that it asks for, or whatever else it means."""

    messages: tuple[Message, ...]
    arguments: tuple[dict[str, Any], ...]

    @property
    def request(self) -> str:
        """All that the user says."""
        return "\n".join(message["content"] for message in self.messages if message["role"] == "user")


@dataclass
class Workshop:
    """What a draft is made with.

    rng: its randomness. callable_tools: the families it may call. other_tools: those it may offer beside them. unseen:
    whether it takes words that training never shows. accepts: which schemas belong to its split. says: which requests
    do. characters: how long it may be.
    """

    rng: Random
    callable_tools: Sequence[Tool]
    other_tools: Sequence[Tool]
    unseen: bool
    accepts: Callable[[Variant], bool]
    says: Callable[[str], bool]
    characters: int
    style: Style = field(init=False)
    source: Source = field(init=False)

    def __post_init__(self) -> None:
        self.style = draw_style(self.rng, self.unseen)
        self.source = Source(self.rng, self.unseen)

    def tool_drawer(self) -> Callable[[], Tool]:
        """Draws tools to call: declared families, or else invented ones. Which of the two is decided here."""
        if self.rng.random() < _INVENTED_SHARE:
            return lambda: invent_tool(self.rng, self.unseen)
        return lambda: self.rng.choice(self.callable_tools)

    def offered(self, draw: Callable[[], Tool]) -> Variant:
        """A tool that `draw` gives, under a schema of this split.

        A tool of few schemas may have none in the split; then another is drawn. Raises ValueError where a thousand
        tools have none.
        """
        for _ in range(_TOOL_DRAWS):
            tool = draw()
            for _ in range(_SCHEMA_DRAWS):
                variant = self.variant(tool)
                if self.accepts(variant):
                    return variant
        raise ValueError(f"none of {_TOOL_DRAWS} tools has a schema of this split")

    def ask(self, draw: Callable[[], Asked | None]) -> Asked | None:
        """What `draw` gives, once the user's words in it are of this split; None where a few dozen draws find none."""
        for _ in range(_REQUEST_DRAWS):
            self.source.refresh()
            asked = draw()
            if asked is not None and self.says(asked.request):
                return asked
        return None

    def called(self) -> Variant:
        """A tool to call, under a schema of this split."""
        return self.offered(self.tool_drawer())

    def variant(self, tool: Tool) -> Variant:
        """The tool in this problem's style, whatever its split."""
        return draw_variant(tool, self.style, self.rng)

    def another(self, near: Tool, tools: Sequence[Tool]) -> Tool:
        """Another tool of `tools` to stand beside `near`: often a near miss, of the same domain or invented noun."""
        close = self.rng.random() < _NEAR_MISS_SHARE
        if near.domain == INVENTED and close:
            return invent_tool(self.rng, self.unseen, noun_of(near))
        if self.rng.random() < (0.5 if near.domain == INVENTED else _STRAY_INVENTED_SHARE):
            return invent_tool(self.rng, self.unseen)
        mates = [tool for tool in tools if tool.domain == near.domain and tool is not near] if close else []
        return self.rng.choice(mates or [tool for tool in tools if tool is not near])

    def offer(self, called: list[Variant], extra: int, messages: Sequence[Message]) -> tuple[Variant, ...]:
        """The called tools with up to `extra` others, as many as there is room for, in any order."""
        offered = list(called)
        for _ in range(_OFFER_DRAWS * extra):
            if len(offered) == len(called) + extra:
                break
            variant = self.offered(lambda: self.another(called[0].tool, self.other_tools))
            names = {other.name for other in offered}
            keys = {other.tool.key for other in offered}
            longer = [*offered, variant]
            fits = size([v.schema() for v in longer], messages) <= self.characters
            if variant.name not in names and variant.tool.key not in keys and fits:
                offered = longer
        self.rng.shuffle(offered)
        return tuple(offered)
