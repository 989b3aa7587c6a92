"""Plain verdicts for tasks whose replies are right or wrong, and nothing between."""

from __future__ import annotations

from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation


def judged(right: bool, message: str = "the reply is not what was expected") -> Verdict:
    """A plain verdict: right or wrong."""
    if right:
        return Verdict(Outcome.CORRECT)
    return Verdict(Outcome.WRONG_ANSWER, (Violation("wrong_answer", message),))
