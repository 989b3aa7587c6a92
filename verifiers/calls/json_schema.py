"""JSON schema in full, by the libraries `jsonschema` and `referencing`: what `tools.Schema` does not hold.

Bounds, patterns, formats, references, conditions: each keyword that a schema has besides types, enums and properties.
The libraries are loaded where a schema has one. Nothing is fetched: a reference leads to another place of the same
schema. Time is bounded, whatever the schema: so many steps a call, so long a search for a pattern.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

from trace_trainer.verifiers.calls.call import canonical
from trace_trainer.verifiers.calls.json_formats import formats

CHECKED = frozenset(
    "$ref allOf oneOf not if then else minimum maximum exclusiveMinimum exclusiveMaximum multipleOf "
    "minLength maxLength pattern format minItems maxItems uniqueItems contains minContains maxContains prefixItems "
    "minProperties maxProperties patternProperties propertyNames dependentRequired dependentSchemas "
    "dependencies".split()
)
"""Keywords that only the libraries check, or check in full. `unevaluatedProperties` and `$dynamicRef` are not read."""

MAX_STEPS = 4_000
"""Keywords that are checked of one call; more are nobody's honest arguments."""
_MAX_FOUND = 4
_PATTERN_SECONDS = 0.02
_PATTERN_PARTS = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$", re.DOTALL)  # a class holds a `$` as it is
_IN_ECMA = {"$": r"\Z", r"\d": "[0-9]"}
_MAX_SHOWN = 160
_RENAMED = {"dict": "object", "float": "number", "tuple": "array"}
_HOLD_SCHEMAS = frozenset(
    "properties patternProperties $defs definitions dependentSchemas dependencies".split()
)
_HOLD_VALUES = frozenset("enum const default examples example required".split())


def resolved(ref: Any, root: Mapping[str, Any]) -> Any:
    """What a reference stands for within a schema. Raises SchemaError where it leads nowhere, or out of the schema."""
    from referencing import Registry
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import DRAFT202012

    if not isinstance(ref, str) or not ref.startswith("#"):
        raise SchemaError(f"{str(ref)[:60]!r} leads out of the schema, and nothing is fetched; write it out")
    registry: Registry[Any] = Registry().with_resource("", DRAFT202012.create_resource(dict(root)))
    try:
        return registry.resolver().lookup(ref).contents
    except (Unresolvable, ValueError):
        raise SchemaError(f"{ref[:60]!r} leads nowhere in this schema") from None


class SchemaError(ValueError):
    """A schema that the libraries can't read: one line."""


class _TooMuch(Exception):
    """A check that takes more steps than MAX_STEPS, or a pattern that takes too long."""


def needs_library(raw: Any) -> bool:
    """Whether a schema has a keyword of CHECKED anywhere."""
    if isinstance(raw, list):
        return any(map(needs_library, raw))
    if not isinstance(raw, Mapping):
        return False
    extra = raw.get("additionalProperties")
    return (
        not CHECKED.isdisjoint(raw)
        or isinstance(extra, Mapping)
        or any(
            any(map(needs_library, value.values()))
            if key in _HOLD_SCHEMAS and isinstance(value, Mapping)
            else key not in _HOLD_VALUES and needs_library(value)
            for key, value in raw.items()
        )
    )


def plain_schema(raw: Any) -> Any:
    """A schema as JSON schema has it: types by their JSON names, null a type, an enum of elements in `items`."""
    if isinstance(raw, list):
        return [plain_schema(item) for item in raw]
    if not isinstance(raw, Mapping):
        return raw
    made: dict[str, Any] = {}
    for key, value in raw.items():
        if key == "required" and not isinstance(value, list):
            continue  # some schemas mark a property itself so
        if key in _HOLD_SCHEMAS and isinstance(value, Mapping):
            made[key] = {name: plain_schema(item) for name, item in value.items()}
        else:
            made[key] = value if key in _HOLD_VALUES else plain_schema(value)
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if (
            isinstance(made.get(exclusive), bool) and made.pop(exclusive) and bound in made
        ):  # as OpenAPI 3.0 has it
            made[exclusive] = made.pop(bound)
    types = made.get("type")
    if types is not None:
        names = [_RENAMED.get(str(name), name) for name in (types if isinstance(types, list) else [types])]
        if raw.get("nullable") is True and "null" not in names:
            names.append("null")
        made.pop("type") if "any" in names else made.update(type=names[0] if len(names) == 1 else names)
    enum = made.get("enum")
    if (
        made.get("type") == "array"
        and isinstance(enum, list)
        and not any(isinstance(one, list) for one in enum)
    ):
        made["items"] = {"allOf": [made.get("items", {}), {"enum": made.pop("enum")}]}
    return made


def misfits(arguments: Mapping[str, Any], schema: str) -> list[tuple[str, str]]:
    """What the libraries find wrong with a call's arguments: the place and the message of each, a few at most.

    Args:
        schema: of the object of arguments, as JSON text, in plain form.

    Raises SchemaError.
    """
    _steps.left = MAX_STEPS
    try:
        errors = list(islice(validator(schema).iter_errors(arguments), _MAX_FOUND))
    except _TooMuch as reason:
        return [("the arguments", str(reason))]
    except (RecursionError, ArithmeticError):
        return [("the arguments", "too deep, or with numbers too large, for their schema")]
    return [(_place(error.absolute_path), _shown(error.message)) for error in errors]


class _Steps(threading.local):
    """Steps that the check of this thread may still take."""

    left = MAX_STEPS

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise _TooMuch(f"they take more than {MAX_STEPS:,} steps to check against their schema")


_steps = _Steps()


def _place(path: Any) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.lstrip(".")[:80] or "the arguments"


def _shown(message: str) -> str:
    text = message.replace("\n", " ")
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN // 2]}...{text[-_MAX_SHOWN // 2 :]}"


@lru_cache(maxsize=1024)
def validator(text: str) -> Any:
    """The validator of a schema, which is JSON text in plain form. Raises SchemaError."""
    import jsonschema
    from jsonschema.validators import validator_for
    from referencing import Registry

    schema = json.loads(text)
    base: Any = validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        base.check_schema(schema, format_checker=jsonschema.FormatChecker(formats=()))
    except jsonschema.SchemaError as error:
        raise SchemaError(f"{_place(error.absolute_path)}: {_shown(error.message)}") from None
    return _bounded(base)(schema, registry=Registry(), format_checker=formats())


@lru_cache(maxsize=8)
def _bounded(base: Any) -> Any:
    """A class of validators whose time is bounded."""
    from jsonschema.validators import extend

    keywords = dict(base.VALIDATORS) | {
        "pattern": _pattern,
        "patternProperties": _pattern_properties,
        "additionalProperties": _additional_properties,
        "uniqueItems": _unique,
        "multipleOf": _multiple_of,
    }
    for name in ("unevaluatedProperties", "unevaluatedItems", "$dynamicRef"):
        keywords.pop(name, None)
    return extend(base, {name: _counted(check) for name, check in keywords.items()})


def _counted(check: Callable[..., Any]) -> Callable[..., Iterator[Any]]:
    def counted(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[Any]:
        _steps.spend()
        yield from check(validator, value, instance, schema) or ()

    return counted


def _searches(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text, in bounded time. Raises _TooMuch where that is not enough."""
    import regex

    try:
        return regex.search(_as_ecma(pattern), text, timeout=_PATTERN_SECONDS) is not None
    except TimeoutError:
        raise _TooMuch(f"the pattern {pattern[:40]!r} takes too long on such a text") from None
    except regex.error as error:
        raise SchemaError(f"pattern {pattern[:40]!r}: {error}") from None


@lru_cache(maxsize=1024)
def _as_ecma(pattern: str) -> str:
    """A pattern read as ECMA-262 does: `$` is the very end, no place before a last line feed; `\\d` is 0 to 9."""
    return _PATTERN_PARTS.sub(lambda part: _IN_ECMA.get(part[0], part[0]), pattern)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if isinstance(instance, str) and not _searches(pattern, instance):
        yield ValidationError(f"{instance[:60]!r} does not match {pattern[:60]!r}")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, Any], instance: Any, schema: Any
) -> Iterator[Any]:
    if isinstance(instance, Mapping):
        for pattern, inner in patterns.items():
            for name, value in instance.items():
                if _searches(pattern, name):
                    yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _additional_properties(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not isinstance(instance, Mapping):
        return
    declared, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    for name, value in instance.items():
        if name in declared or any(_searches(pattern, name) for pattern in patterns):
            continue
        if wanted is False:
            yield ValidationError(f"{name[:60]!r} is none of its properties")
        else:
            yield from validator.descend(value, wanted, path=name)


def _unique(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError

    if wanted and isinstance(instance, list) and len(set(map(canonical, instance))) < len(instance):
        yield ValidationError("it has an element twice")


def _multiple_of(validator: Any, step: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """By the decimals as they are written: 0.3 is three times 0.1, as it is not in binary."""
    from jsonschema import ValidationError

    if isinstance(instance, bool) or not isinstance(instance, int | float):
        return
    if Fraction(str(instance)) % Fraction(str(step)):
        yield ValidationError(f"{instance} is not a multiple of {step}")
