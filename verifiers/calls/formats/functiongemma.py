"""functiongemma: `<start_function_call>call:get_weather{city:<escape>Paris<escape>,days:3}<end_function_call>`.

Strings stand between `<escape>` marks and have no escapes of their own, so one that holds the mark can't be written.
Numbers, true, false and null are bare; lists are `[a,b]`, mappings `{k:v}`, keys sorted. A key that is no plain word
stands between `<escape>` marks too. Calls follow one another without anything between. Decode with special tokens kept.
"""

from __future__ import annotations

import re
from typing import Any

from trace_trainer.verifiers.calls.call import Call, Reply
from trace_trainer.verifiers.calls.formats.format import FORMATS, Format
from trace_trainer.verifiers.calls.formats.layout import Layout, RenderError
from trace_trainer.verifiers.calls.formats.notation import Notation, literal
from trace_trainer.verifiers.calls.formats.surroundings import scan
from trace_trainer.verifiers.calls.strict_json import MAX_DEPTH, CallSyntaxError, decode

OPENING, CLOSING = "<start_function_call>", "<end_function_call>"
ESCAPE = "<escape>"
_PREFIX = "call:"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_BARE = re.compile(r"[^,\]}<]*")


def _quoted(text: str) -> str:
    if ESCAPE in text:
        raise RenderError(f"can't express a string that holds {ESCAPE}")
    return f"{ESCAPE}{text}{ESCAPE}"


def _read(text: str) -> Reply:
    calls, words = scan(text, OPENING, CLOSING, _read_call)
    return Reply(tuple(calls), words)


def _read_call(text: str, start: int) -> tuple[Call, int]:
    if not text.startswith(_PREFIX, start):
        if _PREFIX.startswith(text[start:]):
            raise _unclosed()
        raise CallSyntaxError("not_a_call", f"{OPENING} is followed by {_PREFIX}NAME{{...}}, without a space")
    name = _NAME.match(text, start + len(_PREFIX))
    if name is None:
        _refuse_end(text, start + len(_PREFIX))
        raise CallSyntaxError("not_a_call", "a call has the name of a tool")
    if not text.startswith("{", name.end()):
        _refuse_end(text, name.end())
        raise CallSyntaxError("not_a_call", f"{name[0][:40]} is followed by {{ and its arguments")
    arguments, end = _mapping(text, name.end(), 1)
    return Call(name[0], arguments), end


def _value(text: str, start: int, depth: int) -> tuple[Any, int]:
    if depth > MAX_DEPTH:
        raise CallSyntaxError("too_deep", f"nested more than {MAX_DEPTH} levels deep")
    if text.startswith(ESCAPE, start):
        return _string(text, start)
    if text.startswith("{", start):
        return _mapping(text, start, depth + 1)
    if text.startswith("[", start):
        return _list(text, start, depth + 1)
    bare = _BARE.match(text, start)
    assert bare is not None  # it matches the empty text too
    _refuse_end(text, bare.end())
    try:
        value = decode(bare[0])
        if not isinstance(value, str):
            return value, bare.end()
    except CallSyntaxError:
        pass
    message = (
        f"{bare[0][:40]!r} is neither a number, true, false nor null; strings stand between {ESCAPE} marks"
    )
    raise CallSyntaxError("bad_value", message)


def _string(text: str, start: int) -> tuple[str, int]:
    start += len(ESCAPE)
    end = text.find(ESCAPE, start)
    if end == -1:
        raise CallSyntaxError(
            "unclosed_call", f"a string is not closed by {ESCAPE}; it was cut, perhaps by a limit"
        )
    return text[start:end], end + len(ESCAPE)


def _list(text: str, start: int, depth: int) -> tuple[list[Any], int]:
    values: list[Any] = []
    position = start + 1
    if text.startswith("]", position):
        return values, position + 1
    while True:
        value, position = _value(text, position, depth)
        values.append(value)
        position, ended = _separator(text, position, "]")
        if ended:
            return values, position


def _mapping(text: str, start: int, depth: int) -> tuple[dict[str, Any], int]:
    values: dict[str, Any] = {}
    position = start + 1
    if text.startswith("}", position):
        return values, position + 1
    while True:
        key, position = _key(text, position)
        if key in values:
            raise CallSyntaxError("duplicate_key", f"the key {key[:40]!r} stands twice in one mapping")
        if not text.startswith(":", position):
            _refuse_end(text, position)
            raise CallSyntaxError("not_a_call", f"the key {key[:40]!r} is followed by a colon and its value")
        values[key], position = _value(text, position + 1, depth)
        position, ended = _separator(text, position, "}")
        if ended:
            return values, position


def _key(text: str, start: int) -> tuple[str, int]:
    if text.startswith(ESCAPE, start):
        return _string(text, start)
    key = _KEY.match(text, start)
    if key is None:
        _refuse_end(text, start)
        raise CallSyntaxError("not_a_call", f"{text[start : start + 20]!r} where a key is expected")
    return key[0], key.end()


def _separator(text: str, position: int, closing: str) -> tuple[int, bool]:
    """Where the next element starts, or where the list or mapping ends."""
    if text.startswith(",", position):
        return position + 1, False
    if text.startswith(closing, position):
        return position + 1, True
    _refuse_end(text, position)
    raise CallSyntaxError(
        "not_a_call", f"{text[position : position + 20]!r} where , or {closing} is expected"
    )


def _refuse_end(text: str, position: int) -> None:
    """Raise where the text ends, or ends within a mark."""
    if ESCAPE.startswith(text[position:]) or CLOSING.startswith(text[position:]):
        raise _unclosed()


def _unclosed() -> CallSyntaxError:
    return CallSyntaxError("unclosed_call", f"the text ends before {CLOSING}; it was cut, perhaps by a limit")


_NOTATION = Notation(
    string=f"{literal(ESCAPE)} /[^<]*/ {literal(ESCAPE)}",
    quote=_quoted,
    name=lambda text: text if _KEY.fullmatch(text) else _quoted(text),
    comma=",",
    colon=":",
    is_sorted=True,
)


FUNCTIONGEMMA = FORMATS.declare(
    "functiongemma",
    Format(
        "functiongemma",
        Layout(
            f"{OPENING}{_PREFIX}@name@arguments{CLOSING}",
            between="",
            before="\n",
            notation=_NOTATION,
            bare_name=True,
            tokens=(OPENING, CLOSING),
        ),
        _read,
        OPENING,
        CLOSING,
    ),
)
