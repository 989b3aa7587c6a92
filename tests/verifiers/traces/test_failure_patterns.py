"""The failures that a published run of a 1.7B model showed on grade-school problems: each is named."""

from __future__ import annotations

from helpers.traces import EGGS, QUESTION, composition, trace

from trace_trainer.verifiers import Outcome, Verdict, verify_trace

BILL = "A meal costs $50 and the tip is 20%. How much is it with the tip?"
TIP = trace(
    "init, var: meal, value: 50",
    "init, var: rate, value: 20",
    "percent_of, base: meal, rate: rate, var: tip",
    "query, var: tip",
    expert="percentage",
)


def only(verdict: Verdict) -> tuple[str, str]:
    """The one violation of a verdict: its code and its message."""
    (violation,) = verdict.violations
    return violation.code, violation.message


def test_a_missing_final_operation_is_a_wrong_answer_with_the_operation_as_a_hint() -> None:
    code, message = only(verify_trace(TIP, BILL, 60))
    assert code == "wrong_answer"
    assert message == "the trace computes 10, not 60; add [meal, tip] would give 60"


def test_a_wrong_operation_is_a_wrong_answer_with_the_right_one_as_a_hint() -> None:
    text = trace(
        "init, var: salary, value: 5000",
        "init, var: spent, value: 3755",
        "compute, compute_op: add, args: [salary, spent], var: result",
        "query, var: result",
    )
    code, message = only(verify_trace(text, "She earns $5000 and spends $3755. What is left?", 1245))
    assert code == "wrong_answer"
    assert "sub [salary, spent] would give 1245" in message


def test_a_hint_tells_where_another_variable_holds_the_answer() -> None:
    code, message = only(verify_trace(EGGS.replace("query, var: result", "query, var: step1"), QUESTION, 65))
    assert code == "wrong_answer"
    assert "result holds the right answer" in message


def test_a_rounded_answer_is_hinted_at_too() -> None:
    text = trace(
        "init, var: cost, value: 100",
        "init, var: people, value: 3",
        "compute, compute_op: mul, args: [cost, people], var: result",
        "query, var: result",
    )
    _, message = only(verify_trace(text, "3 people share $100. What does each pay?", "33.33"))
    assert "div [cost, people]" in message


def test_entities_confused_are_a_wrong_answer() -> None:
    # Half as many roses as tulips, and half as many tulips as 40 lilies: the trace halves the lilies for the roses.
    text = trace(
        "init, var: lilies, value: 40",
        "compute, compute_op: div, args: [lilies, 2], var: roses",
        "query, var: roses",
    )
    question = (
        "There are half as many roses as tulips, and half as many tulips as the 40 lilies. How many roses?"
    )
    assert verify_trace(text, question, 10).outcome is Outcome.WRONG_ANSWER


def test_an_init_of_a_computed_variable_is_an_overwrite() -> None:
    text = EGGS.replace("var: price, value: 5", "var: step1, value: 5").replace(
        "[step1, price]", "[step1, eaten]"
    )
    assert only(verify_trace(text, QUESTION, 15))[0] == "variable_overwrite"


def test_three_inits_of_one_variable_are_two_overwrites() -> None:
    text = trace(
        "init, var: items, value: 16",
        "init, var: items, value: 3",
        "init, var: items, value: 5",
        "compute, compute_op: mul, args: [items, 3], var: result",
        "query, var: result",
    )
    codes = [violation.code for violation in verify_trace(text, QUESTION, 15).violations]
    assert codes == ["variable_overwrite", "variable_overwrite"]


def test_a_trace_that_ends_with_a_compute_misses_its_query() -> None:
    assert (
        only(verify_trace(EGGS.replace("- {op: query, var: result}\n", ""), QUESTION, 65))[0]
        == "missing_query"
    )


def test_the_same_subtrace_ten_times_is_nine_repetitions() -> None:
    once = trace(
        "init, var: visits, value: 10",
        "init, var: price, value: 5",
        "compute, compute_op: mul, args: [visits, price], var: result",
        "query, var: result",
    )
    verdict = verify_trace(
        composition(*[once] * 10), "A visit is $5. She goes 10 times a month. What does she pay?", 50
    )
    codes = [violation.code for violation in verdict.violations]
    assert codes.count("repeated_subtrace") == 9
    assert verdict.outcome is Outcome.INVALID_TRACE


def test_an_invented_operation_is_unknown_and_the_message_names_compute() -> None:
    text = EGGS.replace("op: compute, compute_op: sub, args", "op: sub, args")
    code, message = only(verify_trace(text, QUESTION, 65))
    assert code == "unknown_op"
    assert "{op: compute, compute_op: sub" in message


def test_a_string_for_a_variable_is_a_string_value() -> None:
    text = EGGS.replace("var: price, value: 5", "var: price, value: step1")
    assert only(verify_trace(text, QUESTION, 65))[0] == "string_value"


def test_an_init_with_source_and_value_conflicts() -> None:
    text = EGGS.replace("var: price, value: 5", "var: price, source: step5, value: 5")
    assert only(verify_trace(text, QUESTION, 65))[0] == "init_source_and_value"


def test_an_operation_of_another_expert_is_beyond_the_boundary() -> None:
    code, message = only(verify_trace(TIP.replace("expert: percentage", "expert: arithmetic"), BILL, 10))
    assert code == "expert_boundary"
    assert "percentage" in message
