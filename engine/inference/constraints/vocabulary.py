"""A model's tokens as texts: which of them may follow a point of a text, and which must."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from llguidance import LLTokenizer

from trace_trainer.engine.inference.constraints.masks import Mask, Masks
from trace_trainer.verifiers.traces.writing.texts import END, Name, Point, Text

_LONGEST_PART = 32
"""Characters of a name that one token may bring in, so that names stay within the language's limit."""

_PART = re.compile(r"[A-Za-z0-9_.]+")
_BEGINNING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]*)?")
_STATES = ("", "a", "a.", "a.a")
"""A name so far, as far as it tells what may follow."""
_SAMPLED = "a1_Zs"
"""In place of all characters of a name, where tokens are asked how they depend on the next one."""
_ANY = " \n,.:;}]{[\"'-+_a1Zs"
"""In place of all characters."""
_MOST_WRITTEN = 1 << 14


class _Branch:
    """The tokens that begin with some text.

    Attributes:
        longer: those that go on, by the next character.
        ids: those that are this text.
        parts: those that go on within a name, as packed bits, by what is known of the name.
        tails: where they leave a name, by the character after it: the part of the name, and the tokens from there.
    """

    __slots__ = ("ids", "longer", "parts", "tails")

    def __init__(self) -> None:
        self.longer: dict[str, _Branch] = {}
        self.ids: list[int] = []
        self.parts: dict[str, np.ndarray] = {}
        self.tails: dict[str, list[tuple[str, _Branch]]] | None = None

    def branch(self, text: str) -> _Branch | None:
        """The tokens that go on with a text."""
        found: _Branch | None = self
        for character in text:
            found = found.longer.get(character) if found is not None else None
        return found


class Vocabulary:
    """The tokens of a model that are text of ASCII alone, as a tree.

    Args:
        tokens: the tokenizer.
        ends: the tokens that end a completion.
    """

    def __init__(self, tokens: LLTokenizer, ends: Sequence[int]) -> None:
        self.masks = Masks(tokens.vocab_size)
        self.texts = dict.fromkeys(ends, END)
        self._tokens, self._ends = tokens, list(ends)
        for id in range(tokens.vocab_size):
            held = b"" if id in self.texts or tokens.is_special_token(id) else tokens.decode_bytes([id])
            if held and held.isascii() and END.encode() not in held:
                self.texts[id] = held.decode()
        self._root = _Branch()
        for id, text in self.texts.items():
            branch = self._root
            for character in text:
                branch = branch.longer.setdefault(character, _Branch())
            branch.ids.append(id)
        self._must: dict[tuple[str, str | None], tuple[int, ...]] = {}

    def allowed(self, point: Point) -> Mask:
        """The tokens that may follow a point; worked out once for each."""
        if point.memo is None:
            ids: list[int] = []
            packed: list[np.ndarray] = []
            self._collect(self._root, point, ids, packed)
            base = np.bitwise_or.reduce(packed) if packed else None
            point.memo = self.masks.of_tokens(ids, base)
        mask: Mask = point.memo  # type: ignore[assignment]
        return mask

    def _collect(self, branch: _Branch, point: Point, ids: list[int], packed: list[np.ndarray]) -> None:
        """Add the tokens of a branch that may follow a point, one by one or as packed bits."""
        if isinstance(point, Name):
            self._collect_name(branch, point, ids, packed)
            return
        for character in point.nexts:
            longer = branch.longer.get(character)
            if longer is not None:
                ids += longer.ids
                if longer.longer:  # what comes after is worked out where a token reaches beyond
                    after = point.step(character)
                    assert after is not None
                    self._collect(longer, after, ids, packed)

    def _collect_name(self, branch: _Branch, name: Name, ids: list[int], packed: list[np.ndarray]) -> None:
        for part, tail in _tails(branch).get(name.tail[0], ()):
            if name.may_be(name.so_far + part) and not (name.is_long and part):
                after = (name.longer(part) if part else name).step(name.tail[0])
                assert after is not None
                ids += tail.ids
                self._collect(tail, after, ids, packed)
        if not name.is_long:
            head, dot, rest = name.so_far.partition(".")
            packed.append(self._parts(branch, _STATES[2 * bool(dot) + bool(rest if dot else head)]))
        elif not name.may_end:
            ones = (branch.longer.get(character) for character in "abcdefghijklmnopqrstuvwxyz")
            ids += [id for one in ones if one is not None for id in one.ids]

    def _parts(self, branch: _Branch, state: str) -> np.ndarray:
        """The tokens of a branch that a name may go on with, as packed bits."""
        if state not in branch.parts:
            found = [
                id
                for text, longer in _inner(branch, "")
                if len(text) <= _LONGEST_PART and _BEGINNING.fullmatch(state + text)
                for id in longer.ids
            ]
            branch.parts[state] = np.frombuffer(self.masks.of_tokens(found).bits, dtype=np.uint8)
        return branch.parts[state]

    def forced(self, point: Point) -> tuple[int, ...]:
        """The tokens that must follow a point, where only one text may: those that it is written with whatever follows.

        A token that goes on beyond what is certain is none of them, nor is one that the text has for want of it.
        """
        text = ""
        while isinstance(point, Text) and len(nexts := list(point.nexts)) == 1 and nexts[0] != END:
            after = point.step(nexts[0])
            assert after is not None
            text, point = text + nexts[0], after
        if not text:
            return ()
        return self.written(text, _SAMPLED if isinstance(point, Name) else "".join(sorted(point.nexts)))

    def written(self, text: str, nexts: str | None = None) -> tuple[int, ...]:
        """The tokens that a text surely begins with, if one of these characters follows; None: whichever does."""
        key = (text, nexts)
        if key not in self._must:
            if len(self._must) == _MOST_WRITTEN:
                self._must.clear()
            self._must[key] = self._written(text, nexts)
        return self._must[key]

    def _written(self, text: str, nexts: str | None) -> tuple[int, ...]:
        ways = [self.tokens_of(text + character.replace(END, "")) for character in nexts or _ANY]
        surely: list[int] = []
        start = 0
        for ids in zip(*ways, strict=False):
            token = self.texts.get(ids[0], "")
            branch = self._root.branch(text[start:])
            longer = branch.longer.keys() if branch is not None else frozenset[str]()
            goes_beyond = bool(longer) if nexts is None else not longer.isdisjoint(nexts)
            is_other = branch is not None and branch.ids not in ([], [ids[0]])
            if not token or len(set(ids)) > 1 or goes_beyond or is_other or start + len(token) > len(text):
                break
            surely.append(ids[0])
            start += len(token)
        return tuple(surely)

    def tokens_of(self, text: str) -> list[int]:
        """The tokens that a text is written with; END is the first token that ends a completion."""
        body = text.removesuffix(END)
        ids: list[int] = self._tokens.tokenize_str(body)
        return [*ids, self._ends[0]] if len(body) < len(text) else ids


def _tails(branch: _Branch) -> dict[str, list[tuple[str, _Branch]]]:
    """Where the tokens of a branch leave a name."""
    if branch.tails is None:
        branch.tails = {}
        for part, inner in [("", branch), *_inner(branch, "")]:
            for character, longer in inner.longer.items():
                if not _PART.fullmatch(character):
                    branch.tails.setdefault(character, []).append((part, longer))
    return branch.tails


def _inner(branch: _Branch, before: str) -> Iterator[tuple[str, _Branch]]:
    """The branches within a name."""
    for character, longer in branch.longer.items():
        if _PART.fullmatch(character):
            yield before + character, longer
            yield from _inner(longer, before + character)
