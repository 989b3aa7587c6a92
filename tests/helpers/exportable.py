"""Small models of the families that have a GGUF form, with random weights and tokenizers that cut text as theirs do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, normalizers, pre_tokenizers
from tokenizers.models import BPE
from tokenizers.trainers import BpeTrainer
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from trace_trainer.experts.problems import generate

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' }}"
    "{% if message['role'] == 'assistant' %}{% generation %}{{ message['content'] + '<|im_end|>' }}{% endgeneration %}"
    "{{ '\n' }}{% else %}{{ message['content'] + '<|im_end|>\n' }}{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
_CUT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_SIZES: dict[str, Any] = {
    "hidden_size": 64, "intermediate_size": 96, "num_hidden_layers": 6, "num_attention_heads": 4,
    "num_key_value_heads": 2, "head_dim": 16, "max_position_embeddings": 1024,
}  # fmt: skip
LLAMA3_ROPE = {
    "rope_type": "llama3", "rope_theta": 10_000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}  # fmt: skip
SETTINGS: dict[str, dict[str, Any]] = {
    "qwen2": {"tie_word_embeddings": True},
    "qwen3": {
        "tie_word_embeddings": False,
        "head_dim": 128,
    },  # Transformers reads no other out of a GGUF file
    "llama": {"tie_word_embeddings": False},
    "gemma3_text": {"sliding_window": 64, "query_pre_attn_scalar": 16},
}
"""By model type."""


def save_exportable(model_type: str, folder: Path, **others: Any) -> Path:
    """Write such a model to a folder, with other settings of its configuration where some are given."""
    import torch

    tokenizer = _tokenizer(model_type)
    ids = {f"{role}_token_id": getattr(tokenizer, f"{role}_token_id") for role in ("bos", "eos", "pad")}
    settings = {**_SIZES, **ids, "vocab_size": len(tokenizer) + 3, **SETTINGS[model_type], **others}
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(AutoConfig.for_model(model_type, **settings))
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "norm" in name or "bias" in name:  # else they are all 1 or 0
                weight.add_(torch.randn_like(weight) * 0.1)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer(model_type: str) -> PreTrainedTokenizerFast:
    texts = [problem.question + (problem.trace or "") for problem in generate("train", 100, 0)]
    marks = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    if model_type == "gemma3_text":
        marks = ["<pad>", "<eos>", "<bos>", "<unk>", *marks]
        tokenizer = Tokenizer(BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
        tokenizer.normalizer = normalizers.Replace(" ", "▁")
        tokenizer.decoder = decoders.Sequence(
            [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
        )
        special = [*marks, *(f"<0x{byte:02X}>" for byte in range(256))]
        tokenizer.train_from_iterator(texts, BpeTrainer(vocab_size=900, special_tokens=special))
        spec = json.loads(tokenizer.to_str())
        spec["added_tokens"] = [token for token in spec["added_tokens"] if token["content"] in marks]
        tokenizer = Tokenizer.from_str(json.dumps(spec))
    else:
        digits = "{1,3}" if model_type == "llama" else ""
        tokenizer = Tokenizer(BPE(ignore_merges=model_type == "llama"))
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [
                pre_tokenizers.Split(Regex(_CUT % digits), "isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
            ]
        )
        tokenizer.decoder = decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = BpeTrainer(vocab_size=700, special_tokens=marks, initial_alphabet=alphabet)
        tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken("<tool_call>", special=False, normalized=False)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        bos_token="<bos>" if model_type == "gemma3_text" else None,
        chat_template=CHATML,
    )
