"""Rows to train on out of what a model wrote and the verifier found right: rejection sampling.

Of a problem each completion that says something of its own is kept once, in the task's canonical text. A right one
is the gold reply of its row, so that `trainer sft --data` learns it; of a wrong one, where those are kept, the text
stands under `rejected`, which nothing trains on by mistake.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.records import Completion

REJECTED = "rejected"
_GOLD = ("trace", "reply")  # where problems have their gold turn


class Harvest(NamedTuple):
    """What was kept.

    Attributes:
        rows: one for each completion that is kept, problem by problem.
        completions: how many were drawn.
        right: how many of these were right, repetitions among them.
        problems: how many problems were asked.
        solved: how many of these have a right one.
    """

    rows: list[dict[str, Any]]
    completions: int
    right: int
    problems: int
    solved: int


def harvest(evaluation: Evaluation, keep_all: bool = False) -> Harvest:
    """The completions of an evaluation that are worth keeping: the right ones, or all that could be judged."""
    rows: list[dict[str, Any]] = []
    solved = 0
    for record in evaluation.records:
        kept: dict[str, Completion] = {}
        for completion in record.completions:
            if completion.function_correct or (keep_all and completion.scored):
                kept.setdefault(evaluation.task.canonical(completion.text), completion)
        solved += any(completion.function_correct for completion in kept.values())
        rows += _rows(evaluation, record.problem, kept)
    drawn = evaluation.completions
    return Harvest(
        rows, len(drawn), sum(one.function_correct for one in drawn), len(evaluation.records), solved
    )


def _rows(evaluation: Evaluation, problem: Any, kept: dict[str, Completion]) -> Iterator[dict[str, Any]]:
    task = evaluation.task
    for number, (text, completion) in enumerate(kept.items(), start=1):
        named = replace(problem, id=f"{problem.id}-{number}")
        is_right = completion.function_correct
        held = json.loads(task.line(task.with_reply(named, text) if is_right else named))
        if not is_right:
            held = {name: value for name, value in held.items() if name not in _GOLD} | {
                REJECTED: completion.text
            }
        elif expert := getattr(completion.verdict, "expert", None):
            held["expert"] = expert
        yield {
            **held,
            "model": evaluation.model,
            "outcome": str(completion.verdict.outcome),
            "reward": completion.reward,
            "violations": [violation.code for violation in completion.verdict.violations],
            "tokens": completion.tokens,
            "ended": completion.ended,
        }
