"""functiongemma: `<start_function_call>call:get_weather{city:<escape>Paris<escape>,days:3}<end_function_call>`.

Strings stand between `<escape>` marks and have no escapes of their own, so one that holds the mark can't be written.
Numbers, true, false and null are bare; lists are `[a,b]`, mappings `{k:v}`, keys sorted. A key that is no plain word
stands between `<escape>` marks too. Calls follow one another without anything between. Decode with special tokens kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from trace_trainer.verifiers.calls.call import Call, Reply
from trace_trainer.verifiers.calls.formats.format import Format, RenderError
from trace_trainer.verifiers.calls.formats.notation import Notation, literal
from trace_trainer.verifiers.calls.formats.surroundings import GEMMA_CLOSE, GEMMA_OPEN, scan
from trace_trainer.verifiers.calls.strict_json import MAX_DEPTH, CallSyntaxError, decode
from trace_trainer.verifiers.calls.tools import Tool

ESCAPE = "<escape>"
_PREFIX = "call:"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_BARE = re.compile(r"[^,\]}<]*")


def _write(reply: Reply) -> str:
    calls = "".join(
        f"{GEMMA_OPEN}{_PREFIX}{call.name}{_show(call.arguments)}{GEMMA_CLOSE}" for call in reply.calls
    )
    return f"{reply.text}\n{calls}" if reply.text and calls else reply.text or calls


def _show(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        pairs = (
            f"{key if _KEY.fullmatch(key) else _quoted(key)}:{_show(value[key])}" for key in sorted(value)
        )
        return f"{{{','.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_show, value))}]"
    return json.dumps(value)


def _quoted(text: str) -> str:
    if ESCAPE in text:
        raise RenderError(f"functiongemma can't express a string that holds {ESCAPE}")
    return f"{ESCAPE}{text}{ESCAPE}"


def _read(text: str) -> Reply:
    calls, words = scan(text, GEMMA_OPEN, GEMMA_CLOSE, _read_call)
    return Reply(tuple(calls), words)


def _read_call(text: str, start: int) -> tuple[Call, int]:
    if not text.startswith(_PREFIX, start):
        if _PREFIX.startswith(text[start:]):
            raise _unclosed()
        raise CallSyntaxError(
            "not_a_call", f"{GEMMA_OPEN} is followed by {_PREFIX}NAME{{...}}, without a space"
        )
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
    if ESCAPE.startswith(text[position:]) or GEMMA_CLOSE.startswith(text[position:]):
        raise _unclosed()


def _unclosed() -> CallSyntaxError:
    return CallSyntaxError(
        "unclosed_call", f"the text ends before {GEMMA_CLOSE}; it was cut, perhaps by a limit"
    )


_NOTATION = Notation(
    string=f"{literal(ESCAPE)} /[^<]*/ {literal(ESCAPE)}",
    quote=lambda text: _quoted(text),
    name=lambda text: text if _KEY.fullmatch(text) else _quoted(text),
    comma=",",
    colon=":",
    is_sorted=True,
)


def _guide(tools: Sequence[Tool]) -> str:
    def call(name: str, arguments: str) -> str:
        return f"{literal(GEMMA_OPEN)} {literal(_PREFIX + name)} {arguments} {literal(GEMMA_CLOSE)}"

    return f'reply: (words "\\n")? call+\nwords: /[^<]+/\n{_NOTATION.rules(tools, call)}'


FUNCTIONGEMMA = Format("functiongemma", GEMMA_OPEN, _write, _read, _guide)
