"""The reinforcement-learning loop: draw problems, sample groups, verify, weigh, update, log.

Several processes (`engine/training/team.py`) each sample, judge and score a share of an iteration; all take the same
steps.

Departures from the textbook, all measured (docs/decisions.md):
- Problems are fresh in every iteration, so the accuracy of an iteration's samples is itself held out.
- Advantages of the default objective are not divided by the group's deviation, and there is no penalty for leaving the
  starting model unless `kl` asks for one.
- An iteration takes several optimiser steps on its samples, so ratios leave 1 and are clipped.
- Sampling and updating compute in the same precision, so the log-probabilities that were kept when sampling are those
  of the starting point of the update, and need no second forward pass. Of an adapter, which is merged while it samples,
  they are so up to rounding.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from random import Random
from typing import Any

import torch

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.inference.rollout import Rollout
from trace_trainer.engine.inference.scoring import micro_batches, score_tokens
from trace_trainer.engine.models.chat import completion_text
from trace_trainer.engine.models.compilation import compiled_layers
from trace_trainer.engine.models.loading import LoadedModel
from trace_trainer.engine.models.recomputation import recomputed_layers
from trace_trainer.engine.objectives.objective import Tokens, token_loss, token_weights
from trace_trainer.engine.runs.folder import Run
from trace_trainer.engine.settings.stages import RLConfig
from trace_trainer.engine.terminal.progress import Progress
from trace_trainer.engine.training.optimisers import native_optimiser
from trace_trainer.engine.training.rl.collapse import WATCHED, check_iteration, check_judged
from trace_trainer.engine.training.rl.conversations import Conversations
from trace_trainer.engine.training.rl.credit import by_step
from trace_trainer.engine.training.rl.drawing import Drawing
from trace_trainer.engine.training.rl.importance import importance_record, start_logprobs, with_importance
from trace_trainer.engine.training.rl.keeping import Keeper
from trace_trainer.engine.training.rl.problems import practised_task
from trace_trainer.engine.training.rl.rollouts import Sampling
from trace_trainer.engine.training.rl.samples import Sample, distinct, judged_sample, rollout_record, summary
from trace_trainer.engine.training.rl.start import StartingModel
from trace_trainer.engine.training.rl.state import STATE, read_state, write_tensors
from trace_trainer.engine.training.rl.steps import step_rates
from trace_trainer.engine.training.rl.update_stats import UpdateStats
from trace_trainer.engine.training.rl.weighing import weigh
from trace_trainer.engine.training.team import Team
from trace_trainer.engine.training.tuning import autocast, trainable_weights


class NativeLoop:
    """Trains one model. `run` is the loop; the other methods are its phases, in the order in which they are called.

    Args:
        config: the settings.
        loaded: the model, its trainable weights marked (`engine.training.tuning`).
        run: the folder that gets metrics, rollouts, weights and what resuming needs.
        team: the processes that do this together; only this one where none is given.
    """

    def __init__(self, config: RLConfig, loaded: LoadedModel, run: Run, team: Team | None = None) -> None:
        self.config, self.loaded, self.folder = config, loaded, run
        self.team = team or Team()
        self.task = practised_task(config)
        # No dropout: sampled and scored probabilities are to be those of one model.
        self.model = loaded.model.eval()
        trainable = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = native_optimiser(config, trainable, config.learning_rate)
        self.reference = StartingModel(loaded) if config.kl > 0 else None
        self.drawing = Drawing(config)
        self.sampling = Sampling(config, loaded, self.task, self.team)
        self.iteration = self.steps = 0
        self.start: dict[str, float] | None = None
        self.stop_requested = False
        self.updating = False

    def run(self, problems: Iterator[Any], keeper: Keeper | None = None) -> bool:
        """Iterate from where it stands; True where it came to its end, False where a stop was asked for.

        Args:
            problems: without end, the same at every start of this run: those of earlier iterations are passed over.
                Conversations are told what the model replied.
            keeper: looks at the model between iterations, and may end the run.

        However it ends, it leaves weights and what resuming needs; those of the last checkpoint where an update was cut
        short, because weights within an update belong to no iteration.
        """
        config = self.config
        self.drawing.skip(problems)
        ended = False
        try:
            with Progress("rl", config.iterations, "iterations", done=self.iteration) as progress:
                while not (ended := self.is_over(keeper)) and not self.is_stopped():
                    record = self.iterate(problems)
                    progress.update(
                        self.iteration,
                        note=f"reward {record['reward']:.3f}, accuracy {record['accuracy']:.1%}",
                    )
                    self.start = self.start or {name: record[name] for name in WATCHED}
                    self.team.led(partial(check_iteration, self.folder, self.start, record, config))
                    if config.checkpoint_every and self.iteration % config.checkpoint_every == 0:
                        self.save()
                        if keeper and self.team.is_main:
                            keeper.tidy()
        finally:
            if not self.updating:
                self.save()
        return ended

    def is_over(self, keeper: Keeper | None) -> bool:
        """Whether this is the end: all iterations are done, or the keeper, who looks at the model, ends the run."""
        fell = keeper is not None and self.team.decided(lambda: keeper.watch(self.iteration))
        return fell or self.iteration == self.config.iterations

    def is_stopped(self) -> bool:
        """Whether a stop was asked for, of any of the processes."""
        self.stop_requested = any(self.team.everyones(self.stop_requested))
        return self.stop_requested

    def iterate(self, problems: Iterator[Any]) -> dict[str, Any]:
        """One iteration; returns its line of metrics.jsonl."""
        seconds: dict[str, float] = defaultdict(float)
        practise = partial(self.practise, problems, seconds)
        samples = practise(self.config.prompts_per_iteration)
        if isinstance(problems, Conversations):
            problems.hear([group[0].problem for group in samples], [group[0].text for group in samples])
        check_judged(samples, self.iteration + 1)
        samples += self.drawing.refill(samples, practise)
        judged = time.perf_counter()
        stats = self.update(samples)
        seconds["updating"] = time.perf_counter() - judged
        self.iteration += 1
        record = {
            "step": self.iteration,
            **summary(self.task, samples),
            **stats.record(),
            **importance_record(self.config, samples),
            **({"constrain": self.config.constrain} if self.config.constrain != OFF else {}),
            "learning_rate": self.optimizer.param_groups[0]["lr"],
            "seconds": dict(seconds),
            **self.drawing.learn(samples),
        }
        self.folder.log_metrics(record)
        self.folder.log_rollouts(
            rollout_record(self.task, self.iteration, s) for group in samples for s in group
        )
        return record

    def practise(
        self, problems: Iterator[Any], seconds: dict[str, float], count: int, first: int = 0, again: int = 0
    ) -> list[list[Sample]]:
        """Weighed groups of so many problems; the time that they took is added to `seconds`.

        Args:
            first: how many groups the iteration had before, and `again` how often some were drawn.
        """
        started = time.perf_counter()
        drawn = self.drawing.draw(problems, count)
        places = self.team.share(range(count))
        mine = [drawn[place] for place in places]
        rollouts = self.sample(mine, [first + place for place in places], again)
        sampled = time.perf_counter()
        samples = self.team.joined(self.verify(mine, rollouts))
        self.weigh(samples)
        seconds["sampling"] += sampled - started
        seconds["verifying"] += time.perf_counter() - sampled
        return samples

    def sample(
        self, problems: list[Any], places: Sequence[int] | None = None, again: int = 0
    ) -> list[list[Rollout]]:
        """A group of completions for each problem.

        Args:
            places: of the problems among those of the iteration; None where they are all of them.
            again: how many times some were sampled before in the iteration.
        """
        places = range(len(problems)) if places is None else places
        return self.sampling.groups(problems, self.iteration, places, again, self.steps)

    def verify(self, problems: list[Any], groups: list[list[Rollout]]) -> list[list[Sample]]:
        """Judge every completion and give it its reward."""
        text_of, policy = partial(completion_text, self.loaded.tokenizer), self.config.reward
        return [
            [judged_sample(self.task, problem, r, text_of(r.completion_ids), policy) for r in group]
            for problem, group in zip(problems, groups, strict=True)
        ]

    def weigh(self, samples: list[list[Sample]]) -> None:
        """Give every sample its advantage."""
        weigh(self.config, self.loaded.tokenizer, samples)

    def update(self, samples: list[list[Sample]]) -> UpdateStats:
        """Several optimiser steps, each on its share of the groups, of which only samples with a signal count."""
        stats = UpdateStats()
        groups = [[s for s in group if s.advantage != 0] for group in samples]
        groups = [group for group in groups if group]
        Random(f"minibatches:{self.config.seed}:{self.iteration}").shuffle(groups)
        rates = step_rates(self.config, self.iteration, self.steps, groups)
        self.updating = True
        config = self.config
        with (
            compiled_layers(self.model, config.compile),
            recomputed_layers(self.model, config.gradient_checkpointing),
        ):
            for number, rate in enumerate(rates):
                self.optimizer.param_groups[0]["lr"] = rate
                self.step([s for group in groups[number :: len(rates)] for s in group], stats)
        self.steps += len(rates)
        self.updating = False
        return stats.joined(self.team.everyones(stats))

    def step(self, minibatch: list[Sample], stats: UpdateStats) -> None:
        """One optimiser step, accumulated over micro-batches."""
        config = self.config
        completions = torch.tensor([len(s.rollout.completion_ids) for s in minibatch])
        weights = token_weights(config.objective, completions, config.max_new_tokens)
        kept, which = distinct(minibatch)
        copies = torch.bincount(which)
        weights = torch.zeros(len(kept)).index_add_(0, which, weights)
        mine = self.team.share(range(len(kept)))
        rollouts = [kept[i].rollout for i in mine]
        for batch in micro_batches(self.model, rollouts, config.micro_batch_tokens):
            chosen = [mine[i] for i in batch]
            rows = [kept[i] for i in chosen]
            loss = self.loss(rows, weights[chosen], copies[chosen], stats)
            loss.backward()
        trainable = self.optimizer.param_groups[0]["params"]
        self.team.sum_gradients(trainable)
        norm = float(torch.nn.utils.clip_grad_norm_(trainable, config.max_grad_norm))
        if not math.isfinite(norm):
            raise UserError(
                f"iteration {self.iteration + 1}: the gradient is not finite; lower --learning-rate"
            )
        stats.grad_norms.append(norm)
        self.optimizer.step()
        self.optimizer.zero_grad()

    def loss(
        self, rows: list[Sample], weights: torch.Tensor, copies: torch.Tensor, stats: UpdateStats
    ) -> torch.Tensor:
        """The loss of a micro-batch, in which each row stands for so many copies of it."""
        config, device = self.config, self.model.device
        rollouts = [s.rollout for s in rows]
        how = (config.temperature, self.loaded.tokenizer.pad_token_id)
        with autocast(config, self.model):
            start = self.reference.logprobs(rollouts, *how) if self.reference else None
            scores = score_tokens(self.model, rollouts, *how)
        weight, old = weights.to(device), start_logprobs(rollouts, device)
        tokens = Tokens(scores.logprobs, old, *by_step(rows, scores.rows, weight))
        result = token_loss(config.objective, with_importance(config, rollouts, tokens), config.clipping)
        count = copies.to(device)[scores.rows]
        stats.tokens += int(count.sum())
        stats.entropy += float((count * scores.entropies).sum())
        stats.ratios += len(result.ratios)
        stats.clipped += int(result.clipped.sum())
        stats.ratio_max = max(stats.ratio_max, float(result.ratios.max()))
        if start is None:
            return result.loss
        # Schulman's k3 estimator of KL(policy || start): unbiased, never negative.
        gap = start - scores.logprobs
        kl = gap.exp() - gap - 1
        stats.kl += float((count * kl.detach()).sum())
        return result.loss + config.kl * (weight[scores.rows] * kl).sum()

    def save(self) -> None:
        """Write the weights, and what resuming needs; the main process does."""
        if not self.team.is_main:
            return
        self.folder.save_weights(self.loaded)
        self.drawing.write(self.folder.path)
        state = {
            "iteration": self.iteration,
            "steps": self.steps,
            "start": self.start,
            "drawing": self.drawing.state(),
            "weights": trainable_weights(self.model),
            "optimizer": self.optimizer.state_dict(),
        }
        write_tensors(self.folder.resume_folder / STATE, state)

    def load(self) -> None:
        """Go on from what `save` wrote. Raises UserError where there is nothing whole to go on from."""
        state = read_state(self.folder.resume_folder / STATE, self.loaded, self.optimizer)
        self.iteration, self.steps, self.start = state["iteration"], state["steps"], state["start"]
        self.drawing.restore(state.get("drawing"), self.iteration)
        self.folder.rewind(self.iteration)
