"""95 % intervals for shares, for the difference of two shares over the same problems, and for means of any values.

Those of shares are score intervals in closed form: no random numbers, sensible at 0 %, at 100 % and for small
samples, where the usual plus-or-minus interval has a width of zero. Not covered: shares over clustered or repeated
problems.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import fsum, inf, sqrt
from statistics import NormalDist, fmean, stdev


@cache
def _normal_quantile(confidence: float) -> float:
    """The z for which a standard normal variable lies within -z and z with probability `confidence`."""
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence lies between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def wilson(successes: float, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a share.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22
    (1927); for its coverage, L. D. Brown, T. T. Cai and A. DasGupta, Interval estimation for a binomial
    proportion, Statistical Science 16 (2001).

    Returns (low, high), each from 0 to 1; (0, 1) for n = 0, where nothing is known.
    Raises ValueError unless 0 <= successes <= n.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} is not a share")
    z = _normal_quantile(confidence)
    if n == 0:
        return 0.0, 1.0
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At 0 and at n the bound is exactly 0 or 1; only rounding would put it beside that.
    return (0.0 if successes == 0 else centre - half), (1.0 if successes == n else centre + half)


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """An interval for the mean of values from 0 to 1: Wilson's with their sum as successes.

    At least as wide as need be, because such values vary at most as much as zeros and ones of the same mean do.
    """
    return wilson(min(fsum(values), len(values)), len(values))


def mean_of_any(values: Sequence[float]) -> tuple[float, float, float]:
    """The mean of values without bounds, with its normal 95 % interval.

    Returns (mean, low, high), in the unit of the values; of a single value, whose spread is unknown, without an end on
    either side. Raises ValueError where there is none.
    """
    if not values:
        raise ValueError("a mean needs one value at least")
    mean = fmean(values)
    reach = _normal_quantile(0.95) * stdev(values) / sqrt(len(values)) if len(values) > 1 else inf
    return mean, mean - reach, mean + reach


def paired_difference(
    a: Sequence[bool], b: Sequence[bool], confidence: float = 0.95
) -> tuple[float, float, float]:
    """The share of true values in `a` minus that in `b`, with its interval, for results on the same problems in order.

    Newcombe's hybrid score interval for paired data: Wilson's limits of the two shares, joined with their
    correlation. It tells two models apart with far fewer problems than two separate intervals do, as both
    solve the easy ones.

    Source: R. G. Newcombe, Improved confidence intervals for the difference between binomial proportions
    based on paired data, Statistics in Medicine 17 (1998), method 10.

    Returns (difference, low, high), each from -1 to 1. Raises ValueError where the lengths differ or are 0.
    """
    pairs = list(zip(a, b, strict=True))
    n = len(pairs)
    if n == 0:
        raise ValueError("a difference needs at least one pair")
    both = sum(x and y for x, y in pairs)
    only_a = sum(x and not y for x, y in pairs)
    only_b = sum(y and not x for x, y in pairs)
    neither = n - both - only_a - only_b

    share_a, share_b = (both + only_a) / n, (both + only_b) / n
    low_a, high_a = wilson(both + only_a, n, confidence)
    low_b, high_b = wilson(both + only_b, n, confidence)
    correlation = _corrected_phi(both, only_a, only_b, neither)

    def reach(towards_a: float, towards_b: float) -> float:
        square = towards_a**2 - 2 * correlation * towards_a * towards_b + towards_b**2
        return sqrt(max(0.0, square))

    difference = share_a - share_b
    low = difference - reach(share_a - low_a, high_b - share_b)
    high = difference + reach(high_a - share_a, share_b - low_b)
    return difference, max(-1.0, low), min(1.0, high)


def _corrected_phi(both: int, only_a: int, only_b: int, neither: int) -> float:
    """The phi coefficient of a two-by-two table, drawn towards 0 by Newcombe's continuity correction."""
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    if margins == 0:
        return 0.0
    covariance = both * neither - only_a * only_b
    if covariance > 0:
        n = both + only_a + only_b + neither
        return max(covariance - n / 2, 0.0) / sqrt(margins)
    return covariance / sqrt(margins)
