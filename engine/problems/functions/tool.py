"""The declaration of a tool family: what it does, its typed parameters, its names, and how people ask for it.

    tool(
        "weather/forecast",
        names="get_weather weather_forecast lookup_forecast",
        does="Get the weather forecast for a city.|Weather forecast of a place.",
        city=text("{city}", also="location place", about="name of the city", each=True),
        days=whole(2, 14, also="num_days", about="number of days", optional=True),
        requests=("What will the weather be like< in {city}>[ over the next {days} days]?", ...),
    )

A problem offers the family in one of its variants (see variant.py): one name, some of the optional parameters, other
names for them, in another order. See template.py for the brackets in requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

from trace_trainer.engine.problems.functions.kinds import (
    DATE,
    TIME,
    Choice,
    Decimal,
    Flag,
    Kind,
    Listing,
    Record,
    Text,
    Whole,
)
from trace_trainer.engine.problems.functions.template import Template


class ToolDeclarationError(ValueError):
    """A family is declared wrongly: the message names it and says what would be right."""


class Options(TypedDict, total=False):
    """What every parameter takes.

    also: other names, split at spaces. about: noun phrases for the description, split at "|"; the name's words where
    absent. optional: may be left out. default: the value when left out; makes it optional. each: several values in one
    request mean several calls.
    """

    also: str
    about: str
    optional: bool
    default: Any
    each: bool


@dataclass(frozen=True)
class Parameter:
    """A declared parameter; the first of `names` is its slot in the request templates."""

    kind: Kind
    names: tuple[str, ...]
    about: tuple[str, ...]
    optional: bool
    default: Any
    each: bool

    @property
    def key(self) -> str:
        """The slot's name."""
        return self.names[0]


@dataclass(frozen=True)
class Tool:
    """A declared family. `held_out` ones are never trained on: they are in the split test_schemas only."""

    key: str
    names: tuple[str, ...]
    does: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    requests: tuple[Template, ...]
    ordered: tuple[str, ...] = ()
    held_out: bool = False

    @property
    def domain(self) -> str:
        """What is before the slash of its key: tools of one domain are each other's near misses."""
        return self.key.partition("/")[0]


INVENTED = "invented"
"""The domain of all invented tools (see invented.py), which are not registered."""

TOOLS: dict[str, Tool] = {}
"""Every declared family by its key, "domain/action"."""


def _parameter(kind: Kind, options: Options) -> Parameter:
    default = options.get("default")
    return Parameter(
        kind=kind,
        names=("", *options.get("also", "").split()),
        about=tuple(options["about"].split("|")) if "about" in options else (),
        optional=options.get("optional", False) or default is not None,
        default=default,
        each=options.get("each", False),
    )


def text(*patterns: str, quoted: bool = False, lower: bool = False, **options: Unpack[Options]) -> Parameter:
    """A string; see `Text`."""
    return _parameter(Text(patterns, quoted, lower), options)


def whole(low: int, high: int, step: int = 1, digits: bool = False, **options: Unpack[Options]) -> Parameter:
    """An integer; see `Whole`."""
    return _parameter(Whole(low, high, step, digits), options)


def number(low: float, high: float, places: int = 2, **options: Unpack[Options]) -> Parameter:
    """A number; see `Decimal`."""
    return _parameter(Decimal(low, high, places), options)


def flag(on: str, off: str = "", **options: Unpack[Options]) -> Parameter:
    """A boolean: what a request says to switch it on, and off, each split at "|"; see `Flag`."""
    return _parameter(Flag(tuple(on.split("|")), tuple(off.split("|")) if off else ()), options)


def choice(values: str | Mapping[str, str], **options: Unpack[Options]) -> Parameter:
    """An enum: values split at spaces (said as they are, with a space for _), or each with its words split at "|"."""
    if isinstance(values, str):
        values = {value: value.replace("_", " ") for value in values.split()}
    return _parameter(Choice({value: tuple(words.split("|")) for value, words in values.items()}), options)


def date(**options: Unpack[Options]) -> Parameter:
    """A date in one form."""
    return _parameter(DATE, options)


def time(**options: Unpack[Options]) -> Parameter:
    """A time of day in one form."""
    return _parameter(TIME, options)


def listing(item: Parameter, low: int = 2, high: int = 3, **options: Unpack[Options]) -> Parameter:
    """An array of the item's kind; see `Listing`."""
    return _parameter(Listing(item.kind, low, high), options)


def record(shows: str, fields: Mapping[str, Parameter], **options: Unpack[Options]) -> Parameter:
    """An object: how a request says it, split at "|", and its fields; see `Record`."""
    named = {key: ((key, *field.names[1:]), field.kind) for key, field in fields.items()}
    return _parameter(Record(named, tuple(shows.split("|"))), options)


def build(
    key: str,
    *,
    names: str,
    does: str,
    requests: tuple[str, ...],
    parameters: Mapping[str, Parameter],
    ordered: tuple[str, ...] = (),
    held_out: bool = False,
) -> Tool:
    """The tool that these words declare, checked but not registered. Raises ToolDeclarationError."""
    named = tuple(
        replace(
            parameter, names=(name, *parameter.names[1:]), about=parameter.about or (name.replace("_", " "),)
        )
        for name, parameter in parameters.items()
    )
    try:
        templates = tuple(Template(request) for request in requests)
    except ValueError as error:
        raise ToolDeclarationError(f"tool {key}: {error}") from None
    declared = Tool(key, tuple(names.split()), tuple(does.split("|")), named, templates, ordered, held_out)
    _check(declared)
    return declared


def tool(
    key: str,
    *,
    names: str,
    does: str,
    requests: tuple[str, ...],
    ordered: tuple[str, ...] = (),
    held_out: bool = False,
    **parameters: Parameter,
) -> None:
    """Declare a family.

    Args:
        key: "domain/action".
        names: names of the function in snake case, split at spaces.
        does: descriptions of one short sentence, split at "|".
        requests: templates.
        ordered: two parameters whose values must rise: ("check_in", "check_out").
        held_out: never trained on.
        parameters: by name.

    Raises ToolDeclarationError for a second family of the key, and for a template that lacks a required parameter, puts
    an optional one outside of square brackets, or names an unknown one.
    """
    if key in TOOLS:
        raise ToolDeclarationError(f"tool {key} is declared twice")
    TOOLS[key] = build(
        key,
        names=names,
        does=does,
        requests=requests,
        parameters=parameters,
        ordered=ordered,
        held_out=held_out,
    )


def _check(declared: Tool) -> None:
    required = sorted(p.key for p in declared.parameters if not p.optional)
    optional = {p.key for p in declared.parameters if p.optional}
    for template in declared.requests:
        if sorted(template.slots(optional=False)) != required:
            raise ToolDeclarationError(
                f"tool {declared.key}: outside of square brackets {required} must stand once each: {template.text}"
            )
        bracketed = template.slots(optional=True)
        if len(set(bracketed)) != len(bracketed) or not set(bracketed) <= optional:
            raise ToolDeclarationError(
                f"tool {declared.key}: square brackets may hold {sorted(optional)}, each once: {template.text}"
            )
    never_said = optional - {slot for template in declared.requests for slot in template.slots(optional=True)}
    if never_said:
        raise ToolDeclarationError(f"tool {declared.key}: no request says {sorted(never_said)}")
    if not {*declared.ordered} <= {*required} | optional:
        raise ToolDeclarationError(f"tool {declared.key}: ordered names no parameter: {declared.ordered}")
