"""A chat template is a stranger's program: it is ended when it takes too long or too much, and fails in one line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from trace_trainer.engine.conversation import Prompt
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models import template_limits
from trace_trainer.engine.models.rendering import rendered

SAID = Prompt([{"role": "user", "content": "x"}])
ENDLESS = "{% for a in range(99999) %}{% for b in range(99999) %}{% set c = 1 %}{% endfor %}{% endfor %}"
DOUBLING = (
    "{% set ns = namespace(x='xxxx') %}{% for a in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}"
)


@pytest.fixture
def tokenizer(tiny_model_dir: Path) -> PreTrainedTokenizerBase:
    return AutoTokenizer.from_pretrained(tiny_model_dir)


def test_a_template_that_takes_too_long_is_stopped(
    tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_limits, "SECONDS", 0.2)
    own, tokenizer.chat_template = tokenizer.chat_template, ENDLESS
    started = time.monotonic()
    with pytest.raises(UserError, match="the chat template was stopped: it took more than"):
        rendered(tokenizer, [SAID])
    assert time.monotonic() - started < 10
    tokenizer.chat_template = own
    assert rendered(tokenizer, [SAID]) == ["<|bos|><|user|>x<|end|>"]


def test_a_template_that_takes_too_much_memory_is_stopped(
    tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_limits, "MEMORY", 2**24)
    monkeypatch.setattr(template_limits, "_TICK", 0.001)
    tokenizer.chat_template = DOUBLING
    with pytest.raises(UserError, match="it took more than 16 MB"):
        rendered(tokenizer, [SAID])


def test_a_conversation_that_becomes_too_long_is_refused(
    tokenizer: PreTrainedTokenizerBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_limits, "CHARACTERS", 10)
    with pytest.raises(UserError, match="makes 23 characters of one conversation, more than 10"):
        rendered(tokenizer, [SAID])


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}", "RecursionError"),
        ("{{ 1 / 0 }}", "ZeroDivisionError"),
        ("{% if %}", "Expected an expression"),
        ("{{ messages[0].gone.gone }}", "no attribute 'gone'"),
        ("{{ raise_exception('not\nme') }}", "refuses a conversation of user: not me"),
    ],
)
def test_a_template_that_fails_is_told_in_one_line(
    template: str, said: str, tokenizer: PreTrainedTokenizerBase
) -> None:
    tokenizer.chat_template = template
    with pytest.raises(UserError) as caught:
        rendered(tokenizer, [SAID])
    assert said in caught.value.message
    assert "\n" not in caught.value.message
