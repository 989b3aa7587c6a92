"""trainer eval: what it reads, prints and writes, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.commands.eval import command
from trace_trainer.engine.evaluation.answering import evaluate_model
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.problems.files.word_problems import write_problems
from trace_trainer.experts.problems import generate


@pytest.fixture
def problem_file(tmp_path: Path) -> Path:
    write_problems(tmp_path / "problems.jsonl", generate("validation", 4))
    return tmp_path / "problems.jsonl"


def _run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(trainer, ["eval", "--max-new-tokens", "4", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_command_prints_one_models_figures_as_json(tiny_model_dir: Path, problem_file: Path) -> None:
    figures = json.loads(_run("--model", tiny_model_dir, "--data", problem_file, "--format", "json"))
    assert (figures["n"], figures["data"], sum(figures["outcomes"].values())) == (4, str(problem_file), 4)


def test_the_command_takes_no_more_problems_than_asked(tiny_model_dir: Path, problem_file: Path) -> None:
    assert (
        json.loads(_run("--model", tiny_model_dir, "--data", problem_file, "--count", 2, "--format", "json"))[
            "n"
        ]
        == 2
    )


def test_a_model_computes_in_what_is_asked_for(
    tiny_model_dir: Path, problem_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dtypes = []

    def spy(loaded: LoadedModel, *arguments: object, **options: object) -> Evaluation:
        dtypes.append(loaded.model.dtype)
        return evaluate_model(loaded, *arguments, **options)

    monkeypatch.setattr("trace_trainer.engine.evaluation.participants.evaluate_model", spy)
    for options in ((), ("--dtype", "bfloat16")):
        _run("--model", tiny_model_dir, "--data", problem_file, *options)
    assert dtypes == [torch.float32, torch.bfloat16]


def test_models_are_compared_with_the_baseline(tiny_model_dir: Path, problem_file: Path) -> None:
    found = json.loads(
        _run(
            "--model", tiny_model_dir, "--compare", tiny_model_dir, "--data", problem_file, "--format", "json"
        )
    )
    assert len(found["models"]) == 2
    assert [(d["n"], d["difference"]) for d in found["differences"]] == [(4, 0)]


def test_the_table_names_the_model_and_the_interval(tiny_model_dir: Path, problem_file: Path) -> None:
    shown = _run("--model", tiny_model_dir, "--data", problem_file)
    assert "accuracy [95 %]" in shown
    assert "cut at the token limit" in shown


def test_written_completions_can_be_audited(tiny_model_dir: Path, problem_file: Path, tmp_path: Path) -> None:
    _run(
        "--model",
        tiny_model_dir,
        "--data",
        problem_file,
        "--completions",
        tmp_path / "c.jsonl",
        "--out",
        tmp_path / "o",
    )
    audited = CliRunner().invoke(trainer, ["audit", str(tmp_path / "c.jsonl"), "--format", "json"])
    assert json.loads(audited.stdout)["traces"] == 4
    assert "accuracy" in (tmp_path / "o").read_text()


def test_files_of_gsm8k_are_evaluated(tiny_model_dir: Path, shared_data: Path) -> None:
    data = shared_data / "gsm8k" / "train.jsonl"
    assert (
        json.loads(_run("--model", tiny_model_dir, "--data", data, "--count", 2, "--format", "json"))["n"]
        == 2
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "x.jsonl", "--split", "validation"), "give one of them"),
        (("--data", "missing.jsonl"), "can't be read"),
        (("--split", "nowhere"), "nowhere"),
        (("--out", "missing/folder/file"), "can't write"),
    ],
)
def test_bad_usage_ends_with_2_before_a_model_is_loaded(arguments: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(command, [*arguments, "--model", "no-such-model"])
    assert result.exit_code == 2
    assert message in result.output


def test_problems_of_some_experts_are_measured(tiny_model_dir: Path) -> None:
    options = ("--expert", "percentage", "--count", 4, "--max-new-tokens", 4, "--format", "json")
    figures = json.loads(_run("--model", tiny_model_dir, *options))
    assert figures["data"].endswith("percentage") and set(figures["experts"]) == {"percentage"}
