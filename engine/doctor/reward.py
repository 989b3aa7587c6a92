"""Whether reinforcement learning has anything to begin with: a sample that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trace_trainer.engine.doctor.failures import Failed, NotApplicable
from trace_trainer.engine.settings.stages import RLConfig

if TYPE_CHECKING:
    from trace_trainer.engine.training.prepared import PreparedRun

AT_ONCE = 32
MOST = 256
"""Completions that are sampled, at most: where one in a hundred is right, all of them miss in 8 of 100 cases."""


def reward(run: PreparedRun[Any]) -> str:
    """A sample of the model earns the full reward, as the run samples; it ends with the first one that does."""
    from trace_trainer.engine.inference.completions import complete

    config, task = run.config, run.task
    if not isinstance(config, RLConfig):
        raise NotApplicable("SFT learns from gold replies")
    size = config.group_size
    problems = list(run.problems)[: max(1, MOST // size)]
    width = max(1, AT_ONCE // size)
    earned, sampled = [], 0
    for start in range(0, len(problems), width):
        asked = problems[start : start + width]
        groups = complete(
            run.loaded,
            [task.prompt(problem) for problem in asked],
            samples=size,
            temperature=config.temperature,
            max_new_tokens=config.max_new_tokens,
            seed=config.seed + start,
            progress=False,
        )
        verdicts = [
            task.judge(problem, s.text) for problem, group in zip(asked, groups, strict=True) for s in group
        ]
        sampled += len(verdicts)
        right = sum(verdict.outcome == "correct" for verdict in verdicts)
        if right:
            return f"{right} of {sampled} samples are right"
        earned += [r for verdict in verdicts if (r := task.reward(verdict, config.reward)) is not None]
    most = f"the best earned {max(earned):g}" if earned else "none could be judged"
    raise Failed(
        f"none of {sampled} samples of {len(problems)} problems is right, {most}",
        "train longer with trainer sft first, or give easier problems (--expert, --wording plain, --data)",
    )
