"""What RL pays for where problems have gold traces: their function, or any right answer."""

from __future__ import annotations

import pytest

from trace_trainer.engine.settings.recipes import load_recipe
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.problems import practised_task
from trace_trainer.experts.problems.problem import Problem

GOLD = (
    "expert: arithmetic\ntrace:\n- {op: init, var: a, value: 2}\n- {op: init, var: b, value: 2}\n"
    "- {op: compute, compute_op: add, args: [a, b], var: r}\n- {op: query, var: r}\n"
)
LUCKY = GOLD.replace("add", "mul")
PROBLEM = Problem("p", "Tom has 2 apples and buys 2 more. How many has he?", "4", "arithmetic", GOLD)


@pytest.mark.parametrize(("reference", "reward"), [(True, 0.2), (False, 1.0)])
def test_a_lucky_trace_is_paid_only_without_references(reference: bool, reward: float) -> None:
    task = practised_task(RLConfig(reference=reference))
    assert task.reward(task.judge(PROBLEM, LUCKY), "gated") == reward
    assert task.reward(task.judge(PROBLEM, GOLD), "gated") == 1


@pytest.mark.parametrize("recipe", ["default", "thorough", "gsm8k"])
def test_recipes_whose_figures_are_of_answers_alone_pay_for_these(recipe: str) -> None:
    config = load_recipe(recipe).rl
    assert practised_task(config).reference(PROBLEM) is None
    assert config.make_task().reference(PROBLEM) == GOLD
