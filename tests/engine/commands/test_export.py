"""`trainer export`: what is written is loaded again, measured and described; nothing is replaced or left half."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner, Result
from helpers.exportable import save_exportable
from huggingface_hub import ModelCard
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.models.loading import load_model

FEW = ("--count", "4", "--max-new-tokens", "8")


@pytest.fixture(scope="module")
def qwen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_exportable("qwen2", tmp_path_factory.mktemp("models") / "qwen")


def _export(model: Path | str, *words: str) -> Result:
    return CliRunner().invoke(trainer, ["export", str(model), *words])


@pytest.mark.parametrize("form", ["merged", "gguf", "ollama", "mlx"])
def test_each_form_is_loaded_again_and_measured(form: str, qwen: Path, checkpoints: Path) -> None:
    result = _export(qwen, "--to", form, *FEW)
    assert result.exit_code == 0, result.output
    folder = checkpoints / f"qwen-{form}"
    found = json.loads((folder / "export.json").read_text())
    assert found["reading"]["tokenizer"] and found["reading"]["logits"] < 0.05
    assert [measured["n"] for measured in found["before_and_after"]] == [4, 4]
    assert found["difference"]["n"] == 4
    card = (folder / "README.md").read_text()
    assert ModelCard(card).data.to_dict()["model-index"][0]["name"] == "qwen"
    assert (
        f"trainer export qwen --to {form} --count 4" in card.replace(" --to merged", f" --to {form}")
        or form == "merged"
    )
    assert (folder / "Modelfile").exists() == (form == "ollama")
    assert f"saved in {folder}" in result.output


def test_a_folder_holds_the_numbers_that_were_asked_for(qwen: Path, checkpoints: Path) -> None:
    assert _export(qwen, "--type", "f16", "--no-measure", "--count", "2").exit_code == 0
    folder = checkpoints / "qwen-merged"
    weights = load_file(folder / "model.safetensors")
    assert {weight.dtype for weight in weights.values()} == {torch.float16}
    assert json.loads((folder / "config.json").read_text())["dtype"] == "float16"


def test_an_adapter_is_merged_and_compared_with_itself(qwen: Path, checkpoints: Path, tmp_path: Path) -> None:
    base = load_model(qwen)
    adapted = get_peft_model(base.model, LoraConfig(r=4, target_modules=["q_proj"], task_type="CAUSAL_LM"))
    torch.manual_seed(0)
    for name, weight in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    adapted.peft_config["default"].base_model_name_or_path = str(qwen)
    adapted.save_pretrained(tmp_path / "adapter")
    result = _export(tmp_path / "adapter", "--type", "f32", *FEW)
    assert result.exit_code == 0, result.output
    found = json.loads((checkpoints / "adapter-merged" / "export.json").read_text())
    assert found["merging"]["logits"] < 1e-4
    assert found["reading"]["logits"] < 1e-4
    before = load_file(qwen / "model.safetensors")["model.layers.0.self_attn.q_proj.weight"]
    after = load_file(checkpoints / "adapter-merged" / "model.safetensors")[
        "model.layers.0.self_attn.q_proj.weight"
    ]
    assert not torch.equal(before, after)


def test_an_earlier_export_is_replaced_only_where_that_is_said(qwen: Path, checkpoints: Path) -> None:
    assert _export(qwen, "--no-measure", "--count", "1").exit_code == 0
    again = _export(qwen, "--no-measure", "--count", "1")
    assert again.exit_code == 2
    assert "--overwrite replaces it" in again.output
    assert _export(qwen, "--no-measure", "--count", "1", "--overwrite").exit_code == 0
    assert [path.name for path in checkpoints.iterdir()] == ["qwen-merged"]


def test_what_is_no_export_is_never_replaced(qwen: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("keep")
    result = _export(qwen, "--out", str(tmp_path / "mine"), "--overwrite")
    assert result.exit_code == 2
    assert "is no export of trainer export" in result.output
    assert (tmp_path / "mine" / "notes.txt").read_text() == "keep"


def test_one_that_fails_leaves_nothing(
    qwen: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("trace_trainer.engine.exporting.gguf_model._add_shape", fail)
    result = _export(qwen, "--to", "gguf", "--no-measure", "--count", "1")
    assert result.exit_code == 2
    assert "No space left" in result.output
    assert not list(checkpoints.iterdir())


def test_a_loss_beyond_what_is_allowed_ends_with_1(
    qwen: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trace_trainer.engine.evaluation.difference import Difference

    lost = Difference("a", "b", "d", 4, -0.25, (-0.5, 0.0))
    monkeypatch.setattr(Difference, "between", lambda *_: lost)
    result = _export(qwen, *FEW, "--max-loss", "0.2")
    assert result.exit_code == 1
    assert "accuracy fell by 25.0%, more than --max-loss 0.2 allows" in result.output
    assert _export(qwen, *FEW, "--max-loss", "0.3", "--overwrite").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--type", "q8_0"), "--to merged has no --type q8_0: take one of bf16, f16, f32"),
        (("--push", "a/b/c"), "--push a/b/c"),
        (("--push", "me/mine"), "--push needs a token"),
    ],
)
def test_what_cant_be_done_is_said_before_anything_is_loaded(
    words: tuple[str, ...], said: str, qwen: Path, checkpoints: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.get_token", lambda: None)
    result = _export(qwen, *words)
    assert result.exit_code == 2
    assert said in result.output
    assert not list(checkpoints.iterdir())


def test_the_embedded_models_have_no_gguf_form_and_say_why(tiny_model_dir: Path, checkpoints: Path) -> None:
    result = _export(tiny_model_dir, "--to", "gguf")
    assert result.exit_code == 2
    assert "no tokenizer that cuts text as this one does" in result.output
    assert _export(tiny_model_dir, *FEW).exit_code == 0
