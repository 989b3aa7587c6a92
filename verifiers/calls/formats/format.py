"""What a wire format is: a writer and a reader of replies that undo each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from trace_trainer.verifiers.calls.call import Reply
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError
from trace_trainer.verifiers.calls.tools import Tool
from trace_trainer.verifiers.limits import MAX_CHARACTERS


class RenderError(ValueError):
    """A reply that a format can't express; the message says why."""


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
        marker: the text by which a call of this format is known, "" where a call has no tag.
        write: the text of a reply; it need not check that the text reads back.
        read: the reply of a text; raises CallSyntaxError.
        guide: the rules `reply`, what a reply that calls is, and `words`, what one in words is.
    """

    name: str
    marker: str
    write: Callable[[Reply], str]
    read: Callable[[str], Reply]
    guide: Callable[[Sequence[Tool]], str]

    def grammar(self, tools: Sequence[Tool]) -> str:
        """The grammar of the replies that are read, and whose calls fit their tool, for decoding that can write nothing
        else; for llguidance, as `verifiers.traces.grammar`. Words that hold a mark, and thoughts, are left out.
        """
        if not tools:
            return "start: /[^<{]+/\n"
        return f"start: reply | words\n{self.guide(tools)}\n"

    @property
    def one_call(self) -> bool:
        """Whether a turn has one call at most: where a call has no tag, it is the whole turn."""
        return not self.marker

    def render(self, reply: Reply) -> str:
        """The text of a reply. Raises RenderError where the text would not read back as the very same reply."""
        text = self.write(reply)
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
