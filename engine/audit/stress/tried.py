"""A wrong trace or reply, and whether a reward pays it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from trace_trainer.verifiers import CallVerdict, score
from trace_trainer.verifiers.calls import CallOutcome
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict


class Tried(NamedTuple):
    """A trace or a reply: is it paid by the answer alone, is it with the reference (None where there is none)?"""

    kind: str
    text: str
    by_answer: bool
    by_reference: bool | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """When a verdict counts as paid.

    Attributes:
        policy: the reward.
        least: the reward from which on it is paid; None for what the same verdict would be worth if it were correct.
    """

    policy: str = "gated"
    least: float | None = None

    def pays(self, verdict: Verdict | CallVerdict) -> bool:
        """Whether a verdict is paid. Raises RewardError where the reward fails."""
        reward, least = score(verdict, self.policy), self.least
        if least is None:
            least = score(_corrected(verdict), self.policy)
        return reward is not None and least is not None and reward >= least


def _corrected(verdict: Verdict | CallVerdict) -> Verdict | CallVerdict:
    if isinstance(verdict, CallVerdict):
        return verdict._replace(outcome=CallOutcome.CORRECT, violations=())
    return verdict._replace(outcome=Outcome.CORRECT, violations=())


@dataclass(frozen=True, slots=True)
class StressSettings:
    """What is tried.

    Attributes:
        operations: of the longest formula.
        traces: at most so many of each kind for a problem.
        reference: judge with the gold trace as reference, too.
        grounding: numbers must be grounded by the question.
        seed: of all that is drawn.
    """

    operations: int = 3
    traces: int = 20
    reference: bool = True
    grounding: bool = True
    seed: int = 0
