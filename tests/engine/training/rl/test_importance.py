"""Truncated importance weights: what a token counts for whose sampler is not quite the policy."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.objectives.objective import OBJECTIVES, Tokens, token_loss
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.importance import importance_record, start_logprobs, with_importance
from trace_trainer.engine.training.rl.samples import Sample
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict

CAP = 1.5
ROLLOUTS = [
    Rollout([1], [4, 5, 2], [-1.0, -2.0, -0.5], True, [], [-1.1, -1.0, -0.5]),
    Rollout([1], [6, 2], [-0.7, -3.0], True, [], [-0.6, -3.2]),
]
LOG_RATIOS = [-0.1, 1.0, 0.0, 0.1, -0.2]
NEW = torch.tensor([-1.05, -0.9, -0.6, -0.5, -3.1])


def config(objective: str = "dr-grpo") -> RLConfig:
    return RLConfig(objective=objective, importance_cap=CAP)


def tokens(first: int = 0, count: int = 5) -> Tokens:
    """Those of the completions, or a part of them."""
    rows = torch.tensor([0, 0, 0, 1, 1])[first : first + count]
    old = start_logprobs(ROLLOUTS, torch.device("cpu"))
    return Tokens(
        NEW[first : first + count],
        old[first : first + count],
        rows,
        torch.tensor([1.5, -0.5]),
        torch.tensor([0.1, 0.2]),
    )


def loss(objective: str, of: Tokens) -> float:
    return float(token_loss(objective, of, config(objective).clipping).loss)


@pytest.mark.parametrize(
    "objective", [name for name, row in OBJECTIVES.items() if row.mean_over != "completions"]
)
def test_the_loss_of_each_token_counts_as_often_as_its_ratio_up_to_the_cap(objective: str) -> None:
    wanted = sum(
        min(torch.tensor(ratio).exp().item(), CAP) * loss(objective, tokens(place, 1))
        for place, ratio in enumerate(LOG_RATIOS)
    )
    weighed = with_importance(config(objective), ROLLOUTS, tokens())
    assert loss(objective, weighed) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize(
    "objective", [name for name, row in OBJECTIVES.items() if row.mean_over == "completions"]
)
def test_where_a_completion_has_one_ratio_its_loss_counts_as_often_as_the_product(objective: str) -> None:
    wanted = CAP * loss(objective, alone(0, 3)) + torch.tensor(-0.1).exp().item() * loss(
        objective, alone(3, 2)
    )
    weighed = with_importance(config(objective), ROLLOUTS, tokens())
    assert loss(objective, weighed) == pytest.approx(wanted, abs=1e-6)


def alone(first: int, count: int) -> Tokens:
    """The tokens of one completion, as if there were no other."""
    of, row = tokens(first, count), int(first > 0)
    return replace(
        of, rows=of.rows - row, advantage=of.advantage[row : row + 1], weight=of.weight[row : row + 1]
    )


def test_ratios_start_from_what_the_policy_says_itself() -> None:
    started = start_logprobs(ROLLOUTS, torch.device("cpu")).tolist()
    assert started == pytest.approx([-1.1, -1.0, -0.5, -0.6, -3.2])


def test_samples_of_the_policy_itself_stay_as_they_are() -> None:
    own = [Rollout([1], [4, 5, 2], [-1.0, -2.0, -0.5], True), Rollout([1], [6, 2], [-0.7, -3.0], True)]
    of = tokens()
    assert with_importance(config(), own, of) is of
    assert start_logprobs(own, torch.device("cpu")).tolist() == pytest.approx([-1.0, -2.0, -0.5, -0.7, -3.0])
    assert importance_record(config(), [[sample(r) for r in own]]) == {}


def test_a_part_of_a_completion_that_is_not_blamed_keeps_its_advantage() -> None:
    parts = Tokens(
        NEW, start_logprobs(ROLLOUTS, torch.device("cpu")), torch.tensor([0, 1, 1, 2, 3]),
        torch.tensor([1.5, 1.5, 0.0, -0.5]), torch.tensor([0.1, 0.1, 0.2, 0.2]),
    )  # fmt: skip
    weighed = with_importance(config(), ROLLOUTS, parts)
    assert weighed.advantage[weighed.rows].tolist() == [1.5, 1.5, 1.5, 0.0, -0.5]


def sample(rollout: Rollout) -> Sample:
    return Sample(None, rollout, "", Verdict(Outcome.CORRECT), 1.0)


def test_the_figures_are_of_completions_where_these_have_one_ratio() -> None:
    record = importance_record(config("rloo"), [[sample(r) for r in ROLLOUTS]])["importance"]
    assert record == {
        "log_ratio": pytest.approx(1.4 / 5),
        "mean": pytest.approx((1.5 + 0.904837) / 2, abs=1e-5),
        "max": pytest.approx(1.5),
        "truncated": pytest.approx(1 / 2),
    }


def test_the_figures_of_an_iteration() -> None:
    record = importance_record(config(), [[sample(r) for r in ROLLOUTS]])["importance"]
    weights = [0.904837, 1.5, 1.0, 1.105171, 0.818731]
    assert record == {
        "log_ratio": pytest.approx(1.4 / 5),
        "mean": pytest.approx(sum(weights) / 5, abs=1e-5),
        "max": pytest.approx(1.5),
        "truncated": pytest.approx(1 / 5),
    }
