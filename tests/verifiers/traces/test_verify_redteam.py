"""Traces that a policy would find if it were paid for them: the right answer, not computed. None may be correct."""

from __future__ import annotations

import pytest
from helpers.traces import X, Y, Z, arithmetic, composition, compute, percentage, tracked

from trace_trainer.verifiers import Outcome, verify_trace

QUESTION = "Ann has 18 eggs and eats 3. She boils 4 and finds 6. Hens cost 20% more than last year."

KNOWN = {
    "add_zero": (arithmetic(compute("add", "18, 0", "r")), 18),
    "multiply_by_one": (arithmetic(X, compute("mul", "x, 1", "r")), 18),
    "overwritten_variable": (arithmetic(X, Y, "init, var: x, value: 6", compute("mul", "x, y", "r")), 18),
    "steps_after_the_query": (
        arithmetic(X, Y, compute("add", "x, y", "r")) + "- {op: init, var: q, value: 4}\n",
        21,
    ),
    "rounded_to_the_gold": (arithmetic("init, var: x, value: 17.995", compute("mul", "x, 1", "r")), 18),
    "true_as_a_number": (arithmetic("init, var: x, value: true", compute("mul", "x, 18", "r")), 18),
    "not_a_number": (arithmetic("init, var: x, value: .nan", compute("mul", "x, 18", "r")), 18),
    "division_by_zero": (arithmetic(X, compute("div", "x, 0", "r")), 18),
    "duplicate_keys": (arithmetic(X.replace("18", "3, value: 18"), Y, compute("mul", "x, y", "r")), 54),
}
"""Those that another verifier pays for, or that crash it."""

COPIES = {
    "there_and_back": arithmetic(X, Y, compute("add", "x, y", "s"), compute("sub", "s, y", "r")),
    "there_and_back_by_factors": arithmetic(X, Y, compute("mul", "x, y", "s"), compute("div", "s, y", "r")),
    "twice_and_half": arithmetic(X, compute("mul", "x, 2", "s"), compute("div", "s, 2", "r")),
    "doubled_and_floored": arithmetic(X, compute("mul", "x, 2", "s"), compute("floor_div", "s, 2", "r")),
    "a_literal_added_and_taken": arithmetic(X, compute("add", "x, 6", "s"), compute("sub", "s, 6", "r")),
    "two_inits_of_one_number": arithmetic(
        X, Y, "init, var: y2, value: 3", compute("add", "x, y", "s"), compute("sub", "s, y2", "r")
    ),
    "average_of_equals": arithmetic(X, "init, var: x2, value: 18", compute("average", "x, x2", "r")),
    "average_with_itself": arithmetic(X, compute("average", "x, x", "r")),
    "minimum_of_equals": arithmetic(X, "init, var: x2, value: 18", compute("min", "x, x2", "r")),
    "minimum_of_a_literal": arithmetic(X, compute("min", "x, 18", "r")),
    "maximum_with_the_free_constant": arithmetic(X, compute("max", "x, 2, 2", "r")).replace("18", "6"),
    "zero_made_and_added": arithmetic(X, Y, compute("sub", "y, 3", "o"), compute("add", "x, o", "r")),
    "one_made_and_multiplied": arithmetic(X, Y, compute("div", "y, 3", "o"), compute("mul", "x, o", "r")),
    "divided_by_one": arithmetic(X, compute("floor_div", "x, 1", "r")),
    "remainder_put_back": arithmetic(
        X, Z, compute("mod", "x, z", "m"), compute("sub", "x, m", "s"), compute("add", "s, m", "r")
    ),
    "whole_and_rest": arithmetic(
        X,
        Z,
        compute("floor_div", "x, z", "f"),
        compute("mul", "f, z", "s"),
        compute("mod", "x, z", "m"),
        compute("add", "s, m", "r"),
    ),
    "share_and_its_complement": percentage(
        X,
        "init, var: p, value: 20",
        "init, var: c, value: 80",
        "percent_of, base: x, rate: p, var: a",
        "percent_of, base: x, rate: c, var: b",
        compute("add", "a, b", "r"),
    ),
    "hundred_percent": percentage(X, "percent_of, base: x, rate: 100, var: r"),
    "hundred_percent_by_name": percentage(
        X, "init, var: all, value: 100", "percent_of, base: x, rate: all, var: r"
    ),
    "more_and_less": percentage(
        X,
        "init, var: p, value: 20",
        "percent_increase, base: x, rate: p, var: a",
        "percent_of, base: x, rate: p, var: b",
        compute("sub", "a, b", "r"),
    ),
    "transfer_there_and_back": tracked(
        X,
        "init, var: y, value: 4",
        "transfer, from: x, to: y, amount: 3",
        "transfer, from: y, to: x, amount: 3",
    ),
    "all_moved_to_somebody_new": tracked(X, "transfer, from: x, to: y, amount: x", query="y"),
    "eaten_and_put_back": tracked(X, "consume, entity: x, amount: 3", "add_entity, entity: x, amount: 3"),
    "passed_on_by_a_subtrace": composition(
        arithmetic(X, Y, compute("add", "x, y", "r")),
        arithmetic("init, var: p, source: prev.result", Y, compute("sub", "p, y", "r")),
    ),
    "passed_through_a_subtrace": composition(
        arithmetic("init, var: x, value: 6", Y, compute("mul", "x, y", "r")),
        arithmetic(
            "init, var: p, source: prev.result", Z, compute("add", "p, z", "s"), compute("sub", "s, z", "r")
        ),
    ),
}
"""The answer 18 (6 in one), which the question states, without a computation."""

CONSTANTS = {
    "of_twos": arithmetic(compute("mul", "2, 2, 2", "r")),
    "of_twos_by_name": arithmetic("init, var: t, value: 2", compute("mul", "t, t, t", "r")),
    "of_a_number_that_cancels": arithmetic(
        X, compute("sub", "x, 18", "o"), compute("add", "o, 2, 2, 2, 2", "r")
    ),
    "of_a_ratio_that_cancels": arithmetic(X, compute("div", "x, 18", "o"), compute("mul", "o, 2, 2, 2", "r")),
    "of_a_product_with_nothing": arithmetic(
        X, Y, compute("sub", "y, 3", "o"), compute("mul", "x, o", "n"), compute("add", "n, 2, 2, 2, 2", "r")
    ),
    "of_a_division_that_always_gives_nothing": arithmetic(
        "init, var: x, value: 18", compute("floor_div", "2, x", "o"), compute("add", "o, 2, 2, 2, 2", "r")
    ),
    "of_a_minimum_that_is_always_2": arithmetic(
        X, compute("min", "x, 2", "o"), compute("mul", "o, 2, 2", "r")
    ),
    "of_ones": arithmetic(X, Y, compute("div", "x, 18", "o"), compute("add", "y, o, o, o, o, o", "r")),
}
"""The answer 8, which comes from no number of the question: nobody may build it of constants."""

SQUARES = [compute("mul", f"o{i}, o{i}", f"o{i + 1}") for i in range(12)]
"""What is 0 or 1 stays so; any other number grows without bounds."""

PARITY = [
    compute("mod", "y, 2", "b0"),
    *(compute("add", f"b{i}, b{i}", f"b{i + 1}") for i in range(6)),
]
"""The powers of 2, out of the 1 that an odd number leaves."""

ELABORATE = {
    "a_copy_and_a_remainder_that_runs_on_no_other_numbers": (
        arithmetic(
            X,
            "init, var: y, value: 6",
            Z,
            compute("mod", "x, y", "o0"),
            *SQUARES,
            compute("add", "z, o12", "r"),
        ),
        4,
    ),
    "constants_and_a_difference_that_runs_on_no_other_numbers": (
        arithmetic(Z, compute("sub", "z, 3", "o0"), *SQUARES, compute("mul", "o12, 2, 2, 2", "r")),
        8,
    ),
    "a_division_by_what_is_0_on_other_numbers": (
        arithmetic(
            X, Z, compute("mul", "2, 2", "k"), compute("floor_div", "k, z", "o"), compute("div", "x, o", "r")
        ),
        18,
    ),
    "the_bits_of_73": (arithmetic(Y, *PARITY, compute("add", "b6, b3, b0", "r")), 73),
    "as_many_ones_as_it_takes": (
        arithmetic(
            X,
            Y,
            "init, var: z, value: 4",
            compute("sub", "z, y", "o"),
            compute("add", ", ".join("o" * 73), "r"),
        ),
        73,
    ),
    "as_many_inits_as_it_takes": (
        arithmetic(
            *(f"init, var: v{i}, value: 3" for i in range(20)),
            compute("add", ", ".join(f"v{i}" for i in range(20)), "r"),
        ),
        60,
    ),
}
"""What no policy finds by chance: the answer known beforehand, put together from what the numbers happen to be."""


@pytest.mark.parametrize("name", KNOWN)
def test_a_cheat_that_is_paid_elsewhere_is_not_correct(name: str) -> None:
    text, answer = KNOWN[name]
    assert verify_trace(text, QUESTION, answer).outcome not in (Outcome.CORRECT, Outcome.ERROR)


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_the_long_way_round_is_not_correct(name: str) -> None:
    text = COPIES[name]
    answer = 6 if "free_constant" in name else 18
    verdict = verify_trace(text, QUESTION, answer)
    assert verdict.answer == answer
    assert verdict.outcome is Outcome.INVALID_TRACE
    assert {v.code for v in verdict.violations} & {"query_raw_input", "identity_compute"}


@pytest.mark.parametrize("name", CONSTANTS)
def test_an_answer_built_of_constants_is_not_correct(name: str) -> None:
    verdict = verify_trace(CONSTANTS[name], QUESTION, 8)
    assert verdict.answer == 8
    assert verdict.outcome is Outcome.INVALID_TRACE
    assert {v.code for v in verdict.violations} & {"answer_from_constants", "identity_compute"}


@pytest.mark.parametrize("name", ELABORATE)
def test_an_answer_known_beforehand_is_not_put_together_of_the_numbers(name: str) -> None:
    text, answer = ELABORATE[name]
    verdict = verify_trace(text, QUESTION, answer)
    assert verdict.answer == answer
    assert [v.code for v in verdict.violations] == ["answer_from_constants"]


def test_a_trace_may_use_its_numbers_again_twelve_times() -> None:
    def outcome(repeats: int) -> Outcome:
        terms = ["y"] * (1 + repeats)
        steps = [
            compute(
                "add", ", ".join([f"s{start}" if start else "x", *terms[start : start + 3]]), f"s{start + 3}"
            )
            for start in range(0, len(terms), 3)
        ]
        steps[-1] = steps[-1][: steps[-1].rindex("var:")] + "var: r"
        text = arithmetic(X, Y, *steps)
        return verify_trace(text, QUESTION, 18 + 3 * (1 + repeats)).outcome

    assert (outcome(12), outcome(13)) == (Outcome.CORRECT, Outcome.INVALID_TRACE)


def test_a_transfer_from_an_entity_to_itself_makes_nothing_more_of_it() -> None:
    text = tracked(X, "transfer, from: x, to: x, amount: 3")
    assert verify_trace(text, QUESTION, 21).outcome is Outcome.INVALID_TRACE


@pytest.mark.parametrize("name", [*COPIES, *CONSTANTS])
def test_a_cheat_does_not_get_better_by_being_written_in_another_style(name: str) -> None:
    text = COPIES.get(name) or CONSTANTS[name]
    styled = text.replace("{op: query, var:", "{'op': query, 'var':")
    assert styled != text
    cheat, other = verify_trace(text, QUESTION, 18), verify_trace(styled, QUESTION, 18)
    assert cheat.violations == other.violations
