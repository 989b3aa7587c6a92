"""Odd values of options: one line each, before anything is loaded, and no traceback ever."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from trace_trainer.engine.cli import COMMANDS, command_module, trainer
from trace_trainer.engine.commands.options import SettingOption

ROW = {
    "question": "Tom has 2 cats and 3 dogs. How many pets?",
    "answer": "He has 2+3=<<2+3=5>>5.\n#### 5",
    "trace": "x",
}
BASE = {
    "audit": "rows.jsonl", "generate": "--count 2", "convert gsm8k": "rows.jsonl --out out.jsonl",
    "pretrain": "--out pt", "sft": "--model MODEL --data rows.jsonl",
    "rl": "--model MODEL --data rows.jsonl", "doctor": "--data rows.jsonl",
    "average": "MODEL MODEL --name mean", "eval": "--model MODEL --data rows.jsonl", "solve": "q --model MODEL",
    "experts": "", "demo": "", "compare": "rows.jsonl rows.jsonl",
    "serve": "--model MODEL --port 0",
}  # fmt: skip
NUMBERS = ("-1", "nan", "1e400", "9" * 5000, "[red]")
TEXTS = (
    "", "n" * 300, "[/red]", "$\\frac$", "a\0b", "a\ud83db", "a\x1b[31mb\u202ec", "../..",
    "folder.jsonl", "binary.jsonl", "folder.py:f", "broken.yaml",
)  # fmt: skip


class Loaded(Exception):
    """The command went as far as to load a model or to train."""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiny_model_dir: Path, checkpoints: Path) -> Path:
    """A working directory with good and bad files; whoever loads a model or trains raises Loaded."""

    def load(*_: object, **__: object) -> None:
        raise Loaded

    # Loaded before anything is replaced, for modules keep what they import.
    for name in (*COMMANDS, "examined_training"):
        importlib.import_module(command_module(name))
    for name in (
        "training.tuning.load_model", "models.loading.load_model", "training.averaging.average",
        "commands.average.average", "commands.export.load_model", "commands.retention.load_model",
        "pretraining.training.pretrain",
    ):  # fmt: skip
        monkeypatch.setattr(f"trace_trainer.engine.{name}", load)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.jsonl").write_text(json.dumps(ROW) + "\n")
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "binary.jsonl").write_bytes(bytes(range(256)) * 10)
    (tmp_path / "broken.yaml").write_text("&a\nsft: *a\n")
    return tiny_model_dir


def _options() -> Iterator[tuple[str, click.Option]]:
    """Every option that takes a value, with the command that has it."""

    def within(name: str, command: click.Command) -> Iterator[tuple[str, click.Option]]:
        if isinstance(command, click.Group):
            for sub in command.commands.values():
                yield from within(f"{name} {sub.name}", sub)
            return
        for param in command.params:
            if isinstance(param, click.Option) and not param.is_flag:
                yield name, param

    for name in COMMANDS:
        command = trainer.get_command(click.Context(trainer), name)
        assert command is not None
        yield from within(name, command)


def _is_number(param: click.Option) -> bool:
    if isinstance(param, SettingOption):
        return str(param._item.type).startswith(("int", "float"))
    return isinstance(param.type, click.types.IntParamType | click.types.FloatParamType)


def _run(model: Path, name: str, *given: str) -> str | None:
    """Why the command ended otherwise than it may; None where it did not."""
    words = [str(model) if word == "MODEL" else word for word in f"{name} {BASE[name]}".split()]
    result = CliRunner().invoke(trainer, [*words, *given])
    if result.exception is not None and not isinstance(result.exception, SystemExit | Loaded):
        return f"{name} {given!a}: {result.exception!r}"
    if result.exit_code not in (0, 1, 2):
        return f"{name} {given!a}: exit code {result.exit_code}"
    steering = [c for c in result.output if not c.isprintable() and c != "\n"]
    return f"{name} {given!a}: {steering!a}" if steering else None


@pytest.mark.parametrize("command", BASE)
def test_no_option_of_any_command_takes_what_ends_in_a_traceback(place: Path, command: str) -> None:
    of_sft = (
        {param.opts[0] for name, param in _options() if name == "sft"}
        if command in ("rl", "doctor")
        else set()
    )
    wrong = [
        why
        for name, param in _options()
        if name == command and param.opts[0] not in of_sft
        for value in (NUMBERS if _is_number(param) else TEXTS)
        if (why := _run(place, name, f"{param.opts[0]}={value}"))
    ]
    assert wrong == []


def test_every_number_has_limits() -> None:
    assert [
        f"{name} {param.opts[0]}"
        for name, param in _options()
        if _is_number(param) and not _is_limited(param)
    ] == []


def _is_limited(param: click.Option) -> bool:
    if isinstance(param, SettingOption):
        limits = param._item.metadata
        return limits["high"] is not None and (limits["low"] is not None or limits["above"] is not None)
    return getattr(param.type, "min", None) is not None and getattr(param.type, "max", None) is not None


@pytest.mark.parametrize("given", ["a\ud83db", "-"])
def test_a_question_that_is_no_text_is_refused(place: Path, given: str) -> None:
    result = CliRunner().invoke(trainer, ["solve", given, "--model", str(place)], input=b"\xff")
    assert (result.exit_code, "is no text in UTF-8" in result.stderr) == (2, True), result.output


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_a_model_writes_never_steers_the_terminal(
    place: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    from trace_trainer.engine.evaluation.solving import Solution
    from trace_trainer.engine.inference.completions import Sampled
    from trace_trainer.verifiers import verify_trace

    text = "expert: \x1b[31m\u202e\x9b31m\rarithmetic\ntrace: [/red]\n"
    solution = Solution("Q\x1b]0;?", "m\u2066", Sampled(text, 3, True), verify_trace(text), 1, None)
    monkeypatch.setattr("trace_trainer.engine.models.loading.load_model", lambda *_, **__: None)
    monkeypatch.setattr("trace_trainer.engine.commands.solve.solve", lambda *_, **__: solution)
    result = CliRunner().invoke(trainer, ["solve", "q", "--model", str(place), "--format", form])
    assert result.exit_code == 1 and "[/red]" in result.stdout
    assert [c for c in result.output if not c.isprintable() and c != "\n"] == []
    if form == "json":
        assert json.loads(result.stdout)["trace"] == text
