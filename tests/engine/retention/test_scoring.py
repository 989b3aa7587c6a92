"""Scoring: the same log-probabilities as one text at a time, and choices counted by them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.models.loading import LoadedModel, load_model
from trace_trainer.engine.retention.scoring import chosen, score_suite, text_count
from trace_trainer.engine.retention.suite import Item, Suite

ITEM = Item("Ann has two", ("apples", "pears and plums", "a"))
SUITE = Suite(
    1, ("Ben sells nine lamps.", "Snow fell."), {"cloze": (ITEM, Item("One and one is", ("two", "ten")))}
)


@pytest.fixture(scope="module")
def tiny(tiny_model_dir: Path) -> LoadedModel:
    return load_model(tiny_model_dir)


@torch.no_grad()
def nats(loaded: LoadedModel, before: list[int], scored: list[int]) -> float:
    logits = loaded.model(input_ids=torch.tensor([before + scored])).logits[0, len(before) - 1 : -1]
    return float(-torch.log_softmax(logits, -1)[range(len(scored)), scored].sum())


def tokens(loaded: LoadedModel, text: str) -> list[int]:
    found: list[int] = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
    return found


def test_a_passage_costs_what_all_of_its_tokens_cost_one_after_the_other(tiny: LoadedModel) -> None:
    scores = score_suite(tiny, SUITE)
    alone = [nats(tiny, [tiny.tokenizer.bos_token_id], tokens(tiny, text)) for text in SUITE.passages]
    assert scores.passages == pytest.approx(alone, rel=1e-4)


def test_a_choice_costs_what_its_tokens_cost_behind_the_context(tiny: LoadedModel) -> None:
    context = tokens(tiny, ITEM.context)
    wholes = [tokens(tiny, f"{ITEM.context} {choice}") for choice in ITEM.choices]
    alone = [nats(tiny, context, whole[len(context) :]) for whole in wholes]
    assert score_suite(tiny, SUITE).choices["cloze"][0] == pytest.approx(alone, rel=1e-4)


def test_every_text_is_counted_once(tiny: LoadedModel) -> None:
    told: list[int] = []
    score_suite(tiny, SUITE, told.append)
    assert sum(told) == text_count(SUITE) == 7


def test_the_cheapest_choice_is_chosen_in_all_or_for_each_byte() -> None:
    costs = [6.0, 15.0, 5.0]  # of 6, 15 and 1 bytes
    assert not chosen(costs, ITEM, by_byte=False)
    assert chosen([5.9, 15.0, 5.0], ITEM, by_byte=True)
    assert not chosen([5.0, 15.0, 5.0], ITEM, by_byte=False)  # a tie is no choice


def test_a_text_that_the_model_has_no_room_for_is_an_error(tiny: LoadedModel) -> None:
    long = Suite(1, ("word " * 2000,), {})
    with pytest.raises(UserError, match="reads 1024 tokens at once"):
        score_suite(tiny, long)


def test_a_model_that_has_diverged_is_an_error(tiny_model_dir: Path) -> None:
    loaded = load_model(tiny_model_dir)
    with torch.no_grad():
        loaded.model.get_input_embeddings().weight.mul_(1e5)
    with pytest.raises(UserError, match="has diverged"):
        score_suite(loaded, SUITE)
