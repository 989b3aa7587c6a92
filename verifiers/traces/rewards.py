"""What a verdict on a trace is worth, under each of the shipped policies (`verifiers.score`). A policy is one table."""

from __future__ import annotations

from trace_trainer.verifiers.traces.verdict import CODES, Outcome, Stage, Verdict

_LADDER = {
    Outcome.UNPARSED: 0.0,
    Outcome.WRONG_EXPERT: 0.3,
    Outcome.INVALID_TRACE: 0.5,
    Outcome.WRONG_ANSWER: 0.7,
    Outcome.CORRECT: 1.0,
}

# Credit for the stages passed before the first failure. At most 0.2, so that no amount of format can outweigh a right
# answer; the last steps are small, so that a valid trace with a wrong answer is hardly better than an attempt at it.
_GATED_CREDIT = {
    Stage.PARSE: 0.0,
    Stage.SCHEMA: 0.05,
    Stage.BOUNDARY: 0.08,
    Stage.WIRING: 0.1,
    Stage.GROUNDING: 0.12,
    Stage.EXECUTION: 0.15,
    Stage.ANSWER: 0.2,
}


def ladder(verdict: Verdict) -> float:
    """unparsed 0, wrong expert 0.3, invalid trace 0.5, wrong answer 0.7, correct 1: the published recipe."""
    return _LADDER[verdict.outcome]


def binary(verdict: Verdict) -> float:
    """correct 1, anything else 0."""
    return 1.0 if verdict.outcome is Outcome.CORRECT else 0.0


def gated(verdict: Verdict) -> float:
    """correct 1; otherwise at most 0.2 for the stages passed; a wrong expert gets what passing the schema earns."""
    if verdict.outcome is Outcome.CORRECT:
        return 1.0
    if verdict.outcome is Outcome.WRONG_EXPERT:
        return _GATED_CREDIT[Stage.SCHEMA]
    return min(_GATED_CREDIT[CODES[violation.code]] for violation in verdict.violations)
