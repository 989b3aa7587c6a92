"""Tools that exist nowhere: invented verbs and nouns, with parameters of every type.

Nothing about them can be known beforehand, so a model has to read the schema. They come as pairs of near misses, too:
the same noun under another verb.
"""

from __future__ import annotations

from random import Random

from trace_trainer.engine.problems.functions.stems import invent_word
from trace_trainer.engine.problems.functions.tool import (
    INVENTED,
    Options,
    Parameter,
    Tool,
    build,
    choice,
    date,
    flag,
    listing,
    number,
    text,
    time,
    whole,
)

_KINDS = "code word name whole whole number choice choice flag date time list".split()
_PLAIN_NAMES = (
    "size weight level label count speed depth angle code mode range width target limit grade".split()
)


def invent_tool(rng: Random, unseen: bool, noun: str | None = None) -> Tool:
    """A tool of one to four parameters.

    Args:
        rng: draws everything.
        unseen: take invented words that training never shows.
        noun: what it acts on; another invented word where None.
    """
    verb = invent_word(rng, unseen)
    noun = noun or invent_word(rng, unseen)
    names: list[str] = []
    count = rng.choice((1, 2, 2, 3, 3, 4))
    while len(names) < count:
        name = rng.choice(_PLAIN_NAMES) if rng.random() < 0.3 else invent_word(rng, unseen)
        if name not in (verb, noun, *names):
            names.append(name)
    required = rng.randint(1, len(names))
    parameters = {
        name: _invent_parameter(name, rng, unseen, optional=index >= required)
        for index, name in enumerate(names)
    }
    return build(
        f"{INVENTED}/{verb}_{noun}",
        names=f"{verb}_{noun} {noun}_{verb}",
        does=f"{verb.capitalize()} a {noun}.|{verb.capitalize()} the given {noun}.|Used to {verb} a {noun}.",
        requests=tuple(_templates(verb, noun, names[:required], names[required:], parameters)),
        parameters=parameters,
    )


def noun_of(tool: Tool) -> str:
    """What an invented tool acts on."""
    return tool.key.rpartition("_")[2]


def _invent_parameter(name: str, rng: Random, unseen: bool, *, optional: bool) -> Parameter:
    about = f"{name} of the item|{name} to use|{name}"
    low = rng.choice((0, 1, 10, 100))
    kind = rng.choice(_KINDS)
    options: Options = {"about": about, "optional": optional, "each": kind not in ("flag", "list")}
    # Half of the optional parameters that can have a default do.
    has_default = optional and rng.random() < 0.5
    match kind:
        case "code":
            return text(rng.choice(("^^-%%%", "^%%%%", "%%%-^^", "^%^%")), **options)
        case "word":
            return text("{invented}", **options)
        case "name":
            return text("{first}", "{city}", "{color}", **options)
        case "whole":
            if has_default:
                options["default"] = low
            return whole(low, low * 10 + 90, **options)
        case "number":
            return number(low, low * 10 + 20, places=1, **options)
        case "choice":
            values = list(dict.fromkeys(invent_word(rng, unseen) for _ in range(rng.randint(2, 4))))
            if has_default:
                options["default"] = values[0]
            return choice(" ".join(values), **options)
        case "flag":
            if has_default:
                options["default"] = False
            return flag(f"{name} on|{name} enabled", f"{name} off|{name} disabled", **options)
        case "date":
            return date(**options)
        case "time":
            return time(**options)
        case _:
            return listing(text("^%%", "{color}"), **options)


def _templates(
    verb: str, noun: str, required: list[str], optional: list[str], parameters: dict[str, Parameter]
) -> list[str]:
    """Requests whose first value stands plainly and whose others can be left out, in three manners of speaking."""

    def say(name: str, link: str) -> str:
        # A flag's own words hold its name: "plim on".
        return (
            f"{{{name}}}"
            if parameters[name].kind.schema()["type"] == "boolean"
            else f"{name}{link}{{{name}}}"
        )

    def tail(link: str, separator: str = ", ") -> str:
        rest = "".join(f"<{separator}{say(name, link)}>" for name in required[1:])
        return rest + "".join(f"[{separator}{say(name, link)}]" for name in optional)

    first = required[0]
    return [
        f"{verb.capitalize()} the {noun} with {say(first, ' ')}{tail(' ')}.",
        f"{verb.capitalize()} a {noun}: {say(first, ' ')}{tail(' ')}.",
        f"I need to {verb} a {noun} with {say(first, ' ')}{tail(' ', ' and ')}.",
        f"{verb.capitalize()} one {noun}, {say(first, ' = ')}{tail(' = ')}.",
        f"Can you {verb} this {noun}? Use {say(first, ' ')}{tail(' ')}.",
    ]
