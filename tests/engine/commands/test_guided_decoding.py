"""Guided decoding from the command line: `trainer eval --guided` and `trainer experts --grammar`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.verifiers.traces.grammar import trace_grammar


@pytest.mark.parametrize("task", ["traces", "functions"])
def test_the_command_guides(task: str, tiny_model_dir: Path, tiny_call_model_dir: Path) -> None:
    folder = tiny_model_dir if task == "traces" else tiny_call_model_dir
    arguments = ["--task", task, "--model", str(folder), "--count", "3", "--max-new-tokens", "8", "--guided"]
    result = CliRunner().invoke(trainer, ["eval", *arguments, "--format", "json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.stdout)
    assert figures["data"].endswith("seed 0, guided")


def test_figures_under_a_constraint_are_told_from_others(tiny_model_dir: Path, tmp_path: Path) -> None:
    files = []
    for level in ("off", "grammar", "wiring"):
        files.append(str(tmp_path / f"{level}.jsonl"))
        arguments = ["--model", str(tiny_model_dir), "--count", "3", "--constrain", level]
        result = CliRunner().invoke(
            trainer, ["eval", *arguments, "--completions", files[-1], "--format", "json"]
        )
        assert json.loads(result.stdout).get("constrain", "off") == level, result.output
    result = CliRunner().invoke(trainer, ["compare", *files, "--format", "json"])
    assert json.loads(result.stdout)["systems"] == ["tiny", "tiny, grammar", "tiny, wiring"], result.output


def test_two_levels_at_once_are_an_error() -> None:
    result = CliRunner().invoke(trainer, ["eval", "--guided", "--constrain", "wiring"])
    assert (result.exit_code, "--guided is --constrain grammar, not --constrain wiring" in result.stderr) == (
        2,
        True,
    )


@pytest.mark.parametrize("command", ["eval", "solve", "serve"])
def test_calls_have_no_wiring(command: str, tiny_call_model_dir: Path) -> None:
    arguments = ["--task", "functions", "--model", str(tiny_call_model_dir), "--constrain", "wiring"]
    result = CliRunner().invoke(trainer, [command, *arguments], input="What is the weather in Rome?")
    assert (result.exit_code, "--constrain wiring is for traces" in result.stderr) == (2, True)


def test_the_grammar_can_be_taken_elsewhere() -> None:
    for expert in (None, "percentage"):
        result = CliRunner().invoke(trainer, ["experts", *([expert] if expert else []), "--grammar"])
        assert (result.exit_code, result.stdout) == (0, trace_grammar(expert))
    result = CliRunner().invoke(trainer, ["experts", "geometry", "--grammar"])
    assert (result.exit_code, "no expert 'geometry'; there are algebra" in result.stderr) == (2, True)


def test_episodes_are_not_guided(tiny_call_model_dir: Path) -> None:
    arguments = ["--task", "installer", "--model", str(tiny_call_model_dir), "--episodes", "1", "--guided"]
    result = CliRunner().invoke(trainer, ["eval", *arguments])
    assert (result.exit_code, "--constrain are for single problems" in result.stderr) == (2, True)
