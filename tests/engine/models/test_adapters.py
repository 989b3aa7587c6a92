"""Saved adapters on the models that they adapt: all their weights, their vocabulary, and tied heads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from helpers.model_folders import copied, edit_json, save_adapter
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.adapters import check_changes
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.training.tuning import load_trainable, merged_adapter

IDS = torch.tensor([[5, 6, 7, 8]])


def logits(model: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        return model(IDS).logits  # type: ignore[no-any-return]


def beside(folder: Path, base: Path, rows: int | None = None) -> torch.Tensor:
    """The logits with the adapter beside the weights, by PEFT alone."""
    model = AutoModelForCausalLM.from_pretrained(base)
    if rows:
        model.resize_token_embeddings(rows, mean_resizing=False)
    return logits(PeftModel.from_pretrained(model, folder).eval())


@pytest.mark.parametrize(
    "settings",
    [
        {"target_modules": ["q_proj", "lm_head"]},
        {"target_modules": ["q_proj", "embed_tokens"]},
        {"target_modules": ["q_proj"], "modules_to_save": ["embed_tokens", "lm_head"]},
        {"target_modules": ["q_proj"], "trainable_token_indices": [5, 6]},
    ],
    ids=["lm_head", "embed_tokens", "modules_to_save", "trainable_tokens"],
)
def test_an_adapter_of_a_tied_model_is_merged_as_it_computes(
    settings: dict[str, object], tiny_model_dir: Path, tmp_path: Path
) -> None:
    folder = save_adapter(tiny_model_dir, tmp_path / "adapted", **settings)
    expected = beside(folder, tiny_model_dir)
    assert torch.allclose(logits(load_model(folder).model), expected, atol=1e-4)
    kept = load_model(folder, keep_adapter=True).model
    assert torch.allclose(logits(kept), expected, atol=1e-4)
    with merged_adapter(kept):
        assert torch.allclose(logits(kept), expected, atol=1e-4)


def test_a_merged_head_is_saved_apart_from_the_embedding(tiny_model_dir: Path, tmp_path: Path) -> None:
    folder = save_adapter(tiny_model_dir, tmp_path / "adapted", target_modules=["lm_head"])
    merged = load_model(folder)
    merged.save(tmp_path / "merged")
    assert torch.equal(logits(load_model(tmp_path / "merged").model), logits(merged.model))


@pytest.fixture
def grown(tiny_model_dir: Path, tmp_path: Path) -> Path:
    """An adapter that brings two tokens more, with its tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_model_dir)
    tokenizer.add_tokens(["<one>", "<two>"])
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_pretrained(tiny_model_dir)
    model.resize_token_embeddings(len(tokenizer))
    lora = LoraConfig(
        r=4, target_modules=["q_proj"], modules_to_save=["embed_tokens", "lm_head"], task_type="CAUSAL_LM"
    )
    get_peft_model(model, lora).save_pretrained(tmp_path / "grown")
    tokenizer.save_pretrained(tmp_path / "grown")
    edit_json(tmp_path / "grown" / "adapter_config.json", base_model_name_or_path=str(tiny_model_dir))
    return tmp_path / "grown"


def test_a_base_is_resized_to_the_vocabulary_of_its_adapter(grown: Path, tiny_model_dir: Path) -> None:
    loaded = load_model(grown)
    assert loaded.model.get_input_embeddings().num_embeddings == len(loaded.tokenizer) == 802
    assert torch.allclose(logits(loaded.model), beside(grown, tiny_model_dir, 802), atol=1e-5)


def test_an_adapter_with_more_tokens_goes_on_and_keeps_them(grown: Path, tmp_path: Path) -> None:
    loaded = load_trainable(str(grown), SFTConfig(model=str(grown), method="lora", rank=4, alpha=8))
    loaded.save(tmp_path / "saved")
    again = load_model(tmp_path / "saved")
    assert torch.allclose(logits(again.model), logits(loaded.model), atol=1e-5)


def test_tokens_without_weights_are_refused(tiny_model_dir: Path, tmp_path: Path) -> None:
    folder = save_adapter(tiny_model_dir, tmp_path / "adapted", target_modules=["q_proj"])
    tokenizer = AutoTokenizer.from_pretrained(tiny_model_dir)
    tokenizer.add_tokens(["<one>"])
    tokenizer.save_pretrained(folder)
    with pytest.raises(
        UserError, match="tokenizer of 801 tokens, but neither it nor its base, with 800 rows"
    ):
        load_model(folder)


def test_a_base_that_has_moved_is_named(tiny_model_dir: Path, checkpoints: Path, tmp_path: Path) -> None:
    folder = save_adapter(tiny_model_dir, tmp_path / "adapted")
    moved = copied(tiny_model_dir, tmp_path / "moved")
    edit_json(folder / "adapter_config.json", base_model_name_or_path="/gone")
    loaded = load_model(folder, base=str(moved), keep_adapter=True)
    loaded.save(tmp_path / "again")
    config = json.loads((tmp_path / "again" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(moved)
    words = ["eval", "--model", str(folder), "--count", "1", "--max-new-tokens", "2"]
    assert CliRunner().invoke(trainer, words).exit_code == 2
    assert CliRunner().invoke(trainer, [*words, "--base", str(moved)]).exit_code == 0


def test_a_head_that_is_adapted_leaves_the_embedding_alone(tiny_model_dir: Path) -> None:
    config = SFTConfig(model=str(tiny_model_dir), method="lora", rank=4, alpha=8, target_modules=("lm_head",))
    model = load_trainable(str(tiny_model_dir), config).model
    head = model.get_output_embeddings()
    assert head.weight is not model.get_input_embeddings().weight
    assert {name.rsplit(".", 3)[1] for name, p in model.named_parameters() if p.requires_grad} == {
        "lora_A",
        "lora_B",
    }


def test_a_head_is_trained_and_measured_as_saved(tiny_model_dir: Path, checkpoints: Path) -> None:
    words = (
        f"sft --model {tiny_model_dir} --method lora --target-modules lm_head --rank 2 --alpha 4 --count 8 --name head "
        "--eval-count 2 --max-new-tokens 4 --skip-doctor lengths --skip-doctor dry-run"
    )
    result = CliRunner().invoke(trainer, words.split())
    assert result.exit_code == 0, result.output
    assert load_model(checkpoints / "head_sft").model.config.tie_word_embeddings is False


def test_an_adapter_that_changes_nothing_is_found_where_it_is_saved(
    tiny_model_dir: Path, tmp_path: Path
) -> None:
    config = SFTConfig(model=str(tiny_model_dir), method="lora", rank=4, alpha=8)
    load_trainable(str(tiny_model_dir), config).save(tmp_path / "idle")
    with pytest.raises(UserError, match="every weight of the adapter is zero"):
        check_changes(tmp_path / "idle")
    check_changes(save_adapter(tiny_model_dir, tmp_path / "sound"))
