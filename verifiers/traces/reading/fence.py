"""The text inside a code fence."""

from __future__ import annotations

import re

from trace_trainer.verifiers.traces.reading.unreadable import UnreadableError

_FENCE_OPEN = re.compile(r"\s*```(?:ya?ml)?[ \t]*\r?\n", re.IGNORECASE)
_FENCE_CLOSE = re.compile(r"^```[ \t]*\r?$", re.MULTILINE)


def unfence(text: str) -> tuple[str, int]:
    """The text inside a code fence, or the text itself, and the number of its first line.

    Raises UnreadableError where text follows the fence.
    """
    opened = _FENCE_OPEN.match(text)
    if opened is None:
        return text, 1
    body = text[opened.end() :]
    first_line = text.count("\n", 0, opened.end()) + 1
    closed = _FENCE_CLOSE.search(body)
    if closed is None:
        return body, first_line
    rest = body[closed.end() :]
    if rest.strip():
        line = first_line + body.count("\n", 0, len(body) - len(rest.lstrip()))
        raise UnreadableError("trailing_text", "text stands after the closing fence; end there", line)
    return body[: closed.start()], first_line
