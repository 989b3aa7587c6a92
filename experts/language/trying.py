"""What an operation's body makes of numbers, found by trying it on some when it is declared.

Traces are exact: a body gets ints and Fractions and gives ints and Fractions. On plain ints, which are many times
faster, a body is run only where that is the same as on fractions: `base * rate / 100` is not, as `/` makes floats of
ints, nor is `base**-1`, which doesn't even show it. A body that gives a float of fractions is no operation at all.

Not found: a body that is another one for numbers beyond those tried.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

_WHOLE = (5, 7, 11, 0, 1, -3, 2, 100, 1000, 13)
"""Drawn on in turn, from each place on, so that an input is each of these once."""
_BETWEEN = tuple(Fraction(number) / 4 + Fraction(1, 3) for number in _WHOLE)


class InexactError(Exception):
    """A body that does not compute exactly; the message says what it did, on which numbers."""


def is_exact_on_ints(body: Callable[[Sequence[Any]], Any], inputs: int) -> bool:
    """Whether a body gives of ints what it gives of the same numbers as Fractions.

    Args:
        body: takes the numbers in a list; gives one, or a tuple.
        inputs: how many it takes.

    Raises InexactError where it gives of Fractions something else than ints and Fractions, or can't take them.
    """
    agrees = True
    for numbers in _rows(_WHOLE, inputs):
        exact = _exact(body, [Fraction(number) for number in numbers])
        agrees &= exact is None or _on_ints(body, numbers) == exact
    for fractions in _rows(_BETWEEN, inputs):
        _exact(body, list(fractions))
    return agrees


def _rows(numbers: Sequence[Any], width: int) -> list[Sequence[Any]]:
    """As many rows as there are numbers, each so wide."""
    return [
        [numbers[(start + 3 * place) % len(numbers)] for place in range(width)]
        for start in range(len(numbers))
    ]


def _exact(body: Callable[[Sequence[Any]], Any], numbers: Sequence[Fraction]) -> tuple[Any, ...] | None:
    """What a body gives of Fractions; None where it computes nothing, such as a division by 0."""
    shown = ", ".join(map(str, numbers))
    try:
        results = _as_tuple(body(numbers))
    except (ArithmeticError, ValueError):
        return None
    except (TypeError, AttributeError) as error:
        raise InexactError(f"it can't take fractions, such as {shown}: {error}") from None
    for result in results:
        if not isinstance(result, (int, Fraction)):
            raise InexactError(f"of {shown} it makes the {type(result).__name__} {result!r}")
    return results


def _on_ints(body: Callable[[Sequence[Any]], Any], numbers: Sequence[int]) -> tuple[Any, ...] | None:
    """What a body gives of ints; None where that is not exact."""
    try:
        results = _as_tuple(body(numbers))
    except (ArithmeticError, ValueError, TypeError, AttributeError):
        return None
    return results if all(isinstance(result, (int, Fraction)) for result in results) else None


def _as_tuple(result: Any) -> tuple[Any, ...]:
    return result if isinstance(result, tuple) else (result,)
