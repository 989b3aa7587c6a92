"""Loading a tokenizer with all that this program needs of it: an end token, a padding token, a chat template."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import PLAIN_TEMPLATE
from trace_trainer.engine.models.soundness import unloadable
from trace_trainer.engine.terminal.printable import tell

_FILES = ("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model",
          "tiktoken.model", "tekken.json")  # fmt: skip


def has_tokenizer(folder: Path) -> bool:
    """Whether a model's folder holds a tokenizer."""
    return any((folder / file).is_file() for file in _FILES)


def load_tokenizer(source: str, name: str, **options: Any) -> PreTrainedTokenizerBase:
    """The tokenizer of a model; without a padding token or a chat template it gets one made of its own tokens.

    Args:
        source: a folder or a hub id.
        name: of the model, for messages.
        options: of `from_pretrained`.

    Raises UserError where there is none, or one without an end token.
    """
    if Path(source).is_dir() and "gguf_file" not in options and not has_tokenizer(Path(source)):
        raise UserError(
            f"{name} has no tokenizer: {source} holds no {_FILES[0]}; copy the tokenizer's files there from where the "
            "model comes from"
        )
    try:
        tokenizer = AutoTokenizer.from_pretrained(source, trust_remote_code=False, **options)
    except Exception as error:  # each kind of tokenizer has other errors for a file that is damaged
        raise UserError(unloadable(name, error)) from error
    if tokenizer.eos_token is None:
        raise UserError(
            f"{name}: the tokenizer has no end token (eos_token), so a model could never learn to stop"
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    if isinstance(tokenizer.chat_template, dict):
        tokenizer.chat_template = _joined(tokenizer.chat_template)
    if not tokenizer.chat_template:
        tokenizer.chat_template = PLAIN_TEMPLATE
        tell(
            f"{name} has no chat template: it gets a plain one (Question: ... Trace: ... {tokenizer.eos_token}), "
            "made of its own tokens and saved with what is trained from it"
        )
    return tokenizer


def without_strangers(tokenizer: PreTrainedTokenizerBase, rows: int) -> PreTrainedTokenizerBase:
    """A tokenizer read from a GGUF file without the tokens that a model of so many rows has no weights for.

    Transformers adds one of its own to those that it makes of such files, behind the last one.
    """
    if len(tokenizer) <= rows:
        return tokenizer
    spec = json.loads(tokenizer.backend_tokenizer.to_str())
    spec["added_tokens"] = [token for token in spec["added_tokens"] if token["id"] < rows]
    backend = Tokenizer.from_str(json.dumps(spec))
    roles = tokenizer.special_tokens_map.items()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        chat_template=tokenizer.chat_template,
        padding_side=tokenizer.padding_side,
        clean_up_tokenization_spaces=False,
        **{role: token for role, token in roles if backend.token_to_id(str(token)) is not None},
    )


def _joined(named: dict[str, str]) -> str:
    """Templates by name as one: `tool_use` where there are tools, else `default`, as Transformers chooses."""
    plain = named.get("default") or named.get("tool_use") or next(iter(named.values()), "")
    with_tools = named.get("tool_use") or plain
    if plain == with_tools:
        return plain
    # What stands around a tag would be trimmed; behind an expression it is not.
    parts = (f"{{{{ '' }}}}{template.removesuffix(chr(10))}{{{{ '' }}}}" for template in (with_tools, plain))
    return "{% if tools %}" + "{% else %}".join(parts) + "{% endif %}"
