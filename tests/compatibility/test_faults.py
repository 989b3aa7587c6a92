"""Every fault of a model is one line that names it, wherever the model is used, and none of its code runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from compatibility.faults import ADAPTERS, MODELS, Fault, faulty, sound_adapter

from trace_trainer.engine.cli import trainer


@pytest.fixture(scope="session")
def adapter_dir(tiny_model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an adapter on the tiny model."""
    return sound_adapter(tiny_model_dir, tmp_path_factory.mktemp("adapters") / "adapted")


ROW = {"id": "a", "question": "How many?", "answer": "5", "trace": "none"}
COMMANDS = (
    "eval --count 2 --model",
    "solve 2+2 --model",
    "sft --count 4 --model",
    "rl --iters 1 --model",
    "doctor --data ROWS --eval-data ROWS --model",
)


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize("fault", [*MODELS, *ADAPTERS], ids=lambda fault: fault.name)
def test_every_command_says_it_and_asks_nobody(
    fault: Fault, words: str, tiny_model_dir: Path, adapter_dir: Path, checkpoints: Path, tmp_path: Path
) -> None:
    sound = tiny_model_dir if fault in MODELS else adapter_dir
    folder = faulty(fault, sound, tmp_path / "faulty")
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps(ROW) + "\n")
    words = words.replace("ROWS", str(rows))
    result = CliRunner().invoke(trainer, [*words.split(), str(folder)], input="yes\n" * 100)
    assert result.exit_code == 2, result.output
    error = result.stderr.rpartition("Error: ")[2].removesuffix("\n")
    assert error.isprintable(), error
    assert fault.said in error
    assert not (folder / "ran").exists()
    assert not list(checkpoints.iterdir())
