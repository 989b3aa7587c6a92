"""What an evaluation found: every completion with its verdict, and the figures derived from them.

Nothing here runs a model (that is `engine/evaluation/answering.py`), so the figures can be tested and recomputed from
verdicts alone. A completion whose outcome is `error` (the verifier or the data failed) or `valid` (no gold
answer) is counted among the outcomes and left out of every average.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any, TypeVar

from trace_trainer.engine.evaluation.intervals import mean_interval, mean_of_any, wilson
from trace_trainer.engine.evaluation.records import Completion, Record, completion_row
from trace_trainer.engine.evaluation.scores import GoldLoss, GroupScore, Share, pass_at_k
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.tasks import Task
from trace_trainer.verifiers.violation import Violation

Key = TypeVar("Key", str, int)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One model on one set of problems of a task; `constrain` is how far its decoding was constrained.

    Raises ValueError where no completion can be scored: there would be nothing to average.
    """

    model: str
    task: Task[Any]
    data: str
    records: tuple[Record, ...]
    samples: int = 1
    constrain: str = OFF

    def __post_init__(self) -> None:
        if not self._scored:
            said = (
                f"{record.problem.id}: {completion.verdict.violations[0].message}"
                for record in self.records
                for completion in record.completions
                if completion.verdict.violations
            )
            reason = next(said, "none has an answer to compare with")
            raise ValueError(f"{self.data}: none of {len(self.records)} problems could be judged; {reason}")

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
    def function_accuracy(self) -> float | None:
        """Share of completions that compute their reference's function; None where no problem has a reference."""
        shares = self._function_shares
        return fmean(shares) if shares else None

    @property
    def function_interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % interval of that, over problems as `interval` is."""
        shares = self._function_shares
        return wilson(round(sum(shares)), len(shares)) if shares else None

    @property
    def _function_shares(self) -> list[float]:
        """For each scored problem with a reference, the share of completions that compute its function."""
        return [
            fmean(c.function_correct for c in record.completions if c.scored)
            for record in self.records
            if record.scored and self.task.reference(record.problem) is not None
        ]

    @property
    def parse_rate(self) -> float:
        """Share of completions that can be read at all."""
        return fmean(completion.verdict.outcome != "unparsed" for completion in self._scored)

    @property
    def mean_reward(self) -> float:
        return fmean(completion.reward for completion in self.completions if completion.reward is not None)

    @property
    def mean_completion_tokens(self) -> float | None:
        """Over the completions whose length is known; None where none is."""
        known = [completion.tokens for completion in self.completions if completion.tokens is not None]
        return fmean(known) if known else None

    @property
    def truncated(self) -> int:
        """Completions that were cut at the token limit."""
        return sum(not completion.ended for completion in self.completions)

    @property
    def failed(self) -> int:
        """Completions that there are none of, because what runs the model failed: `error` among the outcomes."""
        return sum(completion.failure is not None for completion in self.completions)

    @property
    def outcomes(self) -> dict[str, int]:
        """Completions by outcome, most frequent first."""
        return dict(Counter(str(completion.verdict.outcome) for completion in self.completions).most_common())

    @property
    def violations(self) -> dict[str, int]:
        """Violations by code, most frequent first."""
        return dict(Counter(violation.code for _, _, violation in self._violations()).most_common())

    @property
    def groups(self) -> dict[str, GroupScore]:
        """Scores by what the task counts problems by: by expert, or by category."""
        return self._scores(lambda record, completion: self.task.group_of(record.problem, completion.verdict))

    @property
    def by_steps(self) -> dict[int, GroupScore]:
        """Scores by the number of calculations that a right solution takes, where that is known."""
        return self._scores(lambda record, _: self.task.steps(record.problem))

    @property
    def by_wanted(self) -> dict[str, GroupScore]:
        """Scores by what the turn wants, words or commands, where the task tells them apart."""
        return self._scores(lambda record, _: self.task.wanted(record.problem))

    def _scores(self, key: Callable[[Record, Completion], Key | None]) -> dict[Key, GroupScore]:
        """Scores by a key of each completion, in its order; completions without one are left out."""
        tallies: dict[Key, list[bool]] = {}
        for record in self.records:
            for completion in record.completions:
                if completion.scored and (name := key(record, completion)) is not None:
                    tallies.setdefault(name, []).append(completion.correct)
        return {name: GroupScore(len(tally), sum(tally)) for name, tally in sorted(tallies.items())}

    @property
    def metrics(self) -> dict[str, Share]:
        """The metrics of the task, each over the problems it applies to; a problem counts with its samples' mean."""
        return {
            name: Share(len(shares), fmean(shares), mean_interval(shares))
            for name in self.task.metrics
            if (shares := [share for share in self.shares(name) if share is not None])
        }

    def shares(self, metric: str) -> list[float | None]:
        """A metric of each problem, the mean of its samples; None where it does not apply or nothing was scored."""
        found = []
        for record in self.records:
            shares = [
                float(self.task.shares(completion.verdict)[metric])
                for completion in record.completions
                if completion.scored and metric in self.task.shares(completion.verdict)
            ]
            found.append(fmean(shares) if shares else None)
        return found

    @property
    def gold_loss(self) -> GoldLoss | None:
        """The loss on the gold replies; None unless it was measured on two problems at least."""
        losses = [record.gold for record in self.records if record.gold is not None]
        if len(losses) < 2:
            return None
        nats, low, high = mean_of_any([loss.nats for loss in losses])
        per_token = sum(loss.nats for loss in losses) / sum(loss.tokens for loss in losses)
        return GoldLoss(len(losses), nats, (low, high), per_token)

    @property
    def pass_at_k(self) -> dict[int, float]:
        """Mean pass@k over problems for k = 1, 2, 4, ... and the number of samples."""
        ks = sorted({2**power for power in range(self.samples.bit_length())} | {self.samples})
        counts = [sum(c.correct for c in record.completions) for record in self.records if record.scored]
        return {k: fmean(pass_at_k(self.samples, correct, k) for correct in counts) for k in ks}

    @property
    def majority(self) -> float:
        """Share of problems whose majority answer is correct."""
        return fmean(self._majorities)

    @property
    def majority_interval(self) -> tuple[float, float]:
        """Wilson's 95 % interval of the majority over problems."""
        return wilson(sum(self._majorities), len(self._majorities))

    @property
    def _majorities(self) -> list[bool]:
        return [record.majority_correct(self.task) for record in self.records if record.scored]

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
            "function_accuracy": self.function_accuracy,
            "parse_rate": self.parse_rate,
            "outcomes": self.outcomes,
            "violations": self.violations,
            self.task.group.plural: _scores_to_json(self.groups),
            "mean_reward": self.mean_reward,
            "mean_completion_tokens": self.mean_completion_tokens,
            "truncated": self.truncated,
        }
        if self.constrain != OFF:
            figures["constrain"] = self.constrain
        if self.failed:
            figures["failed"] = self.failed
        if interval := self.function_interval:
            figures["function_interval"] = list(interval)
        if steps := self.by_steps:
            figures["steps"] = _scores_to_json(steps)
        if wanted := self.by_wanted:
            figures["wanted"] = _scores_to_json(wanted)
        if metrics := self.metrics:
            figures["metrics"] = {
                name: {"n": share.n, "mean": share.mean, "interval": list(share.interval)}
                for name, share in metrics.items()
            }
        if loss := self.gold_loss:
            figures["gold_loss"] = {
                "n": loss.n,
                "nats": loss.nats,
                "interval": list(loss.interval),
                "per_token": loss.per_token,
            }
        if self.samples > 1:
            figures["samples"] = self.samples
            figures["pass_at_k"] = {str(k): share for k, share in self.pass_at_k.items()}
            figures["majority"] = self.majority
            figures["majority_interval"] = list(self.majority_interval)
        return figures

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every completion as a JSON object: a line of `rollouts.jsonl`, and a file that `trainer audit` reads."""
        for record in self.records:
            problem = record.problem
            for completion in record.completions:
                row = completion_row(
                    self.task,
                    problem,
                    completion.text,
                    completion.verdict,
                    completion.reward,
                    completion.tokens,
                    completion.ended,
                )
                if completion.failure is not None:
                    row |= {"completion": None, "error": completion.failure}
                yield row

    def named_rows(self) -> Iterator[dict[str, Any]]:
        """The same with the model's name: a line of what `trainer compare` reads."""
        for row in self.rows():
            yield {"model": self.model, "constrain": self.constrain, **row}


def _scores_to_json(scores: Mapping[Any, GroupScore]) -> dict[str, dict[str, float]]:
    return {
        str(name): {"n": score.n, "correct": score.correct, "accuracy": score.accuracy}
        for name, score in scores.items()
    }
