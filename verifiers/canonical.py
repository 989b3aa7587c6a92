"""The fast reader: canonical text, line by line, with each distinct line read only once.

It accepts exactly what `experts.trace.write_trace` writes and returns None for anything else, which then goes to the
YAML reader. That makes it safe to be fast: it has no verdict of its own to get wrong. A property test holds that both
readers yield the same trace.
"""

from __future__ import annotations

import re
from functools import lru_cache

from experts.trace import Step, write_step
from verifiers.parsed import MAX_CHARACTERS, ParsedSubTrace
from verifiers.schema import BrokenStep, Scalar, read_step

_STEP = re.compile(r"- \{(.*)\}")
_FIELD = re.compile(r"([a-z_]+): (?:\[([^\[\]{}]*)\]|([^\[\]{},]+))(?:, |$)")
# Long lines are legal but rare; keeping them out bounds the cache to a few megabytes.
_MAX_CACHED_LINE = 160
_CACHE_SIZE = 1 << 16


def read_canonical(text: str) -> list[ParsedSubTrace] | None:
    """The sub-traces of a canonical text (its last newline may be missing), or None for any other text."""
    if len(text) > MAX_CHARACTERS:
        return None
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    if text.startswith("expert: "):
        subtrace = _read_subtrace(lines, 0, len(lines), "", "")
        return None if subtrace is None else [subtrace]
    starts = [index for index, line in enumerate(lines) if line.startswith("- expert: ")]
    # A composition of one is canonically written in the single form.
    if len(starts) < 2 or starts[0] != 0:
        return None
    subtraces = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        subtrace = _read_subtrace(lines, start, end, "- ", "  ")
        if subtrace is None:
            return None
        subtraces.append(subtrace)
    return subtraces


def _read_subtrace(lines: list[str], start: int, end: int, lead: str, indent: str) -> ParsedSubTrace | None:
    if end - start < 3 or lines[start + 1] != f"{indent}trace:":
        return None
    expert = lines[start][len(lead) + len("expert: ") :]
    if not expert.isidentifier():
        return None
    steps = []
    width = len(indent)
    for index in range(start + 2, end):
        line = lines[index]
        if width:
            if line[:width] != indent:
                return None
            line = line[width:]
        step = _cached_step(line) if len(line) <= _MAX_CACHED_LINE else _read_line(line)
        if step is None:
            return None
        steps.append(step)
    return ParsedSubTrace(expert, steps, start + 1, None)


def _read_line(line: str) -> Step | None:
    """The step of one canonical line, or None."""
    match = _STEP.fullmatch(line)
    if match is None:
        return None
    fields: dict[str, object] = {}
    position = 0
    inner = match.group(1)
    for field in _FIELD.finditer(inner):
        name, items, scalar = field.groups()
        if field.start() != position or name in fields:
            return None
        position = field.end()
        fields[name] = Scalar(scalar) if items is None else [Scalar(item) for item in items.split(", ")]
    step = read_step(fields)
    if position != len(inner) or isinstance(step, BrokenStep) or f"- {write_step(step)}" != line:
        return None
    return step


_cached_step = lru_cache(maxsize=_CACHE_SIZE)(_read_line)
