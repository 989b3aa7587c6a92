"""A problem: one line of a problem file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A question with its gold answer and, where known, the expert and the gold trace.

    Attributes:
        id: unique in its file.
        question: the text that a model is shown.
        answer: the gold as text: "72", "18.5", "3/4".
        expert: the expert that should solve it; "composition" for several sub-traces; None where any may.
        trace: the gold trace in canonical text.
        source: where it came from: a schema's name, or a file's.
        steps: how many calculations a solution in words takes; None where there is no such solution.
    """

    id: str
    question: str
    answer: str
    expert: str | None = None
    trace: str | None = None
    source: str | None = None
    steps: int | None = None
