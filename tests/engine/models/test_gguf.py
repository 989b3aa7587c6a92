"""Models as GGUF files: evaluated, trained, and adapted where the file lies."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.models.names import resolve
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.training.tuning import load_trainable

pytest.importorskip("gguf")


@pytest.fixture(scope="session")
def gguf_file(tiny_model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from helpers.gguf_files import write_gguf

    return write_gguf(tiny_model_dir, tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def test_a_file_computes_what_its_folder_does(gguf_file: Path, tiny_model_dir: Path) -> None:
    loaded, whole = load_model(gguf_file), load_model(tiny_model_dir)
    assert (loaded.name, loaded.path) == ("tiny", str(gguf_file))
    ids = torch.tensor([[5, 6, 7, 8]])
    assert torch.allclose(loaded.model(ids).logits, whole.model(ids).logits, atol=1e-4)
    assert loaded.tokenizer.chat_template == whole.tokenizer.chat_template


def test_what_is_saved_of_it_is_a_folder_like_any_other(gguf_file: Path, tmp_path: Path) -> None:
    loaded = load_model(gguf_file)
    loaded.save(tmp_path)
    again = load_model(tmp_path).model.state_dict()
    assert all(again[name].equal(value) for name, value in loaded.model.state_dict().items())


def test_an_adapter_finds_its_file_again(gguf_file: Path, tmp_path: Path) -> None:
    loaded = load_trainable(str(gguf_file), SFTConfig(method="lora", rank=2, alpha=4))
    loaded.save(tmp_path)
    assert load_model(tmp_path).name == tmp_path.name


def test_a_file_is_evaluated(gguf_file: Path, checkpoints: Path) -> None:
    words = ["eval", "--model", str(gguf_file), "--count", "2", "--max-new-tokens", "4", "--format", "json"]
    result = CliRunner().invoke(trainer, words)
    assert result.exit_code == 0, result.output


def test_a_file_that_is_damaged_is_told_in_one_line(gguf_file: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "cut.gguf"
    damaged.write_bytes(gguf_file.read_bytes()[:3000])
    with pytest.raises(UserError, match="can't load") as caught:
        load_model(damaged)
    assert "\n" not in caught.value.message


def test_a_file_that_is_not_there_is_no_hub_id() -> None:
    with pytest.raises(UserError, match="there is no model"):
        resolve("gone.gguf")
