"""The task of installing: turns of dialogues on a simulated machine, drawn by `problems.installer`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from trace_trainer.engine.conversation import Message
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.tasks.calls import CallTask
from trace_trainer.engine.tasks.task import Task, declare_task
from trace_trainer.verifiers.calls import INSTALLER_TOOLS

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine import Machine


EMPTY_MACHINE = {"boot": "UEFI", "disks": {"sda": "500G"}}
"""As `Machine.from_spec` takes it: a computer with one empty disk."""


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

    def messages(
        self, turns: Sequence[list[Message]], said: str, machine: Machine | None = None
    ) -> list[Message]:
        """The conversation as episodes have it: the machine in the system text, and the newest turns that fit.

        The disk that is installed to is the one that was named last.
        """
        from trace_trainer.engine.problems.installer.history import prompt_messages
        from trace_trainer.engine.problems.installer.system_text import system_text
        from trace_trainer.engine.problems.installer.view import View

        user: Message = {"role": "user", "content": said}
        if machine is None:
            return super().messages(turns, said)
        texts = [str(message["content"]) for turn in turns for message in turn if message["role"] == "user"]
        named = re.findall(rf"\b({'|'.join(machine.state.disks)})", " ".join([*texts, said]))
        return prompt_messages(system_text(View.of(machine, named[-1] if named else None)), turns, user)

    def own_tools(self) -> list[dict[str, Any]]:
        return [dict(tool) for tool in INSTALLER_TOOLS]

    def own_machine(self) -> Machine:
        from trace_trainer.verifiers.machine import Machine

        return Machine.from_spec(EMPTY_MACHINE)


def with_episodes(task: Task[Any]) -> InstallerTask:
    """The task, which has episodes. Raises UserError where it has none."""
    if not isinstance(task, InstallerTask):
        raise UserError(f"only the task {InstallerTask.name} has episodes, not {task.name}")
    return task
