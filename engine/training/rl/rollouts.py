"""The rollouts of an iteration of the native loop, or of a process's share of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from trace_trainer.engine.inference.constraints.guidance import starts_of
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.sampling import sample
from trace_trainer.engine.models.chat import end_token_ids, prompt_ids
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.training.team import Team

_APART = 2**33  # more than there are iterations
_SEEDS = 2**63  # as many as torch takes


def sampled_groups(
    config: RLConfig,
    loaded: LoadedModel,
    task: Task[Any],
    problems: Sequence[Any],
    iteration: int,
    places: Sequence[int],
    team: Team,
    again: int = 0,
) -> list[list[Rollout]]:
    """A group of completions for each problem, the same ones for the same settings and iteration.

    Args:
        places: of the problems among those of the iteration, by which they have their random numbers where each has its
            own.
        again: how many times others of the iteration were sampled before.
    """
    tokenizer, ends = loaded.tokenizer, end_token_ids(loaded.tokenizer, loaded.model)
    seed = config.seed * 100_003 + iteration + again * _APART
    own = config.streams == "problem" or (config.streams == "auto" and team.count > 1)
    return sample(
        loaded.model,
        [prompt_ids(tokenizer, task.prompt(problem)) for problem in problems],
        group_size=config.group_size,
        temperature=config.temperature,
        max_new_tokens=config.max_new_tokens,
        end_ids=ends,
        pad_id=tokenizer.pad_token_id,
        batch_size=config.sample_batch,
        seed=seed,
        sampler=config.sampler,
        starts=starts_of(tokenizer, ends, task.constraints(problems, config.constrain)),
        streams=[(seed * 1_000_003 + place) % _SEEDS for place in places] if own else None,
    )
