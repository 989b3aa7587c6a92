"""Cutting a vocabulary: what is kept means the same, what was cut comes back, and training goes through it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from tokenizers import Tokenizer, decoders, models, normalizers, trainers
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, PreTrainedTokenizerFast

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import completion_text
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.models.vocabulary import TrimmedVocabulary
from trace_trainer.experts.problems import generate

PROBLEMS = list(generate("train", 30, seed=3))
TEXTS = [f"<|user|>{p.question}<|assistant|>{p.trace}<|end|>" for p in PROBLEMS]
SKIPPED = [f"--skip-doctor={check}" for check in ("lengths", "gold", "overlap", "dry-run", "reward")]
UNSEEN = "A xylophone costs 7,45 €, Żaneta's quartz 9 £."


@pytest.fixture
def loaded(tiny_model_dir: Path) -> LoadedModel:
    return load_model(tiny_model_dir)


@pytest.fixture(scope="module")
def sentencepiece() -> PreTrainedTokenizerFast:
    """A tokenizer of Gemma's kind: no cuts between words, characters it lacks as bytes."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>"))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    special = ["<pad>", "<eos>", "<bos>", "<unk>"]
    learner = trainers.BpeTrainer(vocab_size=700, special_tokens=special, show_progress=False)
    texts = [text for p in generate("train", 200, seed=0) for text in (p.question, p.trace or "")]
    tokenizer.train_from_iterator(texts, learner)
    spec = json.loads(tokenizer.to_str())
    size = len(spec["model"]["vocab"])
    spec["model"]["vocab"] |= {f"<0x{byte:02X}>": size + byte for byte in range(256)}
    whole = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(spec)),
        bos_token="<bos>",
        eos_token="<eos>",
        pad_token="<pad>",
        unk_token="<unk>",
    )
    whole.add_special_tokens({"extra_special_tokens": ["<|user|>", "<|assistant|>"]})
    whole.add_tokens([f"<unused{number}>" for number in range(9)])
    whole.add_tokens(["<|end|>"], special_tokens=True)
    return whole


def gemma(tokenizer: PreTrainedTokenizerFast) -> Gemma3ForCausalLM:
    torch.manual_seed(0)
    config = Gemma3TextConfig(
        vocab_size=len(tokenizer), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=8, sliding_window=64, bos_token_id=tokenizer.bos_token_id,
        eos_token_id=[tokenizer.eos_token_id, tokenizer.convert_tokens_to_ids("<|end|>")],
        pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    return Gemma3ForCausalLM(config).eval()


@torch.no_grad()
def logits(model: Any, ids: list[int]) -> torch.Tensor:
    return model(input_ids=torch.tensor([ids])).logits[0]


def ids_of(tokenizer: Any, text: str) -> list[int]:
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def test_kept_tokens_have_the_scores_they_had(loaded: LoadedModel) -> None:
    before = [logits(loaded.model, ids_of(loaded.tokenizer, text)) for text in TEXTS[:5]]
    whole = len(loaded.tokenizer)
    loaded.trim_vocabulary(TEXTS)
    assert len(loaded.tokenizer) < whole
    assert loaded.model.config.vocab_size == loaded.model.get_input_embeddings().num_embeddings
    for text, scores in zip(TEXTS, before, strict=False):
        after = logits(loaded.model, ids_of(loaded.tokenizer, text))
        torch.testing.assert_close(after, scores[:, loaded.vocabulary.kept])


def test_a_model_of_gemmas_kind_is_cut_too(sentencepiece: PreTrainedTokenizerFast) -> None:
    model = gemma(sentencepiece)
    before = logits(model, ids_of(sentencepiece, TEXTS[0]))
    trimmed = TrimmedVocabulary(model, sentencepiece, TEXTS)
    after = logits(model, ids_of(trimmed.tokenizer, TEXTS[0]))
    torch.testing.assert_close(after, before[:, trimmed.kept])
    ends, whole_ends = (
        [t.eos_token_id, t.convert_tokens_to_ids("<|end|>")] for t in (trimmed.tokenizer, sentencepiece)
    )
    assert model.config.eos_token_id == ends != whole_ends
    with trimmed.whole() as tokenizer:
        assert tokenizer is sentencepiece
        assert model.config.eos_token_id == whole_ends
        torch.testing.assert_close(logits(model, ids_of(tokenizer, TEXTS[0])), before)
    torch.testing.assert_close(logits(model, ids_of(trimmed.tokenizer, TEXTS[0])), after)


@pytest.mark.parametrize("kind", ["byte-level", "sentencepiece"])
def test_texts_are_read_as_before_and_others_in_smaller_pieces(
    kind: str, loaded: LoadedModel, sentencepiece: PreTrainedTokenizerFast
) -> None:
    whole = loaded.tokenizer if kind == "byte-level" else sentencepiece
    model = loaded.model if kind == "byte-level" else gemma(sentencepiece)
    trimmed = TrimmedVocabulary(model, whole, TEXTS)
    for text in TEXTS:
        assert [trimmed.kept[i] for i in ids_of(trimmed.tokenizer, text)] == ids_of(whole, text)
    other = ids_of(trimmed.tokenizer, UNSEEN)
    assert len(other) >= len(ids_of(whole, UNSEEN))
    assert trimmed.tokenizer.decode(other, clean_up_tokenization_spaces=False) == UNSEEN


def test_what_is_saved_has_the_whole_vocabulary_and_what_was_trained(
    loaded: LoadedModel, tiny_model_dir: Path, tmp_path: Path
) -> None:
    embedding = loaded.model.get_input_embeddings()
    before = embedding.weight.detach().clone()
    loaded.trim_vocabulary(TEXTS)
    with torch.no_grad():
        embedding.weight += 1
    loaded.save(tmp_path)
    saved = load_model(tmp_path)
    expected = before.clone()
    expected[loaded.vocabulary.kept] += 1
    assert torch.equal(saved.model.get_input_embeddings().weight, expected)
    assert (tmp_path / "tokenizer.json").read_text() == (tiny_model_dir / "tokenizer.json").read_text()
    assert saved.model.config.vocab_size == len(before)
    assert len(embedding.weight) == len(loaded.vocabulary.kept)  # and it is as it was before saving


def test_an_untied_head_is_cut_with_the_embedding(loaded: LoadedModel, tmp_path: Path) -> None:
    config = loaded.model.config
    config.tie_word_embeddings = False
    loaded.model = type(loaded.model)(config).eval()
    ids = ids_of(loaded.tokenizer, TEXTS[0])
    before = logits(loaded.model, ids)
    loaded.trim_vocabulary(TEXTS)
    after = logits(loaded.model, ids_of(loaded.tokenizer, TEXTS[0]))
    torch.testing.assert_close(after, before[:, loaded.vocabulary.kept])
    loaded.save(tmp_path)
    torch.testing.assert_close(logits(load_model(tmp_path).model, ids), before)


def test_other_tokenizers_are_refused(loaded: LoadedModel) -> None:
    unigram = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.Unigram([("a", 0.0)])))
    with pytest.raises(UserError, match="byte-pair encoding, this one is Unigram"):
        TrimmedVocabulary(loaded.model, unigram, ["a"])


def test_an_adapted_embedding_is_refused(loaded: LoadedModel) -> None:
    from peft import LoraConfig, get_peft_model

    adapted = get_peft_model(loaded.model, LoraConfig(target_modules=["embed_tokens"]))
    with pytest.raises(UserError, match="--trim-vocab can't cut a model whose embedding is a"):
        TrimmedVocabulary(adapted, loaded.tokenizer, TEXTS)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_both_stages_train_with_a_cut_vocabulary(
    method: str, tiny_model_dir: Path, checkpoints: Path, tmp_path: Path
) -> None:
    common = ["--trim-vocab", "--method", method, "--eval-count", "4", "--max-new-tokens", "8", *SKIPPED]
    sft = ["sft", "--model", str(tiny_model_dir), "--name", "cut", "--count", "40", *common]
    rl = [
        "rl",
        "--model",
        "cut_sft",
        "--name",
        "cut",
        "--iters",
        "1",
        "--prompts-per-iteration",
        "20",
        *common,
    ]
    for arguments in (sft, rl):
        result = CliRunner().invoke(trainer, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.stderr
        assert "the vocabulary is cut from 800 to" in result.stderr
    saved = load_model(checkpoints / "cut")
    assert len(saved.tokenizer) == saved.model.get_input_embeddings().num_embeddings == 800
    assert completion_text(saved.tokenizer, ids_of(saved.tokenizer, UNSEEN)) == UNSEEN


def test_problems_without_gold_do_not_say_what_to_keep(
    tiny_model_dir: Path, checkpoints: Path, tmp_path: Path
) -> None:
    data = tmp_path / "questions.jsonl"
    data.write_text(
        "".join(json.dumps({"question": p.question, "answer": p.answer}) + "\n" for p in PROBLEMS)
    )
    result = CliRunner().invoke(
        trainer, ["rl", "--model", str(tiny_model_dir), "--data", str(data), "--trim-vocab", *SKIPPED,
                  "--eval-count", "2", "--max-new-tokens", "4"],
    )  # fmt: skip
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == (
        "Error: --trim-vocab needs a gold trace of some problems, to know what the model must be able to write; leave "
        "it out"
    )
