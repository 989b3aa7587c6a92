"""Architectures of models, each as small as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

_SIZES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 512,
}
_EXPERTS = {"num_experts_per_tok": 2, "moe_intermediate_size": 16, "shared_expert_intermediate_size": 16}


@dataclass(frozen=True)
class Architecture:
    """One architecture: its name in Transformers, and settings beside the sizes of all."""

    model_type: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    def build(self, tokenizer_folder: Path, folder: Path) -> Path:
        """A folder with random weights, and the tokenizer of another."""
        import torch

        tokenizer = AutoTokenizer.from_pretrained(tokenizer_folder)
        ids = {
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
            "vocab_size": len(tokenizer) + 8,  # some add a token of their own
        }
        config = AutoConfig.for_model(self.model_type, **{**_SIZES, **ids, **self.settings})
        torch.manual_seed(0)
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        return folder


ARCHITECTURES = (
    Architecture("llama", {"tie_word_embeddings": False}),
    Architecture("qwen2", {"tie_word_embeddings": True}),
    Architecture("qwen3"),
    Architecture("mistral"),
    Architecture("phi3"),
    Architecture("gemma2", {"sliding_window": 64}),
    Architecture("gemma3_text", {"sliding_window": 64}),
    Architecture("olmo2"),
    Architecture("granite"),
    Architecture("glm4", {"partial_rotary_factor": 0.5}),
    Architecture("cohere"),
    Architecture("gpt2", {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 512}),
    Architecture("gpt_neox"),
    Architecture("qwen2_moe", {"num_experts": 4, **_EXPERTS}),
    Architecture("qwen3_moe", {"num_experts": 4, **_EXPERTS}),
    Architecture("mixtral", {"num_local_experts": 4, "num_experts_per_tok": 2}),
    Architecture("gpt_oss", {"num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": 64}),
    Architecture("mamba", {"state_size": 4}),
)
