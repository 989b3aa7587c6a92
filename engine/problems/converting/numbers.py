"""New numbers for a converted problem: which of its numbers may change, and what they may change to.

A number keeps its form (digits, word, money, percent), its decimals, its roundness and about its size. Fractions, half
and twice, clock times, years, 1, and numbers that something else fixes (the days of a week, the inches of a foot, the
length of a list of names) stay as they are. No value on the way to the answer may change its sign, become fractional
where it was whole, or leave the range that it was in by far: a new problem must be as sensible as the old one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from trace_trainer.engine.problems.converting.context import Context
from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.formula import Computed, Form, Given, givens, parts, values_of
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import plain
from trace_trainer.experts.problems.spelling import spell
from trace_trainer.verifiers.questions.mentions import Mention
from trace_trainer.verifiers.questions.number_words import fold
from trace_trainer.verifiers.questions.numbers import read_question

_VARIED_KINDS = frozenset({"digits", "word", "money", "percent", "cents"})
_FORMS = frozenset({Form.SAME, Form.SHARE})
_YEARS = range(1700, 2101)
_GRAINS = (1_000_000, 100_000, 10_000, 1000, 500, 100, 50, 10, 5)
_MAX_SPELLED = 20
_GROWTH = 12  # how many times larger a value on the way may become
_DIGITS = re.compile(r"(\d[\d,]*)(\.\d+)?|(\.\d+)")
_CALENDAR = re.compile(
    r"[\s-]*(?:\w+ )?(?:days?|hours?|weeks?|months?|minutes?|seconds?|school days|weekdays)\b"
    r"(?: (?:per|an?|each|every|in an?|of the) (?:day|week|month|year|minute|hour))?"
)
_PERIODS = frozenset({7, 24, 60, 12, 52, 365, 366, 30, 31, 28, 5, 14})
_MEASURE = (
    r"(?:inch(?:es)?|foot|feet|yards?|miles?|[cmk]m|(?:centi|milli|kilo)?meters?|kg|(?:kilo|milli)?grams?|ounces?|oz|"
    r"pounds?|lbs?|tons?|gallons?|quarts?|pints?|cups?|ml|(?:milli)?liters?|(?:table|tea)spoons?|acres?|square \w+)"
)
# "12 inches in a foot" and "a foot is 12 inches": what is behind the number, and what is before it.
_MEASURED = re.compile(rf"[\s-]*{_MEASURE}\b")
_MEASURED_IN = re.compile(
    rf"[\s-]*{_MEASURE} (?:in|per|to|for|makes?|equals?|is|are|=) (?:an?|one|1|each|every) {_MEASURE}\b"
)
_MEASURE_IS = re.compile(
    rf"\b(?:an?|one|1|each|every) {_MEASURE} (?:is|=|equals?|has|contains?|holds?) (?:equal to )?\Z"
)
_CAPS = {
    ("day", "week"): 7,
    ("night", "week"): 7,
    ("hour", "day"): 24,
    ("month", "year"): 12,
    ("minute", "hour"): 60,
}
_UNIT_PER = re.compile(
    r"[\s-]*(?:\w+ )?(day|hour|month|minute|night|time)s? (?:per|an?|each|every|in a) (week|day|year|hour)\b"
)
_SMALLER = re.compile(
    r"(?:feet|foot|hours?),? (?:and )?\Z"
)  # what goes before the inches or minutes of a length
_REMAINDERS = {"inches": 11, "inch": 11, "minutes": 59, "minute": 59}
_LIST = re.compile(r"(?:[A-Z]\w+(?:'s)?,\s+)*[A-Z]\w+(?:'s)?,?\s+and\s+[A-Z]\w+")
_MAX_LISTED = 6
_AGES = re.compile(r"\b(?:old|older|younger|ages?)\b")
_RELATIVES = re.compile(
    r"\b(?:father|mother|dad|mom|parents?|sons?|daughters?|brother|sister|uncle|aunt|grand\w+|child|children|baby)\b"
)


@dataclass(frozen=True, slots=True)
class Variable:
    """A number that may change: the places where the question states it, all to be changed alike."""

    mention: int
    places: tuple[int, ...]


def variable_numbers(conversion: Conversion) -> list[Variable]:
    """The numbers of a converted problem that may change; none where a number that matters is not tied to the trace."""
    assert conversion.formula is not None  # certain
    text = fold(conversion.question)
    if _AGES.search(text) and _RELATIVES.search(text):
        return []  # a sister may become older than her father
    mentions = read_question(conversion.question).mentions
    context = Context(conversion.question, mentions)
    used: dict[int, set[Form]] = {}
    for given in givens(conversion.formula):
        used.setdefault(given.mention, set()).add(given.form)
    for index, mention in enumerate(mentions):
        if (
            index not in used
            and context.aliases[index] not in used
            and index not in context.weak
            and mention.value != 1
        ):
            return []  # the text may say something about it that other numbers would make false
    listed = _listed_counts(conversion.question)
    variables = []
    for index, forms in used.items():
        mention = mentions[index]
        places = tuple(place for place, alias in enumerate(context.aliases) if alias == index)
        fixed = (
            mention.kind not in _VARIED_KINDS
            or not forms <= _FORMS
            or index in context.weak
            or mention.value in (0, 1)
            or mention.value in listed
            or _is_calendar(conversion.question, mention)
            or _is_measure(conversion.question, mention)
            or (mention.kind == "digits" and mention.value in _YEARS and "," not in mention.text)
        )
        if not fixed:
            variables.append(Variable(index, places))
    return variables


def _listed_counts(question: str) -> set[int]:
    """The lengths of the lists of names in a question: "three friends, Ann, Bob and Carl" stay three."""
    lengths = {
        len(re.split(r",\s+(?:and\s+)?|\s+and\s+", match.group())) for match in _LIST.finditer(question)
    }
    return {length for length in lengths if length <= _MAX_LISTED}


def _is_calendar(question: str, mention: Mention) -> bool:
    """Whether a number is the length of a period: 7 days, 24 hours a day, 60 minutes."""
    return mention.value in _PERIODS and _CALENDAR.match(fold(question), mention.end) is not None


def _is_measure(question: str, mention: Mention) -> bool:
    """Whether a number says how many of one unit of measurement another one has."""
    text = fold(question)
    return _MEASURED_IN.match(text, mention.end) is not None or (
        _MEASURED.match(text, mention.end) is not None
        and _MEASURE_IS.search(text, 0, mention.start) is not None
    )


def draw_numbers(
    conversion: Conversion, variables: Sequence[Variable], rng: Random
) -> tuple[str, dict[Given, Exact]] | None:
    """A new text and the values that the trace's numbers have in it, or None where the draw makes no sense."""
    mentions = read_question(conversion.question).mentions
    new: dict[int, Fraction] = {}
    texts: dict[int, str] = {}
    for variable in variables:
        value = _draw(conversion.question, mentions[variable.mention], rng)
        if value is None:
            continue
        new[variable.mention] = value
        for place in variable.places:
            text = _shown(mentions[place], value)
            if text is None:
                return None
            texts[place] = text
    olds = [mentions[m].value for m in new]
    if len(set(new.values())) < len(set(olds)) or all(mentions[m].value == v for m, v in new.items()):
        return None
    assert conversion.formula is not None  # certain
    values = {given: _in_form(given, new) for given in givens(conversion.formula)}
    if not sensible(conversion.formula, values):
        return None
    question = _replaced(conversion.question, mentions, texts)
    expected = [new.get(alias, mentions[i].value) for i, alias in _aliases(conversion.question, mentions)]
    found = [mention.value for mention in read_question(question).mentions]
    return (question, values) if found == expected else None


def _aliases(question: str, mentions: Sequence[Mention]) -> list[tuple[int, int]]:
    return list(enumerate(Context(question, mentions).aliases))


def _in_form(given: Given, new: Mapping[int, Fraction]) -> Exact:
    if given.mention not in new:
        return given.value
    value = new[given.mention]
    return plain(value / 100 if given.form is Form.SHARE else value)


def sensible(formula: Computed, values: Mapping[Given, Exact]) -> bool:
    """Whether every step keeps its sign, its wholeness and about its size with these numbers."""
    try:
        before, after = values_of(formula), values_of(formula, values)
    except ZeroDivisionError:
        return False
    for part in parts(formula):
        if not isinstance(part, Computed):
            continue
        old, now = Fraction(before[part]), Fraction(after[part])
        if (old > 0) != (now > 0) or (old == 0) != (now == 0) or abs(now) > _GROWTH * (abs(old) + 1):
            return False
        if old.denominator == 1 != now.denominator:
            return False
        if (0 < old < 1) != (0 < now < 1) or (old > 1 and now <= 1):
            return False
        if 100 % old.denominator == 0 != 100 % now.denominator:  # cents stay cents
            return False
    return True


def _draw(question: str, mention: Mention, rng: Random) -> Fraction | None:
    """A number like the mention's. None where there is none to draw."""
    value = mention.value
    cap = _cap(question, mention)
    if mention.kind == "percent" and value < 100:
        cap = min(cap, Fraction(95))
    if mention.kind == "word" and value > _MAX_SPELLED and value % 10:
        return None
    scale = _scale(mention)
    shown = value / scale
    if shown.denominator != 1:
        step = _decimal_step(mention)
        low, high = math.ceil(shown / 2 / step), math.floor(shown * 2 / step)
        return rng.randint(max(1, low), high) * step * scale if low < high else None
    grain = _grain(int(shown), mention)
    low, high = max(2, math.ceil(shown / 2)), max(int(shown) + 3, int(shown) * 2)
    if mention.kind == "word":
        high = min(high, _MAX_SPELLED if value <= _MAX_SPELLED else 90)
    high = min(high, math.floor(cap / scale))
    low = -(-low // grain)
    return Fraction(rng.randint(low, high // grain) * grain) * scale if low <= high // grain else None


def _grain(value: int, mention: Mention) -> int:
    """How round a number is: the step that new ones keep."""
    grain = next((g for g in _GRAINS if value % g == 0 and value >= 2 * g), 1)
    if mention.kind == "percent":
        return 5 if value % 5 == 0 else 1
    if mention.kind == "word" and value > _MAX_SPELLED:
        return 10
    if grain >= 10 and value // grain < 8:
        grain //= 5 if grain in (50, 500) else 10
    return grain if grain > 5 or value >= 40 else (5 if grain == 5 and value > 25 else 1)


def _cap(question: str, mention: Mention) -> Fraction:
    text = fold(question)
    match = _UNIT_PER.match(text, mention.end)
    limit = _CAPS.get((match.group(1), match.group(2))) if match else None
    unit = re.match(r"[\s-]*([a-z]+)", text[mention.end :])
    if unit and _SMALLER.search(text[: mention.start]):
        limit = _REMAINDERS.get(unit.group(1))
    return Fraction(limit) if limit and mention.value <= limit else Fraction(10**15)


def _scale(mention: Mention) -> Fraction:
    """By how much the words after the digits multiply them: "5 million", "$3k"."""
    match = _DIGITS.search(mention.text)
    if mention.kind == "word" or match is None:
        return Fraction(1)
    return mention.value / Fraction(match.group().replace(",", ""))


def _decimal_step(mention: Mention) -> Fraction:
    decimals = mention.text.partition(".")[2]
    places = len(re.match(r"\d*", decimals).group())  # type: ignore[union-attr]
    return Fraction(5 if places >= 2 and decimals[places - 1] in "05" else 1, 10**places)


def _shown(mention: Mention, value: Fraction) -> str | None:
    """The new number as the old one is written."""
    if mention.kind == "word" or not _DIGITS.search(mention.text):
        words = re.sub(r"(?i)[\s-]*(?:percent|cents?)\Z", "", mention.text)
        if value.denominator != 1 or fold(words).split()[0] in ("a", "an"):
            return None
        text = spell(int(value))
        return (text.capitalize() if mention.text[0].isupper() else text) + mention.text[len(words) :]
    match = _DIGITS.search(mention.text)
    assert match is not None
    shown = value / _scale(mention)
    places = len(match.group().partition(".")[2])
    if (shown * 10**places).denominator != 1:
        return None
    whole, rest = divmod(int(shown * 10**places), 10**places)
    separated = f"{whole:,}" if "," in match.group() or (whole >= 10_000) else str(whole)
    digits = separated + (f".{rest:0{places}d}" if places else "")
    return mention.text[: match.start()] + digits + mention.text[match.end() :]


_ARTICLE = re.compile(r"\b([Aa])n?([ ])\Z")
_VOWEL_SOUND = re.compile(r"(?:8|1[18](?!\d)|eight|eleven)")


def _replaced(question: str, mentions: Sequence[Mention], texts: Mapping[int, str]) -> str:
    """The question with new numbers in their places, and with the article that goes with them."""
    pieces: list[str] = []
    position = 0
    for place in sorted(texts):
        before = question[position : mentions[place].start]
        sound = "n" if _VOWEL_SOUND.match(texts[place].lstrip("$").lower()) else ""
        pieces.append(_ARTICLE.sub(rf"\g<1>{sound}\g<2>", before))
        pieces.append(texts[place])
        position = mentions[place].end
    pieces.append(question[position:])
    return "".join(pieces)
