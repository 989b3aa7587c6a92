"""Rules of a decoding grammar for the values that a tool's schema allows, in the notation of a wire format.

Written for llguidance, as `verifiers.traces.grammar` is. Properties stand in the order of the schema, or sorted,
whichever the format writes; those that are not required may be left out.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trace_trainer.verifiers.calls.tools import Schema, Tool

_SCALARS = {
    "integer": "INTEGER",
    "number": "DECIMAL",
    "boolean": '("true" | "false")',
    "null": '"null"',
}
_TERMINALS = """
INTEGER: /-?(0|[1-9][0-9]*)/
DECIMAL: /-?(0|[1-9][0-9]*)(\\.[0-9]+)?/
"""


def literal(text: str) -> str:
    """A text as a grammar writes it, and as JSON does."""
    return json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Notation:
    """How a format writes values.

    Attributes:
        string: the body of the rule `string`, any string.
        quote: the text of a string; raises RenderError where it can't be written.
        name: the text of a property's name.
        comma, colon: what stands between properties and elements, and between a name and its value.
        is_sorted: whether properties are sorted by name, as Jinja's `dictsort` does: whatever their case.
    """

    string: str
    quote: Callable[[str], str]
    name: Callable[[str], str]
    comma: str
    colon: str
    is_sorted: bool = False

    def written(self, value: Any) -> str:
        """The text of a JSON value."""
        if isinstance(value, str):
            return self.quote(value)
        if isinstance(value, Mapping):
            names = sorted(value, key=str.lower) if self.is_sorted else value
            pairs = (f"{self.name(name)}{self.colon}{self.written(value[name])}" for name in names)
            return f"{{{self.comma.join(pairs)}}}"
        if isinstance(value, list | tuple):
            return f"[{self.comma.join(map(self.written, value))}]"
        return json.dumps(value)

    def rules(self, tools: Sequence[Tool], call: Callable[[str, str], str]) -> str:
        """Rules of a `call` of one of the tools, and of what it is made of.

        Args:
            call: the body of a call's rule, from the tool's name and the name of the rule of its arguments.
        """
        writer = _Writer(self)
        calls = [call(tool.name, writer.rule(tool.parameters)) for tool in tools]
        rules = [f"call: {' | '.join(calls)}", *writer.rules(), f"string: {self.string}"]
        return "\n".join([*rules, _TERMINALS.strip()])


JSON = Notation(
    string=r"""/"([^"\\\x00-\x1f]|\\["\\\/bfnrt])*"/""",
    quote=literal,
    name=literal,
    comma=", ",
    colon=": ",
)


class _Writer:
    """Collects rules, one for each schema."""

    def __init__(self, notation: Notation) -> None:
        self._notation = notation
        self._rules: dict[str, str] = {}
        self._has_any = False

    def rules(self) -> Iterator[str]:
        """The rules so far, and those that they name."""
        yield from (f"{name}: {body}" for name, body in self._rules.items())
        if self._has_any:
            yield f"any_value: string | DECIMAL | {_SCALARS['boolean']} | {_SCALARS['null']} | any_array | any_object"
            yield f"any_array: {self._bracketed('[', 'any_value', ']')}"
            yield f"any_object: {self._bracketed('{', 'any_property', '}')}"
            yield f"any_property: string {literal(self._notation.colon)} any_value"

    def rule(self, schema: Schema) -> str:
        """The name of a rule for the values of a schema."""
        name = f"value_{len(self._rules)}"
        self._rules[name] = ""  # taken, while its parts are written
        self._rules[name] = " | ".join(self._ways(schema))
        return name

    def _ways(self, schema: Schema) -> Iterator[str]:
        if schema.enum is not None:
            yield from (literal(self._notation.written(value)) for value in schema.enum)
        elif schema.alternatives:
            yield from map(self.rule, schema.alternatives)
        elif not schema.types:
            yield self._any("value")
        else:
            for kind in sorted(schema.types):
                if kind == "string":
                    yield "string"
                elif kind == "array":
                    items = self.rule(schema.items) if schema.items else self._any("value")
                    yield self._bracketed("[", items, "]")
                elif kind == "object":
                    is_open = not schema.properties and schema.extra
                    yield self._any("object") if is_open else self._mapping(schema)
                else:
                    yield _SCALARS[kind]

    def _any(self, what: str) -> str:
        self._has_any = True
        return f"any_{what}"

    def _bracketed(self, opening: str, element: str, closing: str) -> str:
        comma = literal(self._notation.comma)
        return f"{literal(opening)} ({element} ({comma} {element})*)? {literal(closing)}"

    def _mapping(self, schema: Schema) -> str:
        """An object of its declared properties."""
        names = list(schema.properties)
        if self._notation.is_sorted:
            names.sort(key=str.lower)
        pairs = [
            f"{literal(self._notation.name(name) + self._notation.colon)} {self.rule(schema.properties[name])}"
            for name in names
        ]
        comma, body, more = literal(self._notation.comma), "", ""
        # From the last one: `more` is what may follow a property, `body` what may stand where nothing stands yet.
        for name, pair in zip(reversed(names), reversed(pairs), strict=True):
            is_required = name in schema.required
            body = f"{pair} {more}" if is_required or not body else f"({pair} {more} | {body})"
            if not is_required and not more:
                body = f"({body})?"
            more = f"{comma} {pair} {more}" if is_required else f"({comma} {pair})? {more}"
        return f"{literal('{')} {body} {literal('}')}"
