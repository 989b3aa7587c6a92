"""Reward policies: a right answer outweighs any amount of format, and a fault of ours or of the data earns nothing."""

from __future__ import annotations

import math

import pytest
from helpers.traces import EGGS, QUESTION

from trace_trainer.verifiers import POLICIES, Outcome, Stage, Verdict, Violation, score, verify_trace
from trace_trainer.verifiers.score import RewardError
from trace_trainer.verifiers.score import reward as declare
from trace_trainer.verifiers.traces.verdict import CODES

FAILED = [Verdict(Outcome.INVALID_TRACE, (Violation(code, "wrong"),)) for code in CODES]


def reward(text: str, policy: str, expert: str = "arithmetic") -> float | None:
    return score(verify_trace(text, QUESTION, 65, expert), policy)


BY_OUTCOME = {
    Outcome.UNPARSED: ("no trace", "arithmetic"),
    Outcome.WRONG_EXPERT: (EGGS, "percentage"),
    Outcome.INVALID_TRACE: (EGGS.replace("value: 16", "value: 17"), "arithmetic"),
    Outcome.WRONG_ANSWER: (EGGS.replace("query, var: result", "query, var: step1"), "arithmetic"),
    Outcome.CORRECT: (EGGS, "arithmetic"),
}


@pytest.mark.parametrize(("outcome", "expected"), list(zip(BY_OUTCOME, [0, 0.3, 0.5, 0.7, 1], strict=True)))
def test_the_ladder_is_the_published_one(outcome: Outcome, expected: float) -> None:
    text, expert = BY_OUTCOME[outcome]
    assert verify_trace(text, QUESTION, 65, expert).outcome is outcome
    assert reward(text, "ladder", expert) == expected


@pytest.mark.parametrize("outcome", BY_OUTCOME)
def test_binary_pays_for_nothing_but_a_right_answer(outcome: Outcome) -> None:
    assert reward(BY_OUTCOME[outcome][0], "binary", BY_OUTCOME[outcome][1]) == (outcome is Outcome.CORRECT)


def test_gated_is_the_default() -> None:
    verdict = verify_trace(EGGS.replace("value: 16", "value: 17"), QUESTION, 65)
    assert score(verdict) == score(verdict, "gated")


def test_gated_pays_1_for_a_right_answer_and_at_most_a_fifth_for_anything_else() -> None:
    assert reward(EGGS, "gated") == 1
    assert all(0 <= (score(verdict) or 0) <= 0.2 for verdict in FAILED)


def test_gated_pays_more_for_every_stage_passed() -> None:
    credits = [
        score(Verdict(Outcome.INVALID_TRACE, (Violation(_code_of(stage), ""),))) or 0 for stage in Stage
    ]
    assert credits == sorted(set(credits))
    assert credits[0] == 0


def _code_of(stage: Stage) -> str:
    return next(code for code in CODES if CODES[code] is stage)


def test_gated_looks_at_the_first_stage_that_failed_only() -> None:
    one = Verdict(Outcome.INVALID_TRACE, (Violation("bad_type", ""),))
    several = one._replace(
        violations=(*one.violations, Violation("wrong_answer", ""), Violation("bad_type", ""))
    )
    assert score(one) == score(several)


def test_gated_pays_less_for_the_wrong_expert_than_for_a_wrong_answer() -> None:
    wrong_expert, wrong_answer = (
        reward(*_arguments(o)) for o in (Outcome.WRONG_EXPERT, Outcome.WRONG_ANSWER)
    )
    assert wrong_expert is not None
    assert wrong_answer is not None
    assert 0 < wrong_expert < wrong_answer


def _arguments(outcome: Outcome) -> tuple[str, str, str]:
    text, expert = BY_OUTCOME[outcome]
    return text, "gated", expert


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_pays_anything_as_much_as_a_right_answer(policy: str) -> None:
    others = [
        reward(text, policy, expert) for o, (text, expert) in BY_OUTCOME.items() if o is not Outcome.CORRECT
    ]
    assert all(other is not None and other < 1 for other in others)


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_judges_where_there_is_nothing_to_judge(policy: str) -> None:
    assert score(verify_trace(EGGS, QUESTION), policy) is None
    assert score(verify_trace(EGGS, QUESTION, "many"), policy) is None


@pytest.mark.parametrize("policy", POLICIES)
def test_every_policy_has_a_description(policy: str) -> None:
    assert POLICIES[policy].__doc__


def test_an_unknown_policy_is_an_error_that_names_those_that_exist() -> None:
    with pytest.raises(ValueError, match="no reward policy 'generous'; there are gated, ladder, binary"):
        score(verify_trace(EGGS, QUESTION, 65), "generous")


@pytest.mark.parametrize("worth", [math.nan, math.inf, "1", [1]])
def test_what_is_no_number_is_no_reward(worth: object) -> None:
    with POLICIES.trial():
        declare(lambda verdict: worth, name="mine")  # type: ignore[arg-type, return-value]
        with pytest.raises(
            RewardError, match=r"reward policy mine returned .*; a reward is a finite number, or None"
        ):
            score(Verdict(Outcome.CORRECT), "mine")


def test_a_policy_that_fails_is_named_with_its_place() -> None:
    with POLICIES.trial():
        declare(lambda verdict: verdict.no_such_thing, name="mine")
        with pytest.raises(
            RewardError, match=r"mine, declared at \S+test_rewards\.py:\d+, fails: AttributeError"
        ):
            score(Verdict(Outcome.CORRECT), "mine")


def test_a_policy_may_leave_a_verdict_out_and_is_not_asked_about_errors() -> None:
    with POLICIES.trial():
        declare(lambda verdict: None, name="mine")
        assert score(Verdict(Outcome.CORRECT), "mine") is None
        declare(lambda verdict: 1 / 0, name="never")
        assert score(Verdict(Outcome.ERROR), "never") is None
