"""--quiet and --verbose: what is said on standard error beside the results."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.terminal.detail import detail, details, details_shown


def evaluated(model: Path, *options: str) -> Result:
    return CliRunner().invoke(
        trainer, ["eval", "--model", str(model), "--count", "2", "--max-new-tokens", "4", *options]
    )


def test_quiet_leaves_results_and_nothing_else(checkpoints: Path) -> None:
    said = CliRunner().invoke(trainer, ["solve", "--max-new-tokens", "2", "Tom has 3 apples. How many?"])
    quiet = CliRunner().invoke(
        trainer, ["solve", "-q", "--max-new-tokens", "2", "Tom has 3 apples. How many?"]
    )
    assert "untrained base" in said.stderr and quiet.stderr == ""
    assert quiet.stdout == said.stdout and quiet.exit_code == said.exit_code


def test_quiet_keeps_errors(checkpoints: Path) -> None:
    result = CliRunner().invoke(trainer, ["rl", "--quiet", "--name", "x"])
    assert result.exit_code == 2 and result.stderr.startswith("Error: there is no trainer sft run")


def test_verbose_says_more(tiny_model_dir: Path) -> None:
    assert f"loading {tiny_model_dir} from" in evaluated(tiny_model_dir, "-v").stderr
    assert "loading" not in evaluated(tiny_model_dir).stderr
    assert not details_shown()


def test_the_two_exclude_each_other(tiny_model_dir: Path) -> None:
    result = evaluated(tiny_model_dir, "-q", "-v")
    assert result.exit_code == 2 and "exclude each other" in result.stderr


def test_details_show_warnings_and_what_led_to_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UserError), details():
        detail("now")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        try:
            raise ValueError("the cause")
        except ValueError:
            raise UserError("the error") from None
    said = capsys.readouterr().err
    assert "now" in said and "ValueError: the cause" in said


def test_a_command_of_a_command_is_quiet_wherever_it_is_said(tmp_path: Path) -> None:
    row = '{"question": "Ann has 16 eggs and eats 3. How many are left?", "answer": "what\\n#### x"}\n'
    (tmp_path / "g.jsonl").write_text(row)
    words = ["gsm8k", str(tmp_path / "g.jsonl"), "--out", str(tmp_path / "o.jsonl")]
    for quiet in (["convert", "--quiet", *words], ["convert", *words, "--quiet"]):
        stderr = CliRunner().invoke(trainer, quiet).stderr
        assert all(line.startswith("Error: ") for line in stderr.splitlines())
