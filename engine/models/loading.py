"""Loading models: a local folder, a run, an embedded or packaged model or a hub id, all by one name.

An adapter's folder is loaded together with the model that it adapts, however many folders away that is, and merged into
it unless it is to be trained. Nothing is downloaded for a name that exists here. A tokenizer without a chat template
gets one made of its own tokens.

Not covered: models of several modalities, and models that bring their own Python code.
"""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.models.chat import PLAIN_TEMPLATE
from trace_trainer.engine.models.names import ADAPTER_CONFIG, adapted_model, resolve
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
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    name: str
    path: str
    vocabulary: TrimmedVocabulary | None = None

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

    def save(self, folder: Path) -> None:
        """Write the model, or the adapter where it is one, and the tokenizer, the vocabulary whole."""
        whole = self.vocabulary.whole() if self.vocabulary else contextlib.nullcontext(self.tokenizer)
        # PEFT would look the base up on the hub, to see whether its vocabulary has grown; ours never does.
        options = {"save_embedding_layers": False} if self.is_adapter else {}
        with whole as tokenizer:
            self.model.save_pretrained(folder, **options)
            tokenizer.save_pretrained(folder)


def load_model(
    name: str | os.PathLike[str],
    *,
    dtype: str = "float32",
    four_bit: bool = False,
    keep_adapter: bool = False,
) -> LoadedModel:
    """Load a causal language model and its tokenizer.

    Args:
        name: a folder with a model or a PEFT adapter, the name of a folder under `checkpoints/`, that of a packaged
            model, or a hub id.
        dtype: of the weights: float32, bfloat16, or auto for the one that this machine computes in faster.
        four_bit: load the weights in 4 bits (NF4, double quantisation), which needs bitsandbytes and a GPU.
        keep_adapter: leave an adapter beside the weights that it adapts, so that it can be trained. Otherwise it is
            added to them, which saves a quarter of the time of sampling; weights in 4 bits would lose it in rounding
            and keep theirs.

    Raises UserError saying what is missing and what would work.
    """
    if details_shown():
        transformers.utils.logging.set_verbosity_info()
    else:
        transformers.utils.logging.disable_progress_bar()
    quantisation = {"quantization_config": _four_bit_config()} if four_bit else {}
    name = os.fspath(name)
    resolved = resolve(name)
    dtype = fastest_dtype() if dtype == "auto" else dtype
    detail(f"loading {name} from {resolved} in {dtype} to {_device()}")
    if isinstance(resolved, Path) and (resolved / ADAPTER_CONFIG).is_file():
        return _load_adapter(resolved, dtype, four_bit, keep_adapter or four_bit)
    source = str(resolved)
    options = {} if isinstance(resolved, Path) else {"local_files_only": not _hub_answers(source)}
    tokenizer = _load_tokenizer(source, name, **options)
    try:
        model = AutoModelForCausalLM.from_pretrained(source, dtype=_DTYPES[dtype], **options, **quantisation)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise UserError(_unloadable(name, error)) from error
    if not four_bit:
        model.to(_device())
    model.eval()
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        raise UserError(
            f"{name}: the tokenizer has {len(tokenizer)} tokens, the model's embedding "
            f"{model.get_input_embeddings().num_embeddings} rows; they do not belong together"
        )
    return LoadedModel(model, tokenizer, _name_of(resolved), source)


def fastest_dtype() -> str:
    """What this machine computes in faster: bfloat16 without instructions of its own is slower than float32."""
    if torch.cuda.is_available():
        native = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        able = torch.cpu.get_capabilities()
        native = bool(able.get("amx_bf16") or able.get("avx512_bf16"))
    return "bfloat16" if native else "float32"


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
        raise UserError(_unloadable(hub_id, error)) from error
    except Exception as error:  # each version of the hub's client has other names for a network that is down
        tell(f"the model hub can't be reached ({error}); looking for {hub_id} among earlier downloads")
        return False
    return True


def _load_adapter(folder: Path, dtype: str, four_bit: bool, keep: bool) -> LoadedModel:
    from peft import PeftModel

    base = load_model(adapted_model(folder), dtype=dtype, four_bit=four_bit)
    own_tokenizer = (folder / "tokenizer_config.json").is_file()
    tokenizer = _load_tokenizer(str(folder), folder.name) if own_tokenizer else base.tokenizer
    try:
        model = PeftModel.from_pretrained(base.model, str(folder), is_trainable=keep)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise UserError(_unloadable(str(folder), error)) from error
    if not keep and not model.active_peft_config.is_prompt_learning:
        model = model.merge_and_unload()
    model.eval()
    return LoadedModel(model, tokenizer, folder.name, str(folder))


def _load_tokenizer(source: str, name: str, **options: Any) -> PreTrainedTokenizerBase:
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, **options)
    except (OSError, ValueError, KeyError) as error:
        raise UserError(_unloadable(name, error)) from error
    if tokenizer.eos_token is None:
        raise UserError(
            f"{name}: the tokenizer has no end token (eos_token), so a model could never learn to stop"
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if not tokenizer.chat_template:
        tokenizer.chat_template = PLAIN_TEMPLATE
        tell(
            f"{name} has no chat template: it gets a plain one (Question: ... Trace: ... {tokenizer.eos_token}), "
            "made of its own tokens and saved with what is trained from it"
        )
    return tokenizer


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


def _unloadable(name: str, error: Exception) -> str:
    reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return f"can't load {name}: {reason}"


def _name_of(resolved: Path | str) -> str:
    return resolved.name if isinstance(resolved, Path) else resolved


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
