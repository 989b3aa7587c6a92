"""A tokenizer in the terms of a GGUF file, of the two kinds that llama.cpp reads: bytes that merge, and SentencePiece.

How a text is cut before anything is merged is no part of such a file: llama.cpp knows some ways by name. A tokenizer of
another way would be read wrongly without a word, so it is refused.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from gguf import GGUFWriter, TokenType
from transformers import PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError

_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_SPLITS = {_WORDS + r"\p{N}" + _REST: "qwen2", _WORDS + r"\p{N}{1,3}" + _REST: "llama-bpe"}
"""The patterns of Qwen 2 and 3, and of Llama 3, with llama.cpp's names for them."""

_BYTE = re.compile(r"<0x[0-9A-F]{2}>")
_OF_TRAINING = re.compile(r"\{%-?\s*(?:end)?generation\s*-?%\}")
"""Marks for what is trained, which Transformers knows alone."""


class Vocabulary(NamedTuple):
    """The tokens of a GGUF file.

    Attributes:
        model: llama.cpp's name of the kind: gpt2 or llama.
        pre: its name of the way in which text is cut.
        tokens: by id.
        types: of each.
        scores: of each, which is merged first; None where `merges` say it.
        merges: pairs, the first ones first.
    """

    model: str
    pre: str
    tokens: list[str]
    types: list[int]
    scores: list[float] | None
    merges: list[str] | None


def vocabulary_of(tokenizer: PreTrainedTokenizerBase, rows: int) -> Vocabulary:
    """The tokens of a tokenizer.

    Args:
        rows: of the model's embedding; those without a token get one that no text has.

    Raises UserError where llama.cpp has no such tokenizer.
    """
    spec = _specification(tokenizer)
    tokens = [f"[PAD{id}]" for id in range(rows)]
    types = [int(TokenType.UNUSED)] * rows
    model: dict[str, Any] = spec["model"]
    for text, id in model["vocab"].items():
        tokens[id], types[id] = text, int(TokenType.BYTE if _is_byte(spec, text) else TokenType.NORMAL)
    for added in spec["added_tokens"]:
        kind = TokenType.CONTROL if added["special"] else TokenType.USER_DEFINED
        tokens[added["id"]], types[added["id"]] = added["content"], int(kind)
    pairs = [pair.split(" ", 1) if isinstance(pair, str) else pair for pair in model["merges"]]
    if not model.get("byte_fallback"):
        merges = [" ".join(pair) for pair in pairs]
        return Vocabulary("gpt2", _cutting(spec), tokens, types, None, merges)
    ranks: dict[str, int] = {}
    for rank, pair in enumerate(pairs):
        ranks.setdefault("".join(pair), rank)
    scores = [-float(ranks.get(text, len(pairs))) for text in tokens]
    return Vocabulary("llama", "default", tokens, types, scores, None)


def _specification(tokenizer: PreTrainedTokenizerBase) -> dict[str, Any]:
    backend = getattr(tokenizer, "backend_tokenizer", None)
    spec: dict[str, Any] = json.loads(backend.to_str()) if backend is not None else {"model": {}}
    kind = spec["model"].get("type", "of another kind")
    if kind != "BPE":
        raise UserError(
            f"a GGUF file needs a tokenizer of byte-pair encoding, this one is {kind}; --to merged works"
        )
    if spec["model"].get("byte_fallback") and _replaced_space(spec) is None:
        raise UserError(
            "llama.cpp knows no tokenizer that falls back to bytes and does not write a space as ▁; --to merged works"
        )
    return spec


def _replaced_space(spec: dict[str, Any]) -> str | None:
    """What a space is written as, by the normalizer or by the step after it."""
    text = json.dumps([spec["normalizer"], spec["pre_tokenizer"]], ensure_ascii=False)
    return "▁" if "▁" in text else None


def _is_byte(spec: dict[str, Any], text: str) -> bool:
    return bool(spec["model"].get("byte_fallback")) and _BYTE.fullmatch(text) is not None


def _cutting(spec: dict[str, Any]) -> str:
    """llama.cpp's name of the way in which text is cut. Raises UserError where it has none."""
    step = spec["pre_tokenizer"] or {}
    steps = step["pretokenizers"] if step.get("type") == "Sequence" else [step]
    kinds = [step.get("type") for step in steps]
    if kinds == ["ByteLevel"] and steps[0]["use_regex"]:
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and steps[0]["individual_digits"] and steps[1]["use_regex"]:
        return "smollm"
    if kinds == ["Split", "ByteLevel"] and not steps[1]["use_regex"]:
        name = _SPLITS.get(steps[0]["pattern"].get("Regex", ""))
        # llama.cpp takes a whole word of Llama 3's that is a token, however it would be merged.
        if name is not None and (name != "llama-bpe" or spec["model"].get("ignore_merges")):
            return name
    raise UserError(
        "llama.cpp has no tokenizer that cuts text as this one does (it has those of GPT-2, Llama 3, Qwen 2 and 3, "
        "SmolLM and Gemma), and would read it wrongly; --to merged works"
    )


def add_tokenizer(writer: GGUFWriter, tokenizer: PreTrainedTokenizerBase, rows: int) -> None:
    """Write a tokenizer and its chat template into a GGUF file. Raises UserError as `vocabulary_of` does."""
    found = vocabulary_of(tokenizer, rows)
    writer.add_tokenizer_model(found.model)
    writer.add_tokenizer_pre(found.pre)
    writer.add_token_list(found.tokens)
    writer.add_token_types(found.types)
    if found.scores is not None:
        writer.add_token_scores(found.scores)
        writer.add_add_space_prefix(False)
    if found.merges is not None:
        writer.add_token_merges(found.merges)
    for role in ("bos", "eos", "pad", "unk"):
        id = getattr(tokenizer, f"{role}_token_id")
        if id is not None:
            getattr(writer, f"add_{role}_token_id")(id)
    template = str(tokenizer.chat_template)
    # Whoever renders the template takes a second one away again; a bare prompt begins as a trained one did.
    writer.add_add_bos_token("bos_token" in template)
    writer.add_chat_template(_OF_TRAINING.sub("", template))
