"""A prepared run: a model made ready to train, what it is trained on and what it is measured on.

The doctor examines one, and training starts from one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from trace_trainer.engine.settings.tuning import TuningConfig
from trace_trainer.engine.tasks import Task
from trace_trainer.engine.tasks.rows import rows_of

if TYPE_CHECKING:
    from trace_trainer.engine.models.chat import Row
    from trace_trainer.engine.models.loading import LoadedModel
    from trace_trainer.engine.training.held_out import HeldOut

Config = TypeVar("Config", bound=TuningConfig)


@dataclass
class PreparedRun(Generic[Config]):
    """All that a run needs before it starts.

    Attributes:
        loaded: the model, its trainable weights marked.
        config: the settings.
        source: what the problems are, for the reader.
        problems: to train on; for RL, where they are drawn as the run goes on, the first of them.
        held_out: to measure on.
    """

    loaded: LoadedModel
    config: Config
    source: str
    problems: Sequence[Any]
    held_out: HeldOut

    @cached_property
    def task(self) -> Task[Any]:
        """What the run is to learn."""
        return self.config.make_task()

    @cached_property
    def answered(self) -> list[Any]:
        """The problems that have a gold reply."""
        return [problem for problem in self.problems if self.task.reply(problem) is not None]

    @cached_property
    def rows(self) -> list[Row]:
        """The training rows of `answered`. Raises UserError where a reply does not read back as what it was."""
        return rows_of(self.loaded, self.answered, self.task)
