"""Formulas that give an answer: all of them, each once, and written as traces that compute them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest

from trace_trainer.engine.audit.stress.formulas import NAMES, Formula, combined, numbers, written
from trace_trainer.engine.audit.stress.search import Search
from trace_trainer.verifiers import verify_trace

KNOWN = numbers([3, 4, 16], [2])


def every(operations: int) -> Iterator[Formula]:
    """Every formula of so many operations, by trying all that there are."""
    if operations == 0:
        yield from KNOWN
    for left in range(operations):
        for first in every(left):
            for second in every(operations - 1 - left):
                for name in NAMES:
                    made = combined(name, first, second)
                    if made is not None:
                        yield made


@pytest.mark.parametrize(("operations", "answer"), [(1, 12), (2, 18), (3, 18), (3, Fraction(7, 3))])
def test_every_formula_that_gives_the_answer_is_found_once(operations: int, answer: int | Fraction) -> None:
    known = {number.fingerprint for number in KNOWN}
    right = {
        formula.fingerprint
        for count in range(1, operations + 1)
        for formula in every(count)
        if formula.value == answer
    }
    found = [formula.fingerprint for formula in Search(KNOWN, operations).giving(answer)]
    assert set(found) - known == right - known and right
    assert len(found) == len(set(found))


def test_formulas_of_four_operations_are_found_from_both_ends() -> None:
    found = Search(KNOWN, 4).giving(90)
    assert all(formula.value == 90 for formula in found)
    sums = combined("add", KNOWN[0], KNOWN[1])  # (3 + 4) * 16 - (16 + 3 * 2) is 90
    assert sums is not None
    longest = combined("mul", sums, KNOWN[2])
    assert longest is not None and longest.value == 112
    rest = combined("sub", longest, KNOWN[2])
    assert rest is not None
    wanted = combined("sub", rest, combined("add", KNOWN[3], KNOWN[1]) or KNOWN[0])
    assert wanted is not None and wanted.value == 90 and wanted.operation == "sub"


def test_a_formula_is_written_as_the_trace_that_computes_it() -> None:
    question = "Ann has 3 cats, 4 dogs and 16 hens."
    for formula in Search(KNOWN, 3).giving(18):
        verdict = verify_trace(written(formula), question, 18)
        assert verdict.answer == 18, written(formula)
        assert verdict.steps > 2
