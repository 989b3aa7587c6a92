"""The layout of a wire format: where the parts of a call stand, said once.

From a layout follow the text that Python writes, the chat template that Jinja renders (`engine/models/tool_template`),
the grammar of guided decoding and, for calls that are JSON objects, the reader (`json_calls`). A call is given as text
with `@name` and `@arguments` where these stand, and `@text` where the words of the turn stand within it:

    Layout('<tool_call>\n{"name": @name, "arguments": @arguments}\n</tool_call>', between="\n")
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trace_trainer.verifiers.calls.call import Call, Reply
from trace_trainer.verifiers.calls.formats.notation import JSON, Notation, literal
from trace_trainer.verifiers.calls.tools import Tool

PART = re.compile(r"@(name|arguments|text)\b")
"""Where a part of the call stands in its text."""


class RenderError(ValueError):
    """A reply that a format can't express; the message says why, after the format's name."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a turn stand.

    Attributes:
        call: a call as text, with `@name`, `@arguments` and, where a call holds the turn's words, `@text`.
        between: what stands between two calls; None where a turn has one call at most.
        before: what stands between the turn's words and the first call; None where a turn with a call has no words
            outside of it.
        notation: how values are written.
        bare_name: the name stands as it is, not as a string.
        result: what a tool's result becomes in a template, around `@content`.
        tokens: marks that a model needs as tokens of its vocabulary.
        header: what stands before a reply in words, where a turn says in its own header what it is; a call's text then
            begins with that of a call.
    """

    call: str
    between: str | None = None
    before: str | None = None
    notation: Notation = JSON
    bare_name: bool = False
    result: str = "Result: @content"
    tokens: tuple[str, ...] = ()
    header: str = ""

    @property
    def holds_text(self) -> bool:
        """Whether the turn's words stand within its call."""
        return "@text" in self.call

    @property
    def text_key(self) -> str:
        """The key of a call's object under which the turn's words stand; "" where they stand outside."""
        found = re.search(r'"(\w+)": @text\b', self.call)
        return found[1] if found else ""

    @property
    def limits(self) -> str | None:
        """What a turn can't have, in words; None where it may have several calls and words beside them."""
        if self.between is not None:
            return None
        beside = "" if self.before is not None or self.holds_text else ", and no text beside it"
        return f"one call a turn{beside}"

    def write(self, reply: Reply) -> str:
        """The text of a reply. Raises RenderError where the layout has no place for it."""
        if not reply.calls:
            return f"{self.header}{reply.text}" if reply.text else ""
        crowded = len(reply.calls) > 1 and self.between is None
        if crowded or (reply.text and self.before is None and not self.holds_text):
            raise RenderError(f"has {self.limits}")
        calls = (self.between or "").join(self._written(call, reply.text) for call in reply.calls)
        return f"{reply.text}{self.before}{calls}" if reply.text and self.before is not None else calls

    def _written(self, call: Call, text: str) -> str:
        values = {
            "name": call.name if self.bare_name else self.notation.written(call.name),
            "arguments": self.notation.written(call.arguments),
            "text": self.notation.written(text),
        }
        return PART.sub(lambda part: values[part[1]], self.call)

    def guide(self, tools: Sequence[Tool]) -> str:
        """The rules `reply`, what a reply that calls is, and `words`, what one in words is, for a grammar."""
        marks = re.compile("|".join([*(f"({re.escape(mark)})" for mark in self.tokens), "(?!)"]))

        def literals(text: str) -> str:
            # A mark that is a token of its own has to be a literal of its own.
            return " ".join(literal(piece) for piece in marks.split(text) if piece)

        def call(name: str, arguments: str) -> str:
            shown = name if self.bare_name else self.notation.written(name)
            rules = {"arguments": arguments, "text": "string"}
            pieces = PART.split(self.call.replace("@name", shown))
            return " ".join(
                rules[piece] if at % 2 else literals(piece) for at, piece in enumerate(pieces) if piece
            )

        more = "" if self.between is None else f" ({literal(self.between)} call)*" if self.between else "+"
        lead = "" if self.before is None else f"(words {literal(self.before)})? "
        # Words hold no mark: neither the first character of a call, nor that of a thought or of another format's call.
        if self.header:
            spoken = rf"{literals(self.header)} /[^<\s][^<]*/"
        else:
            marks_of_words = "".join(re.escape(mark) for mark in dict.fromkeys(f"<{self.call[0]}"))
            spoken = f"/[^{marks_of_words}]+/"
        return f"reply: {lead}call{more}\nwords: {spoken}\n{self.notation.rules(tools, call)}"
