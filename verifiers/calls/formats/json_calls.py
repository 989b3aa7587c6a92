"""Wire formats whose calls are JSON objects: the reader follows from the layout, as the writer does.

What stands around the object in the layout is the tags of a call: with tags, there may be several calls and words
around them; without, the object is the whole turn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from trace_trainer.experts.language.catalogue import DeclarationError
from trace_trainer.verifiers.calls.call import Call, Reply
from trace_trainer.verifiers.calls.formats.format import FORMATS, Format
from trace_trainer.verifiers.calls.formats.layout import Layout
from trace_trainer.verifiers.calls.formats.objects import read_object
from trace_trainer.verifiers.calls.formats.surroundings import (
    FENCE,
    refuse_stray_call,
    scan,
    split_thought,
    trim_turn,
)
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError, decode_at, skip_space

_OBJECT = re.compile(r"(?P<opening>.*?)\{(?P<body>.*)\}(?P<closing>.*)", re.DOTALL)
_KEY = re.compile(r'"(\w+)": @(name|arguments|text)\b')


def json_format(
    name: str,
    layout: Layout,
    *,
    leads: tuple[str, ...] = (),
    others: Mapping[str, Any] = MappingProxyType({}),
    check: Callable[[dict[str, Any]], None] | None = None,
) -> Format:
    """Declare a wire format whose calls are JSON objects.

    Args:
        name: as `format=` takes it.
        layout: with `"KEY": @name` and `"KEY": @arguments` within the braces of one object, tags around it or none.
        leads: marks that may stand before a call without tags.
        others: further keys that an object may have, with the value that each must have.
        check: raises CallSyntaxError for an object with a mistake that is better named than a missing key is.

    Raises DeclarationError for a layout without such an object, and where the name is taken.
    """
    opening, closing, keys = _object_of(name, layout)
    allowed = (*others, *(key for part, key in keys.items() if part == "text"))

    def read_one(value: Any) -> tuple[Call, tuple[str, ...]]:
        if check is not None and isinstance(value, dict):
            check(value)
        call, lints = read_object(value, keys["name"], keys["arguments"], allowed)
        for key, wanted in others.items():
            if value.get(key, wanted) != wanted:
                raise CallSyntaxError("not_a_call", f"the {key} of a call is {wanted!r}")
        return call, lints

    def read_tagged(text: str) -> Reply:
        lints: list[str] = []

        def read_call(text: str, start: int) -> tuple[Call, int]:
            value, end = decode_at(text, skip_space(text, start))
            call, found = read_one(value)
            lints.extend(found)
            return call, end

        calls, words = scan(text, opening, closing, read_call)
        return Reply(tuple(calls), words, tuple(lints))

    def read_whole(text: str) -> Reply:
        body = split_thought(trim_turn(text))
        lead = next((lead for lead in leads if body.startswith(lead)), "")
        value = _whole_object(body.removeprefix(lead).lstrip() if lead else body, always=bool(lead))
        if value is None:
            return Reply((), body)
        call, lints = read_one(value)
        return Reply((call,), _words(value, keys.get("text")), lints)

    read = read_tagged if opening else read_whole
    return FORMATS.declare(name, Format(name, layout, read, opening, closing, leads, keys["name"]), depth=2)


def _object_of(name: str, layout: Layout) -> tuple[str, str, dict[str, str]]:
    """The tags around the object of a layout, and its key for each part of a call. Raises DeclarationError."""
    found = _OBJECT.fullmatch(layout.call)
    keys = {part: key for key, part in _KEY.findall(found["body"])} if found else {}
    if found is None or not {"name", "arguments"} <= set(keys):
        raise DeclarationError(
            f'wire format {name}: the layout has no object {{"KEY": @name, "KEY": @arguments}}: {layout.call!r}'
        )
    opening, closing = found["opening"].strip(), found["closing"].strip()
    if bool(opening) != bool(closing):
        raise DeclarationError(f"wire format {name}: a call has tags on both sides or on neither")
    return opening, closing, keys


def _words(value: dict[str, Any], key: str | None) -> str:
    words = value.get(key, "") if key else ""
    if not isinstance(words, str):
        raise CallSyntaxError("not_a_call", f"{key} is a string")
    return words.strip()


def _whole_object(body: str, always: bool = False) -> Any:
    """The JSON value that a turn is, or None where the turn is words.

    Args:
        always: the turn must be a call, wherever it starts.

    Raises CallSyntaxError where a turn starts as an object and is none, where more follows, and where words hold a
    call.
    """
    if not always and not body.startswith("{"):
        if body.startswith(FENCE) and body.lstrip("`").removeprefix("json").lstrip().startswith("{"):
            raise CallSyntaxError(
                "call_in_fence", "JSON inside a code fence; the object alone is the whole reply"
            )
        refuse_stray_call(body)
        return None
    value, end = decode_at(body, 0)
    rest = skip_space(body, end)
    if rest != len(body):
        more = body[rest:].lstrip(";, \n").startswith("{")
        if more:
            raise CallSyntaxError("several_calls", "a second object follows; this format has one call a turn")
        raise CallSyntaxError("text_around_call", "text follows the call; the object is the whole reply")
    return value
