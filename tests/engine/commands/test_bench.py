"""engine/commands/bench.py: it measures what it says, and refuses to time a verifier that calls gold wrong."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from trace_trainer.engine.audit.speed import command_lines, read_file, verify
from trace_trainer.engine.commands.bench import main
from trace_trainer.engine.errors import UserError
from trace_trainer.experts.problems import generate
from trace_trainer.verifiers.shell import CommandLine, parse_shell


def test_bench_prints_every_rate() -> None:
    result = CliRunner().invoke(main, ["--count", "100", "--repeats", "1", "--audit-count", "100"])
    assert result.exit_code == 0, result.output
    rates = re.findall(r"  ([\d,.]+)$", result.stdout, re.MULTILINE)
    assert len(rates) == 10 and all(float(rate.replace(",", "")) > 0 for rate in rates)


def test_bench_measures_a_file_of_ones_own(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    problems = list(generate("train", 20, seed=3))
    rows = [
        {"trace": p.trace, "question": p.question, "answer": p.answer, "reference": p.trace} for p in problems
    ]
    rows[0]["trace"] = "nothing: ["
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = CliRunner().invoke(main, ["--data", str(path), "--count", "100", "--repeats", "2"])
    assert result.exit_code == 0, result.output
    assert "20 traces: 1 unparsed, 19 correct" in result.stdout
    rates = re.findall(r"  ([\d,.]+)$", result.stdout, re.MULTILINE)
    assert len(rates) == 4 and all(float(rate.replace(",", "")) > 0 for rate in rates)


def test_bench_names_the_line_that_holds_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "traces.jsonl"
    path.write_text('{"question": "How many?"}\n')
    with pytest.raises(UserError, match=r"traces\.jsonl:1: .*trace"):
        read_file(str(path))


def test_bench_times_only_correct_traces() -> None:
    problem = next(generate("train", 1))
    with pytest.raises(ValueError, match="gold is wrong_answer"):
        verify(replace(problem, answer="123456789"))


def test_bench_parses_command_lines_that_are_in_the_subset() -> None:
    assert all(isinstance(parse_shell(text), CommandLine) for text in command_lines(20, None))
