"""The canonical text of a trace that was written in another way."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.experts.language.trace import SubTrace, Trace, write_trace
from trace_trainer.verifiers.traces.reading.any_yaml import read_yaml
from trace_trainer.verifiers.traces.reading.canonical import read_canonical, read_lines
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.reading.unreadable import UnreadableError
from trace_trainer.verifiers.traces.steps.step import TypedStep


def canonical_text(text: str) -> str | None:
    """The canonical text of a trace in any style; None where the text is no trace, or the schema finds faults in it."""
    try:
        subtraces = read_canonical(text) or read_lines(text) or read_yaml(text)
    except UnreadableError:
        return None
    return written(subtraces) if is_typed(subtraces) else None


def is_typed(subtraces: Sequence[ParsedSubTrace]) -> bool:
    """Whether the schema finds nothing wrong with a trace."""
    return all(
        not parsed.problems and all(isinstance(step, TypedStep) for step in parsed.steps)
        for parsed in subtraces
    )


def written(subtraces: Sequence[ParsedSubTrace]) -> str:
    """A well-typed trace as it is written canonically."""
    return write_trace(
        Trace(tuple(SubTrace(parsed.expert, tuple(parsed.typed_steps)) for parsed in subtraces))
    )
