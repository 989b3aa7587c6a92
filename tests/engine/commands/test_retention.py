"""`trainer retention`: the figures in each form, the exit code, and errors before a model is loaded."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.models.loading import load_model

TASKS = ["plain_text", "plain_text", *(name for name in ("copying", "arithmetic", "cloze") for _ in range(2))]


def _retention(before: Path | str, after: Path | str, *words: str) -> Result:
    return CliRunner().invoke(trainer, ["retention", "--before", str(before), "--after", str(after), *words])


@pytest.fixture(scope="module")
def worse(tiny_model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same model with its weights shaken."""
    loaded = load_model(tiny_model_dir)
    torch.manual_seed(0)
    with torch.no_grad():
        for weight in loaded.model.parameters():
            weight.add_(torch.randn_like(weight) * 0.3)
    folder = tmp_path_factory.mktemp("models") / "worse"
    loaded.save(folder)
    return folder


def test_a_model_beside_itself_has_lost_nothing(tiny_model_dir: Path) -> None:
    result = _retention(tiny_model_dir, tiny_model_dir, "--max-loss", "0", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert [figure["task"] for figure in found["figures"]] == TASKS
    assert {figure["reading"] for figure in found["figures"]} == {"not told apart"}


def test_a_loss_beyond_what_is_allowed_ends_with_1_and_is_named(tiny_model_dir: Path, worse: Path) -> None:
    result = _retention(tiny_model_dir, worse)
    assert result.exit_code == 1
    assert "plain_text lost" in result.stderr and "more than --max-loss 0.05 allows" in result.stderr
    assert "plain_text" in result.stdout and "after: worse" in result.stdout


def test_markdown_is_the_record_of_a_measurement(tiny_model_dir: Path, worse: Path, tmp_path: Path) -> None:
    out = tmp_path / "record.md"
    result = _retention(tiny_model_dir, worse, "--max-loss", "1", "--format", "markdown", "--out", str(out))
    assert result.exit_code == 0 and result.stdout == ""
    text = out.read_text()
    assert "| plain_text | bits_per_byte" in text and " ± " in text
    for fact in ("- date: 20", "- device: ", "- dtype: float32\n", "- batch: 512 tokens\n", "torch "):
        assert fact in text
    command = f"`trainer retention --before {tiny_model_dir} --after {worse} --max-loss 1.0`"
    assert f"- command: {command}\n" in text


def test_figures_are_the_same_each_time(tiny_model_dir: Path, worse: Path) -> None:
    runs = [json.loads(_retention(tiny_model_dir, worse, "--format", "json").stdout) for _ in range(2)]
    assert runs[0]["figures"] == runs[1]["figures"]


@pytest.mark.parametrize("unknown", ["before", "after"])
def test_an_unknown_model_is_named_before_anything_is_loaded(
    unknown: str, tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trace_trainer.engine.commands.retention.load_model", None)
    names = {"before": str(tiny_model_dir), "after": str(tiny_model_dir), unknown: "tiny-bse"}
    result = _retention(**names)
    assert result.exit_code == 2
    assert "there is no model tiny-bse" in result.output


@pytest.mark.parametrize("words", [("--limit", "5"), ("--include", ".")])
def test_what_is_for_public_tasks_is_refused_without_them(
    words: tuple[str, str], tiny_model_dir: Path
) -> None:
    result = _retention(tiny_model_dir, tiny_model_dir, *words)
    assert result.exit_code == 2
    assert f"{words[0]} is for --tasks" in result.output


def test_public_tasks_without_the_harness_are_refused_in_one_line(
    tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lm_eval", None)
    result = _retention(tiny_model_dir, tiny_model_dir, "--tasks", "hellaswag")
    assert result.exit_code == 2
    assert result.output == "Error: --tasks needs the extra eval: pip install 'trace-trainer[eval]'\n"
