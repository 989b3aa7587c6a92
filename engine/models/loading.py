"""Loading models: a local folder, a run, an embedded or packaged model or a hub id, all by one name.

An adapter's folder is loaded together with the model that it adapts, however many folders away that is, and merged into
it unless it is to be trained. Nothing is downloaded for a name that exists here. What is loaded is what was saved:
weights that are missing, or not finite, are errors (`soundness.py`). Python code that a model brings never runs.

Not covered: models of several modalities, and models that bring their own Python code.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.models.devices import AUTO_DEVICE, chosen_device, fastest_dtype
from trace_trainer.engine.models.names import ADAPTER_CONFIG, adapted_model, portable_path, resolve
from trace_trainer.engine.models.saving import clean_generation, save_model
from trace_trainer.engine.models.soundness import (
    check_files,
    check_finite,
    check_loading,
    listed,
    unloadable,
)
from trace_trainer.engine.models.tokenizers import has_tokenizer, load_tokenizer, without_strangers
from trace_trainer.engine.models.vocabulary import TrimmedVocabulary
from trace_trainer.engine.terminal.detail import detail, details_shown
from trace_trainer.engine.terminal.printable import tell

# How these libraries call each other is nothing that a user of this program could change.
if not details_shown():
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"transformers|peft|trl")

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass
class LoadedModel:
    """A model on its device, ready to generate, with its tokenizer.

    Attributes:
        model: in evaluation mode; a PeftModel where an adapter is to be trained.
        tokenizer: has a chat template, a padding token and an end token.
        name: what people call it: the folder's or the embedded name, or the hub id.
        path: what `load_model` finds it by from any working directory.
        vocabulary: what was cut of its vocabulary, and how to put it back; None where it is whole.
        is_resized: it is an adapter with more or fewer tokens than its base.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    name: str
    path: str
    vocabulary: TrimmedVocabulary | None = None
    is_resized: bool = False

    @property
    def device(self) -> torch.device:
        return self.model.device

    @property
    def is_adapter(self) -> bool:
        """Whether the model is an adapter on a frozen base."""
        from peft import PeftModel

        return isinstance(self.model, PeftModel)

    def trim_vocabulary(self, texts: Sequence[str]) -> None:
        """Cut the vocabulary down to what these texts need. Raises UserError where it can't be cut."""
        self.vocabulary = TrimmedVocabulary(self.model, self.tokenizer, texts)
        self.tokenizer = self.vocabulary.tokenizer

    def save(self, folder: Path, weights: Mapping[str, torch.Tensor] | None = None) -> None:
        """Write the model, or the adapter where it is one, and the tokenizer, the vocabulary whole.

        Args:
            weights: the model's, where it does not hold them itself; None where it does.
        """
        whole = self.vocabulary.whole() if self.vocabulary else contextlib.nullcontext(self.tokenizer)
        with whole as tokenizer:
            save_model(self.model, tokenizer, folder, with_embedding=self.is_resized, weights=weights)


def load_model(
    name: str | os.PathLike[str],
    *,
    dtype: str = "float32",
    four_bit: bool = False,
    keep_adapter: bool = False,
    device: str = AUTO_DEVICE,
    base: str | None = None,
) -> LoadedModel:
    """Load a causal language model and its tokenizer.

    Args:
        name: a folder with a model or a PEFT adapter, a GGUF file, the name of a folder under `checkpoints/`, that of a
            packaged model, or a hub id.
        dtype: of the weights: float32, bfloat16, or auto for the one that the device computes in faster.
        four_bit: load the weights in 4 bits (NF4, double quantisation), which needs bitsandbytes and a GPU.
        keep_adapter: leave an adapter beside the weights that it adapts, so that it can be trained. Otherwise it is
            added to them, which saves a quarter of the time of sampling; weights in 4 bits would lose it in rounding
            and keep theirs.
        device: a key of DEVICES.
        base: the model that an adapter is put on, in place of the one that it names.

    Raises UserError saying what is missing and what would work, and for weights that are not those of a whole model.
    """
    if details_shown():
        transformers.utils.logging.set_verbosity_info()
    else:
        transformers.utils.logging.set_verbosity_error()
        transformers.utils.logging.disable_progress_bar()
    return _load(os.fspath(name), _Manner(dtype, four_bit, device), keep_adapter, base)


@dataclass(frozen=True, slots=True)
class _Manner:
    """How weights are loaded, that of an adapter and that of its base alike."""

    dtype: str
    four_bit: bool
    device: str


def _load(
    name: str, manner: _Manner, keep_adapter: bool, base: str | None, adapters: tuple[Path, ...] = ()
) -> LoadedModel:
    """`load_model`, for the base of `adapters`, if there are any."""
    resolved = resolve(name)
    device = chosen_device(manner.device)
    detail(f"loading {name} from {resolved} to {device}")
    if isinstance(resolved, Path):
        check_files(resolved)
        if (resolved / ADAPTER_CONFIG).is_file():
            if resolved in adapters:
                raise UserError(
                    f"the adapter {resolved.name} is its own base; name the model that it adapts with --base"
                )
            return _load_adapter(resolved, manner, keep_adapter, base, adapters)
    loaded = _load_whole(name, resolved, manner, device)
    if len(loaded.tokenizer) > loaded.model.get_input_embeddings().num_embeddings and not adapters:
        raise UserError(
            f"{name}: the tokenizer has {len(loaded.tokenizer)} tokens, the model's embedding "
            f"{loaded.model.get_input_embeddings().num_embeddings} rows; they do not belong together"
        )
    return loaded


def _load_whole(name: str, resolved: Path | str, manner: _Manner, device: torch.device) -> LoadedModel:
    """A model that is no adapter."""
    source = str(resolved)
    options: dict[str, Any] = {}
    if not isinstance(resolved, Path):
        options = {"local_files_only": not _hub_answers(source)}
    elif resolved.is_file():
        require_extra("gguf", f"the model {name}")
        source, options = str(resolved.parent), {"gguf_file": resolved.name}
    weights: dict[str, Any] = {
        "dtype": _DTYPES[fastest_dtype(device) if manner.dtype == "auto" else manner.dtype]
    }
    if manner.four_bit:
        weights["quantization_config"] = _four_bit_config()
    elif "gguf_file" in options:
        weights["quantization_config"] = transformers.GgufConfig(dequantize=True)
    tokenizer = load_tokenizer(source, name, **options)
    try:
        model, info = AutoModelForCausalLM.from_pretrained(
            source,
            trust_remote_code=False,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # each is an error below, which names it
            **options,
            **weights,
        )
    except Exception as error:  # each architecture has other errors for a configuration that makes no sense
        raise UserError(unloadable(name, error, resolved if isinstance(resolved, Path) else None)) from error
    if without_place := check_loading(name, info):
        tell(f"{name}: left out, as a language model has no place for it: {listed(without_place)}")
    check_finite(name, model)
    if "gguf_file" in options:
        tokenizer = without_strangers(tokenizer, model.get_input_embeddings().num_embeddings)
    clean_generation(model)
    config = model.config.get_text_config()
    if getattr(config, "output_router_logits", False):
        config.output_router_logits = (
            False  # for a loss that balances experts, and in the way of everything else
        )
    if not manner.four_bit:
        model.to(device)
    model.eval()
    return LoadedModel(model, tokenizer, _name_of(resolved), str(resolved))


def without_adapter(model: PreTrainedModel) -> PreTrainedModel:
    """The base of an adapter; any other model as it is."""
    return model.get_base_model() if hasattr(model, "get_base_model") else model


def count_parameters(model: PreTrainedModel) -> tuple[int, int]:
    """All parameters and the trainable ones, those of a tied head counted once."""
    parameters = list(model.parameters())
    return sum(p.numel() for p in parameters), sum(p.numel() for p in parameters if p.requires_grad)


def _hub_answers(hub_id: str) -> bool:
    """Whether the hub has the model; where the hub can't be reached, only what was downloaded before can be loaded.

    Asked first because the loaders would try for most of a minute. Raises UserError where the hub says no.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        HfApi().model_info(hub_id, timeout=10)
    except HfHubHTTPError as error:
        raise UserError(unloadable(hub_id, error)) from error
    except Exception as error:  # each version of the hub's client has other names for a network that is down
        tell(f"the model hub can't be reached ({error}); looking for {hub_id} among earlier downloads")
        return False
    return True


def _load_adapter(
    folder: Path, manner: _Manner, keep: bool, base: str | None, adapters: tuple[Path, ...]
) -> LoadedModel:
    from trace_trainer.engine.models.adapters import attached

    named = base or adapted_model(folder)
    try:
        below = _load(named, manner, False, None, (*adapters, folder))
    except UserError as error:
        advice = (
            "" if base or adapters or "--base" in error.message else "; --base names another place for it"
        )
        raise UserError(f"the base of the adapter {folder.name}: {error.message}{advice}") from error
    tokenizer = load_tokenizer(str(folder), folder.name) if has_tokenizer(folder) else below.tokenizer
    keep = keep or manner.four_bit
    rows = below.model.get_input_embeddings().num_embeddings
    model = attached(below.model, folder, below.name, len(tokenizer), keep)
    check_finite(folder.name, model)
    if base:
        model.peft_config["default"].base_model_name_or_path = portable_path(below.path)
    if not keep and not model.active_peft_config.is_prompt_learning:
        model = model.merge_and_unload()
    model.eval()
    is_resized = keep and model.get_input_embeddings().weight.shape[0] != rows
    return LoadedModel(model, tokenizer, folder.name, str(folder), is_resized=is_resized)


def _four_bit_config() -> Any:
    if not torch.cuda.is_available():
        raise UserError("method qlora needs a GPU; use method lora")
    require_extra("qlora", "method qlora")
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def _name_of(resolved: Path | str) -> str:
    if isinstance(resolved, Path):
        return resolved.stem if resolved.is_file() else resolved.name
    return resolved
