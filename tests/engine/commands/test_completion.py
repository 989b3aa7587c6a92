"""Shells complete commands, options and the names that options take, with click's own completion."""

from __future__ import annotations

import pytest
from click.shell_completion import ShellComplete

from trace_trainer.engine.cli import trainer
from trace_trainer.engine.settings.recipes import recipe_names


def offered(*typed: str) -> list[str]:
    """What is offered for the last word, behind the ones before it."""
    found = ShellComplete(trainer, {}, "trainer", "_TRAINER_COMPLETE").get_completions(
        list(typed[:-1]), typed[-1]
    )
    return [item.value for item in found]


@pytest.mark.parametrize(
    ("typed", "among"),
    [
        (("au",), "audit"),
        (("sft", "--met"), "--method"),
        (("sft", "--method", "lo"), "lora"),
        (("audit", "--reward", "gat"), "gated"),
        (("generate", "--expert", "arithmetic,rate"), "arithmetic,rate_equation"),
        (("convert", "gsm"), "gsm8k"),
    ],
)
def test_a_word_that_is_begun_is_completed(typed: tuple[str, ...], among: str) -> None:
    found = offered(*typed)
    assert among in found
    assert all(value.startswith(typed[-1]) for value in found)


def test_recipes_are_offered() -> None:
    assert offered("sft", "--recipe", "") == recipe_names()
