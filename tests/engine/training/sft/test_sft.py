"""`trainer sft`: what a run leaves behind, and that training, stopping and resuming do what they say."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
import torch
import yaml
from click.testing import CliRunner, Result

import trace_trainer.engine.training.sft.trainer
from trace_trainer.engine.cli import trainer
from trace_trainer.engine.commands.examined_training import train_sft
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.batches import plan_batches
from trace_trainer.engine.inference.reply_loss import reply_losses
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.engine.runs.logs import read_lines
from trace_trainer.engine.settings.recipes import load_recipe
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks.rows import check_lengths, rows_of
from trace_trainer.engine.tasks.traces import TraceTask
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.engine.training.sft.problems import sft_problems
from trace_trainer.engine.training.sft.trainer import build_trainer, restore
from trace_trainer.engine.training.tuning import load_trainable
from trace_trainer.experts.problems import Problem, generate

TASK = TraceTask()
PROBLEMS = list(generate("train", 30, seed=5))


@pytest.fixture
def config(tiny_model_dir: Path) -> SFTConfig:
    """A run of three steps."""
    return SFTConfig(
        model=str(tiny_model_dir),
        count=30,
        eval_count=4,
        batch_tokens=1024,
        micro_batch_tokens=512,
        learning_rate=3e-3,
        checkpoint_every=1,
    )


def run_command(*arguments: str) -> Result:
    return CliRunner().invoke(trainer, ["sft", *arguments])


def options_of(config: SFTConfig) -> list[str]:
    defaults = load_recipe().sft
    changed = {name: value for name, value in vars(config).items() if value != getattr(defaults, name)}
    return [part for name, value in changed.items() for part in (f"--{name.replace('_', '-')}", str(value))]


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return dict(load_model(folder).model.state_dict())


def test_run_folder_holds_all_that_it_promises(config: SFTConfig, checkpoints: Path) -> None:
    run, training, evaluations = train_sft(config, "shop")
    assert run.path == checkpoints / "shop_sft"
    assert {"model.safetensors", "config.json", "tokenizer.json", "chat_template.jinja", "config.yaml", "manifest.json",
            "metrics.jsonl", "eval.json"} <= {file.name for file in run.path.iterdir()}  # fmt: skip
    assert yaml.safe_load((run.path / "config.yaml").read_text())["count"] == 30
    assert run.manifest["status"] == "finished"
    assert run.manifest["data"]["train"]["rows"] == 30
    steps = [record["step"] for record in read_lines(run.path / "metrics.jsonl")]
    assert steps == list(range(1, training.steps + 1))
    stored = json.loads((run.path / "eval.json").read_text())
    assert [stored["before"]["n"], stored["after"]["n"]] == [4, 4]
    assert [evaluation.model for evaluation in evaluations] == ["tiny", "shop_sft"]


def test_saved_model_is_the_trained_one(config: SFTConfig, checkpoints: Path, tiny_model_dir: Path) -> None:
    run, _, _ = train_sft(config)
    before, after = weights(tiny_model_dir), weights(run.path)
    assert all(not torch.equal(before[name], after[name]) for name in before)


def test_training_lowers_the_loss_of_what_is_trained_on(config: SFTConfig, checkpoints: Path) -> None:
    run, _, _ = train_sft(dataclasses.replace(config, epochs=5))
    losses = [record["loss"] for record in read_lines(run.path / "metrics.jsonl")]
    assert losses[-1] < losses[0] - 0.5


def test_tokens_of_the_log_are_those_of_the_rows(config: SFTConfig, checkpoints: Path) -> None:
    run, training, _ = train_sft(config)
    rows = rows_of(load_model(config.model), sft_problems(config)[1], TASK)
    last = list(read_lines(run.path / "metrics.jsonl"))[-1]
    assert last["tokens"] == training.tokens == sum(len(row.ids) for row in rows)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_loss_of_a_step_is_the_models_own_on_its_labels(
    config: SFTConfig, tmp_path: Path, dtype: str
) -> None:
    loaded = load_trainable(config.model, config)
    rows = rows_of(loaded, PROBLEMS[:4], TASK)
    single = dataclasses.replace(config, batch_tokens=4096, micro_batch_tokens=4096, dtype=dtype)
    trainer = build_trainer(loaded, rows, single, tmp_path, max_steps=1)
    expected = sum(reply_losses(loaded, rows)) / sum(len(row.completion_ids) for row in rows)
    trainer.train()
    assert trainer.state.log_history[0]["loss"] == pytest.approx(
        expected, rel=1e-4 if dtype == "float32" else 2e-2
    )


def test_step_in_several_micro_batches_equals_one_in_a_single_batch(
    config: SFTConfig, tmp_path: Path
) -> None:
    results = []
    for micro in (4096, 512):
        loaded = load_trainable(config.model, config)
        rows = rows_of(loaded, PROBLEMS[:8], TASK)
        whole = dataclasses.replace(config, batch_tokens=4096, micro_batch_tokens=micro, learning_rate=1e-2)
        assert len(plan_batches([len(row.ids) for row in rows], micro)) > (1 if micro == 512 else 0)
        trainer = build_trainer(loaded, rows, whole, tmp_path)
        trainer.train()
        assert trainer.plan.steps == trainer.state.global_step == 1
        results.append((trainer.state.log_history[0]["loss"], trainer.state.log_history[0]["grad_norm"]))
    assert results[0] == pytest.approx(results[1], rel=1e-3)


def test_labelled_positions_alone_give_the_loss_of_the_stock_trainer(
    config: SFTConfig, tmp_path: Path
) -> None:
    losses = []
    for plain in (True, False):
        loaded = load_trainable(config.model, config)
        trainer = build_trainer(loaded, rows_of(loaded, PROBLEMS, TASK), config, tmp_path)
        assert trainer.plain_head
        trainer.plain_head = plain
        trainer.train()
        losses.append([entry["loss"] for entry in trainer.state.log_history if "loss" in entry])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_model_is_the_plain_one_again_after_training(config: SFTConfig, tmp_path: Path) -> None:
    loaded = load_trainable(config.model, config)
    trainer = build_trainer(loaded, rows_of(loaded, PROBLEMS, TASK), config, tmp_path, max_steps=1)
    assert "forward" in vars(loaded.model)
    trainer.train()
    restore(loaded)
    assert "forward" not in vars(loaded.model)
    assert not loaded.model.training


@pytest.mark.parametrize("method", ["lora", "last-k"])
def test_other_methods_train_save_and_load(
    config: SFTConfig, checkpoints: Path, tiny_model_dir: Path, method: str
) -> None:
    run, _, evaluations = train_sft(dataclasses.replace(config, method=method, rank=4, alpha=8, last_k=1))
    assert len(evaluations) == 2
    ids = torch.tensor([[1, 7, 8, 9]])
    assert not torch.allclose(
        load_model(run.path).model(ids).logits, load_model(tiny_model_dir).model(ids).logits
    )
    assert (run.path / "adapter_model.safetensors").exists() == (method == "lora")
    assert not (run.path / "README.md").exists()


def test_same_seed_gives_the_same_weights(config: SFTConfig, checkpoints: Path) -> None:
    first, second = (weights(train_sft(config, name)[0].path) for name in ("first", "second"))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_interrupted_run_works_and_resumes_to_the_same_weights(
    config: SFTConfig, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = weights(train_sft(config, "whole")[0].path)
    original = trace_trainer.engine.training.sft.trainer.StepLog.on_log

    def interrupt_once(self: Any, args: Any, state: Any, control: Any, **others: Any) -> None:
        original(self, args, state, control, **others)
        if state.global_step == 1:
            os.kill(os.getpid(), signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(trace_trainer.engine.training.sft.trainer.StepLog, "on_log", interrupt_once)
        stopped = run_command(*options_of(config), "--name", "shop")
    folder = checkpoints / "shop_sft"
    assert stopped.exit_code == 130, stopped.output
    assert "--resume --name shop" in stopped.stderr
    assert json.loads((folder / "manifest.json").read_text())["status"] == "interrupted"
    done = len(list(read_lines(folder / "metrics.jsonl")))
    assert done < 3
    load_model(folder)
    shown = Mock(wraps=Progress)
    monkeypatch.setattr("trace_trainer.engine.training.sft.train.Progress", shown)
    resumed = run_command("--resume", "--name", "shop")
    assert resumed.exit_code == 0, resumed.output
    assert shown.call_args.kwargs["done"] == done  # the time left is told from what this run does itself
    steps = [record["step"] for record in read_lines(folder / "metrics.jsonl")]
    assert steps == list(range(1, len(steps) + 1))
    assert not (folder / "resume").exists()
    after = weights(folder)
    assert all(torch.allclose(after[name], whole[name], atol=1e-6) for name in whole)


def test_resumed_run_takes_no_other_settings(checkpoints: Path) -> None:
    result = run_command("--resume", "--epochs", "3")
    assert result.exit_code == 2
    assert "keeps its settings" in result.stderr


def test_file_is_used_whole(config: SFTConfig, tmp_path: Path) -> None:
    write_problems(tmp_path / "own.jsonl", PROBLEMS)
    source, problems = sft_problems(dataclasses.replace(config, data=(str(tmp_path / "own.jsonl"),), count=2))
    assert (source, problems) == (str(tmp_path / "own.jsonl"), PROBLEMS)
    result = run_command("--data", str(tmp_path / "own.jsonl"), "--count", "2")
    assert result.exit_code == 2
    assert "--count is of generated problems" in result.stderr


def test_problem_without_a_trace_is_named(config: SFTConfig, tmp_path: Path) -> None:
    write_problems(tmp_path / "own.jsonl", [PROBLEMS[0], Problem("bare", "How many?", "1")])
    with pytest.raises(UserError, match="1 of 2 problems have no trace, the first is 'bare'"):
        sft_problems(dataclasses.replace(config, data=(str(tmp_path / "own.jsonl"),)))


def test_empty_file_is_refused(config: SFTConfig, tmp_path: Path) -> None:
    write_problems(tmp_path / "own.jsonl", [])
    with pytest.raises(UserError, match="holds no problem"):
        sft_problems(dataclasses.replace(config, data=(str(tmp_path / "own.jsonl"),)))


def test_row_that_is_too_long_is_named_with_the_limit_that_fits(config: SFTConfig) -> None:
    rows = rows_of(load_model(config.model), PROBLEMS, TASK)
    lengths = [len(row.ids) for row in rows]
    longest = lengths.index(max(lengths))
    with pytest.raises(UserError) as caught:
        check_lengths(rows, PROBLEMS, max(lengths) - 1)
    assert f"row {longest + 1} (id {PROBLEMS[longest].id!r})" in caught.value.message
    assert f"--max-length {max(lengths)} would fit" in caught.value.message
    assert check_lengths(rows, PROBLEMS, max(lengths)).startswith(f"{min(lengths)} to {max(lengths)} tokens")


def test_failing_check_stops_the_run_before_it_leaves_anything(config: SFTConfig, checkpoints: Path) -> None:
    arguments = [*options_of(config), "--max-new-tokens", "20"]
    stopped = run_command(*arguments)
    assert stopped.exit_code == 1
    assert "--skip-doctor lengths" in stopped.stderr
    assert list(checkpoints.iterdir()) == []
    assert run_command(*arguments, "--skip-doctor", "lengths").exit_code == 0
