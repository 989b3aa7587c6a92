"""Every fault of a model is one line that names it, wherever the model is used, and none of its code runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from compatibility.faults import ADAPTERS, MODELS, Fault, faulty, sound_adapter

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.loading import load_model


@pytest.fixture(scope="session")
def adapter_dir(tiny_model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an adapter on the tiny model."""
    return sound_adapter(tiny_model_dir, tmp_path_factory.mktemp("adapters") / "adapted")


def _refused(folder: Path, said: str) -> None:
    with pytest.raises(UserError) as caught:
        load_model(folder)
    assert said in caught.value.message
    assert "\n" not in caught.value.message
    print(f"\n| {caught.value.message}")


@pytest.mark.parametrize("fault", MODELS, ids=lambda fault: fault.name)
def test_a_fault_of_a_model_is_named(fault: Fault, tiny_model_dir: Path, tmp_path: Path) -> None:
    folder = faulty(fault, tiny_model_dir, tmp_path / "faulty")
    _refused(folder, fault.said)
    assert not (folder / "ran").exists()


@pytest.mark.parametrize("fault", ADAPTERS, ids=lambda fault: fault.name)
def test_a_fault_of_an_adapter_is_named(fault: Fault, adapter_dir: Path, tmp_path: Path) -> None:
    _refused(faulty(fault, adapter_dir, tmp_path / "faulty"), fault.said)


COMMANDS = (
    "eval --count 2 --model",
    "solve 2+2 --model",
    "sft --count 4 --model",
    "rl --iters 1 --model",
    "doctor --count 4 --model",
)


@pytest.mark.parametrize("words", COMMANDS)
@pytest.mark.parametrize("fault", [*MODELS, *ADAPTERS], ids=lambda fault: fault.name)
def test_every_command_says_it_and_asks_nobody(
    fault: Fault, words: str, tiny_model_dir: Path, adapter_dir: Path, checkpoints: Path, tmp_path: Path
) -> None:
    sound = tiny_model_dir if fault in MODELS else adapter_dir
    folder = faulty(fault, sound, tmp_path / "faulty")
    result = CliRunner().invoke(trainer, [*words.split(), str(folder)], input="yes\n" * 100)
    assert result.exit_code == 2, result.output
    error = result.stderr.rpartition("Error: ")[2].removesuffix("\n")
    assert error.isprintable(), error
    assert fault.said in error
    assert not (folder / "ran").exists()
    assert not list(checkpoints.iterdir())
