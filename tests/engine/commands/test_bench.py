"""engine/commands/bench.py: it measures what it says, and refuses to time a verifier that calls gold wrong."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from click.testing import CliRunner

from trace_trainer.engine.audit.speed import command_lines, verify
from trace_trainer.engine.commands.bench import main
from trace_trainer.experts.problems import generate
from trace_trainer.verifiers.shell import CommandLine, parse_shell


def test_bench_prints_every_rate() -> None:
    result = CliRunner().invoke(main, ["--count", "100", "--repeats", "1", "--audit-count", "100"])
    assert result.exit_code == 0, result.output
    rates = re.findall(r"  ([\d,.]+)$", result.stdout, re.MULTILINE)
    assert len(rates) == 10 and all(float(rate.replace(",", "")) > 0 for rate in rates)


def test_bench_times_only_correct_traces() -> None:
    problem = next(generate("train", 1))
    with pytest.raises(ValueError, match="gold is wrong_answer"):
        verify(replace(problem, answer="123456789"))


def test_bench_parses_command_lines_that_are_in_the_subset() -> None:
    assert all(isinstance(parse_shell(text), CommandLine) for text in command_lines(20, None))
