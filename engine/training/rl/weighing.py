"""What the samples of an iteration are worth to its update."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from trace_trainer.engine.objectives.objective import advantages
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.training.rl.credit import unblamed_tokens
from trace_trainer.engine.training.rl.overlong import paid_reward, takes_part
from trace_trainer.engine.training.rl.samples import Sample

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def weigh(config: RLConfig, tokenizer: PreTrainedTokenizerBase, groups: list[list[Sample]]) -> None:
    """Give every sample its advantage and, with credit by step, the tokens that are not blamed."""
    rewards = torch.tensor([[paid_reward(config, s) for s in group] for group in groups])
    correct = torch.tensor([[s.verdict.outcome == "correct" for s in group] for group in groups])
    rows = advantages(config.objective, rewards, correct).tolist()
    for group, row in zip(groups, rows, strict=True):
        for s, advantage in zip(group, row, strict=True):
            s.advantage = advantage if takes_part(config, s) else 0.0
            if config.credit == "step" and s.advantage < 0:
                s.unblamed = unblamed_tokens(tokenizer, s)
