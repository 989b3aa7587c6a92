"""The longest traces, questions and references: each verdict in less than a tenth of a second.

The bound is twice that, of the best of three, as tests run beside each other.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from trace_trainer.verifiers import Verdict, verify_trace
from trace_trainer.verifiers.limits import MAX_CHARACTERS, MAX_REFERENCE
from trace_trainer.verifiers.questions.grounding import MAX_QUESTION

BOUND = 0.2
NUMBERS = " ".join(map(str, range(1000, 2000)))[:MAX_QUESTION]


def trace_of(*steps: str, expert: str = "arithmetic") -> str:
    text = f"expert: {expert}\ntrace:\n" + "".join(f"- {{op: {step}}}\n" for step in steps)
    assert len(text) <= MAX_CHARACTERS
    return text


def wide(operation: str, operands: list[str], expert: str = "arithmetic", op: str = "compute") -> str:
    """One step with as many operands as a trace can hold."""
    listed = f"{op}, compute_op: {operation}, args: [a, {', '.join(operands)}], var: r"
    return trace_of("init, var: a, value: 1000", listed, "query, var: r", expert=expert)


def chain(operation: str) -> str:
    """A step for each number of the question."""
    bound = [f"init, var: v{i}, value: {1000 + i}" for i in range(31)]
    steps = [f"compute, compute_op: {operation}, args: [s{i}, v{i}], var: s{i + 1}" for i in range(1, 31)]
    return trace_of(*bound, *steps, "query, var: s31").replace("s1,", "v0,")


WHOLE = [str(1000 + i % 1000) for i in range(3000)]
WIDE_FRACTIONS = wide("add", ["1/7"] * 3000)
WIDE_COMPARE = wide("add", WHOLE, "comparison", "compare")
TEXTS = {
    "wide_fractions": WIDE_FRACTIONS,
    "wide_compare": WIDE_COMPARE,
    "wide_max": wide("max", WHOLE),
    "chain_max": chain("max"),
    "chain_mod": chain("mod"),
    "chain_add": chain("add"),
    "percents": trace_of(
        "init, var: a0, value: 1000",
        *(f"percent_off, base: a{i}, rate: 1/3, var: a{i + 1}" for i in range(62)),
        "query, var: a62",
        expert="percentage",
    ),
    "nested_yaml": "[" * MAX_CHARACTERS,
    "list_yaml": ("- " * MAX_CHARACTERS)[:MAX_CHARACTERS],
    "unknown_operations": trace_of(*(f"subb{'x' * 55}{i}, args: [a, b]" for i in range(64))),
}
QUESTIONS = {
    "numbers": NUMBERS,
    "fractions": " ".join(f"{i}/{i + 1}" for i in range(3, 900))[:MAX_QUESTION],
    "words": ("twenty-five thousand three hundred and sixty-one and a half, " * 80)[:MAX_QUESTION],
    "signs": ("$-5 -$5 50% 5 below zero " * 400)[:MAX_QUESTION],
    "names": ("Amy, Ben and Carl, " * 400)[:MAX_QUESTION],
}


def seconds(work: Callable[[], Verdict]) -> float:
    best = 9.0
    for _ in range(3):
        start = process_time()
        verdict = work()
        best = min(best, process_time() - start)
        assert verdict.outcome != "error" or verdict.violations[0].code == "bad_reference"
    return best


@pytest.mark.parametrize("name", TEXTS)
def test_the_longest_trace_is_judged_soon(name: str) -> None:
    for question in (None, NUMBERS):
        assert seconds(lambda question=question: verify_trace(TEXTS[name], question, 12345)) < BOUND  # type: ignore[misc]


REFERENCES = {
    "wide_fractions": wide("add", ["1/7"] * 1560),
    "wide_compare": wide("add", WHOLE[:1300], "comparison", "compare"),
    "chain_max": chain("max"),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_the_longest_trace_is_compared_soon_with_the_longest_reference(name: str) -> None:
    again = iter(range(99))
    assert all(len(reference) <= MAX_REFERENCE for reference in REFERENCES.values())
    for reference in (REFERENCES[name], REFERENCES["wide_fractions"]):
        for question in (None, NUMBERS):

            def work(reference: str = reference, question: str | None = question) -> Verdict:
                fresh = None if question is None else f"{next(again)} {question[:-3]}"  # read anew each time
                return verify_trace(TEXTS[name], fresh, reference=reference)

            assert seconds(work) < BOUND


def test_a_reference_that_is_too_long_is_an_error_of_the_data() -> None:
    verdict = verify_trace(TEXTS["chain_add"], None, reference=WIDE_FRACTIONS)
    assert verdict.outcome == "error" and verdict.violations[0].code == "bad_reference"
    assert "the limit is 8,000" in verdict.violations[0].message


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_longest_question_is_read_soon(name: str) -> None:
    again = iter(range(9))

    def work() -> Verdict:
        return verify_trace(TEXTS["chain_add"], f"{next(again)} {QUESTIONS[name][:-2]}", 12345)

    assert seconds(work) < BOUND
