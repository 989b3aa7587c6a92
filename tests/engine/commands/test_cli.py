"""The `trainer` command line: lazy, with honest exit codes and errors of one line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from trace_trainer.engine.cli import COMMANDS, trainer
from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.problems.files.word_problems import read_problems
from trace_trainer.engine.tasks import traces
from trace_trainer.experts import EXPERTS
from trace_trainer.experts.problems import Problem
from trace_trainer.verifiers import verify_trace


def run(*arguments: str) -> Result:
    return CliRunner().invoke(trainer, arguments)


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "trace_trainer.engine.cli", *arguments],
        cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_help_lists_every_command_and_imports_none() -> None:
    code = (
        "import sys; from click.testing import CliRunner;"
        "from trace_trainer.engine.cli import COMMANDS, command_module, trainer;"
        "text = CliRunner().invoke(trainer, ['--help']).output;"
        "assert all(f'  {name} ' in text for name in COMMANDS), text;"
        "print(*(name for name in COMMANDS if command_module(name) in sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


@pytest.mark.parametrize("name", ["audit", "experts", "generate"])
def test_help_of_a_command_has_an_example(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0 and f"trainer {name}" in result.output.partition("xample")[2]


def test_an_unknown_command_is_refused_with_the_nearest_one() -> None:
    result = run("adit")
    assert result.exit_code == 2 and result.stderr == "Error: no command adit: did you mean audit?\n"


def test_a_command_that_resembles_nothing_is_refused_with_what_there_is() -> None:
    result = run("xyzzy")
    assert result.exit_code == 2 and all(name in result.stderr for name in COMMANDS)


def test_an_unknown_option_is_bad_usage() -> None:
    assert run("--frobnicate").exit_code == 2


def test_version_is_that_of_the_project() -> None:
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
    assert run("--version").output == f"trainer, version {version}\n"


def test_a_reader_that_goes_away_ends_the_command_quietly() -> None:
    process = start("generate", "--count", "2000")
    assert process.stdout is not None and process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 141
    assert process.stderr.read() == ""


@pytest.mark.usefixtures("heeded_interrupts")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_ends_with_one_line_and_130(workers: str) -> None:
    process = start("audit", "-", "--workers", workers)
    assert process.stdin is not None and process.stderr is not None
    process.stdin.write("not json\n" * 20_000)
    process.stdin.flush()
    process.stderr.readline()  # the first line is named: it is at work
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130 and errors.endswith("Interrupted.\n") and "Traceback" not in errors


def test_an_interrupt_inside_a_command_is_not_an_error_of_click(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command("audit")
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("trace_trainer.engine.commands.audit.command", interrupted)
    result = run("audit")
    assert (result.exit_code, result.stderr) == (130, "Interrupted.\n")


def test_generate_writes_the_same_problems_for_the_same_seed() -> None:
    first, again, other = (
        run("generate", "--count", "20", "--seed", seed).stdout for seed in ("1", "1", "2")
    )
    assert first == again != other


def test_generate_writes_verified_problems_of_the_expert_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "p.jsonl"
    options = [
        "--count",
        "30",
        "--split",
        "test_numbers",
        "--expert",
        "percentage",
        "--expert",
        "composition",
    ]
    assert run("generate", *options, "--out", str(out)).exit_code == 0
    problems = read_problems(out)
    assert len(problems) == 30 and {problem.expert for problem in problems} == {"percentage", "composition"}
    assert all(
        verify_trace(p.trace or "", p.question, p.answer, p.expert).outcome == "correct" for p in problems
    )


def test_generate_refuses_an_unknown_expert() -> None:
    result = run("generate", "--expert", "wizard")
    assert result.exit_code == 2 and "arithmetic" in result.stderr


def test_generate_never_writes_a_gold_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> list[Problem]:
        return [Problem("x", "How many?", "2", "arithmetic", "expert: arithmetic\n", "arithmetic/broken")]

    monkeypatch.setattr(traces, "generate", broken)
    result = run("generate", "--out", str(tmp_path / "p.jsonl"))
    assert result.exit_code == 2 and not any(tmp_path.iterdir())
    assert "arithmetic/broken: the gold trace" in result.stderr and len(result.stderr.splitlines()) == 1


def test_what_generate_writes_passes_the_audit(tmp_path: Path) -> None:
    out = tmp_path / "p.jsonl"
    run("generate", "--count", "50", "--out", str(out))
    result = run("audit", str(out), "--format", "json")
    assert result.exit_code == 0 and json.loads(result.stdout)["outcomes"] == {"correct": 50}


def test_experts_lists_every_expert_with_its_purpose() -> None:
    text = " ".join(run("experts").stdout.split())
    for expert in EXPERTS.values():
        assert f"{expert.name} {expert.purpose}" in text


@pytest.mark.parametrize("name", list(EXPERTS))
def test_experts_shows_the_card_of_one(name: str) -> None:
    result = run("experts", name)
    assert result.exit_code == 0
    assert name in result.stdout and all(op in result.stdout for op in EXPERTS[name].own_operations)


def test_experts_shows_how_experts_are_composed() -> None:
    assert "source: prev.result" in run("experts", "composition").stdout


def test_experts_refuses_an_unknown_name_with_what_there_is() -> None:
    result = run("experts", "wizard")
    assert (
        result.exit_code == 2
        and result.stderr == f"Error: no expert 'wizard'; there are {', '.join(EXPERTS)}\n"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_a_folder_that_cannot_be_written_to_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    result = run("generate", "--count", "1", "--out", str(tmp_path / "p.jsonl"))
    assert result.exit_code == 2 and "can't write" in result.stderr


def test_generate_writes_problems_of_a_wording() -> None:
    plain, varied = (run("generate", "--count", "20", "--wording", w).stdout for w in ("plain", "varied"))
    assert plain.count("\n") == varied.count("\n") == 20
    assert not set(plain.splitlines()) & set(varied.splitlines())


def test_function_calls_have_no_wording() -> None:
    result = run("generate", "--task", "functions", "--wording", "plain")
    assert result.exit_code == 2
    assert (
        result.stderr
        == "Error: problems of functions have no --wording, those of installer and traces have\n"
    )


def test_generate_leaves_out_what_the_format_of_calls_cannot_express() -> None:
    options = ("generate", "--task", "functions", "--count", "60", "--call-format")
    categories = {
        name: {json.loads(line)["category"] for line in run(*options, name).stdout.splitlines()}
        for name in ("hermes", "llama3")
    }
    assert "parallel" in categories["hermes"] - categories["llama3"]


def test_experts_are_listed_as_json() -> None:
    listed = json.loads(run("experts", "--format", "json").stdout)
    assert [expert["name"] for expert in listed] == list(EXPERTS)
    assert json.loads(run("experts", "percentage", "--format", "json").stdout)["card"].startswith("#")
