"""Completions of a model, judged: how many, the same for the same seed, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import evaluate_model
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.experts.problems import generate

TASK = TraceTask()


def test_a_model_gives_the_asked_number_of_completions(tiny_model_dir: Path) -> None:
    problems = list(generate("validation", 3))
    found = evaluate_model(
        load_model(str(tiny_model_dir)), TASK, problems, samples=2, temperature=1.0, max_new_tokens=5
    )
    assert [len(record.completions) for record in found.records] == [2, 2, 2]
    assert [record.problem for record in found.records] == problems
    assert all(completion.tokens <= 5 for completion in found.completions)
    assert found.truncated == sum(not completion.ended for completion in found.completions)


def test_sampling_is_the_same_for_the_same_seed(tiny_model_dir: Path) -> None:
    loaded = load_model(str(tiny_model_dir))
    problems = list(generate("validation", 2))

    def texts(seed: int) -> list[str]:
        found = evaluate_model(
            loaded, TASK, problems, samples=4, temperature=1.0, max_new_tokens=8, seed=seed
        )
        return [completion.text for completion in found.completions]

    assert texts(1) == texts(1) != texts(2)


def test_several_greedy_samples_are_refused(tiny_model_dir: Path) -> None:
    with pytest.raises(UserError, match="--temperature above 0"):
        evaluate_model(load_model(str(tiny_model_dir)), TASK, list(generate("validation", 1)), samples=2)


def test_no_problems_are_refused(tiny_model_dir: Path) -> None:
    with pytest.raises(UserError, match="no problem"):
        evaluate_model(load_model(str(tiny_model_dir)), TASK, [])
