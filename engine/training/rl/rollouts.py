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
from trace_trainer.engine.training.prepared import PreparedRun
from trace_trainer.engine.training.rl.importance import score_policy
from trace_trainer.engine.training.rl.served import is_served, served_policy
from trace_trainer.engine.training.team import Team
from trace_trainer.engine.training.tuning import autocast, merged_adapter

_APART = 2**33  # more than there are iterations
_SEEDS = 2**63  # as many as torch takes


def check_sampling(prepared: PreparedRun[RLConfig], team: Team) -> None:
    """Where a server is to sample, send it the weights and sample from the longest of the held-out prompts.

    Raises UserError where that fails, or it does not sample from that model.
    """
    config, loaded, task = prepared.config, prepared.loaded, prepared.task
    if is_served(config):
        longest = max(
            prepared.held_out.problems, key=lambda p: len(prompt_ids(loaded.tokenizer, task.prompt(p)))
        )
        Sampling(config, loaded, task, team).groups([longest], 0, [0])


class Sampling:
    """Samples groups of completions from the model in training, or by a server that follows it.

    Args:
        config: the settings.
        loaded: the model.
        task: whose prompts are sampled.
        team: the processes of the run.

    Raises UserError where there is to be a server and it can't be reached.
    """

    def __init__(self, config: RLConfig, loaded: LoadedModel, task: Task[Any], team: Team) -> None:
        self._config, self._loaded, self._task, self._team = config, loaded, task, team
        self._policy = served_policy(config, loaded, team)

    def groups(
        self, problems: Sequence[Any], iteration: int, places: Sequence[int], again: int = 0, steps: int = 0,
        size: int | None = None,
    ) -> list[list[Rollout]]:  # fmt: skip
        """A group of completions for each problem, the same ones for the same settings and iteration.

        Args:
            places: of the problems among those of the iteration, by which they have their random numbers where each has
                its own.
            again: how many times others of the iteration were sampled before.
            steps: that were taken before; a server has the weights until there are more.
            size: of the groups; None is that of the settings.
        """
        config, model = self._config, self._loaded.model
        tokenizer, ends = self._loaded.tokenizer, end_token_ids(self._loaded.tokenizer, model)
        seed = config.seed * 100_003 + iteration + again * _APART
        own = config.streams == "problem" or (config.streams == "auto" and self._team.count > 1)
        with autocast(config, model), merged_adapter(model):
            if self._policy is not None:
                self._policy.follow(steps)
            groups = sample(
                model,
                [prompt_ids(tokenizer, self._task.prompt(problem)) for problem in problems],
                group_size=size or config.group_size,
                temperature=config.temperature,
                max_new_tokens=config.max_new_tokens,
                end_ids=ends,
                pad_id=tokenizer.pad_token_id,
                batch_size=config.sample_batch,
                seed=seed,
                sampler=self._policy.server if self._policy is not None else config.sampler,
                starts=starts_of(tokenizer, ends, self._task.constraints(problems, config.constrain)),
                streams=[(seed * 1_000_003 + place) % _SEEDS for place in places] if own else None,
            )
        if self._policy is not None:
            with autocast(config, model):
                score_policy(config, self._loaded, groups)
        return groups
