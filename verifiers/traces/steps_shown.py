"""The steps of a trace with the value that each gives: what `trainer solve` shows."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from trace_trainer.experts.language.trace import write_step
from trace_trainer.verifiers.traces.reading.any_yaml import read_yaml
from trace_trainer.verifiers.traces.reading.canonical import read_canonical
from trace_trainer.verifiers.traces.reading.unreadable import UnreadableError
from trace_trainer.verifiers.traces.running.checker import Checker
from trace_trainer.verifiers.traces.running.statements import bind
from trace_trainer.verifiers.traces.steps.step import TypedStep


class StepValue(NamedTuple):
    """A step, by its place, its canonical text, and the value of what it made, changed or queried (None: no value)."""

    subtrace: int
    step: int
    text: str
    value: Fraction | None


def run_steps(text: str) -> list[StepValue]:
    """Every well-typed step of a trace with its value, as far as it runs; empty for a text that is no trace."""
    try:
        subtraces = read_canonical(text) or read_yaml(text)
    except UnreadableError:
        return []
    return [
        StepValue(run.index, position, write_step(step), None if value is None else Fraction(value))
        for run in Checker.checked(bind(subtraces), None).executions
        for position, (step, value) in enumerate(zip(run.parsed.steps, run.results, strict=True))
        if isinstance(step, TypedStep)
    ]
