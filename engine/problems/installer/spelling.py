"""How a user writes: casually or neatly, with or without slips of the fingers. Slots are never touched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from random import Random

_SLOT = re.compile(r"(\{\w+\})")
_WORD = re.compile(r"[^\W\d_]{4,}")
_APOSTROPHES = re.compile(r"['’](?=\w)")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")  # of a keyboard
_NEAR = {row[i]: row[max(i - 1, 0) : i] + row[i + 1 : i + 2] for row in _ROWS for i in range(len(row))}


@dataclass(frozen=True, slots=True)
class Style:
    """How one user writes. `typos` is the chance of a slip in one message, 0 to 1."""

    neat: bool
    shouting: bool
    typos: float


def draw_style(rng: Random, slipping: float) -> Style:
    """A style: a third write neatly, one in forty in capitals; `slipping` is the share of those who make slips."""
    neat = rng.random() < 0.33
    shouting = not neat and rng.random() < 0.04
    return Style(neat, shouting, rng.choice((0.15, 0.35)) if rng.random() < slipping else 0.0)


def spell(template: str, style: Style, rng: Random) -> str:
    """A phrasing as this user would write it, its slots still to be filled.

    Neat: a capital at the start and a mark at the end. Casual: small letters, no mark at the end, often no apostrophes.
    """
    pieces = _SLOT.split(template)
    texts = range(0, len(pieces), 2)  # the others are slots
    if style.typos and rng.random() < style.typos:
        _slip(pieces, rng)
    if style.shouting:
        for i in texts:
            pieces[i] = pieces[i].upper()
    elif not style.neat:
        drop_apostrophes = rng.random() < 0.5
        for i in texts:
            pieces[i] = pieces[i].lower()
            if drop_apostrophes:
                pieces[i] = _APOSTROPHES.sub("", pieces[i])
    text = "".join(pieces)
    if not style.neat:
        return text.lstrip("¿¡").rstrip(" ?.!") or text
    if text[-1].isalpha():
        text += "."
    first = next((i for i, char in enumerate(text) if char not in "¿¡"), 0)
    return text[:first] + text[first].upper() + text[first + 1 :]


def mistype(word: str, rng: Random) -> str:
    """A word with one slip: two letters swapped, one left out, doubled, or hit beside. The first letter stays."""
    at = rng.randrange(1, len(word) - 1)
    kind = rng.randrange(4)
    if kind == 0 and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + rng.choice(_NEAR.get(word[at].lower(), "x")) + word[at + 1 :]


def _slip(pieces: list[str], rng: Random) -> None:
    """Mistype one word of four letters or more, where there is one."""
    words = [(i, match) for i in range(0, len(pieces), 2) for match in _WORD.finditer(pieces[i])]
    if words:
        i, match = rng.choice(words)
        pieces[i] = pieces[i][: match.start()] + mistype(match.group(), rng) + pieces[i][match.end() :]
