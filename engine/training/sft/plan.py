"""Which rows are computed when: the micro-batches of a whole run, and of them those of one process of several."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from trace_trainer.engine.inference.batches import plan_batches
from trace_trainer.engine.settings.stages import SFTConfig


@dataclass(frozen=True, slots=True)
class Plan:
    """The micro-batches of a run, in order.

    Attributes:
        batches: row numbers of each, whichever process computes it.
        accumulation: how many of them each process computes for an optimiser step.
        processes: that share a step.
        lengths: of the rows, in tokens.
    """

    batches: Sequence[Sequence[int]]
    accumulation: int
    processes: int
    lengths: Sequence[int]

    @property
    def steps(self) -> int:
        """Optimiser steps of the run."""
        return math.ceil(len(self.batches) / self._of_a_step)

    def tokens_after(self, step: int) -> int:
        """Tokens that all processes trained on in the first `step` steps, padding not counted."""
        done = self.batches[: step * self._of_a_step]
        return sum(self.lengths[row] for batch in done for row in batch)

    def share(self, rank: int, nothing: int) -> list[list[int]]:
        """The micro-batches of a process: of each step every `processes`-th.

        Args:
            nothing: a row that is not trained on, for the last step, in which there may be too few for all.
        """
        mine: list[list[int]] = []
        for start in range(0, len(self.batches), self._of_a_step):
            step = self.batches[start : start + self._of_a_step]
            part = [list(batch) for batch in step[rank :: self.processes]]
            mine += part + [[nothing]] * (math.ceil(len(step) / self.processes) - len(part))
        return mine

    @property
    def _of_a_step(self) -> int:
        return self.accumulation * self.processes


def planned(lengths: Sequence[int], config: SFTConfig, processes: int, max_steps: int | None) -> Plan:
    """The plan of a run over rows of these lengths, which is the same for any number of processes that divides a step.

    Args:
        processes: that share each step. Where its micro-batches can't be shared evenly they are made smaller.
        max_steps: make exactly so many, over and over the rows.
    """
    micro = min(config.micro_batch_tokens, config.batch_tokens)
    accumulation = config.batch_tokens // micro
    if processes > 1:
        accumulation = math.ceil(config.batch_tokens / (micro * processes))
        micro = config.batch_tokens // (accumulation * processes)
    batches = plan_batches(lengths, micro, config.epochs, config.seed)
    if max_steps is not None:
        wanted = accumulation * processes * max_steps
        batches = (batches * wanted)[:wanted]
    return Plan(batches, accumulation, processes, lengths)
