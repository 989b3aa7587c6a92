"""Rows to train on out of what a model wrote and the verifier found right."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from trace_trainer.engine.evaluation.answering import evaluation_of
from trace_trainer.engine.evaluation.harvest import harvest
from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.engine.tasks import Task, task_for
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.experts.problems import generate

PROBLEMS = list(generate("train", 2, seed=3))
GOLDS = [problem.trace or "" for problem in PROBLEMS]
STYLED = f"```yaml\n{GOLDS[0]}```\n"
"""The same trace in another style."""


def harvested(*groups: list[str], keep_all: bool = False) -> list[dict[str, object]]:
    drawn = [[Sampled(text, 9, True) for text in group] for group in groups]
    evaluation = evaluation_of("model", TraceTask(), PROBLEMS, drawn, "data", "gated")
    return harvest(evaluation, keep_all).rows


def test_right_completions_are_kept_as_gold_traces_in_canonical_text_each_once() -> None:
    rows = harvested([STYLED, GOLDS[0], "words"], ["words", "words", GOLDS[1]])
    assert [row["trace"] for row in rows] == GOLDS
    assert [row["id"] for row in rows] == [f"{problem.id}-1" for problem in PROBLEMS]
    assert all(row["outcome"] == "correct" and row["model"] == "model" for row in rows)
    assert [(row["question"], row["answer"]) for row in rows] == [(p.question, p.answer) for p in PROBLEMS]


def test_the_rows_are_read_as_problems_with_traces(tmp_path: Path) -> None:
    rows = harvested([STYLED], [GOLDS[1]])
    (tmp_path / "kept.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    read = TraceTask().read(tmp_path / "kept.jsonl")
    assert [(problem.trace, problem.expert) for problem in read] == [(p.trace, p.expert) for p in PROBLEMS]


def test_of_wrong_completions_that_are_kept_nothing_stands_where_gold_traces_are(tmp_path: Path) -> None:
    rows = harvested([GOLDS[0], "words"], [GOLDS[0], GOLDS[0]], keep_all=True)
    assert [row.get("rejected") for row in rows] == [None, "words", GOLDS[0]]
    (tmp_path / "all.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [problem.trace for problem in TraceTask().read(tmp_path / "all.jsonl")] == [GOLDS[0], None, None]


def test_what_was_drawn_is_counted_with_repetitions() -> None:
    drawn = [[Sampled(GOLDS[0], 9, True)] * 3, [Sampled("words", 9, True)] * 3]
    found = harvest(evaluation_of("model", TraceTask(), PROBLEMS, drawn, "data", "gated"))
    assert (len(found.rows), found.completions, found.right, found.problems, found.solved) == (1, 6, 3, 2, 1)


@pytest.mark.parametrize("name", ["functions", "installer"])
def test_calls_are_kept_as_the_gold_replies_that_they_are(name: str, tmp_path: Path) -> None:
    task: Task[object] = task_for(name)
    problems = list(task.generate("train", 12, seed=1))
    drawn = [[Sampled(task.gold_text(problem), 9, True)] for problem in problems]
    rows = harvest(evaluation_of("model", task, problems, drawn, "data", "gated")).rows
    (tmp_path / "kept.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    read = task.read(tmp_path / "kept.jsonl")
    assert [task.gold_text(problem) for problem in read] == [task.gold_text(problem) for problem in problems]
