"""The converter's weights: each has a reason and is read, and no conclusion hangs on the exact value of one."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from trace_trainer.engine.places import PROJECT
from trace_trainer.engine.problems.converting.conversion import Conversion
from trace_trainer.engine.problems.converting.refusals import RefusedError
from trace_trainer.engine.problems.gsm8k.conversion import convert
from trace_trainer.engine.problems.gsm8k.rows import read_solved
from trace_trainer.engine.problems.gsm8k.weights import WEIGHTS, Weights

FIELDS = dataclasses.fields(WEIGHTS)
FACTORS = (0.5, 2.0)
ROWS = 60
PLAIN = [
    (
        "A shop has 6 boxes of 7 pens. It sells 12 pens. How many pens are left?",
        "There are 6 * 7 = <<6*7=42>>42 pens.\nThen 42 - 12 = <<42-12=30>>30 pens are left.\n#### 30",
    ),
    (
        "A lamp costs $80. It is sold at a 15% discount. How much does it cost now?",
        "The discount is 80 * .15 = $<<80*.15=12>>12.\nIt costs 80 - 12 = $<<80-12=68>>68.\n#### 68",
    ),
    (
        "Lena reads 14 pages a day for 3 weeks. How many pages does she read?",
        "Three weeks are 3 * 7 = <<3*7=21>>21 days.\nShe reads 21 * 14 = <<21*14=294>>294 pages.\n#### 294",
    ),
    (
        "Omar has 18 marbles. Ida has twice as many marbles as Omar. How many marbles do they have together?",
        "Ida has 18 * 2 = <<18*2=36>>36 marbles.\nTogether they have 18 + 36 = <<18+36=54>>54 marbles.\n#### 54",
    ),
    (
        "A baker makes 96 rolls. A third of the rolls are sold by 9, and then 23 more rolls. How many rolls remain?",
        "96 / 3 = <<96/3=32>>32 rolls are sold.\nThen 32 + 23 = <<32+23=55>>55 rolls are sold.\n"
        "96 - 55 = <<96-55=41>>41 rolls remain.\n#### 41",
    ),
]


def swept() -> Iterator[tuple[str, Weights]]:
    """All weights, one of them halved or doubled, with what was done."""
    for field in FIELDS:
        for factor in FACTORS:
            changed = {field.name: getattr(WEIGHTS, field.name) * factor}
            yield f"{field.name} times {factor}", dataclasses.replace(WEIGHTS, **changed)


def converted(problems: Sequence[tuple[str, str]], weights: Weights = WEIGHTS) -> list[Conversion | None]:
    """What becomes of each problem; None where it is refused."""
    found: list[Conversion | None] = []
    for question, solution in problems:
        try:
            found.append(convert(question, solution, weights))
        except RefusedError:
            found.append(None)
    return found


def test_every_weight_has_a_reason_of_its_own_and_is_above_zero() -> None:
    reasons = {field.metadata["reason"] for field in FIELDS}
    assert len(reasons) == len(FIELDS) and all(len(reason) > 20 for reason in reasons)
    assert all(getattr(WEIGHTS, field.name) > 0 for field in FIELDS)


@pytest.mark.parametrize("name", [field.name for field in FIELDS])
def test_every_weight_is_read(name: str) -> None:
    files = [path for path in (PROJECT / "engine/problems/gsm8k").glob("*.py") if path.stem != "weights"]
    assert any(re.search(rf"weights\.{name}\b", path.read_text(encoding="utf-8")) for path in files)


def test_plain_problems_become_the_same_traces_whichever_weight_is_halved_or_doubled() -> None:
    traces = [conversion and conversion.trace for conversion in converted(PLAIN)]
    assert all(traces)
    changed = {
        what for what, weights in swept() if traces != [c and c.trace for c in converted(PLAIN, weights)]
    }
    assert not changed


def test_what_is_certain_hangs_on_no_weight(shared_data: Path) -> None:
    rows = read_solved(str(shared_data / "gsm8k" / "train.jsonl"), 0)[0][:ROWS]
    problems = [(row.question, row.solution) for row in rows if not row.refused]
    certain = {i: c for i, c in enumerate(converted(problems)) if c and c.certain}
    assert len(certain) > ROWS / 2
    other_traces: list[str] = []
    for what, weights in swept():
        found = converted(problems, weights)
        still = {i: c for i in certain if (c := found[i]) and c.certain}
        # The margin, doubled, costs a tenth; any other weight less.
        assert len(still) >= 0.85 * len(certain), what
        other_traces += [what for i, conversion in still.items() if conversion.trace != certain[i].trace]
    assert len(other_traces) <= 2  # of some 3,000 conversions
