"""The expert algebra: what a trace about unknowns may and may not do."""

from __future__ import annotations

import time
from fractions import Fraction
from typing import Any

import pytest
from helpers.traces import trace

from trace_trainer.experts.language.trace import SubTrace, Trace, write_trace
from trace_trainer.experts.problems.builder import SubTraceBuilder
from trace_trainer.verifiers import verify_trace
from trace_trainer.verifiers.traces.steps_shown import run_steps

RIDDLE = "Three times a number plus 4 is 19. What is the number?"
SOLVED = trace(
    "unknown, var: x",
    "equation, lhs: 3 * x + 4, rhs: 19",
    "solve, var: x",
    "query, var: x",
    expert="algebra",
)


def algebra(*steps: str) -> str:
    return trace(*steps, expert="algebra")


def codes(text: str, question: str | None = None, answer: Any = None) -> list[str]:
    return [v.code for v in verify_trace(text, question=question, answer=answer).violations]


# --- traces


def test_a_riddle_is_solved() -> None:
    verdict = verify_trace(SOLVED, question=RIDDLE, answer=5, expert="algebra")
    assert verdict.outcome == "correct"
    assert not verdict.lints


def test_each_unknown_of_a_system_can_be_had() -> None:
    question = "Ann and Bob have 30 marbles. Ann has 4 more than Bob. How many does each have?"
    steps = [
        "unknown, var: ann",
        "unknown, var: bob",
        "equation, lhs: ann + bob, rhs: 30",
        "equation, lhs: ann, rhs: bob + 4",
    ]
    for name, value in (("ann", 17), ("bob", 13)):
        text = algebra(*steps, f"solve, var: {name}", f"query, var: {name}")
        assert verify_trace(text, question=question, answer=value).outcome == "correct"
    both = algebra(
        *steps,
        "solve, var: ann",
        "solve, var: bob",
        "compute, compute_op: mul, args: [ann, bob], var: product",
        "query, var: product",
    )
    assert verify_trace(both, question=question, answer=221).outcome == "correct"


def test_what_was_solved_is_known_to_later_equations() -> None:
    text = algebra(
        "unknown, var: x",
        "equation, lhs: 2 * x, rhs: 10",
        "solve, var: x",
        "unknown, var: y",
        "equation, lhs: x * y, rhs: 35",
        "solve, var: y",
        "query, var: y",
    )
    assert codes(text) == ["no_unique_solution"], (
        "an unknown stays one in later equations: x * y is not linear"
    )
    linear = text.replace("lhs: x * y", "lhs: x + y")
    assert verify_trace(linear, answer=30).outcome == "correct"


def test_an_answer_may_go_on_to_the_next_expert() -> None:
    text = (
        "- expert: algebra\n  trace:\n  - {op: unknown, var: x}\n  - {op: equation, lhs: 3 * x + 4, rhs: 19}\n"
        "  - {op: solve, var: x}\n  - {op: query, var: x}\n"
        "- expert: arithmetic\n  trace:\n  - {op: init, var: prev, source: prev.result}\n"
        "  - {op: compute, compute_op: mul, args: [prev, 4], var: result}\n  - {op: query, var: result}\n"
    )
    assert verify_trace(text, question=RIDDLE, answer=20).outcome == "correct"


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (
            ["unknown, var: x", "equation, lhs: x * x, rhs: 19", "solve, var: x"],
            "no_unique_solution",
        ),
        (
            ["unknown, var: x", "equation, lhs: 19 / x, rhs: 4", "solve, var: x"],
            "no_unique_solution",
        ),
        (["unknown, var: x", "solve, var: x"], "no_unique_solution"),
        (
            [
                "unknown, var: x",
                "equation, lhs: x, rhs: 19 - 4",
                "equation, lhs: x, rhs: 19",
                "solve, var: x",
            ],
            "no_unique_solution",
        ),
        (
            [
                "unknown, var: x",
                "unknown, var: y",
                "equation, lhs: x + y, rhs: 19",
                "solve, var: x",
            ],
            "no_unique_solution",
        ),
        (
            ["unknown, var: x", "equation, lhs: x, rhs: 19 / (4 - 4)", "solve, var: x"],
            "division_by_zero",
        ),
        (
            ["equation, lhs: 3 * x, rhs: 19", "unknown, var: x", "solve, var: x"],
            "undefined_variable",
        ),
        (["unknown, var: x", "equation, lhs: 3 * x, rhs: 19"], "undefined_variable"),
        (["init, var: x, value: 19", "solve, var: x"], "undefined_variable"),
        (
            [
                "unknown, var: x",
                "init, var: x, value: 4",
                "equation, lhs: x, rhs: 19",
                "solve, var: x",
            ],
            "variable_overwrite",
        ),
        (
            [
                "unknown, var: x",
                "unknown, var: x",
                "equation, lhs: 3 * x, rhs: 19",
                "solve, var: x",
            ],
            "variable_overwrite",
        ),
        (
            [
                "unknown, var: x",
                "equation, lhs: 3 * x, rhs: 19",
                "compute, compute_op: add, args: [19, 4], var: x",
                "solve, var: x",
            ],
            "variable_overwrite",
        ),
        (["unknown, var: x", "equation, lhs: 3x, rhs: 19", "solve, var: x"], "bad_type"),
        (["unknown, var: x", "equation, lhs: 007 * x, rhs: 19", "solve, var: x"], "bad_number"),
        (["unknown, var: x", "equation, lhs: [x, 3], rhs: 19", "solve, var: x"], "bad_type"),
        (
            ["unknown, var: x", "equation, lhs: 3 * x + 5, rhs: 19", "solve, var: x"],
            "ungrounded_number",
        ),
    ],
)
def test_what_is_wrong_is_said_first(steps: list[str], expected: str) -> None:
    found = codes(algebra(*steps, "query, var: x"), RIDDLE)
    assert found[0] == expected


def test_one_fault_is_reported_once() -> None:
    text = algebra("unknown, var: x", "equation, lhs: 3x + 4, rhs: 19", "solve, var: x", "query, var: x")
    assert codes(text, RIDDLE) == ["bad_type"]


def test_another_expert_has_no_unknowns() -> None:
    found = codes(SOLVED.replace("expert: algebra", "expert: arithmetic"), RIDDLE, 5)
    assert found == ["expert_boundary"] * 3


def test_an_equation_shows_no_value_but_its_solution_does() -> None:
    assert [step.value for step in run_steps(SOLVED)] == [None, None, 5, 5]


def test_messages_name_no_inner_variable() -> None:
    text = SOLVED.replace(
        "op: query, var: x", "op: compute, compute_op: add, args: [y, 4], var: z}\n- {op: query, var: z"
    )
    verdict = verify_trace(text, question=RIDDLE)
    assert [v.message for v in verdict.violations] == ["y has no value here; there are x"]


# --- what is not paid

COPY = "Ann has 5 apples and Bob has 3. Together they have 8. How many apples has Ann?"


@pytest.mark.parametrize(
    "equations",
    [
        ["lhs: x, rhs: 5"],
        ["lhs: x + 3, rhs: 5 + 3"],
        ["lhs: 2 * x, rhs: 5 + 5"],
        ["lhs: x * 3 / 3, rhs: 5"],
        ["lhs: x - 5, rhs: 3 - 3"],
        ["lhs: x + 8 - 8, rhs: 5"],
    ],
)
def test_a_number_copied_through_an_equation_is_not_paid(equations: list[str]) -> None:
    text = algebra(
        "unknown, var: x",
        *(f"equation, {e}" for e in equations),
        "solve, var: x",
        "query, var: x",
    )
    verdict = verify_trace(text, question=COPY, answer=5)
    assert verdict.outcome == "invalid_trace", verdict


def test_a_copy_is_not_hidden_behind_an_equation_that_agrees_by_chance() -> None:
    text = algebra(
        "unknown, var: x",
        "equation, lhs: x, rhs: 5",
        "equation, lhs: x + 3, rhs: 8",
        "solve, var: x",
        "query, var: x",
    )
    verdict = verify_trace(text, question=COPY, answer=5)
    assert verdict.outcome == "invalid_trace"
    assert "follows from" in verdict.violations[0].message


def test_an_answer_from_constants_is_not_paid() -> None:
    text = algebra(
        "unknown, var: x",
        "unknown, var: y",
        "equation, lhs: x, rhs: 2 + 2",
        "equation, lhs: y, rhs: 5 + 3",
        "solve, var: x",
        "query, var: x",
    )
    assert verify_trace(text, question=COPY, answer=4).outcome == "invalid_trace"


def test_the_largest_system_takes_no_time_to_speak_of() -> None:
    count = 15
    unknowns = [f"u{i}" for i in range(count)]
    equations = [
        "equation, lhs: "
        + " + ".join(f"{10**14 + 7 * i * i + 31 * j} * {name}" for j, name in enumerate(unknowns))
        + f", rhs: {10**14 + i}"
        for i in range(count)
    ]
    text = algebra(
        *(f"unknown, var: {name}" for name in unknowns),
        *equations,
        "solve, var: u0",
        "query, var: u0",
    )
    started = time.perf_counter()
    assert verify_trace(text).outcome != "error"
    assert time.perf_counter() - started < 5


# --- gold


def test_formulas_are_written_with_the_parentheses_they_need() -> None:
    t = SubTraceBuilder("algebra", {"a": Fraction(7), "b": Fraction(3)}, {})
    x = t.unknown("x")
    t.equation(2 * (x + t.a) - (x - t.b), t.a / (t.b - 2) + 30)
    t.answer(t.solve(x))
    text = write_trace(Trace((t.build(),)))
    assert "lhs: 2 * (x + a) - (x - b), rhs: a / (b - 2) + 30" in text
    assert t.values["x"] == 20
    assert verify_trace(text, answer=20).outcome == "correct"


def test_the_built_trace_is_data() -> None:
    t = SubTraceBuilder("algebra", {"total": Fraction(10)}, {})
    x = t.unknown("x")
    t.equation(2 * x, t.total)
    t.answer(t.solve(x))
    built = t.build()
    assert isinstance(built, SubTrace)
    assert [step.operation.name for step in built.steps] == ["unknown", "init", "equation", "solve", "query"]
