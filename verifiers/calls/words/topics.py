"""What words speak of: figures, names of devices, concepts, and the stems of their content words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from trace_trainer.verifiers.calls.words.lexicon import COMMON, CONCEPTS

_STEM = 5
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_SENTENCE = re.compile(r"[^.!?。？！؟\n]*(?:\.(?=\w)[^.!?。？！؟\n]*)*[.!?。？！؟\n]*")
_DEVICE = re.compile(
    r"(?<![A-Za-z0-9])(?:[shv]d[a-z]\d*|xvd[a-z]\d*|nvme\d+n\d+(?:p\d+)?|mmcblk\d+(?:p\d+)?)(?!\w)"
)
_ACRONYM = re.compile(r"(?<!\w)[A-Z]{3,}(?!\w)")
_FIGURE = re.compile(
    r"(?<![\w.])(\d+(?:[.,]\d+)*)\s*(%|[kmgtp]i?b?\b|bytes?\b|min(?:ut\w*)?\b|hours?\b|sec\w*\b)?",
    re.IGNORECASE,
)
QUESTION_MARKS = ("?", "？", "؟")
MOST_CHARACTERS = 4_000
"""What is looked at of a reply; nobody is told more in one turn."""


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with its mark."""
    return [part.strip() for part in _SENTENCE.findall(text) if part.strip()]


def questions(text: str) -> str:
    """The sentences that ask, as one text."""
    return " ".join(part for part in sentences(text) if any(mark in part for mark in QUESTION_MARKS))


def words(text: str) -> list[str]:
    """The words of a text, in small letters, without digits alone."""
    return [word.lower() for word in _WORD.findall(text) if not word.isdecimal()]


def devices(text: str) -> frozenset[str]:
    """Names of disks and partitions, without `/dev/`."""
    return frozenset(_DEVICE.findall(text))


def acronyms(text: str) -> frozenset[str]:
    """Words in capitals: UEFI, GRUB."""
    return frozenset(_ACRONYM.findall(text))


def figures(text: str) -> frozenset[tuple[str, str]]:
    """Numbers with the first letter of their unit, "" without one: ("500", "g") for 500G, 500 GB and 500 GiB."""
    return frozenset(
        (number.replace(",", "").rstrip("."), unit[:1].lower()) for number, unit in _FIGURE.findall(text)
    )


def same_figure(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two figures agree; one without a unit agrees with any."""
    return one[0] == other[0] and (one[1] == other[1] or not one[1] or not other[1])


def concepts(text: str) -> Set[str]:
    """The concepts that a text names, and the devices, as `disk`."""
    found = {name for name, pattern in CONCEPTS.items() if pattern.search(text)}
    return found | {"disk"} if devices(text) else found


def stems(text: str) -> Set[str]:
    """The content words of a text, cut to five letters."""
    return set(_stems(text))


def _stems(text: str) -> Iterator[str]:
    for word in words(text):
        if len(word) > 2 and word not in COMMON:
            yield word[:_STEM]


def topics(text: str) -> Set[str]:
    """Everything that a text speaks of."""
    return {f"concept {name}" for name in concepts(text)} | stems(text) | devices(text)
