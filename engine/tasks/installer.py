"""The task of installing: turns of dialogues on a simulated machine, drawn by `problems.installer`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.tasks.calls import CallTask
from trace_trainer.engine.tasks.task import Task, declare_task


@declare_task
class InstallerTask(CallTask):
    """A command that does what the user asks for, or words where none is due."""

    name: ClassVar[str] = "installer"
    consecutive = True
    is_worded = True
    compared = ("effect_match",)

    @property
    def splits(self) -> Sequence[str]:
        from trace_trainer.engine.problems.installer import SPLITS

        return SPLITS

    def generate(
        self, split: str, count: int, seed: int = 0, groups: Sequence[str] | None = None, wording: str = "any"
    ) -> Iterator[CallProblem]:
        """Turns with gold replies. Raises UserError for groups."""
        from trace_trainer.engine.problems.installer import generate

        self.check_choice(groups, wording)
        return generate(split, count, seed, wording=wording)


def with_episodes(task: Task[Any]) -> InstallerTask:
    """The task, which has episodes. Raises UserError where it has none."""
    if not isinstance(task, InstallerTask):
        raise UserError(f"only the task {InstallerTask.name} has episodes, not {task.name}")
    return task
