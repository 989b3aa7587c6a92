"""A GGUF file holds the model that it was: Transformers, which reads such files in its own way, computes the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import pytest
import torch
from helpers.exportable import LLAMA3_ROPE, SETTINGS, save_exportable
from transformers import PreTrainedModel

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.exporting.artefact import in_shape_of
from trace_trainer.engine.exporting.gguf_model import check_writable, write_gguf
from trace_trainer.engine.models.loading import LoadedModel, load_model


@pytest.fixture(scope="module", params=sorted(SETTINGS))
def loaded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    return load_model(save_exportable(request.param, tmp_path_factory.mktemp(request.param)))


def _written(loaded: LoadedModel, path: Path, kind: str) -> Path:
    write_gguf(loaded.model, loaded.tokenizer, path, "tiny", kind)
    return path


@torch.no_grad()
def _logits(model: PreTrainedModel, length: int = 90) -> torch.Tensor:
    ids = torch.arange(7, 7 + length).unsqueeze(0)  # longer than a sliding window
    return model(input_ids=ids).logits


@pytest.mark.parametrize(("kind", "apart"), [("f32", 1e-5), ("f16", 0.01), ("bf16", 0.05), ("q8_0", 0.1)])
def test_it_computes_what_the_model_does(
    kind: str, apart: float, loaded: LoadedModel, tmp_path: Path
) -> None:
    read = load_model(_written(loaded, tmp_path / "tiny.gguf", kind)).model
    ours, theirs = _logits(loaded.model), _logits(in_shape_of(loaded.model, read))
    assert float((ours - theirs).abs().max()) < apart * float(ours.abs().max())


def test_its_numbers_are_of_the_type_that_was_asked_for(loaded: LoadedModel, tmp_path: Path) -> None:
    tensors = gguf.GGUFReader(_written(loaded, tmp_path / "tiny.gguf", "q8_0")).tensors
    kinds = {tensor.name: tensor.tensor_type.name for tensor in tensors}
    assert kinds["blk.0.attn_q.weight"] == kinds["token_embd.weight"] == "Q8_0"
    assert kinds["output_norm.weight"] == "F32"


def test_a_tied_head_is_written_once(loaded: LoadedModel, tmp_path: Path) -> None:
    names = [tensor.name for tensor in gguf.GGUFReader(_written(loaded, tmp_path / "t.gguf", "f32")).tensors]
    tied = loaded.model.get_output_embeddings().weight is loaded.model.get_input_embeddings().weight
    assert ("output.weight" in names) != tied
    assert len(names) == len(set(names))


def test_numbers_beyond_float16_are_refused(tiny_llama: LoadedModel, tmp_path: Path) -> None:
    with torch.no_grad():
        tiny_llama.model.model.layers[0].mlp.up_proj.weight[0, 0] = 1e6
    with pytest.raises(UserError, match=r"blk\.0\.ffn_up.weight holds numbers beyond float16"):
        _written(tiny_llama, tmp_path / "tiny.gguf", "f16")


@pytest.fixture
def tiny_llama(tmp_path: Path) -> LoadedModel:
    return load_model(save_exportable("llama", tmp_path / "llama"))


def test_the_frequencies_of_llama_3_1_are_divided_as_its_embedding_says(tmp_path: Path) -> None:
    loaded = load_model(save_exportable("llama", tmp_path / "llama", rope_parameters=LLAMA3_ROPE))
    tensors = gguf.GGUFReader(_written(loaded, tmp_path / "tiny.gguf", "f16")).tensors
    (factors,) = (tensor.data for tensor in tensors if tensor.name == "rope_freqs.weight")
    plain = LLAMA3_ROPE["rope_theta"] ** (-torch.arange(0, 16, 2) / 16)
    assert torch.allclose(plain / torch.tensor(factors), loaded.model.model.rotary_emb.inv_freq)
    assert factors[0] == 1 and factors[-1] == 8


def test_what_llama_cpp_has_not_is_refused(tiny_llama: LoadedModel) -> None:
    tiny_llama.model.config.model_type = "mamba"
    with pytest.raises(UserError, match="no GGUF file for models of type mamba"):
        check_writable(tiny_llama.model)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"layer_types": ["full_attention"] * 6}, "every 6th layer"),
        ({"query_pre_attn_scalar": 64}, "scale queries by its head size, 16"),
    ],
)
def test_a_gemma_that_llama_cpp_would_compute_otherwise_is_refused(
    settings: dict[str, Any], said: str, tmp_path: Path
) -> None:
    loaded = load_model(save_exportable("gemma3_text", tmp_path / "gemma", **settings))
    with pytest.raises(UserError, match=said):
        check_writable(loaded.model)
