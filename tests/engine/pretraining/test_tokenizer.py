"""The embedded model's tokenizer: lossless, digit by digit, sparing with traces, and with a template that trains."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from trace_trainer.engine.pretraining.tokenizer import SPECIAL_TOKENS, train_tokenizer
from trace_trainer.experts.problems import generate

TRAIN = list(generate("train", 300, seed=0))
TRACE = next(problem.trace or "" for problem in TRAIN if problem.expert == "arithmetic")


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer((text for p in TRAIN for text in (p.question, p.trace or "")), vocabulary=1200)


def pieces(tokenizer: PreTrainedTokenizerFast, text: str) -> list[str]:
    return [tokenizer.decode([token]) for token in tokenizer(text).input_ids]


def test_traces_and_questions_survive(tokenizer: PreTrainedTokenizerFast) -> None:
    for problem in generate("validation", 100, seed=1):
        for text in (problem.question, problem.trace or ""):
            assert tokenizer.decode(tokenizer(text).input_ids) == text


@settings(max_examples=150)
@given(st.text())
def test_any_text_survives(text: str) -> None:
    tokenizer = _shared(TOKENIZERS)
    assert tokenizer.decode(tokenizer(text).input_ids, clean_up_tokenization_spaces=False) == text


TOKENIZERS: list[PreTrainedTokenizerFast] = []
"""Hypothesis runs a test many times; a fixture of a test's scope is not for that."""


def _shared(made: list[PreTrainedTokenizerFast]) -> PreTrainedTokenizerFast:
    if not made:
        made.append(train_tokenizer([problem.question for problem in TRAIN], vocabulary=600))
    return made[0]


def test_no_token_holds_two_digits_or_a_digit_and_something_else(tokenizer: PreTrainedTokenizerFast) -> None:
    for token in range(len(tokenizer)):
        text = tokenizer.decode([token])
        assert not any(character.isdigit() for character in text) or len(text) == 1, text


def test_a_number_is_the_same_tokens_in_the_question_and_in_the_trace(
    tokenizer: PreTrainedTokenizerFast,
) -> None:
    for text in ("She has 1625 eggs.", "{op: init, var: eggs, value: 1625}"):
        assert [piece for piece in pieces(tokenizer, text) if piece.isdigit()] == list("1625")


def test_a_word_is_the_same_token_after_a_space_and_after_var(tokenizer: PreTrainedTokenizerFast) -> None:
    in_question = pieces(tokenizer, "How many eggs are left?")
    in_trace = pieces(tokenizer, "- {op: init, var: eggs, value: 3}")
    assert " eggs" in in_question
    assert " eggs" in in_trace


def test_the_punctuation_of_a_step_is_few_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    assert pieces(tokenizer, "- {op: init, var: eggs, value: 3}\n") == [
        "- {op: init, var:", " eggs", ", value: ", "3", "}\n",
    ]  # fmt: skip
    assert len(pieces(tokenizer, TRACE)) < len(TRACE) / 5


def test_the_vocabulary_is_as_large_as_asked_and_holds_every_byte(tokenizer: PreTrainedTokenizerFast) -> None:
    assert len(tokenizer) == 1200
    assert tokenizer.unk_token is None
    assert [tokenizer.convert_ids_to_tokens(i) for i in range(len(SPECIAL_TOKENS))] == list(SPECIAL_TOKENS)


def test_special_tokens_are_one_token_each_and_have_their_roles(tokenizer: PreTrainedTokenizerFast) -> None:
    assert all(len(tokenizer(token).input_ids) == 1 for token in SPECIAL_TOKENS)
    assert (tokenizer.pad_token, tokenizer.bos_token, tokenizer.eos_token) == SPECIAL_TOKENS[:3]


def test_nothing_is_added_to_plain_text(tokenizer: PreTrainedTokenizerFast) -> None:
    assert not set(tokenizer.all_special_ids) & set(tokenizer("How many eggs are left?").input_ids)


def test_training_is_deterministic() -> None:
    texts = [problem.question for problem in TRAIN[:100]]
    one, other = (train_tokenizer(texts, vocabulary=500) for _ in range(2))
    assert one.backend_tokenizer.to_str() == other.backend_tokenizer.to_str()


CONVERSATION = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "How many?"},
    {"role": "assistant", "content": "expert: arithmetic"},
]


def test_the_chat_template(tokenizer: PreTrainedTokenizerFast) -> None:
    text = tokenizer.apply_chat_template(CONVERSATION, tokenize=False)
    assert text == (
        "<|bos|><|system|>Be brief.<|end|><|user|>How many?<|end|><|assistant|>expert: arithmetic<|end|>"
    )


def test_a_prompt_is_what_the_conversation_begins_with(tokenizer: PreTrainedTokenizerFast) -> None:
    prompt = tokenizer.apply_chat_template(CONVERSATION[:2], tokenize=False, add_generation_prompt=True)
    assert tokenizer.apply_chat_template(CONVERSATION, tokenize=False).startswith(prompt)
    assert prompt.endswith("<|assistant|>")


def test_assistant_masks_cover_the_answer_and_its_end_token(tokenizer: PreTrainedTokenizerFast) -> None:
    encoded = tokenizer.apply_chat_template(CONVERSATION, return_dict=True, return_assistant_tokens_mask=True)
    marked = [t for t, m in zip(encoded["input_ids"], encoded["assistant_masks"], strict=True) if m]
    assert tokenizer.decode(marked) == "expert: arithmetic<|end|>"


def test_a_saved_tokenizer_loads_with_its_template(
    tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    tokenizer.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    assert loaded.chat_template == tokenizer.chat_template
    assert loaded(TRACE).input_ids == tokenizer(TRACE).input_ids
    assert loaded.eos_token == "<|end|>"
    assert loaded.model_max_length == 1024
