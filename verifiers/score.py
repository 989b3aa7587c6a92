"""Reward policies: what a verdict is worth to reinforcement learning.

A policy is a function of a verdict, declared with `reward`:

    @reward
    def short(verdict):
        '''correct 1, less a little for each step.'''
        return 1.0 if verdict.outcome == "correct" else None

`None` means that the verdict earns no reward either way and is left out of every average. So is a verdict of `error` or
`valid`, which no policy is asked about: the verifier or the data failed, or there was no gold answer to compare with.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from typing import Any

from trace_trainer.experts.language.catalogue import Catalogue, DeclarationError
from trace_trainer.verifiers.calls import rewards as of_calls
from trace_trainer.verifiers.calls.verdict import CallOutcome, CallVerdict
from trace_trainer.verifiers.traces import rewards as of_traces
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation

AnyVerdict = Verdict | CallVerdict
Policy = Callable[[Any], float | None]

POLICIES: Catalogue[Policy] = Catalogue("reward policy")
"""The reward policies by name. Each says what a verdict on a trace, and one on a reply with calls, is worth."""


class RewardError(DeclarationError, ValueError):
    """A policy failed, or returned something that is no reward."""


def reward(function: Policy, *, name: str | None = None, place: str | None = None) -> Policy:
    """Declare a function as a reward policy, of its own name unless another is given; returns the function.

    Raises DeclarationError where the name is taken, or where the function does not take one verdict.
    """
    name = name or function.__name__
    try:
        inspect.signature(function).bind(None)
    except (TypeError, ValueError):
        raise DeclarationError(
            f"reward policy {name} must take one verdict: def {name}(verdict) -> float | None"
        ) from None
    return POLICIES.declare(name, function, depth=2, place=place)


def score(verdict: AnyVerdict, policy: str = "gated") -> float | None:
    """The reward of a verdict on a trace or on a reply with calls, or None for `error` and `valid`.

    Raises ValueError for an unknown policy, naming those that exist, and RewardError for a policy that fails.
    """
    found = POLICIES.find(policy)
    if verdict.outcome in ("error", "valid"):
        return None
    try:
        worth = found(verdict)
    except Exception as error:
        place = POLICIES.place(policy)
        raise RewardError(
            f"reward policy {policy}, declared at {place}, fails: {type(error).__name__}: {error}"
        ) from error
    if worth is not None and not (isinstance(worth, int | float) and math.isfinite(worth)):
        raise RewardError(f"reward policy {policy} returned {worth!r}; a reward is a finite number, or None")
    return worth


def paid(
    verdict: AnyVerdict, policy: str, worth: Callable[[AnyVerdict, str], float | None] = score
) -> tuple[AnyVerdict, float | None]:
    """The verdict with its reward; where the policy fails on it, the verdict `error` that names the policy, and None.

    A policy is the user's own code, and its fault is not the model's: it must not cost a reward, nor end a long run.
    Raises ValueError for an unknown policy.

    Args:
        worth: says what a verdict is worth by a policy.
    """
    try:
        return verdict, worth(verdict, policy)
    except RewardError as error:
        fault = Violation("reward_failed", " ".join(str(error).split()))
        if isinstance(verdict, CallVerdict):
            return CallVerdict(CallOutcome.ERROR, (fault,)), None
        return Verdict(Outcome.ERROR, (fault,)), None


@reward
def gated(verdict: AnyVerdict) -> float:
    """correct 1; otherwise at most 0.2 for what was passed or reached; a dangerous command -1."""
    return of_calls.gated(verdict) if isinstance(verdict, CallVerdict) else of_traces.gated(verdict)


@reward
def ladder(verdict: AnyVerdict) -> float:
    """A step up for each stage, from unparsed 0 to correct 1; a dangerous command -1."""
    return of_calls.ladder(verdict) if isinstance(verdict, CallVerdict) else of_traces.ladder(verdict)


@reward
def binary(verdict: AnyVerdict) -> float:
    """correct 1, anything else 0; a dangerous command -1."""
    return of_calls.binary(verdict) if isinstance(verdict, CallVerdict) else of_traces.binary(verdict)
