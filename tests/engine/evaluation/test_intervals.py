"""engine/evaluation/intervals.py: the intervals cover what they should, and behave at the edges."""

from __future__ import annotations

from itertools import product
from math import comb

import pytest

from trace_trainer.engine.evaluation.intervals import paired_difference, wilson


def test_wilson_gives_the_textbook_values() -> None:
    # 15 of 148: Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    low, high = wilson(15, 148)
    assert (round(low, 4), round(high, 4)) == (0.0624, 0.1605)


def test_wilson_is_symmetric_in_successes_and_failures() -> None:
    low, high = wilson(7, 50)
    assert wilson(43, 50) == pytest.approx((1 - high, 1 - low))


def test_wilson_has_width_where_all_or_none_succeed() -> None:
    low, high = wilson(20, 20)
    assert high == 1.0 and low == pytest.approx(0.8389, abs=1e-4)
    assert wilson(0, 20)[0] == 0.0


def test_wilson_knows_nothing_of_no_trials() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


def test_wilson_widens_with_confidence() -> None:
    narrow, wide = wilson(30, 100, 0.9), wilson(30, 100, 0.99)
    assert wide[0] < narrow[0] < 0.3 < narrow[1] < wide[1]


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5)])
def test_wilson_refuses_what_is_no_share(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="not a share"):
        wilson(successes, n)


def test_wilson_refuses_a_confidence_in_percent() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        wilson(1, 2, confidence=95)


def test_wilson_covers_95_percent_on_average() -> None:
    n = 30
    shares = [step / 100 for step in range(2, 99)]
    coverage = []
    for share in shares:
        probability = [comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
        covered = (p for k, p in enumerate(probability) if wilson(k, n)[0] <= share <= wilson(k, n)[1])
        coverage.append(sum(covered))
    assert sum(coverage) / len(coverage) == pytest.approx(0.95, abs=0.01)


def _results(both: int, only_a: int, only_b: int, neither: int) -> tuple[list[bool], list[bool]]:
    pairs = (
        [(True, True)] * both
        + [(True, False)] * only_a
        + [(False, True)] * only_b
        + [(False, False)] * neither
    )
    return [a for a, _ in pairs], [b for _, b in pairs]


def test_paired_difference_is_a_minus_b() -> None:
    difference, low, high = paired_difference(*_results(60, 20, 5, 15))
    assert difference == pytest.approx(0.15)
    assert 0 < low < 0.15 < high


def test_paired_difference_changes_sign_when_the_results_change_places() -> None:
    a, b = _results(40, 12, 7, 9)
    difference, low, high = paired_difference(a, b)
    assert paired_difference(b, a) == pytest.approx((-difference, -high, -low))


def test_paired_difference_is_narrower_than_two_separate_intervals_for_models_that_agree() -> None:
    a, b = _results(150, 12, 2, 36)
    _, low, high = paired_difference(a, b)
    apart = (
        wilson(sum(a), 200)[1] - wilson(sum(b), 200)[0] - (wilson(sum(a), 200)[0] - wilson(sum(b), 200)[1])
    )
    assert high - low < apart / 2


def test_paired_difference_of_equal_results_holds_zero() -> None:
    a, _ = _results(10, 0, 0, 10)
    difference, low, high = paired_difference(a, a)
    assert difference == 0 and low < 0 < high


def test_paired_difference_stays_within_its_range_at_the_extreme() -> None:
    difference, low, high = paired_difference(*_results(0, 10, 0, 0))
    assert (difference, high) == (1.0, 1.0) and 0 < low < 1


def test_paired_difference_covers_about_95_percent() -> None:
    # Exact coverage over every table of 20 pairs, for four truths from unrelated to strongly related.
    n = 20
    tables = [(a, b, c, n - a - b - c) for a, b, c in product(range(n + 1), repeat=3) if a + b + c <= n]
    intervals = {table: paired_difference(*_results(*table)) for table in tables}
    for truth in [
        (0.25, 0.25, 0.25, 0.25),
        (0.5, 0.2, 0.1, 0.2),
        (0.6, 0.15, 0.05, 0.2),
        (0.4, 0.1, 0.1, 0.4),
    ]:
        covered = 0.0
        for table, (_, low, high) in intervals.items():
            if low <= truth[1] - truth[2] <= high:
                ways = comb(n, table[0]) * comb(n - table[0], table[1]) * comb(table[2] + table[3], table[2])
                covered += (
                    ways
                    * truth[0] ** table[0]
                    * truth[1] ** table[1]
                    * truth[2] ** table[2]
                    * truth[3] ** table[3]
                )
        assert 0.93 <= covered <= 0.99, truth


def test_paired_difference_refuses_results_of_different_lengths() -> None:
    with pytest.raises(ValueError):
        paired_difference([True], [True, False])


def test_paired_difference_refuses_no_results() -> None:
    with pytest.raises(ValueError, match="at least one"):
        paired_difference([], [])
