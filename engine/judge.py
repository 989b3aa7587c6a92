"""What a completion is worth: one definition, shared by RL's reward, evaluation and `trainer solve`.

A completion is judged as a trace of the problem's question against its answer. Where the problem states an
expert, the trace must name that one, in training as in evaluation, so that a gain measured here is the gain
that was paid for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from experts.problems.problem import Problem
from verifiers import verify_trace
from verifiers.verdict import Verdict


def judge(problem: Problem, completion: str) -> Verdict:
    """The verdict on a completion, with the expert expected that the problem states, if it states one."""
    return verify_trace(completion, question=problem.question, answer=problem.answer, expert=problem.expert)


def completion_row(
    problem: Problem, text: str, verdict: Verdict, reward: float | None, tokens: int, ended: bool
) -> dict[str, Any]:
    """A judged completion as a JSON object: a line of `rollouts.jsonl`, and of a file that `trainer audit` reads.

    Args:
        text: the completion without its end token.
        reward: None where the verdict earns none either way.
        tokens: its length in tokens, the end token included.
        ended: it ended by itself.
    """
    return {
        "id": problem.id,
        "prompt": problem.question,
        "answer": problem.answer,
        "expert": problem.expert,
        "completion": text,
        "outcome": str(verdict.outcome),
        "reward": reward,
        "violations": [violation.code for violation in verdict.violations],
        "tokens": tokens,
        "ended": ended,
    }


def verified(verdict: Verdict) -> bool:
    """Whether the trace stands on its own: parsed, checked, grounded and executed, whatever the gold answer says."""
    return verdict.answer is not None and all(
        violation.code == "wrong_answer" for violation in verdict.violations
    )


@dataclass(frozen=True, slots=True)
class Vote:
    """The answer that most verified traces of one question compute."""

    answer: Fraction
    winner: int
    """Index of the first trace that computes the answer."""
    counts: dict[Fraction, int]
    """Verified traces for each answer, most frequent first."""


def majority(verdicts: Sequence[Verdict]) -> Vote | None:
    """The majority among verified traces; of answers equally frequent, the first. None where nothing verifies."""
    standing = {index: verdict.answer for index, verdict in enumerate(verdicts) if verified(verdict)}
    counts = Counter(answer for answer in standing.values() if answer is not None)
    if not counts:
        return None
    answer = counts.most_common(1)[0][0]
    winner = next(index for index, found in standing.items() if found == answer)
    return Vote(answer, winner, dict(counts.most_common()))
