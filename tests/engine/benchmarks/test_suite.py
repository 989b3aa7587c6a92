"""The benchmarks do the same work on each of their sides, at a size that says nothing of speed."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from trace_trainer.engine.benchmarks import fine_tuning, iteration, sampling
from trace_trainer.engine.benchmarks.answers import judging_sides
from trace_trainer.engine.benchmarks.machine import token_operations
from trace_trainer.engine.benchmarks.models import RANDOM, Subject, subject
from trace_trainer.engine.benchmarks.turns import Side
from trace_trainer.engine.commands.bench_training import main

NEW = 6


@pytest.fixture(scope="module")
def timed(tiny_model_dir: Path) -> Subject:
    return subject(str(tiny_model_dir), steps=0)


def amounts(sides: list[Side]) -> dict[str, float]:
    return {side.name: side.turn(1).amount for side in sides}


def test_the_samplers_draw_as_many_tokens_where_none_ends_early(
    timed: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampling, "end_token_ids", lambda tokenizer, model: {len(tokenizer) - 1})
    found = amounts(sampling.sampling_sides(timed, 16, NEW))
    assert len(found) == 4 and all(14 * NEW < tokens <= 16 * NEW for tokens in found.values())


def test_continuous_batching_leaves_the_model_as_it_was(timed: Subject) -> None:
    before = timed.loaded.model.config._attn_implementation
    sampling._continuous(timed, NEW, timed.prompts(timed.problems(1, 0)), 0)
    assert timed.loaded.model.config._attn_implementation == before


def test_guided_rows_are_the_same_problems_under_the_grammar(timed: Subject) -> None:
    for side in sampling.guided_sides(timed, 16, NEW):
        assert side.turn(1).amount <= 16 * NEW


def test_an_iteration_is_as_many_completions_on_both_sides_and_starts_from_the_same_weights(
    timed: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = []
    for name in ("_ours", "_trls"):
        train = getattr(iteration, name)

        def noting(subject: Subject, *rest: object, train: object = train) -> float:
            starts.append(next(subject.loaded.model.parameters()).detach().clone())
            assert callable(train)
            return float(train(subject, *rest))

        monkeypatch.setattr(iteration, name, noting)
    found = amounts(iteration.iteration_sides(timed, 16, NEW))
    assert set(found.values()) == {16}
    assert torch.equal(*starts)


def test_fine_tuning_goes_through_the_same_tokens_and_stock_trains_on_labels_alone(timed: Subject) -> None:
    sides = fine_tuning.fine_tuning_sides(timed, 12, 512)
    assert len(set(amounts(sides).values())) == 1
    rows = fine_tuning.rows_of(timed.loaded, timed.problems(4, 1), timed.task)
    trainer = fine_tuning._stock(timed, 512, rows, Path("unused"))
    (batch,) = trainer.get_train_dataloader()
    labelled = sum(sum(label != -100 for label in row.labels) for row in rows)
    assert int((batch["labels"] != -100).sum()) == labelled < sum(len(row.ids) for row in rows)


def test_both_judges_find_every_gold_answer_right() -> None:
    assert set(amounts(judging_sides(20, None)).values()) == {20}


def test_the_operations_of_a_token_are_two_for_each_weight_that_it_meets() -> None:
    layers = torch.nn.Sequential(torch.nn.Embedding(10, 4), torch.nn.Linear(4, 6), torch.nn.Linear(6, 10))
    assert token_operations(layers) == 2 * (4 * 6 + 6 * 10)


def test_a_model_that_can_write_no_trace_is_not_timed_where_that_matters(tiny_model_dir: Path) -> None:
    model = ("--model", RANDOM, "--only", "guided", "--only", "iteration")
    result = CliRunner().invoke(main, [*model, "--format", "json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["results"] == []


def test_the_table_has_a_ratio_with_its_spread(tiny_model_dir: Path) -> None:
    run = partial(CliRunner().invoke, main)
    size = ("--rows", 8, "--max-new-tokens", NEW, "--rounds", 1, "--no-continuous")
    result = run(list(map(str, ("--model", tiny_model_dir, "--only", "sampling", *size))))
    assert result.exit_code == 0, result.output
    assert "| generate, static cache |" in result.stdout and " to " in result.stdout
    assert "; trainer reaches" in result.stdout
