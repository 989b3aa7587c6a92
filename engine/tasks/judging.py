"""What a reply is worth, and how figures count it: the part of a task that evaluation and RL's reward share."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, Self, TypeVar

from trace_trainer.experts.language.catalogue import DeclarationError
from trace_trainer.verifiers.calls.verdict import CallVerdict
from trace_trainer.verifiers.score import paid, score
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation

P = TypeVar("P")

AnyVerdict = Verdict | CallVerdict


class Group(NamedTuple):
    """What problems are counted by: `expert` in a table, `experts` as a key of figures."""

    noun: str
    plural: str


BY_EXPERT, BY_CATEGORY = Group("expert", "experts"), Group("category", "categories")


class Judging(Generic[P]):
    """What a reply is worth, and how figures count it.

    Attributes:
        group: what problems are counted by.
        metrics: the shares that a verdict may have beside its outcome, in the order of tables.
        compared: those of them that models are compared by, as by accuracy.
        measured: what accuracy is the share of, for the report.
        has_steps: whether its verdicts name the first step at fault (`Verdict.first_fault`).
        published: accuracies in per cent that were published for the task: a stage, and by group or for `all`.
    """

    group = BY_CATEGORY
    metrics: Sequence[str] = ()
    compared: Sequence[str] = ()
    measured = "Share of problems whose reply is right"
    has_steps = False
    published: Sequence[tuple[str, Mapping[str, float]]] = ()

    def judge(self, problem: P, text: str) -> AnyVerdict:
        """The verdict on a completion. Every task defines this; `judged` makes plain verdicts.

        It never raises: of a declared task, what it raises becomes the verdict `error`.
        """
        raise DeclarationError(f"{type(self).__name__} does not define judge")

    def failed(self, violation: Violation) -> AnyVerdict:
        """The verdict where there is nothing to judge, or judging failed, which earns no reward either way."""
        return Verdict(Outcome.ERROR, (violation,))

    def reference(self, problem: P) -> str | None:
        """The gold reply whose function a completion is compared with, beside the answer; None where there is none."""
        return None

    def without_references(self) -> Self:
        """The same task, judging by answers alone."""
        return self

    def reward(self, verdict: Any, policy: str) -> float | None:
        """What a verdict of `judge` is worth; None where it earns no reward either way. Raises RewardError."""
        return score(verdict, policy)

    def paid(self, problem: P, text: str, policy: str) -> tuple[AnyVerdict, float | None]:
        """The verdict on a completion with its reward; where the reward policy fails, the verdict `error` and None."""
        return paid(self.judge(problem, text), policy, self.reward)

    def group_of(self, problem: P, verdict: Any) -> str:
        """The group that a judged completion is counted in."""
        given: Any = problem
        return str(given.kind)

    def steps(self, problem: P) -> int | None:
        """How many calculations a right solution takes; None where that says nothing, or is not known."""
        return None

    def wanted(self, problem: P) -> str | None:
        """What a turn wants, words or commands, where tables tell these apart."""
        return None

    def shares(self, verdict: Any) -> Mapping[str, bool | float]:
        """The `metrics` that apply to a verdict, each from 0 to 1."""
        return {}

    def computed(self, verdict: Any) -> str | None:
        """What a completion comes to, in short; None where there is nothing to say beyond its text."""
        return None

    def answer(self, verdict: Any) -> Hashable | None:
        """What a completion answers, for majorities; None where it does not stand on its own."""
        return None

    def constants(self, problems: Sequence[P]) -> Mapping[str, str]:
        """Replies that need no model, by name: what they score is printed beside every model."""
        return {}
