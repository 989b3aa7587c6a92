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
