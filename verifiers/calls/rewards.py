"""What a verdict on a reply is worth, under each of the shipped policies (`verifiers.score`).

A dangerous command is worth -1, less than anything else. Words where a call was expected, a call where words were
expected, and destroying what was not to be destroyed earn nothing under every policy. Partial credit goes by effect and
by arguments, never by the spelling of a command.
"""

from __future__ import annotations

from trace_trainer.verifiers.calls.verdict import CallOutcome, CallVerdict, Grade

DANGEROUS = -1.0

_LADDER = {CallOutcome.UNPARSED: 0.0, CallOutcome.INVALID_CALL: 0.3, CallOutcome.WRONG_CALL: 0.5}

# At most 0.2 for anything that is not right, as for traces.
_GATED_CREDIT = {
    Grade.NOTHING: 0.0,
    Grade.PARSED: 0.02,
    Grade.KNOWN: 0.04,
    Grade.NAMED: 0.06,
    Grade.ADMISSIBLE: 0.1,
    Grade.PARTLY: 0.1,
}
_PROGRESS_CREDIT = 0.1  # on top of PARTLY, by the share that was reached


def ladder(verdict: CallVerdict) -> float:
    """dangerous -1, unparsed 0, invalid call 0.3, wrong call 0.5, correct 1; 0 for what must earn nothing."""
    if verdict.outcome is CallOutcome.CORRECT:
        return 1.0
    if verdict.outcome is CallOutcome.REFUSED:
        return DANGEROUS
    return 0.0 if verdict.grade is Grade.NOTHING else _LADDER[verdict.outcome]


def binary(verdict: CallVerdict) -> float:
    """correct 1, dangerous -1, anything else 0."""
    if verdict.outcome is CallOutcome.REFUSED:
        return DANGEROUS
    return 1.0 if verdict.outcome is CallOutcome.CORRECT else 0.0


def gated(verdict: CallVerdict) -> float:
    """correct 1, dangerous -1; otherwise at most 0.2, by how far the reply got."""
    if verdict.outcome is CallOutcome.CORRECT:
        return 1.0
    if verdict.outcome is CallOutcome.REFUSED:
        return DANGEROUS
    partly = _PROGRESS_CREDIT * verdict.progress if verdict.grade is Grade.PARTLY else 0.0
    return _GATED_CREDIT[verdict.grade] + partly
