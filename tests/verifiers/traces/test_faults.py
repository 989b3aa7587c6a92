"""Where a trace goes wrong first."""

from __future__ import annotations

import pytest

from trace_trainer.verifiers import verify_trace

QUESTION = "A hen lays 16 eggs a day. Three are eaten, and the rest sold for $2 each. How much is that?"
GOLD = """\
expert: arithmetic
trace:
- {op: init, var: eggs, value: 16}
- {op: init, var: eaten, value: 3}
- {op: init, var: price, value: 2}
- {op: compute, compute_op: sub, args: [eggs, eaten], var: sold}
- {op: compute, compute_op: mul, args: [sold, price], var: earned}
- {op: query, var: earned}
"""
OTHER_WAY = """\
expert: arithmetic
trace:
- {op: init, var: eggs, value: 16}
- {op: init, var: eaten, value: 3}
- {op: init, var: price, value: 2}
- {op: compute, compute_op: mul, args: [eggs, price], var: all}
- {op: compute, compute_op: mul, args: [eaten, price], var: lost}
- {op: compute, compute_op: sub, args: [all, lost], var: earned}
- {op: query, var: earned}
"""


def line_at_fault(text: str, reference: str | None = GOLD, expert: str | None = None) -> int | None:
    fault = verify_trace(text, QUESTION, "26", expert, reference=reference).first_fault
    return None if fault is None else fault.line


@pytest.mark.parametrize("right", [GOLD, OTHER_WAY])
def test_a_right_trace_has_no_fault(right: str) -> None:
    assert line_at_fault(right) is None


@pytest.mark.parametrize(
    ("was", "line"),
    [
        ("[eggs, eaten], var: sold", 6),
        ("mul, args: [sold, price]", 7),
    ],
)
def test_with_a_reference_it_is_the_first_step_that_computes_what_the_reference_does_not(
    was: str, line: int
) -> None:
    other = {
        "[eggs, eaten], var: sold": "[eggs, price], var: sold",
        "mul, args: [sold, price]": "add, args: [sold, price]",
    }
    assert line_at_fault(GOLD.replace(was, other[was])) == line


def test_without_a_reference_a_wrong_answer_shows_at_the_end() -> None:
    assert line_at_fault(GOLD.replace("mul", "add"), reference=None) == 8


def test_a_query_of_an_earlier_value_is_at_fault_itself() -> None:
    assert line_at_fault(GOLD.replace("query, var: earned", "query, var: sold")) == 8


def test_a_violation_is_at_fault_before_those_that_come_later_in_the_text_whatever_their_stage() -> None:
    wrong = GOLD.replace("value: 3", "value: 4").replace("[sold, price]", "[sold, cost]")
    verdict = verify_trace(wrong, QUESTION, "26")
    assert [violation.line for violation in verdict.violations] == [
        7,
        4,
    ]  # the later one is of an earlier stage
    assert verdict.first_fault == (0, 1, 4)


def test_the_fault_of_a_later_sub_trace_has_its_place_in_the_whole_text() -> None:
    text = (
        "- expert: arithmetic\n  trace:\n  - {op: init, var: a, value: 16}\n"
        "  - {op: compute, compute_op: sub, args: [a, 3], var: b}\n  - {op: query, var: b}\n"
        "- expert: arithmetic\n  trace:\n  - {op: init, var: c, source: prev.result}\n"
        "  - {op: compute, compute_op: mul, args: [c, nothing], var: d}\n  - {op: query, var: d}\n"
    )
    assert verify_trace(text, QUESTION, "26").first_fault == (1, 1, 9)


def test_another_expert_than_the_expected_one_is_at_fault_from_the_heading_on() -> None:
    assert line_at_fault(GOLD, None, expert="percentage") == 1


def test_no_step_of_a_text_that_can_not_be_read_is_named() -> None:
    assert line_at_fault(GOLD[:-20]) is None
