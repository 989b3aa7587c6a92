"""Solutions that name an unknown become traces of the expert algebra, or stay refused."""

from __future__ import annotations

import pytest

from trace_trainer.engine.problems.converting.refusals import Refusal, RefusedError
from trace_trainer.engine.problems.gsm8k.conversion import convert
from trace_trainer.engine.problems.gsm8k.unknowns import unknown_trace
from trace_trainer.verifiers import verify_trace

PEARS = "Mia and Tom picked 48 pears. Mia picked 3 times as many as Tom. How many pears did Tom pick?"


@pytest.mark.parametrize(
    ("question", "solution", "equation"),
    [
        (
            PEARS,
            "Let x be the number of pears that Tom picked.\nThen x + 3x = 48\n4x = 48\nx = <<48/4=12>>12\n#### 12",
            "lhs: pears + 3 * pears, rhs: 48",
        ),
        (
            "A shirt costs $12 more than a tie. Together they cost $60. How much does the tie cost?",
            "Let T be the cost of the tie. T+(T+$12)=$60, so 2T = 48 and T = $24.\n#### 24",
            "lhs: tie + (tie + 12), rhs: 60",
        ),
        (
            "After a discount of 20%, a lamp costs $40. What did it cost before?",
            "y - 20%*y = 40\n.8y=40\ny = 50\n#### 50",
            "lhs: y - 20 / 100 * y, rhs: 40",
        ),
        (
            "Twice the sum of a number and 5 is 30. What is the number?",
            "2(n + 5) = 30\nn + 5 = 15\nn = 10\n#### 10",
            "lhs: 2 * (n + 5), rhs: 30",
        ),
        (
            "A hall has 7 x 3 equal tables and 8 more. There are 50 seats in all, k at each table, and 8 others. "
            "How many seats has a table?",
            "7 x 3 x k + 8 = 50\n21k = 42\nk = 2\n#### 2",
            "",
        ),
    ],
)
def test_the_equation_is_taken_as_the_solution_states_it(question: str, solution: str, equation: str) -> None:
    if not equation:  # an x between numbers multiplies; beside another letter it can't be told
        assert unknown_trace(question, solution, solution.rpartition(" ")[2]) is None
        return
    converted = convert(question, solution)
    assert converted.expert == "algebra"
    assert f"{{op: equation, {equation}}}" in converted.trace
    assert not converted.certain
    assert verify_trace(converted.trace, question, converted.answer, "algebra").outcome == "correct"


def test_what_is_asked_for_may_be_told_by_the_unknown() -> None:
    question = PEARS.replace("did Tom pick", "did Mia pick")
    solution = "Let t be Tom's pears. Mia has 3t pears. 3t + t = 48\n4t = 48\nt = 12\nMia picked 36.\n#### 36"
    trace = convert(question, solution).trace
    assert "{op: equation, lhs: result, rhs: 3 * t}" in trace
    assert trace.endswith("- {op: solve, var: result}\n- {op: query, var: result}\n")


@pytest.mark.parametrize(
    "solution",
    [
        "x = 48\n#### 12",  # nothing to solve
        "4x = 48\nx = 12\n#### 12",  # 4 is not the question's
        "x + y = 48\nx = 3y\ny = 12\n#### 12",  # two unknowns
        "x * x = 144\nx = 12\n#### 12",  # not linear
        "2x + = 48 )\nx = 12\n#### 12",
    ],
)
def test_what_is_no_such_equation_stays_refused(solution: str) -> None:
    with pytest.raises(RefusedError) as caught:
        convert(PEARS, solution)
    assert caught.value.reason in (
        Refusal.UNKNOWN,
        Refusal.NO_EQUATION,
        Refusal.NOT_COMPUTED,
        Refusal.UNEXPLAINED,
    )
