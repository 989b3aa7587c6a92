"""Reward functions for TRL's trainers, such as GRPOTrainer.

    GRPOTrainer(model, reward_funcs=trace_reward, train_dataset=rows)

The data set has the column `prompt`, and beside it what judges a completion: `answer`, and where they are known
`question` (else the last turn of the user in the prompt), `expert` and `reference` (or `trace`) with a gold trace; for
calls `expected`, `tools`, `machine`. What can't be judged is None, which TRL leaves out of the baseline of its group.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from trace_trainer.integrations.judge import Judge

RewardFunction = Callable[..., list[float | None]]


def reward_function(kind: str = "trace", policy: str = "gated", **settings: Any) -> RewardFunction:
    """A reward function by another policy, or with other settings; the arguments are those of Judge, and so are errors.

    Its name, under which TRL logs it, is that of the policy behind `trace_` or `call_`.
    """
    judge = Judge(kind, policy, **settings)

    def reward(prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
        """What each completion is worth; None where it earns nothing either way."""
        held = {
            name: cells
            for name, cells in columns.items()
            if isinstance(cells, list | tuple) and len(cells) == len(completions)
        }
        return [
            judge.reward(completion, {"prompt": prompt, **{name: cells[n] for name, cells in held.items()}})
            for n, (prompt, completion) in enumerate(zip(prompts, completions, strict=True))
        ]

    reward.__name__ = f"{kind}_{policy}"
    return reward


trace_reward = reward_function("trace")
call_reward = reward_function("call")
