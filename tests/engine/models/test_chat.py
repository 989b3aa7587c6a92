"""The renderer: what is trained on is what generation sees, for our template and for those of known families."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.chat import (
    PLAIN_TEMPLATE,
    UNTRAINED,
    assistant_positions,
    completion_text,
    end_token_ids,
    prompt_ids,
    training_rows,
    turn_end_id,
)
from trace_trainer.engine.tasks.traces import question_prompt
from trace_trainer.experts.problems import generate

PAIRS = [
    (question_prompt(problem.question), {"role": "assistant", "content": problem.trace or ""})
    for problem in generate("train", 20, seed=3)
]
FAMILIES = {
    "qwen3": ["<|im_start|>", "<|im_end|>", "<think>", "</think>"],
    "qwen2_5": ["<|im_start|>", "<|im_end|>"],
    "llama3": ["<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
    "gemma3": ["<start_of_turn>", "<end_of_turn>"],
    "phi3": [],
    "lfm2": ["<|im_start|>", "<|im_end|>"],
}
"""Chat templates that TRL ships, with the markers that the tiny tokenizer lacks."""


@pytest.fixture
def tokenizer(tiny_model_dir: Path) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(tiny_model_dir)


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest, tokenizer: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
    """The tiny tokenizer with the chat template and the markers of a family."""
    template = files("trl") / "chat_templates" / f"{request.param}.jinja"
    tokenizer.add_special_tokens({"extra_special_tokens": FAMILIES[request.param]})
    tokenizer.chat_template = template.read_text(encoding="utf-8")
    return tokenizer


def test_row_begins_with_the_prompt_of_generation(tokenizer: PreTrainedTokenizerBase) -> None:
    for (prompt, _), row in zip(PAIRS, training_rows(tokenizer, PAIRS), strict=True):
        assert row.ids[: row.prompt_length] == prompt_ids(tokenizer, prompt)


def test_labels_are_the_completion_and_its_end_token_alone(tokenizer: PreTrainedTokenizerBase) -> None:
    for row in training_rows(tokenizer, PAIRS):
        assert row.labels == [UNTRAINED] * row.prompt_length + row.completion_ids
        assert row.completion_ids[-1] == tokenizer.eos_token_id
        assert tokenizer.eos_token_id not in row.completion_ids[:-1]


def test_completion_text_of_a_target_is_the_trace(tokenizer: PreTrainedTokenizerBase) -> None:
    for (_, reply), row in zip(PAIRS, training_rows(tokenizer, PAIRS), strict=True):
        assert completion_text(tokenizer, row.completion_ids) == reply["content"]


def test_completion_text_keeps_other_special_tokens_visible(tokenizer: PreTrainedTokenizerBase) -> None:
    ids = tokenizer("a<|user|>b<|end|>c", add_special_tokens=False)["input_ids"]
    assert completion_text(tokenizer, ids) == "a<|user|>b"


def test_rows_are_those_that_trl_builds_for_assistant_only_loss(
    tokenizer: PreTrainedTokenizerBase, tiny_model_dir: Path, tmp_path: Path
) -> None:
    from transformers import AutoModelForCausalLM
    from trl import SFTConfig, SFTTrainer

    from datasets import Dataset

    conversations = [prompt.answered(reply).messages for prompt, reply in PAIRS]
    trainer = SFTTrainer(
        model=AutoModelForCausalLM.from_pretrained(tiny_model_dir),
        processing_class=tokenizer,
        train_dataset=Dataset.from_dict({"messages": conversations}),
        args=SFTConfig(
            str(tmp_path), assistant_only_loss=True, max_length=None, bf16=False, report_to=[], use_cpu=True
        ),
    )
    rows = training_rows(tokenizer, PAIRS)
    assert [row.ids for row in rows] == list(trainer.train_dataset["input_ids"])
    assert [row.labels for row in rows] == list(trainer.train_dataset["labels"])


def test_known_families_render_the_same_prompt_in_training_and_in_use(
    family: PreTrainedTokenizerBase,
) -> None:
    for (prompt, reply), row in zip(PAIRS, training_rows(family, PAIRS), strict=True):
        assert row.ids[: row.prompt_length] == prompt_ids(family, prompt)
        assert completion_text(family, row.completion_ids).strip() == reply["content"].strip()


def test_known_families_mark_every_label_as_the_assistants(family: PreTrainedTokenizerBase) -> None:
    for (prompt, reply), row in zip(PAIRS, training_rows(family, PAIRS), strict=True):
        positions = assistant_positions(family, prompt, reply)
        assert positions is not None
        assert set(range(row.prompt_length, len(row.ids))) <= positions


def test_unknown_template_without_markers_has_no_assistant_positions(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    unmarked = tokenizer.chat_template.replace("{% generation %}", "").replace("{% endgeneration %}", "")
    expected = training_rows(tokenizer, PAIRS)
    tokenizer.chat_template = unmarked
    assert assistant_positions(tokenizer, *PAIRS[0]) is None
    assert training_rows(tokenizer, PAIRS) == expected


def test_plain_template_needs_no_token_but_the_end_token(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = PLAIN_TEMPLATE
    tokenizer.bos_token = None
    for (prompt, reply), row in zip(PAIRS, training_rows(tokenizer, PAIRS), strict=True):
        text = tokenizer.decode(row.ids, clean_up_tokenization_spaces=False)
        assert text == f"Question: {prompt.messages[0]['content']}\nTrace:\n{reply['content']}<|end|>"


def test_template_that_renders_the_prompt_differently_in_use_is_refused(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    tokenizer.chat_template += "{% if add_generation_prompt %}Answer:{% endif %}"
    with pytest.raises(UserError, match="renders a prompt differently in training and in use"):
        training_rows(tokenizer, PAIRS)


def test_template_that_never_ends_an_answer_is_refused(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = tokenizer.chat_template.replace(
        "{{ message.content }}<|end|>{% end", "{{ message.content }}{% end"
    )
    with pytest.raises(UserError, match="holds no special token"):
        training_rows(tokenizer, PAIRS)


def test_end_token_is_the_turns_end_where_it_differs_from_the_tokenizers(
    family: PreTrainedTokenizerBase,
) -> None:
    end = family.decode([turn_end_id(family)])
    assert end in {"<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|end|>"}
    assert end_token_ids(family) == {turn_end_id(family), family.eos_token_id}


def test_end_tokens_that_the_model_declares_stop_generation(
    tokenizer: PreTrainedTokenizerBase, tiny_model_dir: Path
) -> None:
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_model_dir)
    model.generation_config.eos_token_id = [tokenizer.eos_token_id, 17]
    assert end_token_ids(tokenizer, model) == {tokenizer.eos_token_id, 17}


def test_card_is_the_system_message(tokenizer: PreTrainedTokenizerBase) -> None:
    from trace_trainer.experts import EXPERTS
    from trace_trainer.experts.language.cards import prompt_card

    ids = prompt_ids(tokenizer, question_prompt("How many?", card=True))
    text = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    assert (
        text
        == f"<|bos|><|system|>{prompt_card(EXPERTS.values())}<|end|><|user|>How many?<|end|><|assistant|>"
    )


def test_template_that_refuses_system_messages_says_to_leave_out_the_card(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    refusal = "{% if messages[0].role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    tokenizer.chat_template = refusal + tokenizer.chat_template
    with pytest.raises(UserError, match="no system role; run with --no-card"):
        prompt_ids(tokenizer, question_prompt("How many?", card=True))
