"""Batches bounded by tokens."""

from __future__ import annotations

from collections import Counter
from random import Random

from trace_trainer.engine.inference.batches import plan_batches, split_by_tokens

LENGTHS = [Random(0).randint(20, 200) for _ in range(3000)]


def test_every_row_is_trained_on_once_in_a_pass() -> None:
    batches = plan_batches(LENGTHS, 2048)
    assert sorted(row for batch in batches for row in batch) == list(range(len(LENGTHS)))


def test_batch_with_its_padding_stays_within_the_tokens() -> None:
    batches = plan_batches(LENGTHS, 2048, epochs=2)
    assert max(len(batch) * max(LENGTHS[row] for row in batch) for batch in batches) <= 2048


def test_padding_is_a_small_part_of_what_is_computed() -> None:
    batches = plan_batches(LENGTHS, 2048)
    computed = sum(len(batch) * max(LENGTHS[row] for row in batch) for batch in batches)
    assert sum(LENGTHS) / computed > 0.95


def test_row_longer_than_the_tokens_gets_a_batch_of_its_own() -> None:
    assert split_by_tokens([0, 1, 2], [10, 50, 10], 20) == [[0, 2], [1]]


def test_same_seed_gives_the_same_order_and_another_seed_another() -> None:
    assert plan_batches(LENGTHS, 2048, seed=1) == plan_batches(LENGTHS, 2048, seed=1)
    assert plan_batches(LENGTHS, 2048, seed=1) != plan_batches(LENGTHS, 2048, seed=2)


def test_passes_differ_in_their_order() -> None:
    batches = plan_batches(LENGTHS, 2048, epochs=2)
    half = len(plan_batches(LENGTHS, 2048))
    assert batches[:half] != batches[half:]


def test_fraction_of_a_pass_takes_that_part_of_the_rows() -> None:
    rows = [row for batch in plan_batches(LENGTHS, 2048, epochs=1.25) for row in batch]
    assert len(rows) == 3750
    assert set(Counter(rows).values()) == {1, 2}


def test_no_rows_make_no_batches() -> None:
    assert plan_batches([], 2048) == []
