"""The steps of a trace with the value that each gives: what `trainer solve` shows."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from experts.trace import Step, write_step
from verifiers.canonical import read_canonical
from verifiers.check import Checker
from verifiers.parsed import ParsedSubTrace
from verifiers.yaml_text import UnreadableError, read_yaml


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
    rows = []
    for index, parsed in enumerate(subtraces):
        for position, step in enumerate(parsed.steps):
            if isinstance(step, Step):
                rows.append(StepValue(index, position, write_step(step), _value_after(subtraces, index, position, step)))
    return rows


def _value_after(subtraces: list[ParsedSubTrace], index: int, position: int, step: Step) -> Fraction | None:
    """Run up to and including the step. A trace has at most 1,024 short steps, so running it again is cheap enough."""
    cut = subtraces[index]._replace(steps=subtraces[index].steps[: position + 1])
    run = Checker([*subtraces[:index], cut], None).executions[-1]
    name = step.changes[0] if step.changes else step.target or str(step.fields.get("var"))
    return run.values.get(name)
