"""Completions that the limit cuts, or nearly (`--overlong`).

A cut completion may have been on the right way, and what it earns is noise. `mask` leaves its tokens out of the update,
while its reward still counts in the mean of its group; `penalty` adds to the reward, as soft overlong punishment does,

    0 up to L - C tokens, (L - C - tokens) / C from there to L, -1 for a cut one,

with L the limit and C a fifth of it. Both are of Yu et al. 2025, DAPO, where C is 4,096 of 20,480 tokens. The penalty
is only in what the update learns from: the rewards of the metrics and of the rollouts stay the verifier's.
"""

from __future__ import annotations

import math

import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.objectives.objective import advantages
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.samples import Sample

_MARGIN = 5  # C is this part of the limit


def check_overlong(config: RLConfig) -> None:
    """Raise UserError for a penalty that the objective does not see."""
    if config.overlong != "penalty":
        return
    worth = advantages(config.objective, torch.tensor([[0.0, 1.0]]), torch.tensor([[True, True]]))
    if not worth.any() or (worth == worth[0, 0]).all():
        raise UserError(
            f"--overlong penalty changes rewards, and {config.objective} goes by right and wrong alone; use --overlong "
            "mask, or another --objective"
        )


def paid_reward(config: RLConfig, sample: Sample) -> float:
    """What the update learns from; NaN where the sample earned nothing either way."""
    if sample.reward is None:
        return math.nan
    if config.overlong != "penalty":
        return sample.reward
    tokens = len(sample.rollout.completion_ids)
    return sample.reward + length_penalty(tokens, config.max_new_tokens, sample.rollout.ended)


def length_penalty(tokens: int, limit: int, ended: bool) -> float:
    """What is added to the reward of a completion of that many tokens, from -1 to 0."""
    if not ended:
        return -1.0
    margin = limit / _MARGIN
    return -max(0.0, tokens - (limit - margin)) / margin


def takes_part(config: RLConfig, sample: Sample) -> bool:
    """Whether the tokens of a sample may be learned from."""
    return config.overlong != "mask" or sample.rollout.ended
