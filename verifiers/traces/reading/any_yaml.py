"""The careful reader: any YAML that says the same as a canonical trace.

Only YAML's events are used, never its constructors: no text becomes an object, a float or a boolean, recursion has no
way in, and duplicate keys, anchors, aliases and tags, which constructors hide, are seen. libyaml does the scanning.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import yaml

from trace_trainer.verifiers.limits import MAX_CHARACTERS, MAX_STEPS, MAX_SUBTRACES
from trace_trainer.verifiers.traces.reading.fence import unfence
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.reading.unreadable import UnreadableError, ends_early, explained
from trace_trainer.verifiers.traces.steps.typing import Problem, Scalar, quoted, read_step

_MAX_DEPTH = 8  # a composition is 5 deep: list, mapping, list of steps, step, args

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A line that can belong to a trace: where YAML fails on any other line, prose has followed the trace.
_TRACE_LINE = re.compile(r"\s*(?:[-{\[}\]#'\"]|[\w.]+['\"]?\s*:|$)")


class _Node(NamedTuple):
    """A list or mapping with the line it starts on."""

    value: list[_Node | Scalar] | dict[str, _Node | Scalar]
    line: int


def read_yaml(text: str) -> list[ParsedSubTrace]:
    """The sub-traces of a text. Raises UnreadableError with a code of the parse stage; no other exception."""
    try:
        return _read(text)
    except UnreadableError as error:
        raise explained(text, error) from None


def _read(text: str) -> list[ParsedSubTrace]:
    if not text.strip():
        raise UnreadableError("empty", "the text is empty")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError("too_large", f"{len(text):,} characters; the limit is {MAX_CHARACTERS:,}")
    body, first_line = unfence(text)
    try:
        root = _compose(body, first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        failed = mark.line if mark else 0
        raise _syntax_error(body, failed, first_line, error.problem or str(error.context)) from None
    except (yaml.YAMLError, UnicodeError) as error:
        raise UnreadableError("yaml_syntax", f"no YAML: {str(error).splitlines()[0][:120]}") from None
    return _subtraces(root)


def _syntax_error(body: str, failed: int, first_line: int, problem: str) -> UnreadableError:
    """Tell prose after a complete trace from broken YAML. `failed` is the index of the line where YAML gave up."""
    lines = body.split("\n")
    prose = next((i for i, line in enumerate(lines) if i > 0 and not _TRACE_LINE.match(line)), None)
    if prose is not None and prose <= failed + 1:
        try:
            _subtraces(_compose("\n".join(lines[:prose]) + "\n", 1))
        except (yaml.YAMLError, UnreadableError):
            pass
        else:
            message = "text stands after the trace; end with the query"
            return UnreadableError("trailing_text", message, first_line + prose)
    if ends_early(lines, failed, problem):
        message = "the text ends within a step: it was cut, or a bracket is not closed"
        return UnreadableError("truncated", message, first_line + failed)
    return UnreadableError("yaml_syntax", f"no YAML: {problem}", first_line + failed)


def _compose(body: str, first_line: int) -> _Node | Scalar:
    """Build lists, mappings and scalars from YAML's events, with a stack of our own in place of recursion."""
    root: _Node | Scalar | None = None
    stack: list[
        tuple[_Node, list[str]]
    ] = []  # open containers, and for a mapping the key that waits for its value

    def place(node: _Node | Scalar, line: int) -> None:
        nonlocal root
        if not stack:
            if root is not None:
                raise UnreadableError("trailing_text", "a second document follows the trace", line)
            root = node
            return
        container, key = stack[-1]
        if isinstance(container.value, list):
            container.value.append(node)
        elif key:
            container.value[key.pop()] = node
        elif not isinstance(node, Scalar):
            raise UnreadableError("not_a_trace", "a mapping's key must be a plain word", line)
        elif node.text in container.value:
            message = f"the key {quoted(node.text)} stands twice in one mapping"
            raise UnreadableError("duplicate_key", message, line)
        else:
            key.append(node.text)

    for event in yaml.parse(body, Loader=_LOADER):
        assert event.start_mark is not None
        line = first_line + event.start_mark.line
        if isinstance(event, yaml.NodeEvent):
            _refuse_references(event, line)
        if isinstance(event, yaml.ScalarEvent):
            place(Scalar(event.value, not event.style, line), line)
        elif isinstance(event, yaml.CollectionStartEvent):
            node = _Node({} if isinstance(event, yaml.MappingStartEvent) else [], line)
            place(node, line)
            stack.append((node, []))
            if len(stack) > _MAX_DEPTH:
                raise UnreadableError("not_a_trace", "nested too deeply to be a trace", line)
        elif isinstance(event, yaml.CollectionEndEvent):
            stack.pop()
    if root is None:
        raise UnreadableError("empty", "the text holds nothing but comments")
    return root


def _refuse_references(event: yaml.NodeEvent, line: int) -> None:
    if event.anchor is not None:
        raise UnreadableError("alias_or_tag", "anchors and aliases are not part of the language", line)
    tag = getattr(event, "tag", None)
    if tag is not None:
        raise UnreadableError(
            "alias_or_tag", f"tags such as {quoted(tag)} are not part of the language", line
        )


def _subtraces(root: _Node | Scalar) -> list[ParsedSubTrace]:
    if isinstance(root, Scalar):
        raise UnreadableError("not_a_trace", "plain text; a trace starts with `expert:`", root.line)
    parts = root.value if isinstance(root.value, list) else [root]
    if not parts:
        raise UnreadableError("not_a_trace", "an empty list; a composition holds sub-traces", root.line)
    if len(parts) > MAX_SUBTRACES:
        raise UnreadableError(
            "too_large", f"{len(parts)} sub-traces; the limit is {MAX_SUBTRACES}", root.line
        )
    return [_subtrace(part) for part in parts]


def _subtrace(part: _Node | Scalar) -> ParsedSubTrace:
    if isinstance(part, Scalar) or isinstance(part.value, list):
        message = "a sub-trace is a mapping with the keys expert and trace"
        raise UnreadableError("not_a_trace", message, part.line)
    expert, trace = part.value.get("expert"), part.value.get("trace")
    if not isinstance(expert, Scalar) or not isinstance(trace, _Node) or not isinstance(trace.value, list):
        message = "a trace has `expert: NAME` and `trace:` with a list of steps"
        raise UnreadableError("not_a_trace", message, part.line)
    if len(trace.value) > MAX_STEPS:
        raise UnreadableError("too_large", f"{len(trace.value)} steps; the limit is {MAX_STEPS}", trace.line)
    problems = tuple(
        Problem("unknown_field", f"a sub-trace has no field {quoted(key)}; it has expert, trace")
        for key in part.value
        if key not in ("expert", "trace")
    )
    steps = [read_step(_raw(step)) for step in trace.value]
    return ParsedSubTrace(
        expert.text, steps, part.line, [step.line or part.line for step in trace.value], problems
    )


def _raw(node: _Node | Scalar) -> object:
    """A node without its lines, as the schema reads it; None where nothing stands (`value:`, `value: ~`)."""
    if isinstance(node, Scalar):
        return None if node.plain and node.text in ("", "~") else node
    if isinstance(node.value, list):
        return [_raw(item) for item in node.value]
    return {key: _raw(value) for key, value in node.value.items()}
