"""The task folder in lm-evaluation-harness, with replies that are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

lm_eval = pytest.importorskip("lm_eval")

from lm_eval.api.model import LM  # noqa: E402
from lm_eval.tasks import TaskManager  # noqa: E402

from trace_trainer.integrations.lm_eval import FOLDER  # noqa: E402
from trace_trainer.integrations.problems import problem_rows  # noqa: E402


class Known(LM):  # type: ignore[misc, unused-ignore]
    """A model whose replies are given by question."""

    def __init__(self, replies: dict[str, str]) -> None:
        super().__init__()
        self.replies = replies

    def generate_until(self, requests: list[Any], *_: Any, **__: Any) -> list[str]:
        return [self.replies[request.args[0]] for request in requests]

    def loglikelihood(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("the task generates")

    loglikelihood_rolling = loglikelihood


def figures(replies: dict[str, str], **metadata: Any) -> dict[str, float]:
    manager = TaskManager(include_path=str(FOLDER), include_defaults=False, metadata=metadata)
    found = lm_eval.simple_evaluate(
        Known(replies), tasks=["trace_trainer"], task_manager=manager, bootstrap_iters=0, log_samples=False
    )
    result: dict[str, float] = found["results"]["trace_trainer"]
    return result


def test_answers_and_functions_are_counted_apart(tmp_path: Path) -> None:
    rows = problem_rows(count=4, seed=5)
    replies = {row["question"] or "": row["trace"] or "" for row in rows}
    replies[rows[0]["question"] or ""] = "no trace"
    found = figures(replies, count=4, seed=5)
    assert (found["accuracy,none"], found["function_accuracy,none"]) == (0.75, 0.75)


def test_a_formula_that_hits_the_answer_by_chance_has_the_answer_alone(tmp_path: Path) -> None:
    def trace(op: str) -> str:
        steps = ["{op: init, var: a, value: 2}", "{op: init, var: b, value: 2}"]
        steps += [f"{{op: compute, compute_op: {op}, args: [a, b], var: c}}", "{op: query, var: c}"]
        return "expert: arithmetic\ntrace:\n" + "".join(f"- {step}\n" for step in steps)

    question = "Ann has 2 bags with 2 apples each. How many apples has she?"
    row = {"id": "1", "question": question, "answer": "4", "expert": "arithmetic", "trace": trace("mul")}
    file = tmp_path / "problems.jsonl"
    file.write_text(json.dumps(row) + "\n")
    found = figures({question: trace("add")}, data=str(file))
    assert (found["accuracy,none"], found["function_accuracy,none"]) == (1.0, 0.0)
