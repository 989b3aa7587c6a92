"""A trace against a reference: what computes another function is refused, what says the same in another way is not."""

from __future__ import annotations

import random
import time

import pytest
from helpers.rewriting import false_formulas, rewritten
from helpers.traces import EGGS, QUESTION, arithmetic, compute, percentage, trace

from trace_trainer.experts.problems import generate
from trace_trainer.verifiers import Outcome, Verdict, verify_trace


def codes(verdict: Verdict) -> list[str]:
    return [violation.code for violation in verdict.violations]


def bound(**numbers: object) -> tuple[str, ...]:
    return tuple(f"init, var: {name}, value: {value}" for name, value in numbers.items())


DUCKS = "Her ducks lay 16 eggs. She eats 3, bakes with 4 and sells the rest at $2 each. What does she earn?"
EARNED = arithmetic(
    *bound(e=16, x=3, y=4, p=2),
    compute("sub", "e, x", "s"),
    compute("sub", "s, y", "t"),
    compute("mul", "t, p", "r"),
)
RUN = "James runs 3 sprints 3 times a week, 60 meters each. How many meters does he run a week?"
SPRINTS = arithmetic(*bound(a=3, b=3, c=60), compute("mul", "a, b", "m"), compute("mul", "m, c", "r"))
SALE = "A coat of $80 is 25% off. What does it cost?"
COAT = percentage(*bound(a=80, b=25), "percent_off, base: a, rate: b, var: r")
PENS = "There are 10 boxes of 6 pens, 60 pens in all. 7 of the pens are broken. How many are not?"
WHOLE = arithmetic(*bound(a=60, b=7), compute("sub", "a, b", "r"))
ROLLS = "30 rolls are packed in bags of 6. How many bags are there?"
BAGS = arithmetic(*bound(a=30, b=6), compute("div", "a, b", "r"))

FALSE = {
    "two numbers by chance": (
        DUCKS, "18", EARNED, arithmetic(*bound(e=16, p=2), compute("add", "e, p", "r")),
    ),
    "numbers that the reference alone uses": (
        RUN, "540", SPRINTS,
        arithmetic(*bound(c=60, w=7, t=2), compute("add", "w, t", "n"), compute("mul", "c, n", "r")),
    ),
    "no number in common": (
        "At mile 12 he turns. He goes 40 miles an hour for 3 hours, then 24 miles. How far?", "144",
        arithmetic(*bound(a=40, b=3, c=24), compute("mul", "a, b", "m"), compute("add", "m, c", "r")),
        arithmetic(*bound(a=12), compute("mul", "a, a", "r")),
    ),
    "a count put in by sums": (
        "Sam packs 7 bags of 9 apples and eats 3. How many remain?", "60",
        arithmetic(*bound(a=7, b=9, x=3), compute("mul", "a, b", "m"), compute("sub", "m, x", "r")),
        arithmetic(*bound(b=9, x=3), compute("add", "b, b, b", "s"), compute("add", "s, s, b", "m"),
            compute("sub", "m, x", "r")),
    ),
    "a remainder for a difference": (
        "A baker has 17 loaves and sells 10. How many are left?", "7",
        arithmetic(*bound(a=17, b=10), compute("sub", "a, b", "r")),
        arithmetic(*bound(a=17, b=10), compute("mod", "a, b", "r")),
    ),
    "equal numbers in each other's place": (
        "Ann has 5 pens and buys 5 packs of 4. How many pens has she?", "25",
        arithmetic(*bound(a=5, b=5, c=4), compute("mul", "b, c", "m"), compute("add", "a, m", "r")),
        arithmetic(*bound(a=5, b=5), compute("mul", "a, b", "r")),
    ),
    "an equation": (
        DUCKS, "18", EARNED,
        trace("unknown, var: x", "equation, lhs: x + 16 - 16, rhs: 16 + 2", "solve, var: x", "query, var: x",
              expert="algebra"),
    ),
    "rounded to the gold": (
        "Ben ran 5 miles in 2 hours. He has 17 shoes and 7 hats. How fast is he?", "2.5",
        arithmetic(*bound(a=5, b=2), compute("div", "a, b", "r")),
        arithmetic(*bound(a=17, b=7, c=5), compute("mul", "a, c", "m"), compute("add", "m, 2", "n"),
                   compute("mul", "c, b", "k"), compute("div", "n, k", "r")),
    ),
}  # fmt: skip

RIGHT = {
    "the other way round": (
        DUCKS, "18", EARNED,
        arithmetic(*bound(p=2, y=4, x=3, e=16), compute("add", "y, x", "s"), compute("sub", "e, s", "t"),
                   compute("mul", "p, t", "r")),
    ),
    "twice as a sum": (
        DUCKS, "18", EARNED,
        arithmetic(*bound(e=16, x=3, y=4), compute("sub", "e, x", "s"), compute("sub", "s, y", "t"),
                   compute("add", "t, t", "r")),
    ),
    "one variable for two equal numbers": (
        RUN, "540", SPRINTS, arithmetic(*bound(a=3, c=60), compute("mul", "a, a, c", "r")),
    ),
    "a share of what is left": (SALE, "60", COAT, arithmetic(*bound(a=80, f=0.75), compute("mul", "a, f", "r"))),
    "a percentage by 100": (
        SALE, "60", COAT,
        arithmetic(*bound(a=80, b=25, c=100), compute("mul", "a, b", "m"), compute("div", "m, c", "n"),
                   compute("sub", "a, n", "r")),
    ),
    "50 % left for 50 % off": (
        "A coat of $80 is 50% off. What does it cost?", "40",
        percentage(*bound(a=80, b=50), "percent_off, base: a, rate: b, var: r"),
        percentage(*bound(a=80, b=50), "percent_of, base: a, rate: b, var: r"),
    ),
    "half in two ways": (
        "Of 18 cats half are grey. How many?", "9",
        arithmetic(*bound(a=18, b=2), compute("div", "a, b", "r")),
        arithmetic(*bound(a=18, b=0.5), compute("mul", "a, b", "r")),
    ),
    "what the question says twice": (
        PENS, "53", WHOLE,
        arithmetic(*bound(a=10, b=6, c=7), compute("mul", "a, b", "m"), compute("sub", "m, c", "r")),
    ),
    "whole bags by floor_div": (
        ROLLS, "5", BAGS, arithmetic(*bound(a=30, b=6), compute("floor_div", "a, b", "r")),
    ),
    "a difference without a sign": (
        "Ann is 30 and Ben 6. How much older is Ann?", "24",
        arithmetic(*bound(a=30, b=6), compute("sub", "a, b", "r")),
        arithmetic(*bound(a=30, b=6), compute("max", "a, b", "m"), compute("min", "a, b", "n"),
                   compute("sub", "m, n", "r")),
    ),
    "an equation": (
        DUCKS, "18", EARNED,
        trace("unknown, var: x", "equation, lhs: x / 2, rhs: 16 - (3 + 4)", "solve, var: x", "query, var: x",
              expert="algebra"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("question", "answer", "reference", "text"), FALSE.values(), ids=FALSE)
def test_a_formula_that_hits_the_answer_by_chance_is_wrong(
    question: str, answer: str, reference: str, text: str
) -> None:
    assert verify_trace(text, question, answer).outcome is Outcome.CORRECT
    verdict = verify_trace(text, question, answer, reference=reference)
    assert (verdict.outcome, codes(verdict)) == (Outcome.WRONG_ANSWER, ["wrong_function"])


@pytest.mark.parametrize(("question", "answer", "reference", "text"), RIGHT.values(), ids=RIGHT)
def test_the_same_in_other_words_is_correct(question: str, answer: str, reference: str, text: str) -> None:
    verdict = verify_trace(text, question, answer, reference=reference)
    assert verdict.outcome is Outcome.CORRECT, verdict.violations
    assert "function_not_compared" not in [lint.code for lint in verdict.lints]


def test_gold_traces_and_their_rewritings_compute_their_own_function() -> None:
    refused = rewritings = 0
    for problem in generate("validation", 150, seed=7):
        gold = problem.trace or ""
        verdict = verify_trace(gold, problem.question, problem.answer, problem.expert, reference=gold)
        assert verdict.outcome is Outcome.CORRECT
        for text in rewritten(gold):
            rewritings += 1
            found = verify_trace(text, problem.question, problem.answer, reference=gold)
            refused += "wrong_function" in codes(found)
    assert rewritings > 600
    assert refused <= rewritings / 200


def test_false_formulas_found_by_search_are_refused() -> None:
    paid = found = 0
    for problem in generate("validation", 120, seed=3):
        for text in false_formulas(problem.question, problem.trace or "", random.Random(problem.id)):
            if verify_trace(text, problem.question, problem.answer).outcome is Outcome.CORRECT:
                found += 1
                verdict = verify_trace(text, problem.question, problem.answer, reference=problem.trace)
                paid += verdict.outcome is Outcome.CORRECT
    assert found > 40
    assert paid <= found / 20


def test_a_reference_alone_is_gold() -> None:
    assert verify_trace(EGGS, QUESTION, reference=EGGS).outcome is Outcome.CORRECT
    other = EGGS.replace("sub", "add")
    assert codes(verify_trace(other, QUESTION, reference=EGGS)) == ["wrong_answer"]


def test_without_a_question_the_numbers_of_the_reference_move() -> None:
    false = arithmetic(*bound(a=16, b=49), compute("add", "a, b", "r"))
    assert verify_trace(false, answer="65").outcome is Outcome.CORRECT
    assert codes(verify_trace(false, answer="65", reference=EGGS)) == ["wrong_function"]
    assert verify_trace(EGGS, answer="65", reference=EGGS).outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    ("reference", "answer", "said"),
    [
        ("seven", None, "not_a_trace"),
        (EGGS.replace("var: step1}\n", "var: eggs}\n"), None, "variable_overwrite"),
        (EGGS, "66", "the gold answer is 66"),
        (65, None, "a int"),
    ],
)
def test_a_reference_that_is_no_valid_trace_is_an_error_of_the_data(
    reference: str, answer: str | None, said: str
) -> None:
    verdict = verify_trace(EGGS, QUESTION, answer, reference=reference)
    assert (verdict.outcome, codes(verdict)) == (Outcome.ERROR, ["bad_reference"])
    assert said in verdict.violations[0].message


def test_a_reference_is_as_valid_as_the_same_trace_beside_its_question() -> None:
    """The 2 of a half and the 2 of twice: one divided by the other is no division of a number by itself."""
    question = "Mia has 3 dogs. Each eats 1/2 a pound of food twice a day. How much do they eat in 5 days?"
    eaten = arithmetic(
        *bound(dogs=3, days=5),
        compute("div", "2, 2", "daily"),
        compute("mul", "dogs, daily", "all"),
        compute("mul", "all, days", "r"),
    )
    assert verify_trace(eaten, question, 15).outcome is Outcome.CORRECT
    assert verify_trace(eaten, question, 15, reference=eaten).outcome is Outcome.CORRECT


def test_a_rounded_gold_is_judged_by_the_exact_value_of_the_reference() -> None:
    question = "100 liters are poured into 3 cans, or 3333 into 100. How much is in each of 3 cans?"
    third = arithmetic(*bound(a=100, b=3), compute("div", "a, b", "r"))
    near = arithmetic(*bound(a=3333, b=100), compute("div", "a, b", "r"))
    assert verify_trace(near, question, "33.33").outcome is Outcome.CORRECT
    assert verify_trace(third, question, "33.33", reference=third).outcome is Outcome.CORRECT
    assert codes(verify_trace(near, question, "33.33", reference=third)) == ["wrong_function"]


def test_a_trace_may_write_the_numbers_that_its_reference_writes() -> None:
    question = "Ann and her sister have 5 cats each. How many cats have they and their mother, who has three?"
    text = arithmetic(
        *bound(a=1, b=5, c=3, d=9),
        compute("mul", "b, d", "m"),
        compute("sub", "m, c", "n"),
        compute("sub", "n, a", "r"),
    )
    assert "ungrounded_number" in codes(verify_trace(text, question, "41"))
    verdict = verify_trace(text, question, "41", reference=text)
    assert verdict.outcome is Outcome.CORRECT
    assert "9" not in [lint.message[:3] for lint in verdict.lints]


def test_where_nothing_can_be_moved_only_the_answers_are_compared() -> None:
    question = (
        "Ann dances 1 hour on Tuesday, 2 on Thursday, and on Saturday twice as long. How long in a week?"
    )
    reference = arithmetic(
        *bound(a=1, b=2),
        compute("add", "a, b", "m"),
        compute("mul", "b, 2", "n"),
        compute("add", "m, n", "r"),
    )
    text = arithmetic(*bound(a=7, b=2), compute("mul", "a, b", "m"), compute("sub", "m, 7", "r"))
    verdict = verify_trace(text, question, "7", reference=reference)
    assert verdict.outcome is Outcome.CORRECT
    assert verdict.lints[0].code == "function_not_compared"


def test_the_verdict_does_not_depend_on_what_was_compared_before() -> None:
    first = [verify_trace(t, q, a, reference=r) for q, a, r, t in (*FALSE.values(), *RIGHT.values())]
    again = [
        verify_trace(t, q, a, reference=r) for q, a, r, t in reversed((*FALSE.values(), *RIGHT.values()))
    ]
    assert first == again[::-1]


def test_a_long_trace_is_compared_in_no_time() -> None:
    numbers = bound(a=3, b=3, c=3, d=5, e=5, f=5, g=17)
    question = "Ann has 3 cups, 3 pens, 3 hats, 5 bags, 5 mugs, 5 jars and 17 cats. How many things has she?"
    reference = arithmetic(*numbers, compute("add", "a, b, c, d, e, f, g", "m"), compute("max", "m, g", "r"))
    text = arithmetic(
        *numbers,
        compute("mul", "a, b", "h"),
        compute("sub", "c, h", "i"),
        compute("add", "d, e, f, g", "j"),
        compute("max", "j, i", "k"),
        compute("add", "k, h", "r"),
    )
    started = time.perf_counter()
    verdict = verify_trace(text, question, "41", reference=reference)
    assert time.perf_counter() - started < 0.1
    assert codes(verdict) == ["wrong_function"]
