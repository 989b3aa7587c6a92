"""A Modelfile says what the model's chat template says, or there is none."""

from __future__ import annotations

import pytest
from compatibility.families import trl_template
from helpers.exportable import save_exportable
from transformers import PreTrainedTokenizerBase

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.exporting.ollama import frame_of, modelfile
from trace_trainer.engine.models.loading import load_model
from trace_trainer.engine.models.rendering import rendered


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> PreTrainedTokenizerBase:
    loaded = load_model(save_exportable("qwen2", tmp_path_factory.mktemp("qwen2")))
    loaded.tokenizer.bos_token = "<|endoftext|>"
    return loaded.tokenizer


@pytest.mark.parametrize("name", ["qwen2_5", "qwen3_instruct_2507", "llama3", "gemma3", "lfm2", "cohere"])
@pytest.mark.parametrize("system", [None, "Be brief."])
def test_its_frame_gives_what_the_template_gives(
    name: str, system: str | None, tokenizer: PreTrainedTokenizerBase
) -> None:
    tokenizer.chat_template = trl_template(name)
    messages = [{"role": "system", "content": system}] if system else []
    texts = ["What is 2+2?", "It is 4.", "And 3+3?"]
    messages += [
        {"role": role, "content": text}
        for role, text in zip(("user", "assistant", "user"), texts, strict=True)
    ]
    said = rendered(tokenizer, [Prompt(messages)], asks=True)[0].removeprefix("<|endoftext|>")
    assert frame_of(tokenizer).render(system, *texts) == said


def test_a_system_text_of_the_templates_own_is_ollamas(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = trl_template("qwen2_5")
    text = modelfile("tiny.gguf", tokenizer, ["<|im_end|>"])
    assert text.startswith("FROM ./tiny.gguf\n")
    assert 'SYSTEM """You are Qwen, created by Alibaba Cloud. You are a helpful assistant."""' in text
    assert 'PARAMETER stop "<|im_end|>"' in text
    body = text.split('TEMPLATE """')[1].split('"""')[0]
    assert body == (
        "{{ if .System }}<|im_start|>system\n{{ .System }}<|im_end|>\n{{ end }}<|im_start|>user\n{{ .Prompt }}"
        "<|im_end|>\n<|im_start|>assistant\n{{ .Response }}<|im_end|>\n"
    )


def test_a_template_that_puts_the_system_text_into_the_request_has_two_beginnings(
    tokenizer: PreTrainedTokenizerBase,
) -> None:
    tokenizer.chat_template = trl_template("gemma3")
    assert "{{ else }}<start_of_turn>user\n{{ end }}{{ .Prompt }}" in modelfile("tiny.gguf", tokenizer, [])


@pytest.mark.parametrize("name", ["llama3_1", "glm4moe"])
def test_what_cant_be_said_so_is_refused(name: str, tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = trl_template(name)
    with pytest.raises(UserError, match="Ollama's templates can't say"):
        frame_of(tokenizer)
