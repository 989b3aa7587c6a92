"""The loss on gold replies: what it is of, and what `trainer eval --gold-loss` says of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.evaluation.difference import GOLD_LOSS, Difference
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.records import Completion, Record, ReplyLoss
from trace_trainer.engine.inference.reply_loss import reply_losses
from trace_trainer.engine.models.chat import Row
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks.rows import rows_of
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import Problem, generate

TASK = TraceTask()
PROBLEMS = list(generate("validation", 6))


def _evaluation(*nats: float | None, model: str = "m") -> Evaluation:
    """An evaluation in which a gold reply of ten tokens has these losses."""
    completion = Completion("", TASK.judge(PROBLEMS[0], ""), 0.0, 1, True)
    records = (Record(PROBLEMS[0], (completion,), ReplyLoss(n, 10) if n is not None else None) for n in nats)
    return Evaluation(model, TASK, "some problems", tuple(records))


def _run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(trainer, ["eval", "--max-new-tokens", "2", *map(str, arguments)])
    return result.exit_code, result.output if result.exit_code else result.stdout


def test_the_loss_of_a_reply_is_the_models_own_on_its_tokens(tiny_model_dir: Path) -> None:
    loaded = load_model(tiny_model_dir)
    rows = rows_of(loaded, PROBLEMS, TASK)
    told: list[int] = []
    losses = reply_losses(loaded, rows, told.append)
    for row, loss in zip(rows, losses, strict=True):
        logprobs = torch.log_softmax(loaded.model(torch.tensor([row.ids])).logits[0], -1)
        expected = sum(
            -logprobs[place - 1, row.ids[place]].item() for place in range(row.prompt_length, len(row.ids))
        )
        assert loss == pytest.approx(expected, rel=1e-4)
    assert sum(told) == len(rows)
    assert len(told) > 1  # several batches, so that their order is tested too


def test_a_new_adapters_dropout_does_not_act_on_it(tiny_model_dir: Path) -> None:
    config = SFTConfig(model=str(tiny_model_dir), method="lora", dropout=0.5)
    loaded = load_trainable(config.model, config)
    assert not any(module.training for module in loaded.model.modules())


def test_a_certain_reply_costs_nothing_and_a_word_at_random_its_logarithm(tiny_model_dir: Path) -> None:
    loaded = load_model(tiny_model_dir)
    with torch.no_grad():
        loaded.model.get_output_embeddings().weight.zero_()
    losses = reply_losses(loaded, [Row([5, 6, 7, 8], 2), Row([5, 6, 7], 2)])
    alike = torch.tensor(float(loaded.model.config.vocab_size)).log().item()
    assert losses == pytest.approx([2 * alike, alike], rel=1e-5)


def test_the_figures_are_a_mean_with_its_interval_and_the_loss_of_a_token() -> None:
    figures = _evaluation(20.0, 10.0, None).to_json()["gold_loss"]
    assert (figures["n"], figures["nats"], figures["per_token"]) == (2, 15, 1.5)
    low, high = figures["interval"]
    assert 15 - low == pytest.approx(high - 15)
    assert high - 15 == pytest.approx(1.96 * 50**0.5 / 2**0.5, rel=1e-3)
    assert "gold_loss" not in _evaluation(20.0, None).to_json()


def test_models_are_compared_by_it_and_less_is_better() -> None:
    ours, theirs = _evaluation(10, 21, 30, None, model="a"), _evaluation(13, 25, 35, 9, model="b")
    difference = Difference.between(ours, theirs, GOLD_LOSS)
    assert (difference.n, difference.difference, difference.reading) == (3, -4, "better")
    assert str(difference).startswith("a less b in gold loss: -4.0 nats [-5.1, -2.9] on the same 3 problems")
    assert Difference.between(theirs, ours, GOLD_LOSS).reading == "worse"
    assert Difference.between(ours, ours, GOLD_LOSS).reading == "not told apart"


def test_the_command_measures_it_where_it_is_asked_for(tiny_model_dir: Path, tmp_path: Path) -> None:
    data = tmp_path / "problems.jsonl"
    write_problems(data, [*PROBLEMS, replace(PROBLEMS[0], id="no-gold", trace=None)])
    arguments = ("--model", tiny_model_dir, "--data", data)
    code, out = _run(*arguments, "--compare", tiny_model_dir, "--gold-loss", "--format", "json")
    assert code == 0
    found = json.loads(out)
    loaded = load_model(tiny_model_dir)
    rows = rows_of(loaded, PROBLEMS, TASK)
    total, tokens = sum(reply_losses(loaded, rows)), sum(len(row.completion_ids) for row in rows)
    for figures in found["models"]:
        loss = figures["gold_loss"]
        assert (loss["n"], loss["nats"]) == (6, pytest.approx(total / 6))
        assert loss["per_token"] == pytest.approx(total / tokens)
    assert [(d["figure"], d["difference"]) for d in found["differences"]] == [("accuracy", 0), (GOLD_LOSS, 0)]
    assert "nats a gold trace [95 %]" in _run(*arguments, "--gold-loss")[1]
    assert "gold_loss" not in _run(*arguments, "--format", "json")[1]


def test_without_gold_replies_it_is_refused_in_a_line(tiny_model_dir: Path, tmp_path: Path) -> None:
    data = tmp_path / "problems.jsonl"
    write_problems(data, [Problem("p", "Ann has 3 pens and buys 4. How many?", "7")])
    code, out = _run("--model", tiny_model_dir, "--data", data, "--gold-loss")
    assert code == 2
    assert "0 of 1 problems have a gold trace" in out
    code, out = _run("--model", tiny_model_dir, "--episodes", 2, "--gold-loss")
    assert (code, "not for --episodes" in out) == (2, True)
