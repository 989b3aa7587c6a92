"""What this project hangs into TRL's trainers: the verifier as their reward, and the run folder as their log."""

from __future__ import annotations

import time
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.models.chat import completion_text, end_token_ids, prompt_ids
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.engine.training.rl.collapse import NothingEarnedError, check_collapse, check_reward
from trace_trainer.engine.training.rl.keeping import Keeper
from trace_trainer.engine.training.rl.problems import practised_task
from trace_trainer.engine.training.rl.samples import (
    Sample,
    iterations_of,
    judged_sample,
    rollout_record,
    summary,
)
from trace_trainer.engine.training.rl.steps import fed_share
from trace_trainer.engine.training.team import Team

if TYPE_CHECKING:
    from trace_trainer.engine.models.loading import LoadedModel
    from trace_trainer.engine.runs.folder import Run

FIGURES = {
    "entropy": "entropy",
    "clip_fraction": "clip_ratio/region_mean",
    "grad_norm": "grad_norm",
    "kl": "kl",
    "learning_rate": "learning_rate",
}
"""Figures of metrics.jsonl, averaged over an iteration's steps, and TRL's names for them."""


class VerifierReward:
    """TRL's reward function: judges the completions of an iteration and keeps them for the log.

    Attributes:
        team: the processes that sample and judge together.
        samples: those of the iteration at hand, of all processes, in groups.
    """

    __name__ = "verifier"  # TRL's name for its figures

    def __init__(
        self, config: RLConfig, loaded: LoadedModel, problems: Sequence[Any], team: Team | None = None
    ) -> None:
        self.config, self.team = config, team or Team()
        self.task = practised_task(config)
        self.tokenizer = loaded.tokenizer
        self.problems = problems
        self.ends = end_token_ids(loaded.tokenizer, loaded.model)
        self.samples: list[list[Sample]] = []

    def __call__(self, *, completion_ids: list[list[int]], index: list[int], **_: Any) -> list[float | None]:
        """The reward of each completion of this process; None where the verifier or the data failed.

        Args:
            completion_ids: of the completions, each with its end token where it has one.
            index: which problem each answers; those of a group follow each other.
        """
        judged = [
            self._judge(self.problems[number], ids) for number, ids in zip(index, completion_ids, strict=True)
        ]
        # TRL gives the processes an iteration in parts, one after the other; a group may lie on two of them.
        everyones = list(chain.from_iterable(self.team.everyones(judged)))
        size = self.config.group_size
        self.samples = [everyones[start : start + size] for start in range(0, len(everyones), size)]
        return [sample.reward for sample in judged]

    def _judge(self, problem: Any, ids: list[int]) -> Sample:
        prompt = prompt_ids(self.tokenizer, self.task.prompt(problem))
        rollout = Rollout(prompt, ids, [], bool(ids) and ids[-1] in self.ends)
        text = completion_text(self.tokenizer, ids)
        return judged_sample(self.task, problem, rollout, text, self.config.reward)


class IterationLog(TrainerCallback):
    """Every iteration in the run folder, as the native loop writes it; a request to stop is met after an iteration."""

    def __init__(
        self, config: RLConfig, run: Run, reward: VerifierReward, keeper: Keeper, progress: Progress
    ) -> None:
        self.config, self.run, self.reward, self.keeper, self.progress = config, run, reward, keeper, progress
        self.stop_requested = False
        self.nothing_earned: NothingEarnedError | None = None
        self._started = time.perf_counter()

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self.keeper.watch(state.global_step // self.config.minibatches)

    def on_pre_optimizer_step(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        optimizer: torch.optim.Optimizer,
        **_: Any,
    ) -> None:
        # The scheduler sets the next step's rate anew, so this one's alone is lowered.
        for group in optimizer.param_groups:
            group["lr"] *= fed_share(self.config, self.reward.samples)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self.stop_requested = any(self.reward.team.everyones(self.stop_requested))
        if self.stop_requested and state.global_step % self.config.minibatches == 0:
            control.should_save = control.should_training_stop = True

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, Any],
        **_: Any,
    ) -> None:
        if "loss" not in logs:  # the summary at the end
            return
        iteration = state.global_step // self.config.minibatches
        record = {
            "step": iteration,
            **summary(self.reward.task, self.reward.samples),
            **{name: logs.get(trls) for name, trls in FIGURES.items()},
            "seconds": time.perf_counter() - self._started,
        }
        self._started = time.perf_counter()
        self.run.log_metrics(record)
        self.run.log_rollouts(
            rollout_record(self.reward.task, iteration, s) for group in self.reward.samples for s in group
        )
        self.progress.update(
            iteration, note=f"reward {record['reward']:.3f}, accuracy {record['accuracy']:.1%}"
        )
        team = self.reward.team
        team.led(lambda: check_collapse(iterations_of(self.run)[0], record, self.config))
        self.nothing_earned = team.decided(self._nothing_earned)
        if team.decided(lambda: self.keeper.watch(iteration)) or self.nothing_earned:
            control.should_save = control.should_training_stop = True

    def _nothing_earned(self) -> NothingEarnedError | None:
        """Why the run should end; it may pass once the weights are saved."""
        try:
            check_reward(self.run)
        except NothingEarnedError as error:
            return error
        return None
