"""The declared constants: numbers that a trace may use although the question does not state them.

"How much in a week?" needs a 7 that stands nowhere. One table holds every such number with the words that call for
it; a constant is allowed only where its cue stands in the question as a word of its own ("hr" is no part of
"three"). The table is deliberately narrow, because each entry is a number that a model can write without deriving
it. Only the everyday 7, 12, 24, 60 and 100 need a single word; other conversions need both units, legs an animal and
the word leg, and 1 a percentage (the whole that a complement is taken from). 2 is always allowed; 0 never is, as
nothing but an identity or a multiplication to nothing is done with it. A foot may be written 1', an inch 1".

Not covered: constants from general knowledge (the boiling point of water). What a question implies by naming it is no
constant (`implied`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from trace_trainer.verifiers.questions.number_words import Number, fold, plain


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, what it counts, and its cues: the question must hold one word of every cue set."""

    name: str
    value: Fraction
    cues: tuple[frozenset[str], ...]


ALWAYS = frozenset([2])  # averages of two, halves, pairs

_IRREGULAR = {"foot": "feet", "penny": "pennies pence", "century": "centuries"}


def _cue_words(line: str) -> frozenset[str]:
    """The words of a line, each with its plural; underscores stand for the spaces of a phrase."""
    words = [part.replace("_", " ") for part in line.split()]
    plurals = [f"{word}es" if word.endswith(("s", "x", "ch", "sh")) else f"{word}s" for word in words]
    irregular = [plural for word in words for plural in _IRREGULAR.get(word, "").split()]
    return frozenset(words + plurals + irregular)


def _constant(name: str, value: int | str, *cues: str) -> Constant:
    return Constant(name, Fraction(value), tuple(map(_cue_words, cues)))


_PERCENT = "percent percentage pct %"
_DAY = "day daily night nightly everyday"
_WEEK = "week weekly"
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday"
_MONTH = "month monthly"
_YEAR = "year yearly annual annually"
_LEGS = "leg paw hoof hooves"
_SIDES = "side sided edge perimeter"

CONSTANTS = (
    # Time
    _constant("seconds in a minute, minutes in an hour", 60, "seconds sec minute min hour hourly hr mph"),
    _constant("seconds in an hour", 3600, "seconds sec", "hour hourly hr"),
    _constant("hours in a day", 24, "day daily"),
    _constant("hours in a day", 24, "hour hourly", _WEEK),
    _constant("hours on the clock", 12, "noon midnight pm p.m"),
    _constant("days in a week", 7, f"{_WEEK} daily"),
    _constant("working days in a week", 5, "weekday workday workweek schoolday"),
    _constant("days before a weekend", 5, "weekend", _WEEK),
    _constant("days to Friday", 5, "monday_to_friday monday_through_friday monday-friday monday_-_friday"),
    _constant(
        "days to Saturday", 6, "monday_to_saturday monday_through_saturday monday-saturday monday_-_saturday"
    ),
    _constant("days in two weeks", 14, "fortnight fortnightly biweekly"),
    _constant("weeks in a month", 4, _MONTH, f"{_WEEK} weekend weekday workweek {_WEEKDAYS}"),
    _constant("weeks in a year", 52, _YEAR, f"{_WEEK} weekend weekday {_WEEKDAYS}"),
    _constant("days in a month", 30, _MONTH, _DAY),
    _constant("days in a year", 365, _YEAR, _DAY),
    _constant("days in a leap year", 366, "leap", _YEAR),
    _constant("days in a long month", 31, "january march july august october december", _DAY),
    _constant("days in a short month", 30, "april june september november", _DAY),
    _constant("days in February", 28, "february", _DAY),
    _constant("days in a leap February", 29, "february", "leap"),
    _constant("months in a year", 12, f"{_YEAR} {_MONTH}"),
    _constant("quarters in a year", 4, "quarterly"),
    _constant("seasons in a year", 4, "season", _YEAR),
    _constant("years in a decade", 10, "decade"),
    _constant("years in a century", 100, "century"),
    # Money and percentages
    _constant("cents in a dollar, parts of a percentage", 100, f"cent ¢ penny {_PERCENT}"),
    _constant("the whole of a percentage", 1, _PERCENT),
    _constant("cents in a quarter", 25, "quarter", "cent ¢ coin change dime nickel penny dollar $"),
    _constant("cents in a dime", 10, "dime"),
    _constant("cents in a nickel", 5, "nickel"),
    _constant("dollars in a dime", "1/10", "dime"),
    _constant("dollars in a nickel", "1/20", "nickel"),
    _constant("dollars in a penny, a hundredth part", "1/100", f"penny cent ¢ {_PERCENT}"),
    # Counts
    _constant("things in a dozen", 12, "dozen"),
    _constant("fingers of a person", 10, "finger toe"),
    _constant("fingers and toes of a person", 20, "finger", "toe"),
    _constant("letters of the alphabet", 26, "alphabet"),
    _constant("cards in a deck", 52, "deck", "card"),
    _constant("faces of a die", 6, "dice"),
    # Length
    _constant("inches in a foot", 12, "inch"),
    _constant("inches in a yard", 36, "inch", "yard"),
    _constant("feet in a yard", 3, "foot ft", "yard"),
    _constant("feet in a mile", 5280, "foot ft", "mile"),
    _constant("yards in a mile", 1760, "yard", "mile"),
    _constant("millimeters in a centimeter", 10, "millimeter millimetre mm", "centimeter centimetre cm"),
    _constant("millimeters in a meter", 1000, "millimeter millimetre mm", "meter metre m"),
    _constant("centimeters in a meter", 100, "centimeter centimetre cm", "meter metre m"),
    _constant("meters in a kilometer", 1000, "kilometer kilometre km", "meter metre m"),
    # Weight
    _constant("ounces in a pound", 16, "ounce oz", "pound lb"),
    _constant("pounds in a ton", 2000, "pound lb", "ton"),
    _constant("milligrams in a gram", 1000, "milligram mg", "gram g"),
    _constant("grams in a kilogram", 1000, "kilogram kilo kg", "gram g"),
    _constant("kilograms in a ton", 1000, "kilogram kilo kg", "ton tonne"),
    # Volume and power
    _constant("milliliters in a liter", 1000, "milliliter millilitre ml", "liter litre l"),
    _constant("teaspoons in a tablespoon", 3, "teaspoon tsp", "tablespoon tbsp"),
    _constant("tablespoons in a cup", 16, "tablespoon tbsp", "cup"),
    _constant("ounces in a cup", 8, "ounce oz", "cup"),
    _constant("ounces in a pint", 16, "ounce oz", "pint"),
    _constant("ounces in a quart", 32, "ounce oz", "quart"),
    _constant("ounces in a gallon", 128, "ounce oz", "gallon"),
    _constant("cups in a quart", 4, "cup", "quart"),
    _constant("cups in a gallon", 16, "cup", "gallon"),
    _constant("pints in a gallon", 8, "pint", "gallon"),
    _constant("quarts in a gallon", 4, "quart", "gallon"),
    _constant("watts in a kilowatt", 1000, "kilowatt kw kwh", "watt w"),
    # Legs, wheels, sides
    _constant(
        "legs of a beast or a table",
        4,
        f"{_LEGS} foot",
        "animal dog puppy puppies cat kitten cow calf calves horse pony ponies sheep goat lamb pig elephant lion"
        " tiger bear deer rabbit hamster mouse mice giraffe zebra camel llama turtle lizard frog table chair",
    ),
    _constant(
        "legs of an insect", 6, _LEGS, "insect ant bee beetle butterfly butterflies fly flies grasshopper"
    ),
    _constant("legs of a spider", 8, _LEGS, "spider"),
    _constant("arms of an octopus", 8, "arm leg tentacle", "octopus"),
    _constant("wheels of a car", 4, "wheel tire tyre", "car truck van wagon suv vehicle"),
    _constant("wheels of a tricycle", 3, "wheel tire tyre", "tricycle trike"),
    _constant("sides of a triangle", 3, _SIDES, "triangle triangular"),
    _constant("sides of a square or a rectangle", 4, _SIDES, "square rectangle rectangular rhombus"),
    _constant("sides of a pentagon", 5, _SIDES, "pentagon pentagonal"),
    _constant("sides of a hexagon", 6, _SIDES, "hexagon hexagonal"),
    _constant("faces of a cube", 6, f"{_SIDES} face surface", "cube cubic"),
    _constant("edges of a cube", 12, "edge", "cube cubic"),
    _constant("sides of an octagon", 8, _SIDES, "octagon octagonal"),
    # Angles
    _constant("degrees in a circle", 360, "degree angle", "circle circular rotation"),
    _constant("degrees of a straight angle", 180, "degree angle", "triangle triangular supplementary"),
    _constant("degrees of a right angle", 90, "angle", "right perpendicular complementary"),
)


def _index() -> dict[str, tuple[Constant, ...]]:
    """For each word of a first cue set, the constants that it may call for."""
    index: dict[str, tuple[Constant, ...]] = {}
    for constant in CONSTANTS:
        for word in constant.cues[0]:
            index[word] = (*index.get(word, ()), constant)
    return index


_BY_CUE = _index()
_WORD = re.compile(r"monday(?:-| - | to | through )(?:friday|saturday)|[ap]\.m|[^\W\d_]+|[%$¢]")
_WORKING_DAY = re.compile(r"\b(?:week|work|working|school|business) days?\b")
_PERCENTAGE = re.compile(r"%|\b(?:percent|per cent|pct\b)")
_FEET = re.compile(r"[0-9]'(?![\w'])")  # 12'
_INCHES = re.compile(r"[0-9](?:\"|''|\u2033)")  # 6"
_QUOTATION = re.compile(r"(?<![0-9'])[\"\u201c]")


def constants_for(question: str) -> frozenset[Number]:
    """The constants whose cues the question contains, and those that are always allowed.

    Whole numbers are ints. Takes time linear in the length of the question, and never raises.
    """
    text = fold(question)
    words = set(_WORD.findall(text))
    words.update(*(phrase.split() for phrase in words if phrase.startswith("monday ")))
    if " day" in text and _WORKING_DAY.search(text):
        words.add("workday")
    if "'" in text and _FEET.search(text):
        words.add("ft")
    if ('"' in text or "''" in text) and _INCHES.search(text) and not _QUOTATION.search(text):
        words.add("inch")
    called = [
        constant
        for word in words & _BY_CUE.keys()
        for constant in _BY_CUE[word]
        if all(not words.isdisjoint(cue) for cue in constant.cues)
    ]
    return ALWAYS.union(plain(constant.value) for constant in called)


def speaks_of_percent(question: str) -> bool:
    """Whether a question speaks of percentages."""
    return _PERCENTAGE.search(fold(question)) is not None
