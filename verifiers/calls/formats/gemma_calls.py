"""Calls as the Gemma family writes them: `call:NAME{key:value}` between marks, with a mark of its own around strings.

Strings have no escapes, so one that holds the mark can't be written. Numbers, true, false and null are bare; lists are
`[a,b]`, mappings `{k:v}`, keys sorted whatever their case. A key that is no plain word stands between the marks of a
string too. Calls follow one another without anything between. Decode with special tokens kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trace_trainer.verifiers.calls.call import Call, Reply
from trace_trainer.verifiers.calls.formats.format import FORMATS, Format
from trace_trainer.verifiers.calls.formats.layout import Layout, RenderError
from trace_trainer.verifiers.calls.formats.notation import Notation, literal
from trace_trainer.verifiers.calls.formats.surroundings import scan
from trace_trainer.verifiers.calls.strict_json import MAX_DEPTH, CallSyntaxError, decode

_PREFIX = "call:"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_BARE = re.compile(r"[^,\]}<]*")


def gemma_format(
    name: str,
    opening: str,
    closing: str,
    quote: str,
    *,
    behind_thought: Callable[[str], str] = str,
    nulls: tuple[str, ...] = (),
    in_auto: bool = True,
) -> Format:
    """Declare a wire format of the family.

    Args:
        name: as `format=` takes it.
        opening, closing: the marks around a call.
        quote: the mark on both sides of a string.
        behind_thought: what follows a thought that opens a reply, where the family has marks of its own for one; raises
            CallSyntaxError.
        nulls: bare words that are read as null, besides null.
        in_auto: as the format's.

    Raises DeclarationError where the name is taken.
    """

    def quoted(text: str) -> str:
        if quote in text:
            raise RenderError(f"can't express a string that holds {quote}")
        return f"{quote}{text}{quote}"

    reader = _Reader(opening, closing, quote, nulls)

    def read(text: str) -> Reply:
        calls, words = scan(behind_thought(text), opening, closing, reader.call)
        return Reply(tuple(calls), words)

    notation = Notation(
        string=f"{literal(quote)} /[^<]*/ {literal(quote)}",
        quote=quoted,
        name=lambda text: text if _KEY.fullmatch(text) else quoted(text),
        comma=",",
        colon=":",
        is_sorted=True,
    )
    layout = Layout(
        f"{opening}{_PREFIX}@name@arguments{closing}",
        between="",
        before="\n",
        notation=notation,
        bare_name=True,
        tokens=(opening, closing),
    )
    format = Format(name, layout, read, opening, closing, in_auto=in_auto)
    return FORMATS.declare(name, format, depth=2)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads calls between marks. Each method says where what it read ends, and raises CallSyntaxError."""

    opening: str
    closing: str
    quote: str
    nulls: tuple[str, ...]

    def call(self, text: str, start: int) -> tuple[Call, int]:
        if not text.startswith(_PREFIX, start):
            if _PREFIX.startswith(text[start:]):
                raise self._unclosed()
            raise CallSyntaxError(
                "not_a_call", f"{self.opening} is followed by {_PREFIX}NAME{{...}}, without a space"
            )
        name = _NAME.match(text, start + len(_PREFIX))
        if name is None:
            self._refuse_end(text, start + len(_PREFIX))
            raise CallSyntaxError("not_a_call", "a call has the name of a tool")
        if not text.startswith("{", name.end()):
            self._refuse_end(text, name.end())
            raise CallSyntaxError("not_a_call", f"{name[0][:40]} is followed by {{ and its arguments")
        arguments, end = self._mapping(text, name.end(), 1)
        return Call(name[0], arguments), end

    def _value(self, text: str, start: int, depth: int) -> tuple[Any, int]:
        if depth > MAX_DEPTH:
            raise CallSyntaxError("too_deep", f"nested more than {MAX_DEPTH} levels deep")
        if text.startswith(self.quote, start):
            return self._string(text, start)
        if text.startswith("{", start):
            return self._mapping(text, start, depth + 1)
        if text.startswith("[", start):
            return self._list(text, start, depth + 1)
        bare = _BARE.match(text, start)
        assert bare is not None  # it matches the empty text too
        self._refuse_end(text, bare.end())
        if bare[0] in self.nulls:
            return None, bare.end()
        try:
            value = decode(bare[0])
            if not isinstance(value, str):
                return value, bare.end()
        except CallSyntaxError:
            pass
        raise CallSyntaxError(
            "bad_value",
            f"{bare[0][:40]!r} is neither a number, true, false nor null; strings stand between {self.quote} marks",
        )

    def _string(self, text: str, start: int) -> tuple[str, int]:
        start += len(self.quote)
        end = text.find(self.quote, start)
        if end == -1:
            raise CallSyntaxError(
                "unclosed_call", f"a string is not closed by {self.quote}; it was cut, perhaps by a limit"
            )
        return text[start:end], end + len(self.quote)

    def _list(self, text: str, start: int, depth: int) -> tuple[list[Any], int]:
        values: list[Any] = []
        position = start + 1
        if text.startswith("]", position):
            return values, position + 1
        while True:
            value, position = self._value(text, position, depth)
            values.append(value)
            position, ended = self._separator(text, position, "]")
            if ended:
                return values, position

    def _mapping(self, text: str, start: int, depth: int) -> tuple[dict[str, Any], int]:
        values: dict[str, Any] = {}
        position = start + 1
        if text.startswith("}", position):
            return values, position + 1
        while True:
            key, position = self._key(text, position)
            if key in values:
                raise CallSyntaxError("duplicate_key", f"the key {key[:40]!r} stands twice in one mapping")
            if not text.startswith(":", position):
                self._refuse_end(text, position)
                raise CallSyntaxError(
                    "not_a_call", f"the key {key[:40]!r} is followed by a colon and its value"
                )
            values[key], position = self._value(text, position + 1, depth)
            position, ended = self._separator(text, position, "}")
            if ended:
                return values, position

    def _key(self, text: str, start: int) -> tuple[str, int]:
        if text.startswith(self.quote, start):
            return self._string(text, start)
        key = _KEY.match(text, start)
        if key is None:
            self._refuse_end(text, start)
            raise CallSyntaxError("not_a_call", f"{text[start : start + 20]!r} where a key is expected")
        return key[0], key.end()

    def _separator(self, text: str, position: int, closing: str) -> tuple[int, bool]:
        """Where the next element starts, or where the list or mapping ends."""
        if text.startswith(",", position):
            return position + 1, False
        if text.startswith(closing, position):
            return position + 1, True
        self._refuse_end(text, position)
        raise CallSyntaxError(
            "not_a_call", f"{text[position : position + 20]!r} where , or {closing} is expected"
        )

    def _refuse_end(self, text: str, position: int) -> None:
        """Raise where the text ends, or ends within a mark."""
        if self.quote.startswith(text[position:]) or self.closing.startswith(text[position:]):
            raise self._unclosed()

    def _unclosed(self) -> CallSyntaxError:
        return CallSyntaxError(
            "unclosed_call", f"the text ends before {self.closing}; it was cut, perhaps by a limit"
        )
