"""A context stands before each request: in training, in evaluation and in use, of every model that is compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.commands.models_asked import asked_task
from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import prompt_text
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks import task_for
from trace_trainer.engine.tasks.context import in_context, put_before, read_context

CONTEXT = "Units are metric."


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "context.txt"
    path.write_text(CONTEXT + "\n")
    return path


def test_it_stands_before_what_was_said_last_and_nothing_else() -> None:
    turns = [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": "x"},
    ]
    put = put_before(Prompt(turns), CONTEXT)
    assert [message["content"] for message in put.messages] == ["one", "two", f"{CONTEXT}\n\nx"]
    assert turns[-1]["content"] == "x"


@pytest.mark.parametrize("name", ["traces", "functions", "installer"])
def test_every_task_can_be_asked_in_a_context(name: str) -> None:
    plain = task_for(name)
    task = in_context(plain, CONTEXT)
    (problem,) = plain.generate("train", 1)
    users = [m["content"] for m in task.prompt(problem).messages if m["role"] == "user"]
    assert users[-1].count(CONTEXT) == 1
    assert task.question(problem) == plain.question(problem)
    assert isinstance(task, type(plain))
    assert task.without_references().prompt(problem) == task.prompt(problem)
    assert in_context(plain, None) is plain


def test_settings_ask_in_their_context() -> None:
    config = SFTConfig(context=CONTEXT)
    (problem,) = config.make_task().generate("train", 1)
    assert config.make_task().prompt(problem).messages[-1]["content"].startswith(CONTEXT)


@pytest.mark.parametrize(("text", "said"), [(None, "can't read"), ("", "is empty")])
def test_a_file_without_text_is_refused(text: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "context.txt"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError, match=said):
        read_context(path)


def test_it_is_recorded_with_the_run_and_asked_of_base_and_tuned_alike(
    rl: Callable[..., Any], checkpoints: Path, tiny_model_dir: Path, file: Path
) -> None:
    result = rl("--name", "told", "--context", str(file))
    assert result.exit_code == 0, result.output
    assert yaml.safe_load((checkpoints / "told" / "config.yaml").read_text())["context"] == CONTEXT
    file.unlink()
    models = [str(tiny_model_dir), str(checkpoints / "told")]
    task = asked_task(models)
    (problem,) = task.generate("test_numbers", 1)
    assert CONTEXT in prompt_text(load_model(tiny_model_dir).tokenizer, task.prompt(problem))
    assert CONTEXT not in str(asked_task(models, context="none").prompt(problem))


@pytest.mark.parametrize("words", ["eval --count 2 --format json", "solve --format json 2+2"])
def test_commands_take_a_file(
    words: str, tiny_model_dir: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    from trace_trainer.engine.models import chat

    original = chat.prompt_ids

    def prompt_ids(tokenizer: Any, prompt: Prompt) -> list[int]:
        asked.append(str(prompt.messages[-1]["content"]))
        return original(tokenizer, prompt)

    monkeypatch.setattr(chat, "prompt_ids", prompt_ids)
    options = ["--model", str(tiny_model_dir), "--context", str(file), "--max-new-tokens", "2"]
    result = CliRunner().invoke(trainer, [*words.split(), *options])
    assert json.loads(result.stdout)
    assert asked
    assert all(text.startswith(CONTEXT) for text in asked)
