"""Why a text is no trace, in a code that tells the usual causes apart: words or a thought in front, a text cut off."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.violation import Violation

_THOUGHT = re.compile(
    r"\s*(?:<\|?(?:begin_of_)?(?:think(?:ing)?|thoughts?|reasoning|analysis|scratchpad|reflection)\|?>|\[THINK\]|"
    r"<\|channel\|>\s*analysis)",
    re.IGNORECASE,
)
_THOUGHT_END = re.compile(r"</(?:think(?:ing)?|thoughts?|reasoning)>", re.IGNORECASE)
_FENCE = re.compile(r"^[ \t]*```(?:ya?ml)?[ \t]*\r?\n\s*(?:- )?expert[ \t]*:", re.MULTILINE | re.IGNORECASE)
_TRACE = re.compile(r"^(?:- )?expert[ \t]*:", re.MULTILINE)
_START = re.compile(r"\s*(?:```(?:ya?ml)?\s*)?(?:- )?expert[ \t]*:", re.IGNORECASE)
_EXPLAINED = ("yaml_syntax", "not_a_trace")


class UnreadableError(Exception):
    """The text is no trace.

    Attributes:
        code: a code of the parse stage.
        line: from 1, or None.
        kind: a second code, which says what kind of such a text it is; None where there is none to tell.
    """

    def __init__(self, code: str, message: str, line: int | None = None, kind: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.kind = kind

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What a verdict says of it."""
        codes = (self.code,) if self.kind is None else (self.code, self.kind)
        return tuple(Violation(code, self.message, line=self.line) for code in codes)


def explained(text: str, error: UnreadableError) -> UnreadableError:
    """The error, or a plainer one where a trace stands behind words or behind a thought."""
    if error.code not in _EXPLAINED:
        return error
    if _THOUGHT.match(text):
        closed = (
            "a thought stands before the trace"
            if _THOUGHT_END.search(text)
            else "a thought that does not end"
        )
        return UnreadableError("leading_thought", f"{closed}; the trace is the whole reply", 1)
    if _START.match(text):
        return error
    thought = _THOUGHT_END.search(text)
    if thought is not None and _TRACE.search(text, thought.end()):
        return UnreadableError(
            "leading_thought", "a thought stands before the trace; the trace is the whole reply", 1
        )
    for found, what in ((_FENCE.search(text), "fence"), (_TRACE.search(text), "trace")):
        if found is not None:
            message = f"text stands before the {what}; begin with the trace"
            return UnreadableError("not_a_trace", message, 1, kind="leading_text")
    return error


def ends_early(lines: Sequence[str], failed: int, problem: str) -> bool:
    """Whether a text that begins as a trace stops within a step: YAML gives up at its end, with something still open.

    Args:
        lines: of the text, less its fence.
        failed: the index of the line where YAML gave up.
        problem: what YAML says of it.
    """
    last = max((index for index, line in enumerate(lines) if line.strip()), default=0)
    if failed < last or not _START.match("\n".join(lines[:2])):
        return False
    line = lines[last]
    is_open = line.count("{") > line.count("}") or line.count("[") > line.count("]")
    return is_open or "end of stream" in problem or "trace:".startswith(line)
