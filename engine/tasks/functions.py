"""The task of calling functions: requests with random tool schemas, drawn by `problems.functions`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from trace_trainer.engine.conversation import Message, Prompt
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.tasks.calls import CallTask
from trace_trainer.engine.tasks.task import declare_task
from trace_trainer.verifiers.calls import FORMATS

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine import Machine


@declare_task
class FunctionsTask(CallTask):
    """The call of a tool by its schema, several, or words where no tool fits."""

    name: ClassVar[str] = "functions"
    compared = ("arguments_match",)

    @property
    def splits(self) -> Sequence[str]:
        from trace_trainer.engine.problems.functions import SPLITS

        return SPLITS

    def generate(
        self, split: str, count: int, seed: int = 0, groups: Sequence[str] | None = None, wording: str = "any"
    ) -> Iterator[CallProblem]:
        """Requests with gold replies that the format can express. Raises UserError for groups or a wording."""
        from trace_trainer.engine.problems.functions import CATEGORIES, SEVERAL_CALLS, generate

        self.check_choice(groups, wording)
        if FORMATS[self.format].one_call:
            return generate(split, count, seed, categories=[c for c in CATEGORIES if c not in SEVERAL_CALLS])
        return generate(split, count, seed)

    def messages(
        self, turns: Sequence[list[Message]], said: str, machine: Machine | None = None
    ) -> list[Message]:
        return self.introduced(Prompt(super().messages(turns, said))).messages

    def introduced(self, prompt: Prompt) -> Prompt:
        from trace_trainer.engine.problems.functions import SYSTEM

        return Prompt([{"role": "system", "content": SYSTEM}, *prompt.messages], prompt.tools)
