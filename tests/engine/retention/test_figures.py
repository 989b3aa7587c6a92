"""What was lost and gained, from scores that are known."""

from __future__ import annotations

from math import exp, log
from statistics import stdev

import pytest

from trace_trainer.engine.retention.figures import Retained, retained, retained_shares
from trace_trainer.engine.retention.scoring import Scores
from trace_trainer.engine.retention.suite import Item, Suite

PASSAGES = ("one two three", "four five", "six seven eight nine", "ten")
ITEMS = tuple(Item(f"{number}", ("right", "wrong")) for number in range(20))
SUITE = Suite(1, PASSAGES, {"cloze": ITEMS})
RIGHT, WRONG = [1.0, 2.0], [2.0, 1.0]
NATS = [9.0, 7.0, 11.0, 4.0]


def scores(nats: list[float], solved: int) -> Scores:
    return Scores("m", "cpu", "float32", nats, {"cloze": [RIGHT] * solved + [WRONG] * (20 - solved)})


def figures(before: Scores, after: Scores) -> dict[str, Retained]:
    return {figure.metric: figure for figure in retained(SUITE, before, after)}


def test_a_model_beside_itself_has_lost_nothing() -> None:
    same = scores(NATS, 15)
    for figure in retained(SUITE, same, same):
        low, high = figure.interval
        nothing = 1 if figure.is_ratio else 0
        assert low <= figure.difference == nothing <= high and figure.reading == "not told apart"
        assert not figure.loss


def test_perplexity_is_that_of_all_words_together() -> None:
    found = figures(scores(NATS, 15), scores(NATS, 15))
    assert found["word_perplexity"].before.value == pytest.approx(exp(31 / 10))
    size = sum(len(text) for text in PASSAGES)
    assert found["bits_per_byte"].before.value == pytest.approx(31 / log(2) / size)


def test_the_change_of_perplexity_is_paired_by_passage() -> None:
    # Each passage costs a tenth of a nat for each byte more, whatever it cost before: that is known exactly.
    more = [nats + 0.1 * len(text) for nats, text in zip(NATS, PASSAGES, strict=True)]
    bits = figures(scores(NATS, 15), scores(more, 15))["bits_per_byte"]
    assert bits.difference == pytest.approx(0.1 / log(2))
    assert bits.interval == pytest.approx((bits.difference, bits.difference))
    assert bits.before.stderr > 0 and bits.reading == "worse"
    assert bits.loss == pytest.approx(bits.difference / bits.before.value)


def test_cheaper_text_is_better() -> None:
    less = [nats - 0.1 * len(text) for nats, text in zip(NATS, PASSAGES, strict=True)]
    found = figures(scores(NATS, 15), scores(less, 15))
    assert found["bits_per_byte"].reading == found["word_perplexity"].reading == "better"
    assert found["word_perplexity"].difference < 1 and (found["bits_per_byte"].loss or 0) < 0


def test_items_lost_are_the_loss_of_a_task() -> None:
    found = figures(scores(NATS, 18), scores(NATS, 3))
    assert found["acc"].difference == pytest.approx(-0.75) and found["acc"].loss == pytest.approx(0.75)
    assert found["acc"].reading == "worse" and found["acc_norm"].loss is None


def test_the_error_of_a_share_is_that_of_a_mean() -> None:
    acc = figures(scores(NATS, 15), scores(NATS, 15))["acc"]
    assert acc.before.value == 0.75
    assert acc.before.stderr == pytest.approx(stdev([1.0] * 15 + [0.0] * 5) / 20**0.5)


def test_tasks_of_the_harness_are_paired_by_document() -> None:
    before = {("task", "acc"): {0: 1.0, 1: 1.0, 2: 0.0, 3: 1.0}}
    after = {("task", "acc"): {3: 0.0, 2: 0.0, 1: 1.0}}
    (found,) = retained_shares(before, after)
    assert (found.n, found.before.value, found.after.value) == (3, pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert found.loss == pytest.approx(1 / 3)


def test_a_figure_that_one_model_alone_has_is_left_out() -> None:
    assert retained_shares({("task", "acc"): {0: 1.0, 1: 0.0}}, {}) == []
