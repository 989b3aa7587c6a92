"""Texts that may be written, character by character: at each point, which characters may follow and to where they lead.

A point is a `Text`, one of finitely many texts of which none is the beginning of another, or a `Name`, a new name that
is open till its end. What follows a text is worked out when it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Set
from itertools import chain, count

from trace_trainer.verifiers.traces.steps.typing import MAX_VARIABLE

END = "\0"
"""Stands for the end of the completion."""

LONG_NAME = 24
"""Characters of a name after which it should end: a token may bring in many, and the language has a limit."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)?")
_NO_NAME = re.compile(r"inf|infinity|nan|true|false", re.IGNORECASE)


class Text:
    """A point within one of some texts.

    Attributes:
        rest: what is left of the text that comes to an end soonest.
        memo: for whoever works something out of a point and wants it kept there.
    """

    __slots__ = ("_children", "_then", "memo", "rest")

    def __init__(self) -> None:
        self._children: dict[str, Text] = {}
        self._then: Callable[[], Point] | Point | None = None
        self.rest: str | None = None
        self.memo: object = None

    def add(self, text: str, then: Callable[[], Point]) -> None:
        """Allow another text; the first one that is added is the one that ends soonest."""
        node = self
        for place, character in enumerate(text):
            if node.rest is None:
                node.rest = text[place:]
            child = node._children.get(character)
            if child is None:
                child = node._children[character] = Text()
            node = child
        node._then = then

    def add_with(self, text: str, tail: str, then: Callable[[], Point]) -> None:
        """Allow a text with what follows it in any case, which is laid out once it has begun."""

        def rest() -> Point:
            if len(tail) == 1:
                return then()
            point = Text()
            point.add(tail[1:], then)
            return point

        self.add(text + tail[0], rest)

    @property
    def nexts(self) -> Iterable[str]:
        """The characters that may follow."""
        return self._children

    def step(self, character: str) -> Point | None:
        """The point after this character; None where it may not follow."""
        child = self._children.get(character)
        if child is None or child._then is None:
            return child
        if callable(child._then):
            child._then = child._then()
        return child._then


class Name:
    """A point within a new name, which then goes on with a fixed text.

    Args:
        taken: names that it must not be.
        tail: what follows it.
        then: the point after that, for a name.
        so_far: of the name.
    """

    __slots__ = ("_longer", "_tail", "_taken", "_then", "memo", "so_far", "tail")

    def __init__(self, taken: Set[str], tail: str, then: Callable[[str], Point], so_far: str = "") -> None:
        self._taken, self.tail, self._then, self.so_far = taken, tail, then, so_far
        self._longer: dict[str, Name] = {}
        self._tail: Text | None = None
        self.memo: object = None

    def may_be(self, name: str) -> bool:
        """Whether the name may end as this one."""
        return name not in self._taken and _NAME.fullmatch(name) is not None and not _NO_NAME.fullmatch(name)

    @property
    def may_end(self) -> bool:
        return self.may_be(self.so_far)

    @property
    def is_long(self) -> bool:
        """Whether it should end as soon as it may."""
        return len(self.so_far) >= LONG_NAME

    def longer(self, more: str) -> Name:
        """The point with more of the name."""
        if more not in self._longer:
            self._longer[more] = Name(self._taken, self.tail, self._then, self.so_far + more)
        return self._longer[more]

    @property
    def rest(self) -> str:
        """The shortest way to the end of the name, and what follows it."""
        for more in chain(("", "a"), (f"a{number}" for number in count(1))):
            if self.may_be(self.so_far + more):
                return more + self.tail
        raise AssertionError("names have no end")

    def step(self, character: str) -> Point | None:
        """The point after this character; None where it may not follow."""
        if character == self.tail[0]:
            if not self.may_end:
                return None
            if self._tail is None:
                self._tail = Text()
                self._tail.add(self.tail, lambda: self._then(self.so_far))
            return self._tail.step(character)
        longer = self.so_far + character
        if not _NAME.fullmatch(longer if character != "." else longer + "a"):
            return None
        return self.longer(character) if len(longer) <= MAX_VARIABLE else None


Point = Text | Name

NOTHING = Text()
"""The point after the end."""


def closing(point: Point) -> str:
    """The text that comes to an end soonest from this point, END at its end."""
    written = ""
    while point is not NOTHING:
        rest = point.rest
        assert rest, "a text that leads nowhere"
        written += rest
        for character in rest:
            found = point.step(character)
            assert found is not None
            point = found
    return written
