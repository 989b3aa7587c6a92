"""Hosted models on problems: asked as local ones are, with the same messages and the same decoding, and judged alike.

What can't be the same: decoding is not guided, there are no log-probabilities (ties of a majority go to the first), no
loss on gold replies, and no sampler of ours, so that a seed means what the server makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.evaluation.answering import evaluation_of
from trace_trainer.engine.evaluation.asking import answers, check_reached
from trace_trainer.engine.evaluation.figures import Evaluation
from trace_trainer.engine.inference.hosted.client import HostedModel
from trace_trainer.engine.tasks import Task


def evaluate_hosted(
    hosted: HostedModel,
    task: Task[Any],
    problems: Sequence[Any],
    *,
    data: str = "held-out problems",
    policy: str = "gated",
    samples: int = 1,
    temperature: float = 0.0,
    max_new_tokens: int = 256,
    seed: int = 0,
    progress: bool = True,
) -> Evaluation:
    """Let a hosted model answer every problem and judge what it writes; a failed request is an `error`.

    Raises UserError as `evaluate_model` does, and where no request comes back.
    """
    if not problems:
        raise UserError(f"{data}: there is no problem to evaluate on")
    sampled = answers(
        hosted,
        task,
        problems,
        samples=samples,
        temperature=temperature,
        max_new_tokens=max_new_tokens,
        seed=seed,
        progress=progress,
    )
    check_reached(hosted.name, sampled)
    return evaluation_of(hosted.name, task, problems, sampled, data, policy)
