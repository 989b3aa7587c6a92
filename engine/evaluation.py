"""What an evaluation found: every completion with its verdict, and the figures derived from them.

Nothing here runs a model (that is `engine/evaluate.py`), so the figures can be tested and recomputed from
verdicts alone. A completion whose outcome is `error` (the verifier or the data failed) or `valid` (no gold
answer) is counted among the outcomes and left out of every average.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from engine.intervals import wilson
from engine.judge import completion_row, majority
from experts import EXPERT_NAMES
from experts.problems.problem import Problem
from verifiers.verdict import Outcome, Verdict, Violation

UNSCORED = frozenset({Outcome.ERROR, Outcome.VALID})
"""Outcomes that say nothing about the model."""
UNNAMED = "none"
"""Stands for the expert where the problem states none and the completion names none that exists."""


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer of the model. `tokens` counts its end token; without one it did not end by itself but was cut."""

    text: str
    verdict: Verdict
    reward: float | None
    tokens: int
    ended: bool

    @property
    def correct(self) -> bool:
        return self.verdict.outcome is Outcome.CORRECT

    @property
    def scored(self) -> bool:
        return self.verdict.outcome not in UNSCORED


@dataclass(frozen=True, slots=True)
class Record:
    """A problem with the completions sampled for it, in the order they were sampled."""

    problem: Problem
    completions: tuple[Completion, ...]

    @property
    def scored(self) -> bool:
        return any(completion.scored for completion in self.completions)

    @property
    def share_correct(self) -> float:
        """Share of the scored completions that are correct, 0 to 1."""
        return fmean(completion.correct for completion in self.completions if completion.scored)

    @property
    def majority_correct(self) -> bool:
        """Whether a correct trace stands behind the answer that most verified traces compute."""
        vote = majority([completion.verdict for completion in self.completions])
        return vote is not None and any(
            c.correct and c.verdict.answer == vote.answer for c in self.completions
        )


@dataclass(frozen=True, slots=True)
class ExpertScore:
    """One expert's completions: how many there are and how many are correct."""

    n: int
    correct: int

    @property
    def accuracy(self) -> float:
        return self.correct / self.n


def pass_at_k(samples: int, correct: int, k: int) -> float:
    """Probability that at least one of k completions is correct, estimated without bias from `samples` of them.

    1 - C(samples - correct, k) / C(samples, k): Chen et al. 2021, "Evaluating Large Language Models Trained on Code",
    equation 1. Raises ValueError unless 1 <= k <= samples.
    """
    if not 1 <= k <= samples:
        raise ValueError(f"pass@{k} needs at least {k} completions a problem, there are {samples}")
    return 1 - math.comb(samples - correct, k) / math.comb(samples, k)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One model on one set of problems.

    Raises ValueError where no completion can be scored: there would be nothing to average.
    """

    model: str
    data: str
    records: tuple[Record, ...]
    samples: int = 1

    def __post_init__(self) -> None:
        if not self._scored:
            raise ValueError(
                f"{self.data}: none of {len(self.records)} problems has an answer to compare with"
            )

    @property
    def completions(self) -> list[Completion]:
        return [completion for record in self.records for completion in record.completions]

    @property
    def _scored(self) -> list[Completion]:
        return [completion for completion in self.completions if completion.scored]

    @property
    def n(self) -> int:
        """Problems evaluated, those without a usable answer included."""
        return len(self.records)

    @property
    def accuracy(self) -> float:
        """Share of correct completions; with several samples a problem this is pass@1."""
        return fmean(completion.correct for completion in self._scored)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the accuracy over problems.

        Samples of one problem are not independent, so they count as one observation, to the nearest solved
        problem: with several samples the interval is wider than need be.
        """
        shares = [record.share_correct for record in self.records if record.scored]
        return wilson(round(sum(shares)), len(shares))

    @property
    def parse_rate(self) -> float:
        """Share of completions that are traces at all."""
        return fmean(completion.verdict.outcome is not Outcome.UNPARSED for completion in self._scored)

    @property
    def mean_reward(self) -> float:
        return fmean(completion.reward for completion in self.completions if completion.reward is not None)

    @property
    def mean_completion_tokens(self) -> float:
        return fmean(completion.tokens for completion in self.completions)

    @property
    def truncated(self) -> int:
        """Completions that were cut at the token limit."""
        return sum(not completion.ended for completion in self.completions)

    @property
    def outcomes(self) -> dict[str, int]:
        """Completions by outcome, most frequent first."""
        return dict(Counter(str(completion.verdict.outcome) for completion in self.completions).most_common())

    @property
    def violations(self) -> dict[str, int]:
        """Violations by code, most frequent first."""
        return dict(Counter(violation.code for _, _, violation in self._violations()).most_common())

    @property
    def experts(self) -> dict[str, ExpertScore]:
        """Scores by the expert that the problem states, or where it states none, by the one that the trace names."""
        tallies: dict[str, list[bool]] = {}
        for record in self.records:
            for completion in record.completions:
                if completion.scored:
                    named = (
                        completion.verdict.expert if completion.verdict.expert in EXPERT_NAMES else UNNAMED
                    )
                    name = record.problem.expert or named
                    tallies.setdefault(name, []).append(completion.correct)
        return {name: ExpertScore(len(tally), sum(tally)) for name, tally in sorted(tallies.items())}

    @property
    def pass_at_k(self) -> dict[int, float]:
        """Mean pass@k over problems for k = 1, 2, 4, ... and the number of samples."""
        ks = sorted({2**power for power in range(self.samples.bit_length())} | {self.samples})
        counts = [sum(c.correct for c in record.completions) for record in self.records if record.scored]
        return {k: fmean(pass_at_k(self.samples, correct, k) for correct in counts) for k in ks}

    @property
    def majority(self) -> float:
        """Share of problems whose majority answer among verified traces is correct."""
        return fmean(record.majority_correct for record in self.records if record.scored)

    def example(self, code: str) -> tuple[Record, Completion, Violation]:
        """The first completion with a violation of this code. Raises KeyError where there is none."""
        for record, completion, violation in self._violations():
            if violation.code == code:
                return record, completion, violation
        raise KeyError(f"no completion violates {code}")

    def _violations(self) -> Iterator[tuple[Record, Completion, Violation]]:
        for record in self.records:
            for completion in record.completions:
                for violation in completion.verdict.violations:
                    yield record, completion, violation

    def to_json(self) -> dict[str, Any]:
        """The figures, without the completions; `pass_at_k` and `majority` only where there are several samples."""
        low, high = self.interval
        figures: dict[str, Any] = {
            "model": self.model,
            "data": self.data,
            "n": self.n,
            "accuracy": self.accuracy,
            "interval": [low, high],
            "parse_rate": self.parse_rate,
            "outcomes": self.outcomes,
            "violations": self.violations,
            "experts": {
                name: {"n": score.n, "correct": score.correct, "accuracy": score.accuracy}
                for name, score in self.experts.items()
            },
            "mean_reward": self.mean_reward,
            "mean_completion_tokens": self.mean_completion_tokens,
            "truncated": self.truncated,
        }
        if self.samples > 1:
            figures["samples"] = self.samples
            figures["pass_at_k"] = {str(k): share for k, share in self.pass_at_k.items()}
            figures["majority"] = self.majority
        return figures

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every completion as a JSON object: a line of `rollouts.jsonl`, and a file that `trainer audit` reads."""
        for record in self.records:
            problem = record.problem
            for completion in record.completions:
                yield completion_row(
                    problem,
                    completion.text,
                    completion.verdict,
                    completion.reward,
                    completion.tokens,
                    completion.ended,
                )
