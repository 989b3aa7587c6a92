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


@pytest.mark.parametrize(
    "expression",
    [
        "'a' * 3000000000",
        "3000000000 * ['a']",
        "10 ** (10 ** 10)",
        "'%9999999999d' % 1",
        "'%*d' % (9999999999, 1)",
        "'{:>9999999999}'.format(1)",
        "'{:>{w}}'.format(1, w=9999999999)",
        "'%9999999999d'|format(1)",
        "'a'.center(9999999999)",
        "'a'|indent(9999999999, first=true)",
        "[1]|tojson(indent=9999999999)",
        "big.replace('x', big)",
        "big|join(big)",
        "('\t' * 100000).expandtabs(100000)",
        "[[[big] * 1000] * 1000] * 10",
        "nested.x",
        "nested.x|tojson",
    ],
)
def test_one_operation_that_would_fill_the_memory_is_refused_before_it_is_done(
    tokenizer: PreTrainedTokenizerBase, expression: str
) -> None:
    tokenizer.chat_template = (
        "{% set big = 'x' * 100000 %}{% set nested = namespace(x=[1]) %}"
        "{% for a in range(60) %}{% set nested.x = [nested.x, nested.x] %}{% endfor %}{{ "
        + expression
        + " }}"
    )
    started = time.monotonic()
    with pytest.raises(UserError, match=r"the chat template refuses .* could fill the memory"):
        rendered(tokenizer, [SAID])
    assert time.monotonic() - started < 1


def test_what_templates_do_every_day_is_as_it_was(tokenizer: PreTrainedTokenizerBase) -> None:
    tokenizer.chat_template = (
        "{{ 3 * 4 }} {{ 7 % 3 }} {{ '-' * 3 }} {{ '%s!' % 'a' }} {{ '{:>3}'.format(1) }} {{ [1, 'é']|tojson }} "
        "{{ 'a,b'.split(',')|join('/') }} {{ missing }}{{ messages[0].content.replace('x', 'yy')|upper }}"
    )
    assert rendered(tokenizer, [SAID]) == ['12 1 --- a!   1 [1, "é"] a/b YY']
