"""Where a trace goes wrong first.

Most violations have a place, and the first of these is where it goes wrong. That an answer is wrong shows at the end,
wherever it went wrong: with a reference, it did at the first step that computes what no step of the reference computes
or writes. Where there is no such step the end itself is at fault, as it asks for the wrong value. A trace of another
expert than the expected one is at fault from its heading on.
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.traces.comparing.reference import Program, Reference
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.verdict import CODES, Fault, Outcome, Stage
from trace_trainer.verifiers.violation import Violation


def first_fault(
    subtraces: Sequence[ParsedSubTrace],
    outcome: Outcome,
    violations: Sequence[Violation],
    reference: Reference | None = None,
) -> Fault | None:
    """The first step at fault of a trace that could be read and fails; None where no violation has a place.

    Args:
        violations: what is wrong with it, by stage.
        reference: what its answer was compared with.
    """
    if outcome is Outcome.WRONG_EXPERT:
        return Fault(0, None, subtraces[0].line)
    if reference is not None and CODES[violations[0].code] is Stage.ANSWER:
        foreign = _first_foreign(subtraces, reference)
        if foreign is not None:
            return foreign
    placed = (
        Fault(violation.subtrace, violation.step, violation.line)
        for violation in violations
        if violation.subtrace is not None and violation.line is not None
    )
    return min(placed, key=_place, default=None)


def _place(fault: Fault) -> tuple[int, int]:
    return fault.subtrace, -1 if fault.step is None else fault.step


def _first_foreign(subtraces: Sequence[ParsedSubTrace], reference: Reference) -> Fault | None:
    """The first step whose value the reference knows nothing of, in a trace that runs."""
    program = Program(subtraces)
    for index, (steps, made) in enumerate(zip(program.steps, program.actual() or (), strict=False)):
        for position, (step, values) in enumerate(zip(steps, made, strict=True)):
            if step.makes and not reference.values.issuperset(values):
                return Fault(index, position, subtraces[index].line_of(position))
    return None
