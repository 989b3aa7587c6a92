"""Loading models by folder, name or hub id, with their adapters and templates; and which weights are then trained."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from transformers import AutoTokenizer

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import PLAIN_TEMPLATE, prompt_ids
from trace_trainer.engine.models.loading import count_parameters, load_model
from trace_trainer.engine.models.names import embedded_models
from trace_trainer.engine.settings.stages import SFTConfig
from trace_trainer.engine.tasks.traces import question_prompt
from trace_trainer.engine.training.tuning import load_trainable, merged_adapter


@pytest.fixture
def own_copy(tiny_model_dir: Path, tmp_path: Path) -> Path:
    """A tiny model that a test may change."""
    return Path(shutil.copytree(tiny_model_dir, tmp_path / "own"))


def edit(path: Path, **changes: object) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | changes), encoding="utf-8")


def lora(model: str | Path, **settings: object) -> SFTConfig:
    return SFTConfig(model=str(model), method="lora", rank=4, alpha=8, **settings)  # type: ignore[arg-type]


@pytest.fixture
def adapter(tiny_model_dir: Path, checkpoints: Path) -> Path:
    """A saved adapter that changes what the tiny model computes."""
    loaded = load_trainable(str(tiny_model_dir), lora(tiny_model_dir))
    torch.manual_seed(1)
    for name, parameter in loaded.model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter)
    loaded.model.save_pretrained(checkpoints / "adapted")
    return checkpoints / "adapted"


def test_folder_gives_a_model_ready_to_generate(tiny_model_dir: Path) -> None:
    loaded = load_model(tiny_model_dir)
    assert (loaded.name, loaded.path) == ("tiny", str(tiny_model_dir))
    assert not loaded.model.training
    assert loaded.model.dtype == torch.float32
    assert loaded.tokenizer.pad_token_id is not None


def test_relative_folder_is_found_from_anywhere(
    tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiny_model_dir.parent)
    assert load_model("tiny").path == str(tiny_model_dir)


def test_dtype_may_be_named(tiny_model_dir: Path) -> None:
    assert load_model(tiny_model_dir, dtype="bfloat16").model.dtype == torch.bfloat16


def test_bare_name_is_looked_up_among_the_checkpoints(tiny_model_dir: Path, checkpoints: Path) -> None:
    shutil.copytree(tiny_model_dir, checkpoints / "shop_sft")
    assert load_model("shop_sft").path == str(checkpoints / "shop_sft")
    assert embedded_models()["shop_sft"] == checkpoints / "shop_sft"


def test_unknown_name_is_told_with_the_nearest_one(tiny_model_dir: Path, checkpoints: Path) -> None:
    shutil.copytree(tiny_model_dir, checkpoints / "shop_sft")
    with pytest.raises(UserError, match=r"did you mean shop_sft\?.*ORGANISATION/NAME"):
        load_model("shop_sfd")


def test_folder_without_a_model_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"holds neither config\.json nor adapter_config\.json"):
        load_model(tmp_path)


@pytest.mark.parametrize("name", ["/no/such/folder", "./nothing", "a/b/c", "~/nothing-here", ""])
def test_path_that_does_not_exist_is_not_looked_for_on_the_hub(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "trace_trainer.engine.models.loading._hub_answers",
        lambda hub_id: pytest.fail(f"asked the hub for {hub_id}"),
    )
    with pytest.raises(UserError, match="there is no model"):
        load_model(name)


def test_hub_id_is_loaded_from_earlier_downloads_where_the_hub_is_out_of_reach(
    tiny_model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, object]] = []
    original = AutoTokenizer.from_pretrained

    def from_pretrained(source: str, **options: object) -> object:
        asked.append((source, options.get("local_files_only")))
        return original(tiny_model_dir)

    def model_info(*_: object, **__: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr("huggingface_hub.HfApi.model_info", model_info)
    monkeypatch.setattr(
        "trace_trainer.engine.models.tokenizers.AutoTokenizer.from_pretrained", from_pretrained
    )
    with pytest.raises(UserError, match="can't load org/model"):
        load_model("org/model")
    assert asked == [("org/model", True)]


def test_damaged_model_is_told_in_one_line(own_copy: Path) -> None:
    (own_copy / "model.safetensors").write_bytes(b"nothing")
    with pytest.raises(UserError) as caught:
        load_model(own_copy)
    assert "\n" not in caught.value.message


def test_tokenizer_with_more_tokens_than_the_model_is_refused(own_copy: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(own_copy)
    tokenizer.add_tokens(["<extra>"])
    tokenizer.save_pretrained(own_copy)
    with pytest.raises(UserError, match="do not belong together"):
        load_model(own_copy)


def test_base_model_without_a_template_gets_a_plain_one_and_is_told(
    own_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (own_copy / "chat_template.jinja").unlink()
    loaded = load_model(own_copy)
    assert loaded.tokenizer.chat_template == PLAIN_TEMPLATE
    assert "no chat template" in capsys.readouterr().err
    assert (
        loaded.tokenizer.decode(prompt_ids(loaded.tokenizer, question_prompt("How many?")))
        == "<|bos|>Question: How many?\nTrace:\n"
    )


def test_tokenizer_without_an_end_token_is_refused(own_copy: Path) -> None:
    edit(own_copy / "tokenizer_config.json", eos_token=None)
    with pytest.raises(UserError, match="no end token"):
        load_model(own_copy)


def test_tied_head_is_counted_once(tiny_model_dir: Path) -> None:
    model = load_model(tiny_model_dir).model
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    assert count_parameters(model)[0] == sum(p.numel() for p in set(model.parameters()))


def test_adapter_is_loaded_with_its_base(adapter: Path, tiny_model_dir: Path) -> None:
    ids = torch.tensor([[1, 7, 8, 9]])
    adapted, base = load_model(adapter, keep_adapter=True), load_model(tiny_model_dir)
    assert adapted.is_adapter
    assert adapted.name == "adapted"
    assert not torch.allclose(adapted.model(ids).logits, base.model(ids).logits)
    with adapted.model.disable_adapter():
        assert torch.allclose(adapted.model(ids).logits, base.model(ids).logits)


def test_adapter_is_merged_where_it_is_not_trained(adapter: Path) -> None:
    ids = torch.tensor([[1, 7, 8, 9]])
    merged, kept = load_model(adapter), load_model(adapter, keep_adapter=True)
    assert not merged.is_adapter
    assert not any("lora" in name for name, _ in merged.model.named_modules())
    assert torch.allclose(merged.model(ids).logits, kept.model(ids).logits, atol=1e-5)


@pytest.mark.parametrize(
    "dtype", ["float32", "bfloat16"]
)  # in the latter, adding and subtracting leaves a trace
def test_adapter_that_is_trained_is_merged_for_a_while(adapter: Path, dtype: str) -> None:
    model = load_model(adapter, dtype=dtype, keep_adapter=True).model
    before = {name: value.clone() for name, value in model.state_dict().items()}
    ids = torch.tensor([[5, 6, 7]])
    beside = model(ids).logits
    with pytest.raises(KeyError), merged_adapter(model):
        assert sum(not torch.equal(value, before[name]) for name, value in model.state_dict().items()) == 14
        assert torch.allclose(model(ids).logits, beside, atol=1e-4 if dtype == "float32" else 0.1)
        raise KeyError
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(model(ids).logits, beside)


def test_adapter_of_an_embedded_model_names_it_without_a_path(
    tiny_model_dir: Path, checkpoints: Path
) -> None:
    shutil.copytree(tiny_model_dir, checkpoints / "small-base")
    loaded = load_trainable("small-base", lora("small-base"))
    assert loaded.model.peft_config["default"].base_model_name_or_path == "small-base"


def test_adapter_whose_base_is_gone_says_which(adapter: Path) -> None:
    edit(adapter / "adapter_config.json", base_model_name_or_path="/gone/base")
    with pytest.raises(UserError, match="there is no model /gone/base"):
        load_model(adapter)


def test_full_trains_every_weight(tiny_model_dir: Path) -> None:
    total, trainable = count_parameters(load_trainable(str(tiny_model_dir), SFTConfig()).model)
    assert total == trainable


def test_lora_trains_the_adapter_alone(tiny_model_dir: Path) -> None:
    model = load_trainable(str(tiny_model_dir), lora(tiny_model_dir)).model
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert trained
    assert all("lora_" in name for name in trained)


def test_lora_on_a_frozen_base_in_bfloat16_trains_in_float32(tiny_model_dir: Path) -> None:
    model = load_trainable(str(tiny_model_dir), lora(tiny_model_dir, dtype="bfloat16")).model
    assert {p.dtype for p in model.parameters() if p.requires_grad} == {torch.float32}
    assert {p.dtype for p in model.parameters() if not p.requires_grad} == {torch.bfloat16}


def test_lora_goes_on_with_an_adapter(adapter: Path) -> None:
    loaded = load_trainable(str(adapter), lora(adapter))
    assert list(loaded.model.peft_config) == ["default"]
    assert any(p.any() for name, p in loaded.model.named_parameters() if "lora_B" in name)


def test_adapter_of_another_rank_is_not_silently_replaced(adapter: Path) -> None:
    with pytest.raises(UserError, match="--rank 4 --alpha 8"):
        load_trainable(str(adapter), SFTConfig(method="lora", rank=32))


def test_adapter_is_not_trained_in_full(adapter: Path) -> None:
    with pytest.raises(UserError, match="method full can't train"):
        load_trainable(str(adapter), SFTConfig())


def test_target_modules_that_do_not_exist_are_told_with_those_that_do(tiny_model_dir: Path) -> None:
    with pytest.raises(UserError, match="down_proj, gate_proj"):
        load_trainable(str(tiny_model_dir), lora(tiny_model_dir, target_modules=("nothing",)))


def test_last_k_trains_the_last_layers_and_the_head(tiny_model_dir: Path) -> None:
    model = load_trainable(str(tiny_model_dir), SFTConfig(method="last-k", last_k=1)).model
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert {"model.norm.weight", "model.embed_tokens.weight"} <= trained  # the head is tied to the embedding
    assert any(name.startswith("model.layers.1.") for name in trained)
    assert not any(name.startswith("model.layers.0.") for name in trained)


def test_more_last_layers_than_there_are_is_refused(tiny_model_dir: Path) -> None:
    with pytest.raises(UserError, match="the model has 2 layers"):
        load_trainable(str(tiny_model_dir), SFTConfig(method="last-k", last_k=3))


@pytest.mark.skipif(torch.cuda.is_available(), reason="a GPU is there")
def test_qlora_without_a_gpu_says_so(tiny_model_dir: Path) -> None:
    with pytest.raises(UserError, match="needs a GPU"):
        load_trainable(str(tiny_model_dir), SFTConfig(method="qlora"))
