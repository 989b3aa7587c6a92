"""What a question implies, and what steps bring in that it does not state."""

from __future__ import annotations

import pytest
from helpers.traces import arithmetic, compute, percentage, trace

from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.questions.grounding import MAX_QUESTION

PARTS = (
    "A house and a lot cost 120 dollars, the house three times as much as the lot. How much did the lot cost?"
)
COPIED = "Dan is 10, Ann 12 and Ben 5. How old is Ben in the end?"
TEN, TWELVE, FIVE = "init, var: d, value: 10", "init, var: x, value: 12", "init, var: y, value: 5"


def codes(text: str, question: str, answer: str) -> list[str]:
    return [violation.code for violation in verify_trace(text, question, answer).violations]


def test_an_implied_one_is_added_to_a_number_of_the_question() -> None:
    text = arithmetic(compute("add", "3, 1", "p"), compute("div", "120, p", "r"))
    assert codes(text, PARTS, "30") == []


def test_an_implied_one_is_no_divisor_and_no_part_of_a_constant() -> None:
    assert "ungrounded_number" in codes(arithmetic(compute("div", "1, 120", "r")), PARTS, "1/120")
    assert "ungrounded_number" in codes(
        arithmetic(compute("add", "2, 1", "p"), compute("div", "120, p", "r")), PARTS, "40"
    )


def test_an_implied_one_is_used_twice_at_most() -> None:
    text = arithmetic(compute("add", "3, 1, 1, 1", "p"), compute("div", "120, p", "r"))
    assert codes(text, PARTS, "20") == ["ungrounded_number"]


@pytest.mark.parametrize(
    "steps",
    [
        (TEN, FIVE, compute("max", "d, y", "r")),
        (TEN, TWELVE, compute("mod", "d, x", "r")),
        (TEN, TWELVE, FIVE, compute("floor_div", "y, x", "z"), compute("add", "d, z", "r")),
        (TEN, TWELVE, FIVE, compute("ceil_div", "y, x", "z"), compute("mul", "d, z", "r")),
    ],
)
def test_a_copy_by_a_step_that_does_nothing_is_not_paid(steps: tuple[str, ...]) -> None:
    assert codes(arithmetic(*steps), COPIED, "10") == ["query_raw_input"]


def test_a_step_counts_no_operand_for_the_question() -> None:
    question = "Sam packs 7 bags with 9 apples each. How many apples?"
    assert codes(arithmetic(compute("add", "9, 9, 9, 9, 9, 9, 9", "r")), question, "63") == [
        "answer_from_constants"
    ]


def test_an_equation_counts_no_number_for_the_question_but_has_an_unknown_in_each_term() -> None:
    question = "Sam has 16 eggs, eats 2 and sells 5 in each of 5 streets. How many has he now?"
    counted, summed = (
        trace(
            "unknown, var: x",
            f"equation, lhs: {lhs}, rhs: {rhs}",
            "solve, var: x",
            "query, var: x",
            expert="algebra",
        )
        for lhs, rhs in (("x", "2 * 2 * 2 * 2 + 2"), ("x + x + x + x + x", "5 * 16"))
    )
    assert codes(counted, question, "18") == ["answer_from_constants"]
    assert codes(summed, question, "16") == []


def test_a_percentage_needs_a_question_that_speaks_of_one() -> None:
    text = percentage("percent_of, base: 50, rate: 30, var: r")
    assert codes(text, "Tim has 50 stamps and 30 coins. How many?", "15") == ["ungrounded_number"]
    assert codes(text, "Tim has 50 stamps, 30 percent of them old. How many?", "15") == []


def test_a_stated_one_may_be_a_factor_and_an_equal_number_a_divisor() -> None:
    text = arithmetic(compute("mul", "15, 1", "a"), compute("mul", "10, 2", "b"), compute("add", "a, b", "r"))
    assert codes(text, "Glazed ones, 15, cost $1 each, 10 others $2 each. What do they cost?", "35") == []
    text = arithmetic(
        "init, var: n, value: 6",
        "init, var: m, value: 3",
        compute("mul", "n, m", "a"),
        compute("div", "a, n", "r"),
    )
    assert codes(text, "6 columns and 3 rows are cut for 6 people. How many each?", "3") == []
    assert codes(text, "6 columns and 3 rows are cut. How many each?", "3") == ["query_raw_input"]


def test_a_question_that_is_too_long_is_an_error_of_the_data() -> None:
    verdict = verify_trace(arithmetic(compute("add", "3, 5", "r")), "3 5 " * MAX_QUESTION, "8")
    assert (verdict.outcome, verdict.violations[0].code) == ("error", "too_large")


def test_lints_are_capped() -> None:
    question = " ".join(str(number) for number in range(3, 300))
    assert len(verify_trace(arithmetic(compute("add", "3, 5", "r")), question, "8").lints) == 32
