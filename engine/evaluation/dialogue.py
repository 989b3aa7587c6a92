"""A conversation with a model that calls tools, one turn after the other: what it calls, and what comes of it.

There is no gold reply here. A reply verifies where its calls are of tools that there are, with arguments that fit their
schemas, and where the simulated machine runs its commands; whether it is what was asked for can't be known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trace_trainer.engine.conversation import Message
from trace_trainer.engine.evaluation.asking import answers, check_reached
from trace_trainer.engine.inference.constraints import OFF
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.tasks.calls import CallTask, as_message
from trace_trainer.verifiers import verify_call
from trace_trainer.verifiers.calls import CallOutcome, CallVerdict
from trace_trainer.verifiers.calls.tools import command_of

if TYPE_CHECKING:
    from trace_trainer.engine.evaluation.asking import AnyModel
    from trace_trainer.verifiers.machine import Machine, Result


@dataclass(frozen=True, slots=True)
class Turn:
    """A turn of a conversation.

    Attributes:
        said: by the user.
        text: what the model wrote.
        verdict: on it.
        ran: the commands that the machine was given, each with what it said.
    """

    said: str
    text: str
    verdict: CallVerdict
    ran: tuple[tuple[str, Result], ...]

    @property
    def verified(self) -> bool:
        """Whether nothing is wrong with the reply."""
        return self.verdict.outcome is CallOutcome.VALID

    def to_json(self) -> dict[str, Any]:
        return {
            "user": self.said,
            "reply": self.text,
            "outcome": self.verdict.outcome,
            "calls": [{"name": call.name, "arguments": call.arguments} for call in self.verdict.calls],
            "violations": [violation._asdict() for violation in self.verdict.violations],
            "commands": [
                {
                    "command": command,
                    "verdict": result.verdict,
                    "exit": result.exit,
                    "stdout": result.stdout,
                    "stderr": result.stderr,
                    "effects": list(result.effects),
                }
                for command, result in self.ran
            ],
        }


class Dialogue:
    """A conversation, and the machine that its commands change.

    Args:
        task: how the model is asked.
        tools: their schemas.
        machine: where commands run; None where there is none to run them on.
    """

    def __init__(
        self, task: CallTask, tools: Sequence[dict[str, Any]], machine: Machine | None = None
    ) -> None:
        self._task, self._tools, self._machine = task, list(tools), machine
        self._turns: list[list[Message]] = []

    def ask(self, model: AnyModel, said: str, *, constrain: str = OFF, **sampling: Any) -> Turn:
        """Say something, and let the model reply; sampling is set as for `answers`.

        Raises UserError as that does, and where a request to a server fails.
        """
        messages = self._task.messages(self._turns, said, self._machine)
        problem = CallProblem("turn", messages, self._tools, [], None, "call")
        constraints = None if constrain == OFF else [self._task.constraint(problem, constrain)]
        groups = answers(model, self._task, [problem], constraints=constraints, **sampling)
        check_reached(model.name, groups)
        sampled = groups[0][0]
        verdict = verify_call(
            sampled.text, self._task.format, tools=self._tools or None, machine=self._machine
        )
        ran = tuple(self._run(verdict))
        results: list[Message] = [self._task.result(result) for _, result in ran]
        self._turns.append(
            [{"role": "user", "content": said}, as_message(sampled.text, self._task.format), *results]
        )
        return Turn(said, sampled.text, verdict, ran)

    def _run(self, verdict: CallVerdict) -> list[tuple[str, Result]]:
        if self._machine is None:
            return []
        commands = [command for command in map(command_of, verdict.calls) if command is not None]
        return [(command, self._machine.run(command)) for command in commands]
