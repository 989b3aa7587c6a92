"""Patterns with groups, counts `{n,m}` and word boundaries, which the automaton of patterns.py has not.

They are translated to Python's `re`, whose worst case is a power of the line's length: one more than the number of
repetitions without a limit. So much is spent before a line is tried, and a repeated group must not hold a
repetition, nor an alternative that another one begins with, of which `re` would not take the longest.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, Protocol

from trace_trainer.verifiers.machine.commands.files.patterns import Pattern, PatternError, read_brackets

_WORD_SETS: Final = {
    "w": r"\w",
    "s": r"\s",
    "d": r"\d",
    "b": r"\b",
    "<": r"\b(?=\w)",
    ">": r"\b(?<=\w)",
    "W": r"\W",
    "S": r"\S",
}
_COUNT: Final = re.compile(r"(\d{1,3})(,?)(\d{0,3})")
MAX_REPEATS: Final = 3


class Finder(Protocol):
    """What finds its first match in a line: (start, end)."""

    def find(self, line: str, start: int, spend: Callable[[int], None]) -> tuple[int, int] | None:
        """Where it first matches at or behind `start`."""


def compile_pattern(
    text: str, extended: bool = False, fixed: bool = False, ignore_case: bool = False
) -> Finder:
    """A pattern of grep or sed: an automaton where that is enough. Raises PatternError."""
    try:
        return Pattern(text, extended, fixed, ignore_case)
    except PatternError:
        return GroupPattern(text, extended, ignore_case)


class GroupPattern:
    """A compiled pattern with groups. Raises PatternError where it is wrong, or could take too long."""

    def __init__(self, text: str, extended: bool, ignore_case: bool = False) -> None:
        self._extended = extended
        self._repeats = 0
        self._position = 0
        self._text = text
        translated, _ = self._alternatives(depth=0)
        if self._position < len(text):
            raise PatternError("Unmatched ) or \\)")
        try:
            self._pattern = re.compile(translated, re.ASCII | (re.IGNORECASE if ignore_case else 0))
        except re.error as error:
            raise PatternError(str(error)) from None

    def find(self, line: str, start: int, spend: Callable[[int], None]) -> tuple[int, int] | None:
        """Where the pattern first matches at or behind `start`."""
        found = self.match(line, start, spend)
        return None if found is None else found.span()

    def match(self, line: str, start: int, spend: Callable[[int], None]) -> re.Match[str] | None:
        """The first match at or behind `start`, with its groups."""
        spend((len(line) - start + 1) ** (self._repeats + 1))
        return self._pattern.search(line, start)

    def _next_sign(self) -> str:
        """The sign at the position if it is special: one of ( ) { | * + ? or ""."""
        char = self._text[self._position : self._position + 1]
        if char == "*":
            return char
        if self._extended:
            return char if char and char in "(){|+?" else ""
        follows = self._text[self._position + 1 : self._position + 2]
        return follows if char == "\\" and follows and follows in "(){|+?" else ""

    def _take(self, sign: str) -> None:
        self._position += 1 if self._extended or sign == "*" else 2

    def _alternatives(self, depth: int) -> tuple[str, bool]:
        """What stands between parentheses, translated, and whether a repetition is in it."""
        if depth > 8:
            raise PatternError("groups nested too deep")
        parts, repeats = [], False
        while True:
            part, has_repeat = self._sequence(depth)
            parts.append(part)
            repeats = repeats or has_repeat
            if self._next_sign() != "|":
                break
            self._take("|")
        if any(one is not other and other.startswith(one) for one in parts for other in parts):
            raise PatternError("alternatives of which one begins another are not covered")
        return "|".join(parts), repeats

    def _sequence(self, depth: int) -> tuple[str, bool]:
        pieces: list[str] = []
        repeats = False
        while self._position < len(self._text):
            sign = self._next_sign()
            if sign == "|" or (sign == ")" and depth):
                break
            if sign == "(":
                self._take(sign)
                inner, inner_repeats = self._alternatives(depth + 1)
                if self._next_sign() != ")":
                    raise PatternError("Unmatched ( or \\(")
                self._take(")")
                quantifier, unlimited = self._quantifier()
                if quantifier and inner_repeats:
                    raise PatternError("repeated groups with repetitions are not covered")
                pieces.append(f"({inner}){quantifier}")
                repeats = repeats or inner_repeats or unlimited
                continue
            pieces.append(self._atom(is_first=not pieces))
            quantifier, unlimited = self._quantifier()
            pieces[-1] += quantifier
            repeats = repeats or unlimited
        return "".join(pieces), repeats

    def _quantifier(self) -> tuple[str, bool]:
        """The quantifier at the position, and whether it has no limit."""
        sign = self._next_sign()
        if not sign or sign not in "*+?{":
            return "", False
        self._take(sign)
        if sign == "{":
            match = _COUNT.match(self._text, self._position)
            close = "}" if self._extended else "\\}"
            if match is None or not self._text.startswith(close, match.end()):
                raise PatternError("Invalid content of \\{\\}")
            self._position = match.end() + len(close)
            unlimited = bool(match[2]) and not match[3]
            sign = "{" + match[0] + "}"
        else:
            unlimited = sign in "*+"
        if self._next_sign() and self._next_sign() in "*+?{":
            raise PatternError("a repetition of a repetition is not covered")
        self._repeats += unlimited
        if self._repeats > MAX_REPEATS:
            raise PatternError("that many repetitions beside a group are not covered")
        return sign, unlimited

    def _atom(self, is_first: bool) -> str:
        char = self._text[self._position]
        self._position += 1
        if char == "[":
            atom, self._position = read_brackets(self._text, self._position)
            inside = "".join(map(re.escape, sorted(atom.chars)))
            return f"[{'^' if atom.negated else ''}{inside}]"
        if char == ".":
            return "[^\n]"
        if char == "^" and (is_first or self._extended):
            return "^"
        if char == "$" and (
            self._position == len(self._text) or self._extended or self._next_sign() in ("|", ")")
        ):
            return "$"
        if char != "\\":
            return re.escape(char)
        if self._position == len(self._text):
            raise PatternError("Trailing backslash")
        char = self._text[self._position]
        self._position += 1
        if char in _WORD_SETS:
            return _WORD_SETS[char]
        if char.isalnum() or char in "`'":
            raise PatternError(f"\\{char} is not covered")
        return re.escape(char)
