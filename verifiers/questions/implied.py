"""Numbers that a question implies without stating them: one of something, and what it enumerates.

"His sister", "a dollar more", "twice as many" imply a 1; "Amy, Ben and Carl" are three, "Monday through Thursday" four
days. Nothing is worked out but by counting what stands there. A 1 is implied by any question, as hardly one says
neither "a" nor "his"; what keeps it from building numbers is a budget of its own (`verifiers.traces.running.implied`).

Counted are the items of a list, the persons who are named, the weekdays and the months, those of a span ("from Sunday
through Wednesday"), the last one after an ordinal ("the first, the second and the last bag"), and things counted
anew ("two zebras, a zebra and another zebra"). Not counted: things that only knowledge of the world counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from trace_trainer.verifiers.questions.number_words import CARDINALS, ORDINALS, Number, fold

ONE = 1
"""The number that every question implies."""

_MAX_COUNT = 20  # of what a question enumerates
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DAY = "|".join(_WEEKDAYS)
_MONTH = "|".join(_MONTHS)
_SPAN = re.compile(
    rf"\b({_DAY}|{_MONTH})s?(?: morning| night)?(?: ?- ?| to | through | until | till )({_DAY}|{_MONTH})\b"
)
_CALENDAR = re.compile(rf"\b(?:({_DAY})|({_MONTH}))s?\b")
_CLAUSE = re.compile(r"[^.;:?!\n]+")
_ITEM_WORDS = 4  # of an item between two commas; a longer one is a clause of its own
_LAST_ITEM = re.compile(r"(?:and|or) ")
_NAME = re.compile(r"\b[A-Z][a-z]+(?: [A-Z][a-z]+)*\b")
_WORD = re.compile(r"[a-z]+")
_NO_NAMES = frozenset(
    "a about after all also although an and another as assume at because before both but by calculate consider dad"
    " dr during each every everyone except finally find first five following for four from given half he her here"
    " his how however i if in including it its last later miss mom most mr mrs ms my next no now of on once one only"
    " other our out over per second she since six so some sometimes suppose ten that the their then there these they"
    " third this those three to today together tomorrow tonight twice two under until we what when whenever where"
    " which while who whose with without would yesterday you your".split()
).union(_WEEKDAYS, _MONTHS)
_WORD_OR_COUNT = re.compile(r"[a-z]+|\b[0-9]{1,2}\b")
_NOUN_WITHIN = 3  # words after a count
_MEASURES = frozenset(
    "and cent day dollar each every feet foot for from gallon hour inch mile minute month more other ounce pound second"
    " that the time was week with year".split()
)
_ONE_OF = frozenset(["a", "an", "one", "another"])
_LAST = re.compile(r"\b(?:last|final|remaining)\b")


def implied_numbers(question: str) -> frozenset[Number]:
    """What a question implies: 1, and the counts of what it enumerates. Takes time linear in its length."""
    text = fold(question)
    counts = {
        *_lists(text),
        *_calendar(text),
        *_spans(text),
        _names(question, text),
        _with_last(text),
        *_things_again(text),
    }
    return frozenset(count for count in counts if 2 < count <= _MAX_COUNT) | {ONE}


def _lists(text: str) -> Iterator[int]:
    """How many items each list holds: "a, b and c", "a, b, and c"."""
    for clause in _CLAUSE.finditer(text):
        parts = [part.strip() for part in clause.group().split(",")]
        items = 1  # the first, of which the words before it can't be told apart
        for part in parts[1:]:
            words = part.split()
            if _LAST_ITEM.match(part):
                yield items + 1
                items = 1
            elif {"and", "or"}.intersection(words[:_ITEM_WORDS]):
                yield items + 2
                items = 1
            elif len(words) > _ITEM_WORDS + 4:
                items = 1
            else:
                items += 1


def _calendar(text: str) -> Iterator[int]:
    """How many weekdays a question names, how many it leaves of a week that it speaks of, and how many months."""
    found = [match.groups() for match in _CALENDAR.finditer(text)]
    days = len({day for day, _ in found if day})
    yield days
    if "week" in text:
        yield len(_WEEKDAYS) - days
    yield len({month for _, month in found if month})


def _spans(text: str) -> Iterator[int]:
    """The days or months of a span, both ends counted, and what it leaves of a week or a year."""
    for match in _SPAN.finditer(text):
        for names in (_WEEKDAYS, _MONTHS):
            first, last = match.groups()
            if first in names and last in names:
                span = (names.index(last) - names.index(first)) % len(names) + 1
                yield span
                yield len(names) - span


def _names(question: str, text: str) -> int:
    """How many persons are named: words with a capital that are never written without one."""
    lower = set(_WORD.findall(question))
    names = set()
    for match in _NAME.finditer(question):
        words = [word.lower() for word in match.group().split()]
        while words and words[0] in _NO_NAMES:
            words.pop(0)
        if words and words[0] not in lower:
            names.add(words[0])
    return len(names)


def _with_last(text: str) -> int:
    """The place of the last in a row that is told up to it: 3 for "the first, the second and the final bag"."""
    places = [ORDINALS[word] for word in _WORD.findall(text) if word in ORDINALS]
    return max(places) + 1 if places and _LAST.search(text) else 0


def _things_again(text: str) -> Iterator[int]:
    """How many of a thing there are that is counted anew: 4 for "two zebras, a zebra and another zebra"."""
    words = _WORD_OR_COUNT.findall(text)
    counts: dict[str, list[int]] = {}
    others = set()
    for place, word in enumerate(words):
        count = 1 if word in _ONE_OF else int(word) if word.isdecimal() else CARDINALS.get(word, 0)
        if not count:
            continue
        for noun in words[place + 1 : place + 1 + _NOUN_WITHIN]:
            if noun in _ONE_OF:
                break
            thing = noun.removesuffix("s")
            counts.setdefault(thing, []).append(count)
            if word == "another":
                others.add(thing)
    for thing, found in counts.items():
        if len(thing) > 2 and thing not in _MEASURES and (thing in others or len(found) > 2):
            yield sum(found)
