"""Wire formats of tool calls: writers and readers in pairs, and the choice of a reader by the text itself."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from trace_trainer.verifiers.calls.call import Reply
from trace_trainer.verifiers.calls.formats.format import Format, ParseFailure, RenderError
from trace_trainer.verifiers.calls.formats.functiongemma import FUNCTIONGEMMA
from trace_trainer.verifiers.calls.formats.hermes import HERMES
from trace_trainer.verifiers.calls.formats.llama3 import LLAMA3
from trace_trainer.verifiers.calls.formats.structured import STRUCTURED
from trace_trainer.verifiers.calls.formats.surroundings import PYTHON_TAG, THOUGHT_CLOSE
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError, decode_at

FORMATS: Mapping[str, Format] = MappingProxyType(
    {format.name: format for format in (HERMES, LLAMA3, FUNCTIONGEMMA, STRUCTURED)}
)

AUTO = "auto"
"""In place of a format's name: whichever the text is written in."""

__all__ = ["AUTO", "FORMATS", "Format", "ParseFailure", "RenderError", "detect", "parse"]


def detect(text: str) -> Format:
    """The format that a text is written in, by the first sign of a call; hermes for plain words.

    A thought in front is passed over. An object with `tool_name` is structured, any other one llama3.
    """
    start = max(text.find(THOUGHT_CLOSE), 0) if not text.lstrip().startswith("{") else 0
    body = text[start + len(THOUGHT_CLOSE) if start else 0 :].lstrip()
    if body.startswith(("{", PYTHON_TAG)):
        return STRUCTURED if '"tool_name"' in body and _names_tool(body) else LLAMA3
    found = [(text.find(format.marker), format) for format in (HERMES, FUNCTIONGEMMA)]
    return min(
        ((at, format) for at, format in found if at != -1), key=lambda pair: pair[0], default=(0, HERMES)
    )[1]


def _names_tool(body: str) -> bool:
    """Whether `tool_name` is a key of the object itself, not of its arguments."""
    try:
        value, _ = decode_at(body, 0)
    except CallSyntaxError:
        return True  # broken, and both readers will say so
    return isinstance(value, dict) and "tool_name" in value


def parse(text: str, format: str = AUTO) -> Reply | ParseFailure:
    """The reply that a text is, read by the named format. Raises KeyError for a name that is none."""
    return (detect(text) if format == AUTO else FORMATS[format]).parse(text)
