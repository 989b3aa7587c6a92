"""What stored completions of two systems say about each other."""

from __future__ import annotations

import pytest

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.comparison import compare
from trace_trainer.engine.evaluation.contrast import contrast, mcnemar
from trace_trainer.engine.evaluation.intervals import paired_difference
from trace_trainer.engine.evaluation.stored import FUNCTION, System


def system(name: str, solved: str, **fields: object) -> System:
    """A system with one completion a problem: `+` solved, `f` right by another function, `-` wrong, `!` an error."""
    outcomes = {
        "+": {"outcome": "correct"},
        "-": {"outcome": "wrong_answer", "violations": ["wrong_answer"]},
        "f": {"outcome": "wrong_answer", "violations": ["wrong_function"]},
        "!": {"outcome": "error"},
    }
    rows = {str(i): [{"prompt": str(i), **outcomes[mark], **fields}] for i, mark in enumerate(solved)}
    return System(name, rows)


def test_a_difference_is_paired_by_problem() -> None:
    found = contrast(system("b", "+++-"), system("a", "+--+"), list("0123"))
    assert found is not None
    assert (found.n, found.difference, found.only_system, found.only_baseline) == (4, 0.25, 2, 1)
    assert found.interval == paired_difference([True, True, True, False], [True, False, False, True])[1:]


def test_a_problem_that_either_could_not_score_is_left_out() -> None:
    found = contrast(system("b", "!+-"), system("a", "+!-"), list("012"))
    assert found is not None and (found.n, found.difference) == (1, 0)


def test_a_right_answer_by_another_function_counts_by_answer_only() -> None:
    ours, theirs = system("b", "f+", reference="..."), system("a", "++", reference="...")
    by_answer, by_function = (contrast(ours, theirs, ["0", "1"], figure) for figure in ("accuracy", FUNCTION))
    assert by_answer is not None and by_answer.difference == 0
    assert by_function is not None and by_function.difference == -0.5


def test_several_samples_of_a_problem_are_one_observation() -> None:
    ours = System("b", {"0": [*system("b", "+").rows["0"], *system("b", "-").rows["0"]]})
    found = contrast(ours, system("a", "-"), ["0"])
    assert found is not None and (found.n, found.difference, found.p) == (1, 0.5, None)


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"), [(0, 0, 1.0), (1, 0, 1.0), (6, 0, 0.03125), (9, 1, 0.021484375)]
)
def test_mcnemars_test_is_a_coin_for_each_discordant_pair(only_a: int, only_b: int, p: float) -> None:
    assert mcnemar(only_a, only_b) == mcnemar(only_b, only_a) == p


def test_groups_and_all_problems_stand_beside_each_other() -> None:
    ours, theirs = system("b", "++", expert="x"), system("a", "-+", expert="x")
    theirs.rows["1"][0]["expert"] = "y"
    found = {made.group: made.difference for made in compare([theirs, ours], by="expert").contrasts}
    assert found == {None: 0.5, "x": 1.0, "y": 0.0}


def test_what_only_some_answered_is_left_out_and_counted() -> None:
    found = compare([system("a", "++"), system("b", "+---")])
    assert (found.problems, found.left_out, found.contrasts[0].n) == (2, {"a": 0, "b": 2}, 2)


@pytest.mark.parametrize(
    ("figures", "by", "message"),
    [
        (["f1"], None, "no figure f1: the systems share accuracy"),
        ([], "expert", "no problem has a column expert: there are outcome, prompt"),
    ],
)
def test_what_the_completions_lack_is_named(figures: list[str], by: str | None, message: str) -> None:
    with pytest.raises(UserError, match=message):
        compare([system("a", "+"), system("b", "-")], figures, by)


def test_systems_of_other_problems_are_not_compared() -> None:
    other = System("b", {"another": system("b", "+").rows["0"]})
    with pytest.raises(UserError, match="a, b share no problem"):
        compare([system("a", "+"), other])
