"""What reading a text yields, whichever reader read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, cast

from trace_trainer.verifiers.traces.steps.step import TypedStep
from trace_trainer.verifiers.traces.steps.typing import BrokenStep, Problem


class ParsedSubTrace(NamedTuple):
    """A sub-trace as read.

    Attributes:
        expert: the name as written, not yet looked up.
        steps: typed steps, and the broken ones in their places.
        line: the line of `expert:`, from 1.
        step_lines: the line of each step, or None where they follow the heading one a line.
        problems: what is wrong with the sub-trace's own fields.
    """

    expert: str
    steps: Sequence[TypedStep | BrokenStep]
    line: int
    step_lines: Sequence[int] | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def typed_steps(self) -> Sequence[TypedStep]:
        """The steps of a sub-trace of which none is broken."""
        return cast("Sequence[TypedStep]", self.steps)

    def line_of(self, step: int) -> int:
        """The line of a step, from 1."""
        return self.step_lines[step] if self.step_lines is not None else self.line + 2 + step
