"""Putting a saved adapter on the model that it adapts, with all its weights and the vocabulary that it was made for."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import torch
from peft import MODEL_TYPE_TO_PEFT_MODEL_MAPPING, PeftConfig, PeftModel
from peft.utils import load_peft_weights
from transformers import PreTrainedModel

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.soundness import check_adapter, unloadable

_FILES = ("adapter_model.safetensors", "adapter_model.bin")
_TWICE = re.compile(r"\.(?:modules_to_save|original_module)\.")
"""Where PEFT has resized a vocabulary, it writes such layers three times, of which it reads the one without this."""
_OWN = "base_model.model."
"""What PEFT writes before the name of a weight of the model itself."""


def attached(model: PreTrainedModel, folder: Path, base: str, tokens: int, trainable: bool) -> PeftModel:
    """The model with the adapter of a folder.

    Args:
        model: changed in place: its vocabulary is resized to the adapter's, and a head that the adapter changes is
            untied from the embedding.
        base: what the model is called, for messages.
        tokens: of the tokenizer that the adapter is used with.
        trainable: whether the adapter is to be trained.

    Raises UserError where the adapter does not fit.
    """
    if not any((folder / file).is_file() for file in _FILES):
        raise UserError(f"the adapter {folder.name} has no weights: {folder} holds no {_FILES[0]}")
    try:
        config = PeftConfig.from_pretrained(str(folder))
        config.inference_mode = not trainable
        weights = load_peft_weights(str(folder), device="cpu")
        _resize(model, weights, config, folder.name, tokens)
        untie_adapted(model, _targets(config))
        kind = MODEL_TYPE_TO_PEFT_MODEL_MAPPING.get(config.task_type, PeftModel)
        adapted = kind(model, config)
        loaded = adapted.load_adapter(str(folder), "default", is_trainable=trainable)
    except UserError:
        raise
    except Exception as error:  # PEFT has no errors of its own: what it calls raises what it likes
        raise UserError(
            f"{unloadable(str(folder), error)}; is it an adapter of {base}? --base names another"
        ) from error
    unexpected = [key for key in loaded.unexpected_keys if not _TWICE.search(key)]
    check_adapter(folder.name, loaded.missing_keys, unexpected, base)
    return adapted


def check_changes(folder: Path) -> None:
    """Raise UserError where a folder holds a LoRA adapter that changes nothing: half of its weights are all zero."""
    weights = load_peft_weights(str(folder), device="cpu")
    second = [weight for key, weight in weights.items() if "lora_B" in key]
    if second and not any(weight.any() for weight in second):
        raise UserError(f"{folder}: every weight of the adapter is zero, so it changes nothing; train again")


def untie_adapted(model: PreTrainedModel, targets: Collection[str]) -> None:
    """Give the head weights of its own where it shares them with the embedding and an adapter changes one of the two.

    Merged, an adapter of the head would else change the embedding too.

    Args:
        targets: the names of the modules that are adapted, or the ends of their names.
    """
    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    if head is None or head.weight is not embedding.weight:
        return
    names = [name for name, module in model.named_modules() if module is head or module is embedding]
    if any(name == target or name.endswith(f".{target}") for name in names for target in targets):
        head.weight = torch.nn.Parameter(
            head.weight.detach().clone(), requires_grad=head.weight.requires_grad
        )
        model.config.get_text_config().tie_word_embeddings = False
        model.config.tie_word_embeddings = False
        model.all_tied_weights_keys = {}


def _targets(config: PeftConfig) -> Collection[str]:
    """The modules that an adapter changes and that are merged; none where it keeps the tie itself."""
    found = getattr(config, "target_modules", None) or ()
    if isinstance(found, str) or getattr(config, "ensure_weight_tying", False):
        return ()
    return list(found)


def _resize(
    model: PreTrainedModel, weights: Mapping[str, torch.Tensor], config: Any, name: str, tokens: int
) -> None:
    """Give the model as many rows of embedding and head as the adapter has.

    Raises UserError where the tokenizer has more tokens than that.
    """
    layers = {id(model.get_input_embeddings()), id(model.get_output_embeddings())}
    own = {f"{_OWN}{path}.weight" for path, module in model.named_modules() if id(module) in layers}
    rows = {len(weight) for key, weight in weights.items() if key in own}
    has = model.get_input_embeddings().num_embeddings
    trained = getattr(config, "trainable_token_indices", None)
    indices = trained if isinstance(trained, list) else [i for ids in (trained or {}).values() for i in ids]
    if not rows and tokens > has and set(range(has, tokens)) <= set(indices):
        rows = {tokens}
    if tokens > max(rows, default=has):
        raise UserError(
            f"the adapter {name} has a tokenizer of {tokens} tokens, but neither it nor its base, with "
            f"{has} rows of embedding, has weights for all of them; save it with its embedding (save_embedding_layers)"
        )
    if rows and max(rows) != has:
        model.resize_token_embeddings(max(rows), mean_resizing=False)
