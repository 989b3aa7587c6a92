"""The reward of a verdict, on a trace or on a reply with tool calls, by one policy name for both."""

from __future__ import annotations

from trace_trainer.verifiers.calls.rewards import CALL_POLICIES
from trace_trainer.verifiers.calls.verdict import CallVerdict
from trace_trainer.verifiers.traces.rewards import POLICIES
from trace_trainer.verifiers.traces.verdict import Verdict


def score(verdict: Verdict | CallVerdict, policy: str = "gated") -> float | None:
    """The reward of a verdict on a trace or on a reply with calls, or None for `error` and `valid`.

    Raises ValueError for an unknown policy, naming those that exist.
    """
    if policy not in POLICIES:
        raise ValueError(f"no reward policy {policy!r}; there are {', '.join(POLICIES)}")
    if verdict.outcome in ("error", "valid"):
        return None
    if isinstance(verdict, CallVerdict):
        return CALL_POLICIES[policy](verdict)
    return POLICIES[policy](verdict)
