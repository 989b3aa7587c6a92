"""Brace expansion as bash does it: `{a,b}`, nested, and the ranges `{1..3}`, `{a..e}`, `{01..10..2}`.

Braces that hold neither a comma nor a range stay as they are (`find -exec rm {} +`). Words with braces that don't pair
up are refused, because what bash makes of them is a matter of its source; so are ranges across letter cases, and
expansions beyond a budget: `{a,b}` written twenty times over is a million words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import NamedTuple

from trace_trainer.verifiers.shell.lexer import NotInSubset, Word

MAX_DEPTH = 16

_SYMBOLS = re.compile(r"([{},])")
_NUMBERS = re.compile(r"(-?[0-9]{1,9})\.\.(-?[0-9]{1,9})(?:\.\.(-?[0-9]{1,9}))?")
_LETTERS = re.compile(r"(?:([a-z])\.\.([a-z])|([A-Z])\.\.([A-Z]))(?:\.\.(-?[0-9]{1,9}))?")


class Expanded(NamedTuple):
    """A word after brace expansion. `shape` is its text with one NUL for each quoted piece; empty for a word that
    vanishes, which an empty pair of quotes does not."""

    text: str
    shape: str


@dataclass(slots=True)
class Budget:
    """What the braces of a command line, its scripts included, may still make."""

    words: int = 4_000
    characters: int = 200_000

    def spend(self, words: int, characters: int) -> None:
        """Raises NotInSubset when it does not suffice."""
        self.words -= words
        self.characters -= characters
        if self.words < 0 or self.characters < 0:
            raise NotInSubset("a brace expansion into too many words")


@dataclass(slots=True)
class _Open:
    """An open brace: its finished alternatives, and the factors of the one being read, which multiply."""

    done: list[Expanded] = field(default_factory=list)
    factors: list[list[Expanded]] = field(default_factory=list)
    commas: int = 0


def expand(word: Word, budget: Budget) -> Sequence[Expanded]:
    """The words that a word's braces make, in bash's order. Raises NotInSubset."""
    if len(word.pieces) == 1 and not word.pieces[0].quoted:
        text = word.pieces[0].text
        plain = Expanded(text, text)
    else:
        plain = Expanded(word.text, "".join("\0" if piece.quoted else piece.text for piece in word.pieces))
    if "{" not in plain.shape and "}" not in plain.shape:
        return (plain,)
    stack = [_Open()]
    for symbol in _symbols(word):
        if symbol.shape == "{":
            if len(stack) > MAX_DEPTH:
                raise NotInSubset(f"braces nested deeper than {MAX_DEPTH}")
            stack.append(_Open())
        elif symbol.shape == "}":
            if len(stack) == 1:
                raise NotInSubset("braces that don't pair up")
            _close(stack.pop(), stack[-1], budget)
        elif symbol.shape == "," and len(stack) > 1:
            stack[-1].done += _multiply(stack[-1].factors, budget)
            stack[-1].factors = []
            stack[-1].commas += 1
        else:
            stack[-1].factors.append([symbol])
    if len(stack) > 1:
        raise NotInSubset("braces that don't pair up")
    return [made for made in _multiply(stack[0].factors, budget) if made.shape]


def _symbols(word: Word) -> Iterable[Expanded]:
    for piece in word.pieces:
        if piece.quoted:
            yield Expanded(piece.text, "\0")
        else:
            yield from (Expanded(text, text) for text in _SYMBOLS.split(piece.text) if text)


def _close(closed: _Open, outer: _Open, budget: Budget) -> None:
    """Make the factors that a closed brace adds to what is around it."""
    if closed.commas:
        outer.factors.append(closed.done + _multiply(closed.factors, budget))
        return
    content = [factor[0] for factor in closed.factors if len(factor) == 1]
    if any(".." in single.shape for single in content):
        if len(closed.factors) > 1:
            raise NotInSubset("braces with .. that are no range")
        outer.factors.append(_range(content[0].shape, budget))
        return
    outer.factors += [[Expanded("{", "{")], *closed.factors, [Expanded("}", "}")]]


def _multiply(factors: list[list[Expanded]], budget: Budget) -> list[Expanded]:
    """Every way to take one of each factor, the last varying fastest."""
    count = 1
    for factor in factors:
        count *= len(factor)
        if count > budget.words:
            break
    longest = sum(max(len(one.text) + 1 for one in factor) for factor in factors)
    budget.spend(count, count * longest)
    return [
        Expanded("".join(one.text for one in taken), "".join(one.shape for one in taken))
        for taken in product(*factors)
    ]


def _range(text: str, budget: Budget) -> list[Expanded]:
    """The numbers or letters of a range; numbers are padded with zeros where an end of it is."""
    if match := _NUMBERS.fullmatch(text):
        first, last, step = match.groups()
        padded = any(re.match("-?0.", end) for end in (first, last))
        width = max(len(first), len(last)) if padded else 0
        return _listed(str(number).zfill(width) for number in _steps(int(first), int(last), step, budget))
    if match := _LETTERS.fullmatch(text):
        first, last = (match[1], match[2]) if match[1] else (match[3], match[4])
        return _listed(map(chr, _steps(ord(first), ord(last), match[5], budget)))
    raise NotInSubset("braces with .. that are no range")


def _steps(first: int, last: int, step: str | None, budget: Budget) -> range:
    stride = abs(int(step or 1)) or 1
    steps = range(first, last + 1, stride) if first <= last else range(first, last - 1, -stride)
    budget.spend(len(steps), len(steps))
    return steps


def _listed(texts: Iterable[str]) -> list[Expanded]:
    return [Expanded(text, text) for text in texts]
