"""Writing a model with its tokenizer, so that nothing that a library refuses to write costs the weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_model as save_tensors
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerBase

from trace_trainer.engine.terminal.printable import tell

_KEPT = ("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id")


def clean_generation(model: PreTrainedModel) -> None:
    """Make the generation settings that came with a model such as can be saved again.

    Published ones often give a temperature and do not ask for sampling, which Transformers reads and refuses to write.
    Sampling is what such a file means. What is wrong in another way is left out but for the special tokens.
    """
    settings = model.generation_config
    if settings is None or _is_valid(settings):
        return
    settings.do_sample = True
    if not _is_valid(settings):
        tokens = {name: token for name in _KEPT if (token := getattr(settings, name, None)) is not None}
        model.generation_config = GenerationConfig(**tokens)


def save_model(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    folder: Path,
    *,
    with_embedding: bool = False,
    weights: Mapping[str, torch.Tensor] | None = None,
) -> None:
    """Write a model, or an adapter where it is one, and its tokenizer into a folder.

    Where the model's own way of writing itself fails, its weights and its configuration are written as they are, and
    the reason is said on standard error. Raises OSError where the disk is the reason.

    Args:
        with_embedding: an adapter brings the rows of embedding and head: its vocabulary is not that of its base.
        weights: the model's, where it holds only a part of them; None where it holds them all.
    """
    # PEFT would look the base up on the hub, to see whether its vocabulary has grown; here that is known.
    options: dict[str, Any] = (
        {"save_embedding_layers": with_embedding} if hasattr(model, "peft_config") else {}
    )
    if weights is not None:
        options["state_dict"] = dict(weights)
    try:
        model.save_pretrained(folder, **options)
    except OSError:
        raise
    except Exception as error:
        if weights is not None:
            raise
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        tell(f"{reason}: the weights are saved without what can't be written")
        _save_bare(model, folder)
    tokenizer.save_pretrained(folder)


def try_saving(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> None:
    """Write a model without its weights, which are never refused, or an adapter whole. Raises what the model raises."""
    options: dict[str, Any] = {"state_dict": {}}
    if hasattr(model, "peft_config"):
        options = {"save_embedding_layers": False}
    model.save_pretrained(folder, **options)
    tokenizer.save_pretrained(folder)


def _save_bare(model: PreTrainedModel, folder: Path) -> None:
    """The weights and the configuration, nothing checked: what loading needs."""
    folder.mkdir(parents=True, exist_ok=True)
    if hasattr(model, "peft_config"):
        from peft import get_peft_model_state_dict
        from safetensors.torch import save_file

        save_file(get_peft_model_state_dict(model), folder / "adapter_model.safetensors")
        model.peft_config["default"].save_pretrained(folder)
        return
    save_tensors(model, str(folder / "model.safetensors"), metadata={"format": "pt"})
    model.config.to_json_file(folder / "config.json", use_diff=True)


def _is_valid(settings: GenerationConfig) -> bool:
    try:
        settings.validate(strict=True)
    except ValueError:
        return False
    return True
