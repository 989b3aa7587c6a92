"""The types of parameters: how a value is drawn, how a request says it, and what its JSON schema is.

Some types have several forms (a date, the letter case of an enum, the names of a record's fields). `settle` picks the
form of one schema: the schema's description then states it, and requests made for that schema use it, so that a value
can always be copied from the request, or looked up in the enum.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple, Protocol

from trace_trainer.engine.problems.functions.words import Source
from trace_trainer.experts.problems.spelling import spell

_SPELLED_SHARE = 0.15
_UPPER_SHARE = 0.25


class Value(NamedTuple):
    """A drawn value: as the request says it, as the call passes it, and what ordered pairs are compared by."""

    shown: str
    argument: Any
    key: Any = None


class Kind(Protocol):
    """A type of parameter."""

    @property
    def note(self) -> str:
        """The form that a description must state, such as "YYYY-MM-DD"; empty where there is nothing to state."""
        ...

    def settle(self, rng: Random, form: int) -> Kind:
        """This kind in one of its forms: what one tool schema shows. Dates and times take theirs by the number `form`,
        the same for all tools of a problem."""
        ...

    def draw(self, source: Source) -> Value:
        """A value."""
        ...

    def schema(self) -> dict[str, Any]:
        """The JSON schema, without a description."""
        ...


@dataclass(frozen=True)
class Text:
    """A string made from one of several patterns (see `Source.fill`); `quoted` where the request puts it in quotes."""

    patterns: tuple[str, ...]
    quoted: bool = False
    lower: bool = False
    note: str = ""

    def settle(self, rng: Random, form: int) -> Text:
        return replace(self, patterns=(rng.choice(self.patterns),))

    def draw(self, source: Source) -> Value:
        text = source.fill(source.rng.choice(self.patterns))
        if self.lower:
            text = text.lower()
        return Value(f'"{text}"' if self.quoted else text, text)

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


@dataclass(frozen=True)
class Whole:
    """An integer from low to high in steps.

    Requests write it in words sometimes up to twelve, and with a comma sometimes from 1,000 on; with `digits`, never.
    """

    low: int
    high: int
    step: int = 1
    digits: bool = False
    note: str = ""

    def settle(self, rng: Random, form: int) -> Whole:
        return self

    def draw(self, source: Source) -> Value:
        number = source.rng.randrange(self.low, self.high + 1, self.step)
        shown = str(number)
        if not self.digits and source.rng.random() < _SPELLED_SHARE:
            shown = spell(number) if number <= 12 else f"{number:,}"
        return Value(shown, number, number)

    def schema(self) -> dict[str, Any]:
        return {"type": "integer"}


@dataclass(frozen=True)
class Decimal:
    """A number from low to high with at most `places` digits after the point; whole ones are shown without a point."""

    low: float
    high: float
    places: int = 2
    note: str = ""

    def settle(self, rng: Random, form: int) -> Decimal:
        return self

    def draw(self, source: Source) -> Value:
        places = source.rng.choice((0, self.places))
        number = round(source.rng.uniform(self.low, self.high), places)
        argument: int | float = int(number) if number == int(number) else number
        return Value(str(argument), argument, argument)

    def schema(self) -> dict[str, Any]:
        return {"type": "number"}


@dataclass(frozen=True)
class Flag:
    """A boolean: what a request says to switch it on, and what to switch it off. With no words for off it is true."""

    on: tuple[str, ...]
    off: tuple[str, ...] = ()
    note: str = ""

    def settle(self, rng: Random, form: int) -> Flag:
        return self

    def draw(self, source: Source) -> Value:
        argument = not self.off or source.rng.random() < 0.5
        return Value(source.rng.choice(self.on if argument else self.off), argument)

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice:
    """An enum: each value with the words that a request may use for it."""

    phrases: Mapping[str, tuple[str, ...]]
    note: str = ""

    def settle(self, rng: Random, form: int) -> Choice:
        values = list(self.phrases)
        rng.shuffle(values)
        upper = rng.random() < _UPPER_SHARE
        return replace(self, phrases={v.upper() if upper else v: self.phrases[v] for v in values})

    def draw(self, source: Source) -> Value:
        argument = source.rng.choice(list(self.phrases))
        return Value(source.rng.choice(self.phrases[argument]), argument)

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.phrases)}


class Form(NamedTuple):
    """A way to write a date or a time: what a description says, and the format of `strftime`."""

    note: str
    format: str


_DATE_FORMS = (
    Form("YYYY-MM-DD", "%Y-%m-%d"),
    Form("DD/MM/YYYY", "%d/%m/%Y"),
    Form("DD.MM.YYYY", "%d.%m.%Y"),
    Form("YYYY/MM/DD", "%Y/%m/%d"),
)
_TIME_FORMS = (Form("HH:MM", "%H:%M"), Form("like 06:30 PM", "%I:%M %p"))
_FIRST_DAY = datetime.date(2025, 1, 1)


@dataclass(frozen=True)
class Moment:
    """A date or a time of day as a string in one form, which the description states and the request uses."""

    forms: tuple[Form, ...]

    @property
    def note(self) -> str:
        return self.forms[0].note

    def settle(self, rng: Random, form: int) -> Moment:
        return replace(self, forms=(self.forms[form % len(self.forms)],))

    def draw(self, source: Source) -> Value:
        day = _FIRST_DAY + datetime.timedelta(days=source.rng.randrange(3 * 365))
        minutes = 5 * source.rng.randrange(6 * 12, 23 * 12)
        moment = datetime.datetime.combine(day, datetime.time(minutes // 60, minutes % 60))
        text = moment.strftime(self.forms[0].format)
        return Value(text, text, moment.date() if self.forms[0] in _DATE_FORMS else moment.time())

    def schema(self) -> dict[str, Any]:
        return {"type": "string"}


DATE = Moment(_DATE_FORMS)
TIME = Moment(_TIME_FORMS)


@dataclass(frozen=True)
class Listing:
    """An array of two or more values of one kind, no two alike."""

    item: Kind
    low: int = 2
    high: int = 3

    @property
    def note(self) -> str:
        return self.item.note

    def settle(self, rng: Random, form: int) -> Listing:
        return replace(self, item=self.item.settle(rng, form))

    def draw(self, source: Source) -> Value:
        values: list[Value] = []
        # A small enum may hold fewer values than asked for.
        for _ in range(20 * self.high):
            value = self.item.draw(source)
            if all(value.argument != other.argument for other in values):
                values.append(value)
            if len(values) == self.high or (len(values) >= self.low and source.rng.random() < 0.3):
                break
        return Value(join_words([value.shown for value in values]), [value.argument for value in values])

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.item.schema()}


@dataclass(frozen=True)
class Record:
    """An object with fields: their names (the first is the field's key in `shows`), and ways to say them all."""

    fields: Mapping[str, tuple[tuple[str, ...], Kind]]
    shows: tuple[str, ...]
    note: str = ""

    def settle(self, rng: Random, form: int) -> Record:
        settled = {
            key: ((rng.choice(names),), kind.settle(rng, form)) for key, (names, kind) in self.fields.items()
        }
        return replace(self, fields=settled)

    def draw(self, source: Source) -> Value:
        values = {key: kind.draw(source) for key, (_, kind) in self.fields.items()}
        shown = source.rng.choice(self.shows).format_map({key: value.shown for key, value in values.items()})
        return Value(shown, {names[0]: values[key].argument for key, (names, _) in self.fields.items()})

    def properties(self) -> dict[str, Any]:
        """The JSON schemas of the fields, each with the note of its form, by name."""
        return {names[0]: described(kind.schema(), kind.note) for names, kind in self.fields.values()}

    def schema(self) -> dict[str, Any]:
        properties = self.properties()
        return {"type": "object", "properties": properties, "required": list(properties)}


def described(schema: dict[str, Any], description: str) -> dict[str, Any]:
    """The schema with the description behind its type, or as it is where the description is empty."""
    if not description:
        return schema
    kind = {"type": schema["type"], "description": description}
    return {**kind, **{key: value for key, value in schema.items() if key != "type"}}


def berkeley(argument: Any) -> Any:
    """The argument as one allowed value in Berkeley form, where each field of an object has its own allowed values."""
    if isinstance(argument, dict):
        return {key: [berkeley(value)] for key, value in argument.items()}
    if isinstance(argument, list):
        return [berkeley(value) for value in argument]
    return argument


def join_words(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
