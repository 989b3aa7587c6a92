"""The fast reader: canonical text, line by line, with each distinct line read only once.

It accepts what `experts.language.trace.write_trace` writes, and the same form around steps that the schema refuses, and
returns None for anything else, which then goes to the YAML reader. That makes it safe to be fast: it has no verdict of
its own to get wrong. A property test holds that both readers yield the same trace.
"""

from __future__ import annotations

import re
from functools import lru_cache

from trace_trainer.experts.language.declaration import EXPERTS
from trace_trainer.experts.language.trace import write_step
from trace_trainer.verifiers.limits import MAX_CHARACTERS, MAX_STEPS, MAX_SUBTRACES
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.step import TypedStep
from trace_trainer.verifiers.traces.steps.typing import BrokenStep, Scalar, read_step

_STEP = re.compile(r"- \{(.*)\}")
_SCALAR = r"-?[A-Za-z0-9_.][A-Za-z0-9_./%+-]*"  # what YAML reads as plain text wherever it stands
_EXPRESSION = r"-?[A-Za-z0-9_.(][A-Za-z0-9_./%+()*-]*(?: [A-Za-z0-9_./%+()*-]+)*"  # the same, in a mapping
_FIELD = re.compile(rf"([A-Za-z_]+): (?:({_EXPRESSION})|\[({_SCALAR}(?:, {_SCALAR})*)\])(?:, |\Z)")
_EXPERT = re.compile(r"expert: ([A-Za-z_][A-Za-z0-9_]*)")
# Long lines are legal but rare; keeping them out bounds the cache to a few megabytes.
_MAX_CACHED_LINE = 160
_CACHE_SIZE = 1 << 15


def read_canonical(text: str) -> list[ParsedSubTrace] | None:
    """The sub-traces of a canonical text (its last newline may be missing), or None for any other text."""
    if len(text) > MAX_CHARACTERS:
        return None
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    if text.startswith("expert: "):
        subtrace = _read_subtrace(lines, 1)
        return None if subtrace is None else [subtrace]
    starts = [index for index, line in enumerate(lines) if line.startswith("- expert: ")]
    # A composition of one is canonically written in the single form.
    if not 2 <= len(starts) <= MAX_SUBTRACES or starts[0] != 0:
        return None
    subtraces = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        block = [line[2:] for line in lines[start:end]]
        if any(not line.startswith("  ") for line in lines[start + 1 : end]):
            return None
        subtrace = _read_subtrace(block, start + 1)
        if subtrace is None:
            return None
        subtraces.append(subtrace)
    return subtraces


def _read_subtrace(lines: list[str], line: int) -> ParsedSubTrace | None:
    """The sub-trace of unindented lines of which the first is the text's line `line`, or None."""
    if not 3 <= len(lines) <= MAX_STEPS + 2 or lines[1] != "trace:":
        return None
    expert = _expert_of(lines[0])
    if expert is None:
        return None
    steps = [_STEPS[content] for content in lines[2:]]
    return ParsedSubTrace(expert, steps, line) if all(steps) else None  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _expert_of(heading: str) -> str | None:
    """The name in the first line of a sub-trace, whether or not such an expert exists; few lines, read very often."""
    match = _EXPERT.fullmatch(heading) if len(heading) <= _MAX_CACHED_LINE else None
    return None if match is None else match[1]


def _read_line(line: str) -> TypedStep | BrokenStep | None:
    """The step of one canonical line, or None."""
    match = _STEP.fullmatch(line)
    if match is None or line.endswith(", }"):
        return None
    fields: dict[str, object] = {}
    position = 0
    inner = match[1]
    for field in _FIELD.finditer(inner):
        name, scalar, items = field.groups()
        if field.start() != position or name in fields:
            return None
        position = field.end()
        fields[name] = Scalar(scalar) if items is None else [Scalar(item) for item in items.split(", ")]
    if position != len(inner):
        return None
    step = read_step(fields)
    return step if isinstance(step, BrokenStep) or f"- {write_step(step)}" == line else None


class _Steps(dict[str, TypedStep | BrokenStep | None]):
    """The steps of lines read so far. Emptied when full, which costs less than remembering what was used last."""

    def __missing__(self, line: str) -> TypedStep | BrokenStep | None:
        step = _read_line(line)
        if len(line) <= _MAX_CACHED_LINE:
            if len(self) >= _CACHE_SIZE:
                self.clear()
            self[line] = step
        return step


_STEPS = _Steps()
# What a line is depends on the operations and on the experts that have them.
EXPERTS.on_change(_STEPS.clear)
