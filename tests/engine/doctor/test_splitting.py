"""A split shares no template, keeps about the share, and does not depend on the order of the rows."""

from __future__ import annotations

import pytest

from trace_trainer.engine.doctor.overlap import same_skeletons
from trace_trainer.engine.doctor.splitting import split, templates
from trace_trainer.engine.errors import UserError
from trace_trainer.experts.problems import generate

QUESTIONS = [problem.question for problem in generate("train", 600, seed=1)]


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_the_sides_pass_the_overlap_check(share: float) -> None:
    made = split(templates(QUESTIONS), share, seed=0)
    training, held_out = ([QUESTIONS[i] for i in side] for side in (made.training, made.held_out))
    assert same_skeletons(held_out, training) == []
    assert sorted([*made.training, *made.held_out]) == list(range(600))
    assert share - 0.02 <= len(held_out) / 600 <= share


def test_the_same_rows_are_held_out_in_any_order() -> None:
    first = {QUESTIONS[i] for i in split(templates(QUESTIONS), 0.2, seed=3).held_out}
    turned = QUESTIONS[::-1]
    assert {turned[i] for i in split(templates(turned), 0.2, seed=3).held_out} == first
    assert {QUESTIONS[i] for i in split(templates(QUESTIONS), 0.2, seed=4).held_out} != first


def test_questions_that_differ_in_names_and_numbers_are_one_template() -> None:
    found = templates(
        ["Ann has 3 eggs. How many?", "Tom has 12 eggs. How many?", "Ann has 3 pens. How many?"]
    )
    assert found[0] == found[1] != found[2]


def test_something_is_held_out_of_few_large_groups_and_nothing_of_one() -> None:
    made = split(["a", "a", "a", "b", "b"], 0.1, seed=0)
    assert list(made.held_out) == [3, 4]
    with pytest.raises(UserError, match="all 3 rows are alike"):
        split(["a"] * 3, 0.5, seed=0)
