"""Regular expressions in linear time: the part of grep's and sed's syntax that needs no groups.

Python's `re` can be made to run for ever by a pattern that somebody wrote, so patterns run here on a small automaton:
alternatives of atoms (`a`, `.`, `[a-z]`, `\\w`), each with `*`, `+`, `?` or nothing behind it, and anchors `^` and `$`.
Not covered: groups, `{n,m}`, back references, word boundaries (PatternError).
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Final, NamedTuple

_CLASSES: Final = {
    "alpha": string.ascii_letters,
    "digit": string.digits,
    "alnum": string.ascii_letters + string.digits,
    "upper": string.ascii_uppercase,
    "lower": string.ascii_lowercase,
    "space": string.whitespace,
    "blank": " \t",
    "punct": string.punctuation,
    "xdigit": string.hexdigits,
}
_ESCAPES: Final = {
    "w": frozenset(string.ascii_letters + string.digits + "_"),
    "s": frozenset(string.whitespace),
    "d": frozenset(string.digits),
}


class PatternError(ValueError):
    """A pattern that is wrong, or uses syntax that is not covered."""


class Atom(NamedTuple):
    """One character to match: any of `chars` (none of them where `negated`), so many times."""

    chars: frozenset[str]
    negated: bool = False
    optional: bool = False
    repeated: bool = False

    def matches(self, char: str) -> bool:
        """Whether a character is one of those meant."""
        return (char in self.chars) != self.negated


_ONCE: Final = (False, False, False)  # not negated, not optional, not repeated


class _Alternative(NamedTuple):
    atoms: tuple[Atom, ...]
    from_start: bool
    to_end: bool

    @property
    def literal(self) -> str | None:
        """The text that this stands for, where it is nothing but text."""
        if (
            self.from_start
            or self.to_end
            or any(len(atom.chars) != 1 or atom[1:] != _ONCE for atom in self.atoms)
        ):
            return None
        return "".join(char for atom in self.atoms for char in atom.chars)


class Pattern:
    """A compiled pattern. `extended` as in grep -E; `fixed` as in grep -F. Raises PatternError."""

    def __init__(
        self, text: str, extended: bool = False, fixed: bool = False, ignore_case: bool = False
    ) -> None:
        self._ignore_case = ignore_case
        if ignore_case:
            text = text.lower()
        if fixed:
            atoms = tuple(Atom(frozenset(char)) for char in text)
            self._alternatives = [_Alternative(atoms, False, False)]
        else:
            self._alternatives = [_parse(part, extended) for part in _split_alternatives(text, extended)]
        self._literals = [alternative.literal for alternative in self._alternatives]

    def find(self, line: str, start: int, spend: Callable[[int], None]) -> tuple[int, int] | None:
        """Where the pattern first matches at or behind `start`, the longest such match: (start, end).

        Args:
            line: the text.
            start: where to begin.
            spend: is told beforehand how many atoms times characters are tried, and may raise.
        """
        if self._ignore_case:
            line = line.lower()
        best: tuple[int, int] | None = None
        for alternative, literal in zip(self._alternatives, self._literals, strict=True):
            if literal is not None:
                spend(1)
                at = line.find(literal, start)
                found = (at, at + len(literal)) if at >= 0 else None
            else:
                spend((len(line) - start + 1) * (len(alternative.atoms) + 1))
                found = _find(alternative, line, start)
            if found is not None and (best is None or (found[0], -found[1]) < (best[0], -best[1])):
                best = found
        return best


def _split_alternatives(text: str, extended: bool) -> list[str]:
    """The parts between `|` (between `\\|` in a basic pattern), those in brackets aside."""
    parts, position, start, in_brackets = [], 0, 0, False
    while position < len(text):
        char = text[position]
        if in_brackets:
            in_brackets = char != "]"
        elif char == "[":
            in_brackets = True
            if text[position + 1 : position + 2] == "]":
                position += 1
        elif char == "\\":
            if not extended and text[position + 1 : position + 2] == "|":
                parts.append(text[start:position])
                start = position + 2
            position += 1
        elif char == "|" and extended:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    return [*parts, text[start:]]


def _parse(text: str, extended: bool) -> _Alternative:
    atoms: list[Atom] = []
    from_start = text.startswith("^")
    position, to_end = int(from_start), False
    while position < len(text):
        char = text[position]
        position += 1
        if char == "$" and position == len(text):
            to_end = True
        elif char == "\\":
            if position == len(text):
                raise PatternError("Trailing backslash")
            char = text[position]
            position += 1
            if not extended and char in "+?" and atoms:
                atoms[-1] = _quantified(atoms[-1], char)
            elif char in _ESCAPES:
                atoms.append(Atom(_ESCAPES[char]))
            elif char.isalnum() or char in "<>`'" or (not extended and char in "(){}"):
                raise PatternError(f"\\{char} is not covered")
            else:
                atoms.append(Atom(frozenset(char)))
        elif (char == "*" or (extended and char in "+?")) and atoms:
            atoms[-1] = _quantified(atoms[-1], char)
        elif extended and char in "(){}":
            raise PatternError(f"{char} is not covered")
        elif char == "[":
            atom, position = read_brackets(text, position)
            atoms.append(atom)
        elif char == ".":
            atoms.append(Atom(frozenset(), negated=True))
        else:
            atoms.append(Atom(frozenset(char)))
    return _Alternative(tuple(atoms), from_start, to_end)


def _quantified(atom: Atom, sign: str) -> Atom:
    return atom._replace(
        optional=atom.optional or sign in "*?",
        repeated=atom.repeated or sign in "*+",
    )


def read_brackets(text: str, position: int) -> tuple[Atom, int]:
    """The atom of a bracket expression whose content starts at `position`, and the position behind it."""
    negated = text[position : position + 1] == "^"
    position += negated
    first, chars = position, set[str]()
    while position < len(text) and (text[position] != "]" or position == first):
        if text.startswith("[:", position):
            end = text.find(":]", position)
            name = text[position + 2 : end] if end > 0 else ""
            if name not in _CLASSES:
                raise PatternError("Invalid character class name")
            chars.update(_CLASSES[name])
            position = end + 2
        elif text[position + 1 : position + 2] == "-" and text[position + 2 : position + 3] not in ("]", ""):
            low, high = ord(text[position]), ord(text[position + 2])
            if high < low or high - low > 0x300:
                raise PatternError("Invalid range end")
            chars.update(map(chr, range(low, high + 1)))
            position += 3
        else:
            chars.add(text[position])
            position += 1
    if position == len(text):
        raise PatternError("Unmatched [, [^, [:, [., or [=")
    return Atom(frozenset(chars), negated), position + 1


def _find(alternative: _Alternative, line: str, start: int) -> tuple[int, int] | None:
    """The leftmost longest match. Every state remembers the leftmost start that led to it, so one pass is enough."""
    atoms, last = alternative.atoms, len(alternative.atoms)
    found: tuple[int, int] | None = None
    begins: list[int | None] = [None] * (last + 1)  # by state: where the match that is in it began
    for position in range(start, len(line) + 1):
        if found is None and (position == 0 or not alternative.from_start) and begins[0] is None:
            begins[0] = position
        for state in range(last):  # an optional atom may be skipped
            if atoms[state].optional:
                begins[state + 1] = _earlier(begins[state + 1], begins[state])
        begin = begins[last]
        if (
            begin is not None
            and (not alternative.to_end or position == len(line))
            and (found is None or begin <= found[0])
        ):
            found = (begin, position)
        if position == len(line):
            break
        moved: list[int | None] = [None] * (last + 1)
        for state in range(last):
            if begins[state] is not None and atoms[state].matches(line[position]):
                moved[state + 1] = _earlier(moved[state + 1], begins[state])
                if atoms[state].repeated:
                    moved[state] = _earlier(moved[state], begins[state])
        begins = moved
        if found is not None and not any(begin is not None and begin <= found[0] for begin in begins):
            break
    return found


def _earlier(one: int | None, other: int | None) -> int | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
