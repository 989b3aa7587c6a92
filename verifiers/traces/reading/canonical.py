"""The fast readers: text line by line, with each distinct line read only once.

`read_canonical` accepts what `experts.language.trace.write_trace` writes, and the same form around steps that the
schema refuses. `read_lines` accepts the same lines in other styles: fields in another order, other names of fields,
other notations of a number, steps indented under `trace:`, a code fence, blank lines at the end. Both return None for
anything else, which then goes to the YAML reader. That makes it safe to be fast: they have no verdict of their own to
get wrong. A property test holds that all readers yield the same trace.
"""

from __future__ import annotations

import re
from functools import lru_cache

from trace_trainer.experts.language.declaration import EXPERTS
from trace_trainer.experts.language.trace import write_step
from trace_trainer.verifiers.limits import MAX_CHARACTERS, MAX_STEPS, MAX_SUBTRACES
from trace_trainer.verifiers.traces.reading.fence import unfence
from trace_trainer.verifiers.traces.reading.frequent import frequent_step
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.step import TypedStep
from trace_trainer.verifiers.traces.steps.typing import BrokenStep, Scalar, read_step

_STEP = re.compile(r"- \{(.*)\}")
_SCALAR = r"-?[A-Za-z0-9_.][A-Za-z0-9_./%+-]*"  # what YAML reads as plain text wherever it stands
_EXPRESSION = r"-?[A-Za-z0-9_.(][A-Za-z0-9_./%+()*-]*(?: [A-Za-z0-9_./%+()*-]+)*"  # the same, in a mapping
_FIELD = re.compile(rf"([A-Za-z_]+): (?:({_EXPRESSION})|\[({_SCALAR}(?:, {_SCALAR})*)\])(?:, |\Z)")
_ITEM = "\n- expert: "  # where a sub-trace of a composition starts
_EXPERT = re.compile(r"expert: ([A-Za-z_][A-Za-z0-9_]*)")
# Long lines are legal but rare; keeping them out bounds the cache to a few megabytes.
_MAX_CACHED_LINE = 160
_CACHE_SIZE = 1 << 15


class _Steps(dict[str, TypedStep | BrokenStep | None]):
    """The steps of lines read so far. Emptied when full, which costs less than remembering what was used last.

    Args:
        any_style: whether a line may be another than the canonical one of its step.
    """

    def __init__(self, any_style: bool) -> None:
        super().__init__()
        self._any_style = any_style
        # What a line is depends on the operations and on the experts that have them.
        EXPERTS.on_change(self.clear)

    def __missing__(self, line: str) -> TypedStep | BrokenStep | None:
        step = _read_line(line, self._any_style)
        if len(line) <= _MAX_CACHED_LINE:
            if len(self) >= _CACHE_SIZE:
                self.clear()
            self[line] = step
        return step


_CANONICAL = _Steps(any_style=False)
_ANY_STYLE = _Steps(any_style=True)


def canonical_step(line: str) -> TypedStep | BrokenStep | None:
    """The step of one line of canonical text, `- {op: ...}`, or None."""
    return _CANONICAL[line]


def read_canonical(text: str) -> list[ParsedSubTrace] | None:
    """The sub-traces of a canonical text (its last newline may be missing), or None for any other text."""
    if len(text) > MAX_CHARACTERS:
        return None
    body = text.removesuffix("\n")
    if body.startswith("expert: "):
        subtrace = _read_subtrace(body.split("\n"), 1, _CANONICAL)
        return None if subtrace is None else [subtrace]
    # A composition of one is canonically written in the single form.
    return _read_composition(body, 1, _CANONICAL, at_least=2)


def read_lines(text: str) -> list[ParsedSubTrace] | None:
    """The sub-traces of a text that is no canonical one, or None where it is not one step a line.

    Raises UnreadableError where text follows a code fence.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    body, first_line = unfence(text)
    body = body.rstrip(" \n")
    if not body.startswith("expert: "):
        return _read_composition(body, first_line, _ANY_STYLE, at_least=1)
    subtrace = _read_subtrace(_outdented(body.split("\n")), first_line, _ANY_STYLE)
    return None if subtrace is None else [subtrace]


def _read_composition(
    body: str, first_line: int, steps: _Steps, at_least: int
) -> list[ParsedSubTrace] | None:
    """The sub-traces of a list of so many, or None."""
    if not body.startswith(_ITEM[1:]):
        return None
    blocks = f"\n{body}".split(_ITEM)[1:]
    if not at_least <= len(blocks) <= MAX_SUBTRACES:
        return None
    subtraces = []
    for block in blocks:
        if block.count("\n") != block.count("\n  "):
            return None
        lines = f"expert: {block}".replace("\n  ", "\n").split("\n")
        subtrace = _read_subtrace(_outdented(lines) if steps is _ANY_STYLE else lines, first_line, steps)
        if subtrace is None:
            return None
        subtraces.append(subtrace)
        first_line += len(lines)
    return subtraces


def _outdented(lines: list[str]) -> list[str]:
    """The lines of a sub-trace without the indentation that all its steps have."""
    if len(lines) < 3:
        return lines
    indent = lines[2][: len(lines[2]) - len(lines[2].lstrip(" "))]
    if not indent or not all(line.startswith(indent) for line in lines[2:]):
        return lines
    return [*lines[:2], *[line[len(indent) :] for line in lines[2:]]]


def _read_subtrace(lines: list[str], line: int, known: _Steps) -> ParsedSubTrace | None:
    """The sub-trace of unindented lines of which the first is the text's line `line`, or None."""
    if not 3 <= len(lines) <= MAX_STEPS + 2 or lines[1] != "trace:":
        return None
    expert = _expert_of(lines[0])
    if expert is None:
        return None
    steps = [known[content] for content in lines[2:]]
    return ParsedSubTrace(expert, steps, line) if all(steps) else None  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def _expert_of(heading: str) -> str | None:
    """The name in the first line of a sub-trace, whether or not such an expert exists; few lines, read very often."""
    match = _EXPERT.fullmatch(heading) if len(heading) <= _MAX_CACHED_LINE else None
    return None if match is None else match[1]


def _read_line(line: str, any_style: bool) -> TypedStep | BrokenStep | None:
    """The step of one line, or None; one that is well-typed only as its canonical line or in `any_style`."""
    frequent = frequent_step(line)
    if frequent is not None:
        return frequent
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
    return step if any_style or isinstance(step, BrokenStep) or f"- {write_step(step)}" == line else None
