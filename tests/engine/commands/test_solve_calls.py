"""`trainer solve` for models that call tools: the calls, what the machine makes of them, and several turns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.inference.completions import Sampled
from trace_trainer.verifiers.calls import COMMAND_TOOL, FORMATS, Call, Reply

WEATHER = [
    {
        "name": "weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    }
]


def written(name: str, **arguments: Any) -> str:
    return FORMATS["hermes"].render(Reply((Call(name, arguments),), ""))


def command(line: str) -> str:
    return written(COMMAND_TOOL, command=line)


class Scripted:
    """A model whose replies are given; `prompts` is what it was shown."""

    def __init__(self) -> None:
        self.replies: list[str] = []
        self.prompts: list[Prompt] = []

    def complete(self, loaded: object, prompts: Sequence[Prompt], **_: object) -> list[list[Sampled]]:
        self.prompts += prompts
        return [[Sampled(self.replies.pop(0), 20, ended=True)] for _ in prompts]


@pytest.fixture
def model(tiny_call_model_dir: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """The replies of the model; everything else is real."""
    scripted = Scripted()
    monkeypatch.setattr("trace_trainer.engine.evaluation.asking.complete", scripted.complete)
    monkeypatch.setattr(
        "trace_trainer.engine.commands.solve.default_model", lambda task: str(tiny_call_model_dir)
    )
    return scripted


@pytest.fixture
def tools(tmp_path: Path) -> str:
    path = tmp_path / "tools.json"
    path.write_text(json.dumps(WEATHER))
    return str(path)


def solve(*arguments: str) -> Result:
    return CliRunner().invoke(trainer, ["solve", *arguments])


def test_a_call_that_fits_is_shown_and_verified(model: Scripted, tools: str) -> None:
    model.replies = [written("weather", city="Rome")]
    result = solve("--task", "functions", "--tools", tools, "How is the weather in Rome?")
    assert result.exit_code == 0, result.output
    assert 'weather {"city": "Rome"}' in result.stdout
    assert "verified: the tools exist" in result.stdout and "can't be checked" in " ".join(
        result.stdout.split()
    )


def test_a_call_that_does_not_fit_is_not_verified(model: Scripted, tools: str) -> None:
    model.replies = [written("weather", town="Rome")]
    result = solve("--task", "functions", "--tools", tools, "How is the weather in Rome?")
    assert result.exit_code == 1
    assert "not verified: invalid_call" in result.stdout and "missing_argument" in result.stdout


def test_functions_need_tools(model: Scripted) -> None:
    result = solve("--task", "functions", "How is the weather?")
    assert result.exit_code == 2 and "--tools FILE" in result.stderr


@pytest.mark.parametrize("text", ["{", "[3]", '{"a": 1}'])
def test_a_file_that_holds_no_tools_is_refused(model: Scripted, tmp_path: Path, text: str) -> None:
    path = tmp_path / "broken.json"
    path.write_text(text)
    result = solve("--task", "functions", "--tools", str(path), "How is the weather?")
    assert result.exit_code == 2 and "broken.json" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_command_is_shown_with_what_the_machine_makes_of_it(model: Scripted) -> None:
    model.replies = [command("mkfs.ext4 /dev/sda")]
    result = solve("--task", "installer", "format sda")
    assert "machine " in result.stdout and "mkfs.ext4 /dev/sda" in result.stdout


def test_each_turn_sees_the_machine_as_the_one_before_left_it(model: Scripted) -> None:
    model.replies = [command("hostname"), command("parted -s /dev/sda mklabel gpt"), "Done."]
    result = solve(
        "--task", "installer", "what is it called?", "--turn", "give sda a table", "--turn", "thanks",
        "--format", "json",
    )  # fmt: skip
    turns = json.loads(result.stdout)["turns"]
    assert [turn["user"] for turn in turns] == ["what is it called?", "give sda a table", "thanks"]
    assert [len(turn["commands"]) for turn in turns] == [1, 1, 0]
    assert turns[1]["commands"][0]["verdict"] == "ok" and turns[1]["commands"][0]["effects"]
    assert "No disk chosen." in model.prompts[0].messages[0]["content"]
    assert "Disk sda." in model.prompts[2].messages[0]["content"]
    said = [message["content"] for message in model.prompts[2].messages if message["role"] == "user"]
    assert said[-2:] == ["give sda a table", "thanks"]


def test_a_dangerous_command_is_refused_and_changes_nothing(model: Scripted) -> None:
    model.replies = [command("rm -rf /")]
    result = solve("--task", "installer", "remove everything", "--format", "json")
    (turn,) = json.loads(result.stdout)["turns"]
    assert result.exit_code == 1 and turn["outcome"] == "refused"
    assert turn["commands"][0]["verdict"] == "refused" and turn["commands"][0]["effects"] == []


def test_the_machine_is_the_one_of_the_file(model: Scripted, tmp_path: Path) -> None:
    (tmp_path / "machine.yaml").write_text("boot: BIOS\ndisks: {vda: 20G}\n")
    model.replies = [command("lsblk")]
    result = solve("--task", "installer", "list the disks", "--machine", str(tmp_path / "machine.yaml"))
    assert "vda" in result.stdout and "sda" not in result.stdout
    (tmp_path / "machine.yaml").write_text("boot: BIOS\n")
    result = solve("--task", "installer", "list the disks", "--machine", str(tmp_path / "machine.yaml"))
    assert result.exit_code == 2 and "machine.yaml: disks: missing" in result.stderr


def test_what_a_model_writes_cannot_steer_the_terminal(model: Scripted) -> None:
    model.replies = ["\x1b[2J [bold]x[/bold]"]
    shown = solve("--task", "installer", "hello").stdout
    assert "\x1b" not in shown and r"\x1b[2J [bold]x[/bold]" in shown


@pytest.mark.parametrize("options", [("--samples", "2"), ("--expert", "percentage")])
def test_options_of_traces_are_refused(model: Scripted, options: tuple[str, ...]) -> None:
    result = solve("--task", "installer", "hello", *options)
    assert result.exit_code == 2 and f"{options[0]} is for models that write traces" in result.stderr


def test_options_of_calls_are_refused_for_traces(model: Scripted) -> None:
    result = solve("How many?", "--turn", "And now?")
    assert result.exit_code == 2 and "--turn is for models that call tools" in result.stderr


@pytest.mark.parametrize("guided", [(), ("--guided",)])
def test_a_real_model_is_asked(tiny_call_model_dir: Path, tools: str, guided: tuple[str, ...]) -> None:
    result = solve(
        "--model", str(tiny_call_model_dir), "--task", "functions", "--tools", tools, "How is the weather?",
        "--turn", "And in Rome?", "--max-new-tokens", "12", "--format", "json", *guided,
    )  # fmt: skip
    assert result.exit_code in (0, 1), result.output
    assert len(json.loads(result.stdout)["turns"]) == 2


def test_words_alone_are_not_called_verified(model: Scripted) -> None:
    model.replies = ["Which disk?"]
    result = solve("--task", "installer", "install it")
    assert result.exit_code == 0 and "Which disk?" in result.stdout
    assert "nothing to verify" in result.stdout and "verified:" not in result.stdout
