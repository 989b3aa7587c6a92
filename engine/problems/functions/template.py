"""The grammar of request templates.

    "Transfer {amount}< to {recipient}>[ from my {account} account]."

A slot stands for a parameter's value. What is in square brackets is said only where all its slots have values: it
holds optional parameters. What is in angle brackets holds a required one, and the sentence stays natural without it:
so a request can lack a required value. Brackets do not nest.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

_PART = re.compile(r"\[(?P<optional>[^\[\]<>]+)\]|<(?P<omissible>[^\[\]<>]+)>|(?P<plain>[^\[\]<>]+)")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Part:
    """A stretch of a template: always said, or only with its slots' values."""

    text: str
    optional: bool
    omissible: bool

    @property
    def slots(self) -> tuple[str, ...]:
        """The parameters named in it."""
        return tuple(_SLOT.findall(self.text))


@dataclass(frozen=True)
class Template:
    """A parsed template. Raises ValueError for stray or nested brackets, and for a bracket without a slot."""

    text: str

    def __post_init__(self) -> None:
        if "".join(match[0] for match in _PART.finditer(self.text)) != self.text:
            raise ValueError(f"stray or nested brackets in {self.text!r}")
        if any((part.optional or part.omissible) and not part.slots for part in self.parts):
            raise ValueError(f"a bracket without a slot in {self.text!r}")

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The stretches in order."""
        return tuple(
            Part(
                match[match.lastgroup or "plain"],
                match.lastgroup == "optional",
                match.lastgroup == "omissible",
            )
            for match in _PART.finditer(self.text)
        )

    def slots(self, *, optional: bool | None = None) -> list[str]:
        """The slots, with repetitions; only those in square brackets (True) or outside of them (False)."""
        return [slot for part in self.parts if optional in (None, part.optional) for slot in part.slots]

    @cached_property
    def omissible(self) -> frozenset[str]:
        """The required slots that a request may lack: each alone in its angle brackets."""
        return frozenset(part.slots[0] for part in self.parts if part.omissible and len(part.slots) == 1)

    def fill(self, shown: Mapping[str, str]) -> str:
        """The request with these values. Raises KeyError where a slot outside of brackets has none."""
        return "".join(
            part.text.format_map(shown)
            for part in self.parts
            if not (part.optional or part.omissible) or _all_in(part.slots, shown)
        )


def _all_in(slots: tuple[str, ...], shown: Collection[str]) -> bool:
    return all(slot in shown for slot in slots)
