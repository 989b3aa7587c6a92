"""No output of any command replaces what it reads, and no file takes two outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from trace_trainer.engine.cli import COMMANDS, trainer
from trace_trainer.engine.commands.files import Data, Model, Output
from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import SFTConfig

PROBLEM = {
    "id": "a",
    "question": "There are 2 cats and 3 dogs. How many pets?",
    "answer": "5",
    "trace": "none",
}
READ = "is among what is read; write somewhere else"
TWICE = "can't take two outputs: name another file for one of them"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with files under several names, and a model that is an adapter."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text(json.dumps(PROBLEM) + "\n")
    (tmp_path / "link.jsonl").symlink_to("in.jsonl")
    os.link(tmp_path / "in.jsonl", tmp_path / "hard.jsonl")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.jsonl").write_text(json.dumps(PROBLEM) + "\n")
    for name, config in (("base", "config.json"), ("adapter", "adapter_config.json")):
        (tmp_path / name).mkdir()
        (tmp_path / name / config).write_text(json.dumps({"base_model_name_or_path": str(tmp_path / "base")}))
        (tmp_path / name / "eval.json").write_text("{}")
    return tmp_path


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("audit in.jsonl --out in.jsonl", READ),
        ("audit in.jsonl --out ./link.jsonl", READ),
        ("audit link.jsonl --out hard.jsonl", READ),
        ("audit folder --out folder/a.jsonl", READ),
        ("audit folder other.yaml --out folder/a.jsonl", READ),
        ("convert gsm8k in.jsonl --out in.jsonl", READ),
        ("convert gsm8k in.jsonl --out x.jsonl --refused hard.jsonl", READ),
        ("convert gsm8k folder --out x.jsonl --hold-out 1 --held-out folder/a.jsonl", READ),
        ("convert gsm8k in.jsonl --out x.jsonl --refused x.jsonl", TWICE),
        ("convert gsm8k in.jsonl --out folder/../x.jsonl --refused x.jsonl", TWICE),
        ("eval --model base --data in.jsonl --out in.jsonl", READ),
        ("eval --model base --data in.jsonl --completions link.jsonl", READ),
        ("eval --model base --data in.jsonl --out x.json --completions x.json", TWICE),
        ("eval --model base --out base/config.json", READ),
        ("eval --model adapter --out base/config.json", READ),
        ("eval --compare adapter --model tiny-base --out adapter/adapter_config.json", READ),
        ("pretrain --model base --out base", READ),
        ("compare in.jsonl other.jsonl --out hard.jsonl", READ),
    ],
)
def test_it_is_refused_before_anything_is_read(place: Path, words: str, said: str) -> None:
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    result = CliRunner().invoke(trainer, words.split())
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before


def test_a_file_that_standard_input_reads_or_output_writes_is_seen(place: Path) -> None:
    for line, said in (
        ("audit - --out in.jsonl < in.jsonl", "is what standard input reads; write somewhere else"),
        ("generate --count 1 --out all.jsonl >> all.jsonl", TWICE),
    ):
        shell = f"{sys.executable} -m trace_trainer.engine.cli {line}"
        environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
        done = subprocess.run(shell, shell=True, capture_output=True, text=True, check=False, env=environment)
        assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    shell = f"{sys.executable} -m trace_trainer.engine.cli generate --count 1 --out /dev/stdout > new.jsonl"
    done = subprocess.run(shell, shell=True, check=False, env={**os.environ, "PYTHONPATH": str(PROJECT)})
    assert done.returncode == 0 and (place / "new.jsonl").read_text().startswith("{")


def test_results_may_go_where_nothing_is_read(place: Path) -> None:
    for words in (
        "audit in.jsonl --out /dev/null",
        "audit folder --out folder/new.txt",
        "audit in.jsonl --out y.json",
    ):
        assert CliRunner().invoke(trainer, words.split()).exit_code in (0, 1)


@pytest.mark.parametrize("option", ["--model", "--data", "--eval-data"])
def test_a_run_never_replaces_what_it_reads(checkpoints: Path, option: str) -> None:
    run = Run.create("sft", "shop", SFTConfig(), parent="p", parent_path="x")
    run.close("finished")
    (run.path / "config.json").write_text("{}")
    read = run.path if option == "--model" else run.path / "rows.jsonl"
    (run.path / "rows.jsonl").write_text(json.dumps(PROBLEM) + "\n")
    given = ["sft", "--name", "shop", "--overwrite", option, str(read)]
    result = CliRunner().invoke(trainer, given)
    assert (result.exit_code, "which this run starts from or reads" in result.stderr) == (2, True), (
        result.output
    )
    assert read.exists()


def _parameters() -> Iterator[tuple[str, click.Parameter]]:
    def within(name: str, command: click.Command) -> Iterator[tuple[str, click.Parameter]]:
        for param in command.params:
            yield f"{name} {param.opts[0]}", param
        for sub in command.commands.values() if isinstance(command, click.Group) else ():
            yield from within(f"{name} {sub.name}", sub)

    for name in COMMANDS:
        command = trainer.get_command(click.Context(trainer), name)
        assert command is not None
        yield from within(name, command)


def test_every_file_that_a_command_takes_is_declared_as_read_or_written() -> None:
    undeclared = [
        name
        for name, param in _parameters()
        if isinstance(param.type, click.Path) and not isinstance(param.type, Data | Model | Output)
    ]
    assert undeclared == []
    written = {name for name, param in _parameters() if isinstance(param.type, Output)}
    assert written >= {f"{name} --out" for name in ("audit", "convert gsm8k", "eval", "generate", "pretrain")}
