"""The outcome of a verdict: which stage decides, what is expected of the expert, and what is the data's fault."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from helpers.traces import EGGS, QUESTION, composition, trace

from trace_trainer.verifiers import Outcome, verify_trace
from trace_trainer.verifiers.traces.steps_shown import run_steps

SALE = trace(
    "init, var: price, value: 50",
    "init, var: rate, value: 20",
    "percent_off, base: price, rate: rate, var: result",
    "query, var: result",
    expert="percentage",
)
TOTAL = trace(
    "init, var: sale, source: prev.result",
    "init, var: count, value: 3",
    "compute, compute_op: mul, args: [sale, count], var: result",
    "query, var: result",
)
SALE_QUESTION = "A shirt costs $50 and is 20% off. How much are 3 shirts?"


def codes(text: str, **kwargs: Any) -> list[str]:
    return [violation.code for violation in verify_trace(text, **kwargs).violations]


def test_the_example_of_the_specification_is_correct() -> None:
    verdict = verify_trace(EGGS, QUESTION, "65", "arithmetic")
    assert verdict == (Outcome.CORRECT, (), (), Fraction(65), "arithmetic", 6, None)


def test_without_gold_a_trace_is_at_best_valid() -> None:
    assert verify_trace(EGGS, QUESTION).outcome == "valid"


def test_outcomes_are_plain_strings() -> None:
    assert [f"{outcome}" for outcome in Outcome] == (
        "correct valid wrong_answer invalid_trace wrong_expert unparsed error".split()
    )


def test_a_composition_answers_with_its_last_subtrace() -> None:
    verdict = verify_trace(composition(SALE, TOTAL), SALE_QUESTION, 120, "composition")
    assert (verdict.outcome, verdict.answer, verdict.expert, verdict.steps) == (
        Outcome.CORRECT,
        120,
        "composition",
        8,
    )


def test_a_composition_of_one_equals_the_single_form() -> None:
    single, listed = (verify_trace(text, QUESTION, "65", "arithmetic") for text in (EGGS, composition(EGGS)))
    assert listed == single._replace(lints=listed.lints)


MOVE = trace(
    "init, var: a, value: 16",
    "transfer, from: a, to: b, amount: 3",
    "query, var: b",
    expert="entity_track",
)


def test_the_long_names_of_a_transfer_are_accepted() -> None:
    verdict = verify_trace(MOVE.replace("from:", "from_entity:").replace("to:", "to_entity:"), QUESTION, 3)
    assert verdict.answer == 3
    assert [lint.code for lint in verdict.lints if lint.code != "unused_question_number"] == [
        "non_canonical_text"
    ]


def test_a_field_under_both_of_its_names_is_refused() -> None:
    (violation,) = verify_trace(MOVE.replace("to: b", "to: b, to_entity: b")).violations
    assert (violation.code, violation.message) == (
        "unknown_field",
        "to_entity is another name of to; write it once",
    )


@pytest.mark.parametrize(
    "name", ["off", "on", "yes", "no", "null", "true", "y", "alice.marbles", "_a1", "a" * 64]
)
def test_a_word_that_yaml_would_read_otherwise_is_an_ordinary_name(name: str) -> None:
    assert verify_trace(EGGS.replace("eggs", name), QUESTION, 65).outcome is Outcome.CORRECT


@pytest.mark.parametrize("name", ["2a", "a-b", "a b", ".a", "a.", "é", "a" * 65])
def test_a_word_that_is_no_name_is_refused(name: str) -> None:
    assert verify_trace(EGGS.replace("eggs", name), QUESTION, 65).outcome is Outcome.INVALID_TRACE


# --- the expected expert


@pytest.mark.parametrize("expert", ["percentage", "composition", "no_such_expert"])
def test_another_expert_than_expected_decides_whatever_the_answer(expert: str) -> None:
    assert verify_trace(EGGS, QUESTION, "65", expert).outcome is Outcome.WRONG_EXPERT
    assert verify_trace(EGGS, QUESTION, "66", expert).outcome is Outcome.WRONG_EXPERT


def test_another_expert_than_expected_decides_whatever_else_is_wrong() -> None:
    broken = EGGS.replace("op: query", "op: quarry").replace("value: 16", "value: 17")
    assert codes(broken, question=QUESTION) == ["unknown_op", "missing_query", "ungrounded_number"]
    assert verify_trace(broken, QUESTION, "65", "percentage").outcome is Outcome.WRONG_EXPERT


def test_an_unknown_expert_is_another_expert_where_one_is_expected() -> None:
    geometry = EGGS.replace("arithmetic", "geometry")
    assert verify_trace(geometry, QUESTION, "65").outcome is Outcome.INVALID_TRACE
    assert verify_trace(geometry, QUESTION, "65", "arithmetic").outcome is Outcome.WRONG_EXPERT


def test_a_text_that_names_no_expert_is_unparsed_whatever_is_expected() -> None:
    assert verify_trace("The answer is 65.", QUESTION, "65", "percentage").outcome is Outcome.UNPARSED


def test_a_single_subtrace_is_no_composition() -> None:
    assert (
        verify_trace(composition(SALE, TOTAL), SALE_QUESTION, 120, "arithmetic").outcome
        is Outcome.WRONG_EXPERT
    )
    assert verify_trace(SALE, SALE_QUESTION, 40, "composition").outcome is Outcome.WRONG_EXPERT


# --- the data


@pytest.mark.parametrize("gold", ["", "many", "72 apples", "1/0", "nan", True, [72], float("inf")])
def test_gold_that_is_no_number_is_an_error_of_the_data(gold: Any) -> None:
    verdict = verify_trace("no trace at all", QUESTION, gold)
    assert verdict.outcome is Outcome.ERROR
    assert [violation.code for violation in verdict.violations] == ["bad_gold"]


@pytest.mark.parametrize("text", [None, 5, b"expert: arithmetic", ["expert"]])
def test_a_trace_that_is_no_text_is_an_error_of_the_data(text: Any) -> None:
    verdict = verify_trace(text, QUESTION, 65)
    assert verdict.outcome is Outcome.ERROR
    assert [violation.code for violation in verdict.violations] == ["not_text"]


def test_a_failure_of_the_verifier_is_an_error_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("out of order")

    monkeypatch.setattr("trace_trainer.verifiers.traces.verify.run_fast", fail)
    verdict = verify_trace(EGGS, QUESTION, 65)
    assert verdict.outcome is Outcome.ERROR
    assert verdict.violations[0].code == "internal_error"
    assert "out of order" in verdict.violations[0].message


@pytest.mark.parametrize("gold", [65, 65.0, Fraction(65), Decimal("65.0"), "65", "$65", "65.00", "130/2"])
def test_gold_may_be_any_number_or_its_text(gold: Any) -> None:
    assert verify_trace(EGGS, QUESTION, gold).outcome is Outcome.CORRECT


@pytest.mark.parametrize("gold", ["64.995", "65.01", 64.999, "6500%"])
def test_gold_is_compared_without_tolerance(gold: Any) -> None:
    expected = Outcome.CORRECT if gold == "6500%" else Outcome.WRONG_ANSWER
    assert verify_trace(EGGS, QUESTION, gold).outcome is expected


# --- stages


def test_violations_of_an_earlier_stage_come_first() -> None:
    text = trace(
        "init, var: a, value: 17",
        "compute, compute_op: add, args: [a, 0], var: b",
        "init, var: c, value: step1",
        "query, var: b",
    )
    found = codes(text, question=QUESTION, answer=65)
    assert found == [
        "string_value",
        "identity_compute",
        "query_raw_input",
        "ungrounded_number",
        "ungrounded_number",
        "wrong_answer",
    ]


def test_one_fault_is_reported_once() -> None:
    broken = EGGS.replace("compute_op: sub", "compute_op: minus")
    assert codes(broken, question=QUESTION, answer=65) == ["unknown_op"]


def test_without_a_question_numbers_need_not_be_grounded() -> None:
    other = EGGS.replace("value: 16", "value: 17")
    assert codes(other, question=QUESTION) == ["ungrounded_number"]
    assert codes(other) == []


def test_grounding_can_be_turned_off() -> None:
    assert codes(EGGS.replace("value: 16", "value: 17"), question=QUESTION, grounding=False) == []


def test_a_wrong_answer_is_reported_beside_what_else_is_wrong() -> None:
    assert codes(EGGS.replace("value: 16", "value: 17"), question=QUESTION, answer=65) == [
        "ungrounded_number",
        "wrong_answer",
    ]


# --- lints


def test_an_unused_variable_is_a_lint() -> None:
    text = EGGS.replace("- {op: query", "- {op: init, var: spare, value: 3}\n- {op: query")
    verdict = verify_trace(text, QUESTION, 65)
    assert verdict.outcome is Outcome.CORRECT
    assert [(lint.code, lint.message) for lint in verdict.lints] == [
        ("unused_variable", "spare is never read")
    ]


def test_an_unused_number_of_the_question_is_a_lint() -> None:
    verdict = verify_trace(EGGS, QUESTION + " She is 9 years old.", 65)
    assert verdict.outcome is Outcome.CORRECT
    assert [(lint.code, lint.message) for lint in verdict.lints] == [
        ("unused_question_number", "'9' is never used")
    ]


def test_another_style_is_a_lint() -> None:
    verdict = verify_trace(EGGS.replace("var: eggs, value: 16", "value: 16, var: eggs"), QUESTION, 65)
    assert verdict.outcome is Outcome.CORRECT
    assert [lint.code for lint in verdict.lints] == ["non_canonical_text"]


def test_a_missing_last_newline_is_no_lint() -> None:
    assert verify_trace(EGGS.rstrip("\n"), QUESTION, 65).lints == ()


# --- steps and their values


def test_running_a_trace_gives_each_step_with_its_value() -> None:
    rows = run_steps(composition(SALE, TOTAL))
    assert [(row.subtrace, row.step, row.value) for row in rows] == [
        (0, 0, 50), (0, 1, 20), (0, 2, 40), (0, 3, 40), (1, 0, 40), (1, 1, 3), (1, 2, 120), (1, 3, 120),
    ]  # fmt: skip
    assert rows[2].text == "{op: percent_off, base: price, rate: rate, var: result}"


def test_running_a_trace_shows_an_entity_as_it_stands_after_each_step() -> None:
    moves = trace(
        "init, var: a, value: 9",
        "transfer, from: a, to: b, amount: 2",
        "transfer, from: a, to: b, amount: 3",
        "query, var: b",
        expert="entity_track",
    )
    assert [row.value for row in run_steps(moves)] == [9, 7, 4, 5]


def test_running_stops_giving_values_where_a_trace_cannot_run() -> None:
    rows = run_steps(EGGS.replace("compute_op: sub, args: [eggs, eaten]", "compute_op: div, args: [eggs, 0]"))
    assert [row.value for row in rows] == [16, 3, None, 5, None, None]


def test_running_what_is_no_trace_gives_no_steps() -> None:
    assert run_steps("The answer is 65.") == []
