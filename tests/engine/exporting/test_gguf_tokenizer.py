"""A tokenizer in a GGUF file: which tokens, of which kinds, cut in which way."""

from __future__ import annotations

import json
from pathlib import Path

import gguf
import pytest
from helpers.exportable import save_exportable
from tokenizers import Tokenizer
from transformers import PreTrainedTokenizerFast

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.exporting.gguf_model import write_gguf
from trace_trainer.engine.exporting.gguf_tokenizer import vocabulary_of
from trace_trainer.engine.models.loading import load_model

TEXTS = ("Tom has 1234 apples; he'd give $3.50.\n\n  How many?", "<|im_start|>user\nça va ☃<|im_end|>")


@pytest.mark.parametrize(("model_type", "pre"), [("qwen2", "qwen2"), ("llama", "llama-bpe")])
def test_the_way_of_cutting_is_named(model_type: str, pre: str, tmp_path: Path) -> None:
    loaded = load_model(save_exportable(model_type, tmp_path / "model"))
    found = vocabulary_of(loaded.tokenizer, len(loaded.tokenizer) + 3)
    assert (found.model, found.pre) == ("gpt2", pre)
    assert found.tokens[-3:] == [f"[PAD{len(loaded.tokenizer) + place}]" for place in range(3)]
    kinds = {text: gguf.TokenType(kind).name for text, kind in zip(found.tokens, found.types, strict=True)}
    assert kinds["<|im_end|>"] == "CONTROL"
    assert kinds["<tool_call>"] == "USER_DEFINED"
    assert kinds["a"] == "NORMAL"
    assert kinds[found.tokens[-1]] == "UNUSED"


def test_gemmas_tokens_have_scores_in_the_order_of_merging(tmp_path: Path) -> None:
    loaded = load_model(save_exportable("gemma3_text", tmp_path / "model"))
    found = vocabulary_of(loaded.tokenizer, len(loaded.tokenizer))
    merges = json.loads(loaded.tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    assert found.scores is not None and found.merges is None
    scores = dict(zip(found.tokens, found.scores, strict=True))
    assert scores["".join(merges[0])] > scores["".join(merges[1])] > scores["".join(merges[-1])]
    assert found.types[found.tokens.index("<0x0A>")] == gguf.TokenType.BYTE


@pytest.mark.parametrize("model_type", ["qwen2", "qwen3", "gemma3_text"])
def test_transformers_reads_the_same_tokens(model_type: str, tmp_path: Path) -> None:
    loaded = load_model(save_exportable(model_type, tmp_path / "model"))
    write_gguf(loaded.model, loaded.tokenizer, tmp_path / "tiny.gguf", "tiny", "f32")
    again = load_model(tmp_path / "tiny.gguf")
    for text in TEXTS[:1] if model_type == "gemma3_text" else TEXTS:
        assert (
            again.tokenizer(text, add_special_tokens=False)["input_ids"]
            == loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
        )


def test_the_template_goes_without_the_marks_of_training(tmp_path: Path) -> None:
    loaded = load_model(save_exportable("qwen2", tmp_path / "model"))
    write_gguf(loaded.model, loaded.tokenizer, tmp_path / "tiny.gguf", "tiny", "f32")
    held = gguf.GGUFReader(tmp_path / "tiny.gguf").fields["tokenizer.chat_template"].contents()
    assert "generation %}" not in held
    assert "{{ message['content'] + '<|im_end|>' }}" in held


def test_a_tokenizer_that_llama_cpp_would_read_wrongly_is_refused(tiny_model_dir: Path) -> None:
    loaded = load_model(tiny_model_dir)
    with pytest.raises(UserError, match="no tokenizer that cuts text as this one does"):
        vocabulary_of(loaded.tokenizer, len(loaded.tokenizer))


def test_a_tokenizer_that_is_no_byte_pair_encoding_is_refused() -> None:
    from tokenizers.models import Unigram

    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(Unigram([("a", -1.0)])))
    with pytest.raises(UserError, match="this one is Unigram"):
        vocabulary_of(tokenizer, 1)
