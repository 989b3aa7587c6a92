"""The record of a measurement: the figures, and under which circumstances they were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from trace_trainer.engine.inference.reply_loss import BATCH_TOKENS
from trace_trainer.engine.retention.figures import Retained
from trace_trainer.engine.retention.harness import ROWS, Harness
from trace_trainer.engine.retention.scoring import Scores
from trace_trainer.engine.runs.manifest import now, versions


@dataclass(frozen=True, slots=True)
class Retention:
    """What was found.

    Attributes:
        before, after: the models' names.
        figures: of all tasks.
        suite: version of the items.
        date: when it was found, in UTC.
        device, dtype: what the models were computed on and in.
        batch: how much is computed at once.
        versions: of the libraries.
        command: what measured it.
    """

    before: str
    after: str
    figures: Sequence[Retained]
    suite: int
    date: str
    device: str
    dtype: str
    batch: str
    versions: dict[str, str | None]
    command: str

    @classmethod
    def of(
        cls,
        suite: int,
        before: Scores,
        after: Scores,
        figures: Sequence[Retained],
        command: str,
        harness: Harness | None = None,
    ) -> Retention:
        """The record of two models' scores, made now."""
        batch, installed = f"{BATCH_TOKENS} tokens", versions()
        if harness:
            batch += f", {ROWS} rows in the harness"
            installed |= {"lm_eval": harness.version}
        circumstances = (now(), after.device, after.dtype, batch, installed)
        return cls(before.model, after.model, figures, suite, *circumstances, command)

    def lost(self, most: float) -> list[Retained]:
        """The figures that lost more than that."""
        return [figure for figure in self.figures if figure.loss is not None and figure.loss > most]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "figures": [figure.to_json() for figure in self.figures]}
