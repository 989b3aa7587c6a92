"""The words of a question around one of its numbers: what is counted, per what, and by whom.

There is no grammar here, only word lists: a noun phrase ends at the first word that can't belong to one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.questions.number_words import fold

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_GAP = re.compile(r"[\s-]*\(?\Z")  # between the words of one phrase
_ADJACENT = re.compile(r"\s*-\s*\Z")
_SKIPPED = frozenset(
    "of her his the their its my our your these those different whole full total only such own same entire equal"
    " remaining about nearly almost".split()
)
_QUANTIFIERS = {
    "more": "more",
    "additional": "more",
    "extra": "extra",
    "other": "other",
    "fewer": "fewer",
    "less": "less",
    "new": "new",
    "another": "more",
}
_PER = frozenset(["per", "each", "every", "a", "an"])
_PREPOSITIONS = frozenset(["of", "to", "for", "from", "on", "in", "with", "at"])
_ENDS = frozenset(
    "a an and or but if so than that which who whom whose when where while because since as at by for from in"
    " into of on onto out off over to under up down with without within is are was were be been being am has have"
    " had do does did can could will would shall should may might must not he she it them they we i you us his her"
    " their its my our your this these those there here then also too per each every all both half some any many"
    " much more less fewer how what why after before during until till through across around about between among"
    " against left lost gave give gives bought buys buy sold sells sell cost costs costing made makes make took"
    " takes take got gets get used uses use ate eats eat spent spends spend paid pays pay found finds find saw"
    " sees went goes go came comes come says said tells told needs need wants want decides decided weigh weighs"
    " weighing away ago later early late now today yesterday tomorrow only just already still again total"
    " altogether together instead twice whereas however therefore respectively apiece equally".split()
)
_IRREGULAR_PLURALS = frozenset(
    "people children men women feet teeth mice geese sheep fish deer dice cents police".split()
)
_UNITS = frozenset(
    "second minute hour day week month year mile kilometer meter foot inch yard page pound ounce gram kilogram gallon"
    " liter quart pint cup piece dollar cent acre calorie person point degree ton slice story gigabyte".split()
)
_UNIT_PLURALS = {"foot": "feet", "inch": "inches", "person": "people", "story": "stories"}
_SHORT_UNITS = {
    "ft": "feet", "lb": "pounds", "lbs": "pounds", "oz": "ounces", "kg": "kilograms", "g": "grams", "km": "kilometers",
    "cm": "centimeters", "mm": "millimeters", "m": "meters", "ml": "milliliters", "l": "liters", "hr": "hours",
    "hrs": "hours", "min": "minutes", "mins": "minutes", "mph": "miles_per_hour", "gb": "gigabytes", "mb": "megabytes",
    "kw": "kilowatts", "sq": "square_feet",
}  # fmt: skip
_NOT_PLURAL = ("ss", "us", "is")
_MAX_NOUN = 4  # words of a noun phrase


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a number counts: "20 more red apples a day".

    Attributes:
        noun: `apples`; empty where no noun follows.
        adjectives: the words between number and noun: `red`.
        quantifier: `more`, `fewer` and the like, or empty.
        per: `day`, or empty.
        target: `flour` in "cups of flour", `sister` in "chips to her sister", or empty.
    """

    noun: str = ""
    adjectives: tuple[str, ...] = ()
    quantifier: str = ""
    per: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question: folded, as written, and where."""

    text: str
    written: str
    start: int
    end: int


class Words:
    """The words of a question, to be read from a number on in either direction."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.folded = fold(question)
        self.words = [
            Word(m.group().removesuffix("'s"), question[m.start() : m.end()], m.start(), m.end())
            for m in _WORD.finditer(self.folded)
        ]

    def after(self, end: int) -> list[Word]:
        """The words that follow position `end` with nothing between them but spaces and hyphens."""
        run: list[Word] = []
        position = end
        for word in self.words:
            if word.start < end:
                continue
            if not _GAP.match(self.folded[position : word.start]) or len(run) > 8:
                break
            run.append(word)
            position = word.end
        return run

    def before(self, start: int, limit: int = 12) -> list[Word]:
        """The words before position `start` in its sentence, the nearest first."""
        sentence = max(self.folded.rfind(end, 0, start) for end in (". ", "? ", "! "))
        found = [word for word in self.words if sentence < word.start and word.end <= start]
        return found[::-1][:limit]

    def phrase(self, mention: Mention) -> Phrase:
        """What follows a number, as far as it belongs to it."""
        run = self.after(mention.end)
        hyphenated = bool(run) and _ADJACENT.match(self.folded[mention.end : run[0].start]) is not None
        quantifier, index = "", 0
        while index < len(run) and (run[index].text in _SKIPPED or run[index].text in _QUANTIFIERS):
            quantifier = quantifier or _QUANTIFIERS.get(run[index].text, "")
            index += 1
        if index < len(run) and run[index].text in _SHORT_UNITS:
            return Phrase(_SHORT_UNITS[run[index].text], (), quantifier, self._per(run[index + 1 :]))
        if hyphenated and index < len(run):  # "a 120-page book"
            unit = run[index].text
            noun = plural_unit(unit) if unit in _UNITS else unit
            return Phrase(noun, (), quantifier, self._per(run[index + 1 :]))
        nouns: list[str] = []
        for word in run[index : index + _MAX_NOUN]:
            if word.text in _ENDS or "'" in word.text:
                break
            nouns.append(word.text)
            if is_plural(word.text):
                break
        if not nouns:
            return Phrase("", (), quantifier, self._per(run[index:]))
        if not is_plural(nouns[-1]) and mention.value != 1:  # no plural: the first word that follows counts
            nouns = nouns[:1]
        rest = run[index + len(nouns) :]
        return Phrase(nouns[-1], tuple(nouns[:-1]), quantifier, self._per(rest), _target(rest))

    def _per(self, run: list[Word]) -> str:
        if len(run) < 2 or run[0].text not in _PER:
            return ""
        unit = run[1].text
        return unit if run[0].text == "per" or unit in _UNITS else ""


def _target(run: list[Word]) -> str:
    """The noun after a preposition: "of flour", "to her sister"."""
    if not run or run[0].text not in _PREPOSITIONS:
        return ""
    nouns = [word.text for word in run[1:4] if word.text not in _ENDS and word.text not in _SKIPPED]
    return nouns[0] if nouns else ""


def is_plural(word: str) -> bool:
    """Whether a word looks like a plural noun."""
    return word in _IRREGULAR_PLURALS or (
        word.endswith("s") and len(word) > 2 and not word.endswith(_NOT_PLURAL)
    )


def plural_unit(unit: str) -> str:
    """The plural of a unit of measure."""
    return _UNIT_PLURALS.get(unit, f"{unit}s")


UNIT_NOUNS = frozenset(
    [plural_unit(unit) for unit in sorted(_UNITS - {"person", "story", "piece", "slice"})]
    + "centimeters millimeters kilometers kilograms milliliters milligrams percent parts lbs bushels scoops".split()
)
"""What is measured in parts, as plurals: half a mile, a quarter of a dollar."""
