"""Verifiers: what a model wrote is judged by running it, never by comparing strings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trace_trainer.verifiers.calls import Call, CallOutcome, CallVerdict, Reply, verify_call
from trace_trainer.verifiers.score import POLICIES, reward, score
from trace_trainer.verifiers.traces.verdict import Outcome, Stage, Verdict
from trace_trainer.verifiers.traces.verify import verify_trace
from trace_trainer.verifiers.violation import Violation

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine import Machine, compare_effects

__all__ = [
    "Call",
    "CallOutcome",
    "CallVerdict",
    "Machine",
    "Outcome",
    "POLICIES",
    "Reply",
    "Stage",
    "Verdict",
    "Violation",
    "compare_effects",
    "reward",
    "score",
    "verify_call",
    "verify_trace",
]


def __getattr__(name: str) -> object:
    """The simulated machine, which is loaded when it is first asked for: nothing about traces needs it."""
    if name in ("Machine", "compare_effects"):
        import trace_trainer.verifiers.machine

        return getattr(trace_trainer.verifiers.machine, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
