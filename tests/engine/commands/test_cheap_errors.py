"""What is wrong and costs nothing to find out is said before a model is loaded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer


@pytest.fixture
def taken(checkpoints: Path, tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The names `own` of every kind are taken, and loading a model fails the test."""

    def load(*_: object, **__: object) -> None:
        raise AssertionError("a model was loaded")

    monkeypatch.setattr("trace_trainer.engine.training.tuning.load_model", load)
    monkeypatch.setattr("trace_trainer.engine.commands.average.average", load)
    for folder, kind in (("own_sft", "sft"), ("own", "rl"), ("mean", "average")):
        (checkpoints / folder).mkdir()
        manifest = {"kind": kind, "status": "finished", "finished": "2026"}
        (checkpoints / folder / "manifest.json").write_text(json.dumps(manifest))
        (checkpoints / folder / "config.yaml").write_text("task: traces\n")
    return tiny_model_dir


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("sft --model MODEL --name own", "already holds a run; choose another --name, or replace it"),
        ("rl --model MODEL --name own", "already holds a run; choose another --name, or replace it"),
        ("rl --model MODEL --name mean --overwrite", "holds no rl run; choose another --name"),
        ("average MODEL MODEL --name mean", "already holds a run; choose another --name, or replace it"),
        ("sft --model MODEL --name ../x", "is no name for a run"),
        ("sft --model MODEL --data absent.jsonl", "absent.jsonl"),
        ("rl --model MODEL --data absent.jsonl", "absent.jsonl"),
        ("sft --model MODEL --count 4 --eval-data absent.jsonl", "absent.jsonl"),
        ("rl --model MODEL --eval-data absent.jsonl", "absent.jsonl"),
        ("doctor --model MODEL --data absent.jsonl", "absent.jsonl"),
        ("sft --model MODEL --plugin absent.py", "can't read plugin absent.py"),
        ("rl --model MODEL --reward absent.py:f", "can't read plugin absent.py"),
        ("sft --model no-such-model", "there is no model no-such-model"),
    ],
)
def test_it_is_said_before_a_model_is_loaded(taken: Path, words: str, message: str) -> None:
    result = CliRunner().invoke(trainer, words.replace("MODEL", str(taken)).split())
    assert result.exit_code == 2, result.output
    assert message in result.stderr
