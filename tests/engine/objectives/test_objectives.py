"""The objectives, each against a plain reference written out over lists."""

from __future__ import annotations

import math
import statistics

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from trace_trainer.engine.objectives.objective import (
    OBJECTIVES,
    Clipping,
    Tokens,
    advantages,
    token_loss,
    token_weights,
)

NAN = math.nan
EXPERT_ITERATION = "expert-iteration"
COMPARING = ["grpo", "dr-grpo", "dapo", "rloo", "gspo", "cispo"]
"""Those whose advantages compare the rewards of a group."""
CLIP_LOW, CLIP_HIGH = 0.2, 0.28
CLIPPING = Clipping(CLIP_LOW, CLIP_HIGH)
MAX_NEW_TOKENS = 7

groups = st.lists(
    st.sampled_from([0.0, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.7, 1.0, NAN]), min_size=1, max_size=12
)


def reference_advantages(objective: str, rewards: list[float]) -> list[float]:
    """One group, with nothing but means and deviations of lists."""
    scored = [reward for reward in rewards if not math.isnan(reward)]
    if len(set(scored)) < 2:
        return [0.0] * len(rewards)
    mean = statistics.fmean(scored)
    found = []
    for reward in rewards:
        if math.isnan(reward):
            found.append(0.0)
        elif objective == "rloo":
            found.append(reward - (sum(scored) - reward) / (len(scored) - 1))
        elif objective == "dr-grpo":
            found.append(reward - mean)
        else:
            found.append((reward - mean) / (statistics.pstdev(scored) + 1e-4))
    return found


def worth(objective: str, *rows: list[float]) -> list[list[float]]:
    rewards = torch.tensor(rows)
    return advantages(objective, rewards, rewards == 1).tolist()  # type: ignore[no-any-return]


# --- advantages


@pytest.mark.parametrize("objective", COMPARING)
@given(groups)
def test_advantages_are_those_of_the_reference(objective: str, rewards: list[float]) -> None:
    (found,) = worth(objective, rewards)
    assert found == pytest.approx(reference_advantages(objective, rewards), abs=1e-4)


@pytest.mark.parametrize("objective", COMPARING)
@given(groups)
def test_a_sample_without_a_reward_takes_no_part(objective: str, rewards: list[float]) -> None:
    scored = [reward for reward in rewards if not math.isnan(reward)]
    (found,) = worth(objective, rewards)
    assert all(advantage == 0 for advantage, reward in zip(found, rewards, strict=True) if math.isnan(reward))
    if scored:
        kept = [a for a, reward in zip(found, rewards, strict=True) if not math.isnan(reward)]
        assert kept == pytest.approx(worth(objective, scored)[0], abs=1e-5)


@pytest.mark.parametrize("objective", COMPARING)
@pytest.mark.parametrize("reward", [0.0, 0.05, 0.1, 0.3, 0.7, 1.0])
def test_a_group_of_equal_rewards_has_exactly_no_advantage(objective: str, reward: float) -> None:
    # Exactly: seven times 0.05 has a mean that is not 0.05 in float32, and any advantage would cost an update.
    for size in range(1, 20):
        for missing in (0, 1):
            assert worth(objective, [NAN] * missing + [reward] * size) == [[0.0] * (size + missing)]


@pytest.mark.parametrize("objective", COMPARING)
def test_groups_are_weighed_apart_from_each_other(objective: str) -> None:
    one, other = [0.0, 1.0, 0.2, 0.2], [1.0, 1.0, NAN, 0.1]
    assert worth(objective, one, other) == [worth(objective, one)[0], worth(objective, other)[0]]


@pytest.mark.parametrize("objective", ["grpo", "dr-grpo", "dapo", "gspo", "cispo"])
@given(groups)
def test_advantages_of_a_group_sum_to_nothing(objective: str, rewards: list[float]) -> None:
    assert sum(worth(objective, rewards)[0]) == pytest.approx(0, abs=1e-4)


def test_expert_iteration_takes_what_is_correct_and_nothing_else() -> None:
    correct = torch.tensor([[True, False, True], [False, False, False]])
    found = advantages(EXPERT_ITERATION, torch.tensor([[1.0, 0.2, NAN], [0.2, 0.2, 1.0]]), correct)
    assert found.tolist() == [[0.5, 0, 0.5], [0, 0, 0]]


def test_expert_iteration_counts_each_solved_problem_once() -> None:
    correct = torch.tensor([[True] * 4, [False, False, True, False], [False] * 4])
    found = advantages(EXPERT_ITERATION, correct.float(), correct)
    assert found.sum(dim=1).tolist() == [1, 1, 0]


# --- the loss over tokens

LENGTHS = [2, 4, 1]
ADVANTAGES = [0.7, -0.4, 1.5]
OLD = [-1.0, -2.0, -0.5, -0.1, -3.0, -1.2, -0.7]
SHIFTS = [0.0, 0.5, -0.5, 0.05, 0.3, -0.3, 1.0]
"""Of the new log-probabilities against the old ones: inside and outside of both bounds."""
NEW = [old + shift for old, shift in zip(OLD, SHIFTS, strict=True)]
ROWS = [row for row, length in enumerate(LENGTHS) for _ in range(length)]


def clipped_gain(ratio: float, advantage: float) -> float:
    return min(ratio * advantage, min(max(ratio, 1 - CLIP_LOW), 1 + CLIP_HIGH) * advantage)


def reference_loss(objective: str) -> float:
    """Written from the table in the module's docstring."""
    rows = [[i for i, row in enumerate(ROWS) if row == number] for number in range(len(LENGTHS))]
    if objective == EXPERT_ITERATION:
        return -statistics.fmean(ADVANTAGES[row] * new for row, new in zip(ROWS, NEW, strict=True))
    if objective == "rloo":
        gains = [
            clipped_gain(math.exp(sum(SHIFTS[i] for i in tokens)), ADVANTAGES[row])
            for row, tokens in enumerate(rows)
        ]
        return -statistics.fmean(gains)
    if objective == "gspo":
        gains = [
            clipped_gain(math.exp(statistics.fmean(SHIFTS[i] for i in tokens)), ADVANTAGES[row])
            for row, tokens in enumerate(rows)
        ]
        return -statistics.fmean(gains)
    if objective == "cispo":
        weights = [min(math.exp(shift), 1 + CLIP_HIGH) for shift in SHIFTS]
        return -statistics.fmean(
            w * ADVANTAGES[row] * new for w, row, new in zip(weights, ROWS, NEW, strict=True)
        )
    by_row = [
        [clipped_gain(math.exp(SHIFTS[i]), ADVANTAGES[row]) for i in tokens]
        for row, tokens in enumerate(rows)
    ]
    if objective == "grpo":
        return -statistics.fmean(statistics.fmean(gains) for gains in by_row)
    if objective == "dapo":
        return -statistics.fmean(gain for gains in by_row for gain in gains)
    assert objective == "dr-grpo"
    return -statistics.fmean(sum(gains) / MAX_NEW_TOKENS for gains in by_row)


def loss_of(objective: str, new: torch.Tensor, advantage: list[float] = ADVANTAGES):  # type: ignore[no-untyped-def]
    weights = token_weights(objective, torch.tensor(LENGTHS), MAX_NEW_TOKENS)
    tokens = Tokens(new, torch.tensor(OLD), torch.tensor(ROWS), torch.tensor(advantage), weights)
    return token_loss(objective, tokens, CLIPPING)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_loss_is_that_of_the_reference(objective: str) -> None:
    assert float(loss_of(objective, torch.tensor(NEW)).loss) == pytest.approx(
        reference_loss(objective), abs=1e-5
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_the_loss_of_parts_adds_up_to_that_of_the_whole(objective: str) -> None:
    weights = token_weights(objective, torch.tensor(LENGTHS), MAX_NEW_TOKENS)
    total = 0.0
    for row in range(len(LENGTHS)):
        tokens = [i for i, owner in enumerate(ROWS) if owner == row]
        part = Tokens(
            torch.tensor([NEW[i] for i in tokens]),
            torch.tensor([OLD[i] for i in tokens]),
            torch.zeros(len(tokens), dtype=torch.long),
            torch.tensor([ADVANTAGES[row]]),
            weights[row : row + 1],
        )
        total += float(token_loss(objective, part, CLIPPING).loss)
    assert total == pytest.approx(float(loss_of(objective, torch.tensor(NEW)).loss), abs=1e-5)


@pytest.mark.parametrize("objective", ["grpo", "dr-grpo", "dapo"])
def test_clipping_stops_the_gradient_where_the_ratio_has_gone_far_enough(objective: str) -> None:
    new = torch.tensor(NEW, requires_grad=True)
    result = loss_of(objective, new)
    (gradient,) = torch.autograd.grad(result.loss, new)
    for i, shift in enumerate(SHIFTS):
        advantage = ADVANTAGES[ROWS[i]]
        ratio = math.exp(shift)
        held = ratio > 1 + CLIP_HIGH if advantage > 0 else ratio < 1 - CLIP_LOW
        assert bool(gradient[i] == 0) == held
        assert bool(result.clipped[i]) == held
        assert held or math.copysign(1, float(gradient[i])) == -math.copysign(1, advantage)
    assert result.ratios.tolist() == pytest.approx([math.exp(shift) for shift in SHIFTS])


def test_rloo_clips_the_ratio_of_the_whole_completion() -> None:
    new = torch.tensor(NEW, requires_grad=True)
    result = loss_of("rloo", new)
    (gradient,) = torch.autograd.grad(result.loss, new)
    assert result.ratios.tolist() == pytest.approx([math.exp(0.5), math.exp(-0.45), math.exp(1.0)])
    assert result.clipped.tolist() == [True, True, True]
    assert not gradient.any()
    start = torch.tensor(OLD, requires_grad=True)  # nothing is clipped where ratios are 1
    (gradient,) = torch.autograd.grad(loss_of("rloo", start).loss, start)
    assert gradient.tolist() == pytest.approx([-ADVANTAGES[row] / len(LENGTHS) for row in ROWS])


def test_gspo_moves_every_token_of_a_completion_alike_until_its_mean_ratio_is_held() -> None:
    new = torch.tensor(NEW, requires_grad=True)
    result = loss_of("gspo", new)
    (gradient,) = torch.autograd.grad(result.loss, new)
    means = [math.exp(statistics.fmean(SHIFTS[i] for i in range(7) if ROWS[i] == row)) for row in range(3)]
    assert result.ratios.tolist() == pytest.approx(means)
    assert result.clipped.tolist() == [True, False, True]
    expected = [-ADVANTAGES[row] * means[row] / LENGTHS[row] / 3 if row == 1 else 0 for row in ROWS]
    assert gradient.tolist() == pytest.approx(expected)


def test_cispo_learns_from_a_token_beyond_the_bound_too() -> None:
    new = torch.tensor(NEW, requires_grad=True)
    result = loss_of("cispo", new)
    (gradient,) = torch.autograd.grad(result.loss, new)
    weights = [min(math.exp(shift), 1 + CLIP_HIGH) for shift in SHIFTS]
    expected = [-w * ADVANTAGES[row] / len(NEW) for w, row in zip(weights, ROWS, strict=True)]
    assert gradient.tolist() == pytest.approx(expected)
    assert result.clipped.tolist() == [math.exp(shift) > 1 + CLIP_HIGH for shift in SHIFTS]


def test_at_the_start_of_an_update_every_ratio_is_one_and_nothing_is_clipped() -> None:
    for objective in OBJECTIVES:
        result = loss_of(objective, torch.tensor(OLD))
        assert torch.allclose(result.ratios, torch.ones_like(result.ratios))
        assert not result.clipped.any()


def test_expert_iteration_ignores_what_the_probabilities_were() -> None:
    new = torch.tensor(NEW, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss_of(EXPERT_ITERATION, new, [1.0] * 3).loss, new)
    assert gradient.tolist() == pytest.approx([-1 / len(NEW)] * len(NEW))


def test_expert_iteration_weighs_likelihoods_by_the_advantage() -> None:
    new = torch.tensor(NEW, requires_grad=True)
    (gradient,) = torch.autograd.grad(loss_of(EXPERT_ITERATION, new, [0.25, 0.0, 1.0]).loss, new)
    expected = [w for length, w in zip(LENGTHS, [0.25, 0.0, 1.0], strict=True) for _ in range(length)]
    assert gradient.tolist() == pytest.approx([-w / len(NEW) for w in expected])


@pytest.mark.parametrize(
    ("objective", "weights"),
    [
        ("grpo", [1 / 6, 1 / 12, 1 / 3]),
        ("dr-grpo", [1 / 21] * 3),
        ("dapo", [1 / 7] * 3),
        ("rloo", [1 / 3] * 3),
        ("gspo", [1 / 3] * 3),
        ("cispo", [1 / 7] * 3),
        (EXPERT_ITERATION, [1 / 7] * 3),
    ],
)
def test_what_a_token_weighs(objective: str, weights: list[float]) -> None:
    assert token_weights(objective, torch.tensor(LENGTHS), MAX_NEW_TOKENS).tolist() == pytest.approx(weights)
