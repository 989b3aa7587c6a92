"""The careful reader: any YAML that says the same as a canonical trace.

Only YAML's events are used, never its constructors: no text becomes an object, a float or a boolean, recursion has no
way in, and duplicate keys, anchors, aliases and tags, which constructors hide, are seen. libyaml does the scanning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from verifiers.parsed import MAX_CHARACTERS, MAX_STEPS, MAX_SUBTRACES, ParsedSubTrace
from verifiers.schema import BrokenStep, Problem, Scalar, read_step
from experts.trace import Step

_MAX_DEPTH = 8  # a composition is 5 deep: list, mapping, list of steps, step, args

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FENCE_OPEN = re.compile(r"\s*```(?:ya?ml)?[ \t]*\n", re.IGNORECASE)
_FENCE_CLOSE = re.compile(r"^```[ \t]*$", re.MULTILINE)
# A line that can belong to a trace: where YAML fails on any other line, prose has followed the trace.
_TRACE_LINE = re.compile(r"\s*(?:[-{\[}\]#'\"]|[\w.]+['\"]?\s*:|$)")


class UnreadableError(Exception):
    """The text is no trace.

    Attributes:
        code: a code of the parse stage.
        line: from 1, or None.
    """

    def __init__(self, code: str, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line


class _Node(NamedTuple):
    """A list or mapping with the line it starts on."""

    value: list[object] | dict[str, object]
    line: int


def read_yaml(text: str) -> list[ParsedSubTrace]:
    """The sub-traces of a text. Raises UnreadableError with a code of the parse stage; no other exception."""
    if not text.strip():
        raise UnreadableError("empty", "the text is empty")
    if len(text) > MAX_CHARACTERS:
        raise UnreadableError("too_large", f"{len(text):,} characters; the limit is {MAX_CHARACTERS:,}")
    body, first_line = _unfence(text)
    try:
        root = _compose(body, first_line)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        raise _syntax_error(body, line - first_line, line, error.problem or str(error.context)) from None
    except (yaml.YAMLError, UnicodeError, ValueError) as error:
        raise UnreadableError("yaml_syntax", f"no YAML: {str(error).splitlines()[0][:120]}") from None
    return _subtraces(root)


def _unfence(text: str) -> tuple[str, int]:
    """The text inside a code fence, or the text itself, and the number of its first line."""
    opened = _FENCE_OPEN.match(text)
    if opened is None:
        return text, 1
    body = text[opened.end() :]
    first_line = text.count("\n", 0, opened.end()) + 1
    closed = _FENCE_CLOSE.search(body)
    if closed is None:
        return body, first_line
    if body[closed.end() :].strip():
        line = first_line + body.count("\n", 0, closed.end()) + 1
        raise UnreadableError("trailing_text", "text stands after the closing fence; end there", line)
    return body[: closed.start()], first_line


def _syntax_error(body: str, index: int, line: int, problem: str) -> UnreadableError:
    """Tell prose after a complete trace from broken YAML."""
    lines = body.split("\n")
    start = next((i for i, content in enumerate(lines) if i > 0 and not _TRACE_LINE.match(content)), None)
    if start is not None and start <= index + 1:
        try:
            _subtraces(_compose("\n".join(lines[:start]) + "\n", 1))
        except (yaml.YAMLError, UnreadableError):
            pass
        else:
            return UnreadableError(
                "trailing_text", "text stands after the trace; end with the query", line - index + start
            )
    return UnreadableError("yaml_syntax", f"no YAML: {problem}", line)


def _compose(body: str, first_line: int) -> Scalar | _Node:
    """Build lists, mappings and scalars from YAML's events, with a stack of our own in place of recursion."""
    events = yaml.parse(body, Loader=_LOADER)
    root: Scalar | _Node | None = None
    stack: list[tuple[_Node, list[str]]] = []  # open containers, and for a mapping the key that waits for its value

    def place(node: Scalar | _Node, line: int) -> None:
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
            raise UnreadableError("duplicate_key", f"the key {node.text} stands twice in one mapping", line)
        else:
            key.append(node.text)

    for event in events:
        line = first_line + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise UnreadableError("alias_or_tag", "anchors and aliases are not part of the language", line)
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None:
                raise UnreadableError("alias_or_tag", f"tags such as {event.tag[:40]} are not part of the language", line)
            place(Scalar(event.value, event.style is None or event.style == "", line), line)
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if event.tag is not None:
                raise UnreadableError("alias_or_tag", f"tags such as {event.tag[:40]} are not part of the language", line)
            node = _Node({} if isinstance(event, yaml.MappingStartEvent) else [], line)
            place(node, line)
            stack.append((node, []))
            if len(stack) > _MAX_DEPTH:
                raise UnreadableError("not_a_trace", "nested too deeply to be a trace", line)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            stack.pop()
    if root is None:
        raise UnreadableError("empty", "the text holds nothing but comments")
    return root


def _subtraces(root: Scalar | _Node) -> list[ParsedSubTrace]:
    if isinstance(root, Scalar):
        raise UnreadableError("not_a_trace", "plain text; a trace starts with `expert:`", root.line)
    parts = root.value if isinstance(root.value, list) else [root]
    if not parts:
        raise UnreadableError("not_a_trace", "an empty list; a composition holds sub-traces", root.line)
    if len(parts) > MAX_SUBTRACES:
        raise UnreadableError("too_large", f"{len(parts)} sub-traces; the limit is {MAX_SUBTRACES}", root.line)
    return [_subtrace(part, root.line) for part in parts]


def _subtrace(part: object, line: int) -> ParsedSubTrace:
    if not isinstance(part, _Node) or not isinstance(part.value, dict):
        raise UnreadableError("not_a_trace", "a sub-trace is a mapping with the keys expert and trace", line)
    expert, steps = part.value.get("expert"), part.value.get("trace")
    if not isinstance(expert, Scalar) or not isinstance(steps, _Node) or not isinstance(steps.value, list):
        raise UnreadableError("not_a_trace", "a trace has `expert: NAME` and `trace:` with a list of steps", part.line)
    if len(steps.value) > MAX_STEPS:
        raise UnreadableError("too_large", f"{len(steps.value)} steps; the limit is {MAX_STEPS}", steps.line)
    extra = [key for key in part.value if key not in ("expert", "trace")]
    problems = tuple(("unknown_field", f"a sub-trace has no field {key[:40]}; it has expert, trace") for key in extra)
    return ParsedSubTrace(
        expert.text,
        [_step(step) for step in steps.value],
        part.line,
        [step.line or part.line for step in _lined(steps.value)],
        problems,
    )


def _lined(steps: list[object]) -> Iterator[Scalar | _Node]:
    for step in steps:
        assert isinstance(step, (Scalar, _Node))
        yield step


def _step(node: object) -> Step | BrokenStep:
    if not isinstance(node, _Node) or not isinstance(node.value, dict):
        return BrokenStep((Problem("bad_type", "a step is a mapping such as {op: init, var: eggs, value: 16}"),))
    return read_step({key: _plain(value) for key, value in node.value.items()})


def _plain(value: object) -> object:
    """Nodes without their lines, as the schema reads them; a bare `value:` counts as left empty."""
    if isinstance(value, _Node):
        return [_plain(item) for item in value.value] if isinstance(value.value, list) else value.value
    if isinstance(value, Scalar) and value.plain and value.text in ("", "~"):
        return None
    return value
