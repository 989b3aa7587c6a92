"""Rewards of calls: one order under every policy, danger below all."""

from __future__ import annotations

import pytest

from trace_trainer.verifiers import POLICIES, CallOutcome, CallVerdict, score
from trace_trainer.verifiers.calls import Grade

FAILING = (CallOutcome.UNPARSED, CallOutcome.INVALID_CALL, CallOutcome.WRONG_CALL)


@pytest.mark.parametrize("policy", POLICIES)
def test_correct_is_1_danger_is_minus_1_and_all_else_between_0_and_a_half(policy: str) -> None:
    assert score(CallVerdict(CallOutcome.CORRECT, grade=Grade.FULLY), policy) == 1
    assert score(CallVerdict(CallOutcome.REFUSED), policy) == -1
    for outcome in FAILING:
        for grade in list(Grade)[:-1]:
            assert 0 <= (score(CallVerdict(outcome, grade=grade, progress=0.99), policy) or 0) <= 0.5


@pytest.mark.parametrize("policy", POLICIES)
def test_what_reached_nothing_earns_nothing(policy: str) -> None:
    for outcome in FAILING:
        assert score(CallVerdict(outcome, grade=Grade.NOTHING, progress=1.0), policy) == 0


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_is_judged_where_there_is_nothing_to_judge(policy: str) -> None:
    assert score(CallVerdict(CallOutcome.VALID, grade=Grade.ADMISSIBLE), policy) is None
    assert score(CallVerdict(CallOutcome.ERROR), policy) is None


def test_gated_pays_more_for_every_step_and_for_every_share_of_the_goal() -> None:
    steps = [CallVerdict(CallOutcome.WRONG_CALL, grade=grade) for grade in Grade if grade < Grade.PARTLY]
    shares = [CallVerdict(CallOutcome.WRONG_CALL, grade=Grade.PARTLY, progress=p) for p in (0.1, 0.5, 0.9)]
    rewards = [score(verdict) or 0 for verdict in (*steps, *shares)]
    assert rewards == sorted(set(rewards)) and max(rewards) <= 0.2


def test_an_unknown_policy_is_an_error_for_calls_too() -> None:
    with pytest.raises(ValueError, match="there are gated, ladder, binary"):
        score(CallVerdict(CallOutcome.CORRECT), "generous")
