"""What a wire format is: a writer and a reader of replies that undo each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trace_trainer.experts.language.catalogue import Catalogue
from trace_trainer.verifiers.calls.call import Reply
from trace_trainer.verifiers.calls.formats.layout import Layout, RenderError
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError
from trace_trainer.verifiers.calls.tools import Tool
from trace_trainer.verifiers.limits import MAX_CHARACTERS


@dataclass(frozen=True, slots=True)
class ParseFailure:
    """A text that is neither a call nor plain words.

    Attributes:
        code: one of the parse stage (verifiers.calls.verdict.CODES).
        hint: one line: what stands there, and what would be right.
    """

    code: str
    hint: str


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a reply.

    Attributes:
        name: as `format=` takes it.
        layout: where the parts of a turn stand; what writes follows from it.
        read: the reply of a text; raises CallSyntaxError.
        opening, closing: the tags around a call; "" where a call has none.
        leads: marks that may stand before a call and are passed over.
        name_key: the key of a call's object that has the tool's name; "" where a call is no object.
        in_auto: whether a text that is read without the name of a format may be read in this one.
    """

    name: str
    layout: Layout
    read: Callable[[str], Reply]
    opening: str = ""
    closing: str = ""
    leads: tuple[str, ...] = ()
    name_key: str = ""
    in_auto: bool = True

    @property
    def tags(self) -> tuple[str, ...]:
        """Every mark of a call."""
        return tuple(tag for tag in (self.opening, self.closing, *self.leads) if tag)

    def grammar(self, tools: Sequence[Tool]) -> str:
        """The grammar of the replies that are read, and whose calls fit their tool, for decoding that can write nothing
        else; for llguidance, as `verifiers.traces.grammar`. Words that hold a mark, and thoughts, are left out.
        """
        if not tools:
            return "start: /[^<{]+/\n"
        return f"start: reply | words\n{self.layout.guide(tools)}\n"

    @property
    def one_call(self) -> bool:
        """Whether a turn has one call at most."""
        return self.layout.between is None

    def render(self, reply: Reply) -> str:
        """The text of a reply. Raises RenderError where the text would not read back as the very same reply."""
        try:
            text = self.layout.write(reply)
        except RenderError as error:
            raise RenderError(f"{self.name} {error}") from None
        found = self.parse(text)
        if isinstance(found, ParseFailure):
            raise RenderError(f"{self.name} can't express this reply: {found.hint}")
        if found != reply:
            raise RenderError(
                f"{self.name} can't express this reply: it would read back as {str(found)[:200]}"
            )
        return text

    def parse(self, text: str) -> Reply | ParseFailure:
        """The reply that a text is. Never raises, whatever the text."""
        if len(text) > MAX_CHARACTERS:
            return ParseFailure("too_large", f"{len(text):,} characters; the limit is {MAX_CHARACTERS:,}")
        try:
            reply = self.read(text)
        except CallSyntaxError as error:
            return ParseFailure(error.code, str(error))
        if not reply.calls and not reply.text:
            return ParseFailure("empty", "the reply is empty")
        return reply


FORMATS: Catalogue[Format] = Catalogue("wire format")
"""The wire formats by name; the package `formats` finds those that are shipped."""
