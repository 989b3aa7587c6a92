"""Wire formats of tool calls: writers and readers in pairs, and the choice of a reader by the text itself.

Each format is declared in a file of this folder, or in a plugin; most are a layout and nothing more (`json_calls`).
"""

from __future__ import annotations

from trace_trainer.experts.language.catalogue import discover
from trace_trainer.verifiers.calls.call import Reply
from trace_trainer.verifiers.calls.formats.format import FORMATS, Format, ParseFailure
from trace_trainer.verifiers.calls.formats.layout import Layout, RenderError
from trace_trainer.verifiers.calls.formats.surroundings import THOUGHT_CLOSE
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError, decode_at

AUTO = "auto"
"""In place of a format's name: whichever the text is written in."""

__all__ = ["AUTO", "FORMATS", "Format", "Layout", "ParseFailure", "RenderError", "detect", "parse"]

discover(__name__)


def detect(text: str) -> Format:
    """The format that a text is written in, by the first sign of a call; hermes for plain words.

    Formats that are read only where they are named are none of them. A thought in front is passed over. An object that
    names its tool under a key of one format only is of that format, any other one llama3.
    """
    start = max(text.find(THOUGHT_CLOSE), 0) if not text.lstrip().startswith("{") else 0
    body = text[start + len(THOUGHT_CLOSE) if start else 0 :].lstrip()
    formats = [format for format in FORMATS.values() if format.in_auto]
    untagged = [format for format in formats if not format.opening]
    if body.startswith(("{", *(lead for format in untagged for lead in format.leads))):
        own = (format for format in untagged if format.name_key != FORMATS["llama3"].name_key)
        return next((format for format in own if _names_tool(body, format.name_key)), FORMATS["llama3"])
    found = [(text.find(format.opening), format) for format in formats if format.opening]
    return min(
        ((at, format) for at, format in found if at != -1),
        key=lambda pair: pair[0],
        default=(0, FORMATS["hermes"]),
    )[1]


def _names_tool(body: str, key: str) -> bool:
    """Whether `key` is one of the object itself, not of its arguments."""
    if f'"{key}"' not in body:
        return False
    try:
        value, _ = decode_at(body, 0)
    except CallSyntaxError:
        return True  # broken, and every reader will say so
    return isinstance(value, dict) and key in value


def parse(text: str, format: str = AUTO) -> Reply | ParseFailure:
    """The reply that a text is, read by the named format. Raises KeyError for a name that is none."""
    return (detect(text) if format == AUTO else FORMATS.find(format)).parse(text)
