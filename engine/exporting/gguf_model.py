"""A model's weights and shape in a GGUF file, as llama.cpp's own converter writes them.

Source of the names and of what is changed on the way: llama.cpp, `conversion/` (MIT). Llama's queries and keys are laid
out for another form of rotary embedding; Gemma's norms hold what is added to 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter, LlamaFileType
from transformers import PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.exporting.gguf_tokenizer import add_tokenizer

_ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "mistral": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "qwen3": gguf.MODEL_ARCH.QWEN3,
    "gemma3_text": gguf.MODEL_ARCH.GEMMA3,
}
"""By the model type of the configuration."""
TYPES = {
    "f32": (GGMLQuantizationType.F32, LlamaFileType.ALL_F32),
    "f16": (GGMLQuantizationType.F16, LlamaFileType.MOSTLY_F16),
    "bf16": (GGMLQuantizationType.BF16, LlamaFileType.MOSTLY_BF16),
    "q8_0": (GGMLQuantizationType.Q8_0, LlamaFileType.MOSTLY_Q8_0),
}
"""Number types of matrices that the `gguf` package writes; vectors are always float32."""

_BLOCK = 32  # numbers of a row that share a scale in q8_0
_GEMMA_PATTERN = 6  # llama.cpp: of so many layers one sees everything
_GEMMA_NEAR = 10_000.0
_GEMMA_27B = 62  # layers


def check_writable(model: PreTrainedModel) -> None:
    """Raise UserError where llama.cpp has no such model."""
    config = model.config.get_text_config()
    if config.model_type not in _ARCHITECTURES:
        raise UserError(
            f"no GGUF file for models of type {config.model_type} (for {', '.join(_ARCHITECTURES)}); "
            "--to merged works, and llama.cpp's own converter reads its folder"
        )
    kind = _rope(config).get("rope_type", "default")
    if kind not in ("default", "linear", "llama3"):
        raise UserError(f"no GGUF file for rotary embeddings of the kind {kind}; --to merged works")
    if config.model_type == "gemma3_text":
        _check_gemma(config)
    elif "sliding_attention" in (getattr(config, "layer_types", None) or []):
        raise UserError(
            f"llama.cpp knows no sliding windows in models of type {config.model_type}; --to merged works"
        )


def _check_gemma(config: PreTrainedConfig) -> None:
    """Raise UserError where a Gemma 3 is not as llama.cpp takes every one to be."""
    full = [place for place, kind in enumerate(config.layer_types) if kind == "full_attention"]
    near = config.rope_parameters["sliding_attention"]["rope_theta"]
    if full != list(range(_GEMMA_PATTERN - 1, config.num_hidden_layers, _GEMMA_PATTERN)):
        found = f"every {_GEMMA_PATTERN}th layer of a Gemma 3 see everything, this model others"
    elif near != _GEMMA_NEAR:
        found = f"the other layers of a Gemma 3 have a rotary base of {_GEMMA_NEAR:g}, this model's {near:g}"
    elif config.num_hidden_layers != _GEMMA_27B and config.query_pre_attn_scalar != config.head_dim:
        found = f"a Gemma 3 scale queries by its head size, {config.head_dim}, this model by "
        found += f"{config.query_pre_attn_scalar}"
    else:
        return
    raise UserError(f"llama.cpp lets {found}; --to merged works")


def write_gguf(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, path: Path, name: str, kind: str
) -> None:
    """Write a model and its tokenizer to a file.

    Args:
        model: whole, in float32 on the CPU.
        name: what it is called in the file.
        kind: a key of TYPES.

    Raises UserError where llama.cpp has no such model or tokenizer, and where a weight is too large for the type.
    """
    check_writable(model)
    config = model.config.get_text_config()
    matrix, file_type = TYPES[kind]
    writer = GGUFWriter(path, gguf.MODEL_ARCH_NAMES[_ARCHITECTURES[config.model_type]])
    try:
        writer.add_type("model")
        writer.add_name(name)
        writer.add_file_type(file_type)
        writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
        _add_shape(writer, config)
        add_tokenizer(writer, tokenizer, model.get_input_embeddings().num_embeddings)
        for tensor, values in _tensors(model):
            stored = _stored_as(matrix, values)
            data = gguf.quantize(values, stored)
            if stored == GGMLQuantizationType.F16 and not np.isfinite(data).all():
                raise UserError(f"{tensor} holds numbers beyond float16: take --type bf16 or q8_0")
            writer.add_tensor(tensor, data, raw_dtype=stored)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()


def _stored_as(matrix: GGMLQuantizationType, values: np.ndarray) -> GGMLQuantizationType:
    if values.ndim == 1:
        return GGMLQuantizationType.F32
    if matrix == GGMLQuantizationType.Q8_0 and values.shape[-1] % _BLOCK:
        return GGMLQuantizationType.F16
    return matrix


def _rope(config: PreTrainedConfig) -> dict[str, object]:
    """The rotary embedding of the layers that see everything."""
    found = config.rope_parameters
    return dict(found.get("full_attention", found))


def _head_size(config: PreTrainedConfig) -> int:
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)


def _add_shape(writer: GGUFWriter, config: PreTrainedConfig) -> None:
    rope, size = _rope(config), _head_size(config)
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(size)
    writer.add_value_length(size)
    writer.add_rope_dimension_count(size)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(rope["rope_theta"])
    if rope.get("rope_type") == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(rope["factor"])
    if config.model_type == "gemma3_text":
        writer.add_sliding_window(config.sliding_window)


def _tensors(model: PreTrainedModel) -> Iterator[tuple[str, np.ndarray]]:
    """The weights by llama.cpp's names. Raises UserError where it has none for one of them."""
    config = model.config.get_text_config()
    names = gguf.get_tensor_name_map(_ARCHITECTURES[config.model_type], config.num_hidden_layers)
    tied = model.get_output_embeddings().weight is model.get_input_embeddings().weight
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, weight in model.state_dict().items():
        if name.startswith("lm_head") and tied:
            continue
        found = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise UserError(f"llama.cpp has no place for the weight {name}; --to merged works")
        values = weight.detach().float().numpy()
        of = name.split(".")[-2]
        if _ARCHITECTURES[config.model_type] == gguf.MODEL_ARCH.LLAMA and of in heads:
            values = _halves_woven(values, heads[of])
        if config.model_type == "gemma3_text" and name.endswith("norm.weight"):
            values = values + 1
        yield found, np.ascontiguousarray(values)
    if "low_freq_factor" in _rope(config):  # Llama 3.1's
        yield "rope_freqs.weight", _llama3_factors(config)


def _halves_woven(values: np.ndarray, heads: int) -> np.ndarray:
    """Rows of queries or keys with the two numbers that are rotated together side by side."""
    size = len(values) // heads
    split = values.reshape(heads, 2, size // 2, *values.shape[1:])
    return split.swapaxes(1, 2).reshape(values.shape)


def _llama3_factors(config: PreTrainedConfig) -> np.ndarray:
    """What the frequencies of Llama 3.1's rotary embedding are divided by, of shape (head size / 2,)."""
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    size, base = _head_size(config), float(str(_rope(config)["rope_theta"]))
    plain = 1.0 / base ** (torch.arange(0, size, 2, dtype=torch.float32) / size)
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    return (plain / scaled).float().numpy()
