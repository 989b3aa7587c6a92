"""What counts as right, votes, and the figures made of them: engine/evaluation, without its tables."""

from __future__ import annotations

import io
import itertools
import json
from dataclasses import replace
from fractions import Fraction

import pytest
from rich.console import Console

from trace_trainer.engine.evaluation.difference import Difference, mean_difference
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.evaluation.intervals import wilson
from trace_trainer.engine.evaluation.records import Completion, Record
from trace_trainer.engine.evaluation.scoreboard import scoreboard
from trace_trainer.engine.evaluation.scores import GroupScore, pass_at_k
from trace_trainer.engine.evaluation.voting import majority
from trace_trainer.engine.tasks.traces import TraceTask, verified
from trace_trainer.experts.problems import generate
from trace_trainer.experts.problems.problem import Problem
from trace_trainer.verifiers import score, verify_trace

QUESTION = "Tom has 3 apples and buys 4 more. How many apples has he now?"
TASK = TraceTask()
PROBLEM = Problem("p1", QUESTION, "7", "arithmetic")


def _trace(operation: str = "add", expert: str = "arithmetic") -> str:
    return (
        f"expert: {expert}\ntrace:\n- {{op: init, var: apples, value: 3}}\n- {{op: init, var: bought, value: 4}}\n"
        f"- {{op: compute, compute_op: {operation}, args: [bought, apples], var: result}}\n"
        "- {op: query, var: result}\n"
    )


RIGHT, WRONG, UNPARSED = _trace(), _trace("sub"), "seven"


def _record(problem: Problem, *texts: str, ended: bool = True) -> Record:
    verdicts = [TASK.judge(problem, text) for text in texts]
    return Record(
        problem,
        tuple(Completion(t, v, score(v), len(t), ended) for t, v in zip(texts, verdicts, strict=True)),
    )


def _evaluation(*records: Record, model: str = "m", samples: int = 1) -> Evaluation:
    return Evaluation(model, TASK, "data", records, samples)


def test_every_gold_trace_is_judged_correct() -> None:
    records = [_record(problem, problem.trace or "") for problem in generate("test_numbers", 50)]
    assert _evaluation(*records).accuracy == 1


def test_a_right_answer_by_another_expert_than_stated_does_not_count() -> None:
    text = _trace("mul", "rate_equation")
    stated = Problem("p", QUESTION, "12", "arithmetic")
    assert TASK.judge(stated, text).outcome == "wrong_expert"
    assert TASK.judge(Problem("p", QUESTION, "12"), text).outcome == "correct"


def test_accuracy_by_function_stands_beside_accuracy_by_answer() -> None:
    chance = Problem("p", "Tom has 2 apples and buys 2 more. How many has he?", "4", "arithmetic")
    gold = RIGHT.replace("value: 3", "value: 2").replace("value: 4", "value: 2")
    chance = replace(chance, trace=gold)
    found = _evaluation(
        _record(chance, gold.replace("add", "mul")), _record(chance, gold), _record(PROBLEM, RIGHT)
    )
    assert (found.accuracy, found.function_accuracy) == (1, 0.5)
    figures = found.to_json()
    assert figures["function_accuracy"] == 0.5 and figures["function_interval"] == list(wilson(1, 2))
    assert figures["outcomes"] == {"correct": 2, "wrong_answer": 1}
    shown = io.StringIO()
    Console(file=shown, width=120).print(scoreboard([found]))
    assert "by function [95 %]" in shown.getvalue() and "50.0%" in shown.getvalue()
    assert _evaluation(_record(PROBLEM, RIGHT)).to_json()["function_accuracy"] is None


def test_without_references_any_right_answer_is_paid() -> None:
    problem = next(generate("validation", 1))
    assert TASK.reference(problem) == problem.trace
    task = TASK.without_references()
    assert task.reference(problem) is None
    assert "reference" in TASK.row(problem) and "reference" not in task.row(problem)


def test_a_wrong_answer_is_verified_and_an_invalid_trace_is_not() -> None:
    assert verified(TASK.judge(PROBLEM, WRONG))
    assert not verified(TASK.judge(PROBLEM, RIGHT.replace("value: 3", "value: 33")))


def test_the_majority_counts_only_traces_that_verify() -> None:
    ungrounded = RIGHT.replace("value: 3", "value: 33")
    vote = majority(
        [
            TASK.answer(TASK.judge(PROBLEM, text))
            for text in (ungrounded, ungrounded, UNPARSED, WRONG, RIGHT, RIGHT)
        ],
        [-1.0] * 6,
    )
    assert vote is not None
    assert (vote.answer, vote.winner, vote.counts) == (Fraction(7), 4, {Fraction(7): 2, Fraction(1): 1})


def test_there_is_no_majority_where_nothing_verifies() -> None:
    assert majority([TASK.answer(TASK.judge(PROBLEM, UNPARSED))], [-1.0]) is None


def test_a_tied_vote_goes_to_the_most_probable_completion() -> None:
    vote = majority([3, 8, None, 3, 8, 5], [-9.0, -4.0, -1.0, -3.0, -5.0, -2.0])
    assert vote is not None
    assert (vote.answer, vote.winner, vote.counts) == (3, 3, {3: 2, 8: 2, 5: 1})


def test_a_record_breaks_a_tied_vote_by_what_the_model_holds_probable() -> None:
    verdicts = [TASK.judge(PROBLEM, text) for text in (WRONG, RIGHT)]
    for logprob, right in ((-2.0, True), (-4.0, False)):
        completions = (
            Completion(WRONG, verdicts[0], 0.0, 9, True, -3.0),
            Completion(RIGHT, verdicts[1], 1.0, 9, True, logprob),
        )
        assert Record(PROBLEM, completions).majority_correct(TASK) == right


@pytest.mark.parametrize(
    ("samples", "correct", "k"), list(itertools.product((5, 6), (0, 1, 3, 5), (1, 2, 4, 5)))
)
def test_pass_at_k_is_the_share_of_subsets_with_a_correct_one(samples: int, correct: int, k: int) -> None:
    subsets = list(itertools.combinations(range(samples), k))
    share = sum(any(index < correct for index in subset) for subset in subsets) / len(subsets)
    assert pass_at_k(samples, correct, k) == pytest.approx(share)


def test_pass_at_more_than_was_sampled_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        pass_at_k(4, 2, 5)


def test_the_figures_are_those_of_the_interface() -> None:
    found = _evaluation(
        _record(PROBLEM, RIGHT), _record(PROBLEM, WRONG), _record(PROBLEM, UNPARSED, ended=False)
    )
    figures = found.to_json()
    assert list(figures) == [
        "model", "data", "n", "accuracy", "interval", "function_accuracy", "parse_rate", "outcomes", "violations",
        "experts", "mean_reward", "mean_completion_tokens", "truncated",
    ]  # fmt: skip
    assert figures["n"] == 3
    assert figures["accuracy"] == pytest.approx(1 / 3)
    assert figures["interval"] == list(wilson(1, 3))
    assert figures["parse_rate"] == pytest.approx(2 / 3)
    assert figures["outcomes"] == {"correct": 1, "wrong_answer": 1, "unparsed": 1}
    assert figures["violations"]["wrong_answer"] == 1
    assert figures["experts"] == {"arithmetic": {"n": 3, "correct": 1, "accuracy": pytest.approx(1 / 3)}}
    assert figures["mean_reward"] == pytest.approx(
        sum(score(TASK.judge(PROBLEM, t)) or 0 for t in (RIGHT, WRONG, UNPARSED)) / 3
    )
    assert figures["truncated"] == 1
    assert json.loads(json.dumps(figures)) == figures


def test_a_problem_with_a_broken_answer_is_left_out_of_every_average() -> None:
    broken = Problem("p2", QUESTION, "seven or so", "arithmetic")
    found = _evaluation(_record(PROBLEM, RIGHT), _record(broken, UNPARSED))
    assert (found.accuracy, found.parse_rate, found.mean_reward) == (1, 1, 1)
    assert found.interval == wilson(1, 1)
    assert found.outcomes == {"correct": 1, "error": 1}
    assert found.groups["arithmetic"].n == 1


def test_an_evaluation_without_any_usable_answer_is_refused() -> None:
    with pytest.raises(
        ValueError, match=r"none of 1 problems could be judged; p: the gold answer is no number"
    ):
        _evaluation(_record(Problem("p", QUESTION, "unknown"), RIGHT))


def test_problems_that_state_no_expert_count_for_the_one_that_the_trace_names() -> None:
    problem = Problem("p", QUESTION, "7")
    found = _evaluation(
        _record(problem, RIGHT), _record(problem, UNPARSED), _record(problem, _trace(expert="wizard"))
    )
    assert {name: (s.n, s.correct) for name, s in found.groups.items()} == {
        "arithmetic": (1, 1),
        "none": (2, 0),
    }


def test_several_samples_give_pass_at_k_and_the_majority() -> None:
    found = _evaluation(
        _record(PROBLEM, RIGHT, WRONG, RIGHT, UNPARSED),
        _record(PROBLEM, WRONG, WRONG, WRONG, RIGHT),
        samples=4,
    )
    figures = found.to_json()
    assert figures["accuracy"] == figures["pass_at_k"]["1"] == pytest.approx(3 / 8)
    assert figures["pass_at_k"] == {
        "1": pytest.approx(3 / 8),
        "2": pytest.approx((5 / 6 + 1 / 2) / 2),
        "4": 1,
    }
    assert figures["majority"] == 0.5
    assert figures["majority_interval"] == list(wilson(1, 2))


def test_completions_are_counted_by_the_calculations_of_the_solution() -> None:
    found = _evaluation(
        _record(PROBLEM, RIGHT),  # nothing is known of its solution
        _record(replace(PROBLEM, trace=RIGHT), RIGHT),
        _record(replace(PROBLEM, steps=2), RIGHT, WRONG),
    )
    assert found.by_steps == {1: GroupScore(1, 1), 2: GroupScore(2, 1)}
    assert found.to_json()["steps"]["2"] == {"n": 2, "correct": 1, "accuracy": 0.5}
    assert "steps" not in _evaluation(_record(PROBLEM, RIGHT)).to_json()


def test_samples_of_one_problem_do_not_narrow_the_interval() -> None:
    once = _evaluation(_record(PROBLEM, RIGHT), _record(PROBLEM, WRONG))
    often = _evaluation(_record(PROBLEM, *[RIGHT] * 8), _record(PROBLEM, *[WRONG] * 8), samples=8)
    assert often.interval == once.interval


def test_an_example_shows_the_violation_it_is_asked_for() -> None:
    found = _evaluation(_record(PROBLEM, RIGHT), _record(PROBLEM, WRONG))
    _, completion, violation = found.example("wrong_answer")
    assert (completion.text, violation.code) == (WRONG, "wrong_answer")


def test_completions_as_rows_can_be_verified_again() -> None:
    found = _evaluation(_record(PROBLEM, WRONG))
    (row,) = found.rows()
    verdict = verify_trace(row["completion"], row["prompt"], row["answer"], row["expert"])
    assert (verdict.outcome, [v.code for v in verdict.violations]) == (row["outcome"], row["violations"])


def test_a_difference_is_paired_by_problem() -> None:
    better = _evaluation(*[_record(PROBLEM, RIGHT)] * 30, model="a")
    worse = _evaluation(*[_record(PROBLEM, RIGHT)] * 15, *[_record(PROBLEM, WRONG)] * 15, model="b")
    difference = Difference.between(better, worse)
    assert difference.difference == 0.5
    assert difference.reading == "better"
    assert Difference.between(worse, better).reading == "worse"
    assert Difference.between(better, better).reading == "not told apart"


def test_evaluations_of_different_problems_are_not_compared() -> None:
    other = Problem("p2", QUESTION + " Please.", "7")
    with pytest.raises(ValueError, match="different problems"):
        Difference.between(_evaluation(_record(PROBLEM, RIGHT)), _evaluation(_record(other, RIGHT)))


def test_the_difference_of_several_samples_counts_a_problem_once() -> None:
    few = Difference.between(
        _evaluation(_record(PROBLEM, RIGHT, RIGHT), _record(PROBLEM, RIGHT, WRONG), samples=2),
        _evaluation(_record(PROBLEM, WRONG, WRONG), _record(PROBLEM, RIGHT, WRONG), samples=2),
    )
    assert (few.n, few.difference) == (2, 0.5)
    assert few.interval == mean_difference([1, 0])[1:]


def test_the_difference_on_a_single_problem_is_open() -> None:
    one = _evaluation(_record(PROBLEM, RIGHT, RIGHT), samples=2)
    other = _evaluation(_record(PROBLEM, RIGHT, WRONG), samples=2)
    difference = Difference.between(one, other)
    assert (difference.difference, difference.interval, difference.reading) == (
        0.5,
        (-1, 1),
        "not told apart",
    )
