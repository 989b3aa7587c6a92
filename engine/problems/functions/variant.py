"""A tool as one problem offers it: one name, some optional parameters, other parameter names, another order.

The same intent so appears under many schemas, and a model has to read the one it is given. In the opaque style every
name is invented and only the descriptions tell what is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from trace_trainer.engine.problems.functions.kinds import Kind, Record, described
from trace_trainer.engine.problems.functions.stems import invent_word
from trace_trainer.engine.problems.functions.tool import INVENTED, Parameter, Tool

_OPTIONAL_SHARE = 0.5
_FLAT_SHARE = 0.5
_SHUFFLED_SHARE = 0.5
# Names that do not say what they hold: their parameters always have a description.
_UNCLEAR = frozenset("to by at when where around until after before since in using near old new what".split())
_QUESTION_WORDS = ("who", "what", "where", "when", "how", "which", "whether")


class Style(NamedTuple):
    """How all tools of one problem are written.

    case: "snake", "camel" or "dotted". opaque: names say nothing. described: parameters have descriptions. form: which
    form of dates and times (see `Kind.settle`). unseen: invented names are of those that training never shows.
    """

    case: str
    opaque: bool
    described: bool
    form: int
    unseen: bool


def draw_style(rng: Random, unseen: bool) -> Style:
    """A style: mostly snake case, descriptions in about half, an opaque one in ten."""
    opaque = rng.random() < 0.1
    case = rng.choices(("snake", "camel", "dotted"), (75, 15, 10))[0]
    # Form 0 is the common one: ISO dates and a clock of 24 hours.
    form = 0 if rng.random() < 0.5 else rng.randrange(12)
    return Style(case, opaque, opaque or rng.random() < 0.5, form, unseen)


@dataclass(frozen=True)
class Slot:
    """A parameter as the schema shows it. `about` is empty where the name has to do; `flat`: a record's fields are
    parameters of the tool itself."""

    parameter: Parameter
    name: str
    about: str
    kind: Kind
    flat: bool

    @property
    def question(self) -> str:
        """What to ask when the request does not give the value, in the schema's own words."""
        wanted = self.about or words_of(self.name)
        if wanted.startswith(_QUESTION_WORDS):
            return f"Could you tell me {wanted}?"
        return f"What is the {wanted}?"

    def properties(self) -> dict[str, Any]:
        """JSON schemas by name: one, or those of a flat record's fields."""
        if self.flat:
            assert isinstance(self.kind, Record)
            return self.kind.properties()
        about = self.about[:1].upper() + self.about[1:]
        schema = described(self.kind.schema(), ", ".join(filter(None, (about, self.kind.note))))
        if self.parameter.default is not None:
            schema["default"] = self.default
        return {self.name: schema}

    @property
    def default(self) -> Any:
        """The default as this schema spells it (an enum's letter case may differ)."""
        values = self.kind.schema().get("enum", ())
        declared = self.parameter.default
        return next((value for value in values if value.lower() == declared), declared)

    def arguments(self, value: Any) -> dict[str, Any]:
        """What a call passes for the value."""
        return dict(value) if self.flat else {self.name: value}


@dataclass(frozen=True)
class Variant:
    """A tool under one schema."""

    tool: Tool
    name: str
    description: str
    slots: tuple[Slot, ...]

    @property
    def signature(self) -> str:
        """The function's name with the names of its parameters in order of letters: what makes a schema new."""
        names = sorted(name for slot in self.slots for name in slot.properties())
        return f"{self.name}({', '.join(names)})"

    def schema(self) -> dict[str, Any]:
        """The tool in OpenAI form."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        for slot in self.slots:
            properties |= slot.properties()
            if not slot.parameter.optional:
                required += slot.properties()
        parameters = {"type": "object", "properties": properties, "required": required}
        function = {"name": self.name, "description": self.description, "parameters": parameters}
        return {"type": "function", "function": function}


def draw_variant(tool: Tool, style: Style, rng: Random) -> Variant:
    """One of the schemas of a tool in the style."""
    kept = [p for p in tool.parameters if not p.optional or rng.random() < _OPTIONAL_SHARE]
    if rng.random() < _SHUFFLED_SHARE:
        rng.shuffle(kept)
    taken: set[str] = set()
    slots = tuple(_draw_slot(parameter, style, rng, taken) for parameter in kept)
    if style.opaque:
        name = f"{invent_word(rng, style.unseen)}_{invent_word(rng, style.unseen)}"
    else:
        name = rng.choice(tool.names)
    if style.case == "dotted":
        invented = style.opaque or tool.domain == INVENTED
        name = name.replace("_", ".") if invented else f"{tool.domain}.{name}"
    return Variant(tool, cased(name, style.case), rng.choice(tool.does), slots)


def _draw_slot(parameter: Parameter, style: Style, rng: Random, taken: set[str]) -> Slot:
    kind = parameter.kind.settle(rng, style.form)
    flat = False
    if isinstance(kind, Record):
        fields = set(kind.properties())
        flat = not parameter.optional and not fields & taken and rng.random() < _FLAT_SHARE
    name = next(name for name in _names(parameter, style, rng) if name not in taken)
    taken |= fields if flat else {name}
    described = style.described or name in _UNCLEAR
    about = rng.choice(parameter.about) if described else ""
    return Slot(parameter, name, about, kind, flat)


def _names(parameter: Parameter, style: Style, rng: Random) -> Iterator[str]:
    """Names for the parameter in the style, in random order."""
    while style.opaque:
        yield invent_word(rng, style.unseen)
    for name in rng.sample(parameter.names, len(parameter.names)):
        yield cased(name, style.case)


def cased(name: str, case: str) -> str:
    """A snake-case name in camel case where that is the case, else as it is."""
    if case != "camel":
        return name
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def words_of(name: str) -> str:
    """The words of a name in snake or camel case: "check in date"."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).replace("_", " ")
