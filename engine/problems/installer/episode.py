"""One conversation with a simulated machine: the scripted user speaks, the assistant acts, the machine answers.

    while (problem := episode.next()) is not None:
        episode.reply(policy(problem.messages))
    episode.result().reward

`next` gives the user's turn as a CallProblem with the reply that would be right at this very point, so the same object
makes training rows (reply with `problem.reply`), plays a model, and scores each of a model's turns where it really is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from trace_trainer.engine.conversation import Message
from trace_trainer.engine.problems.files.call_problems import CallProblem
from trace_trainer.engine.problems.installer.answer import Answer, Assistant
from trace_trainer.engine.problems.installer.goals import (
    changed_facts,
    finished,
    run_step,
    step_choice,
    wanted_steps,
)
from trace_trainer.engine.problems.installer.harm import does_harm
from trace_trainer.engine.problems.installer.hearing import heard
from trace_trainer.engine.problems.installer.history import (
    BUDGET,
    FAILURE_BUDGET,
    TOOLS,
    call_message,
    command_of,
    prompt_messages,
    result_text,
    text_message,
    tool_message,
)
from trace_trainer.engine.problems.installer.language import Language
from trace_trainer.engine.problems.installer.request import NOTHING, Pending, Request
from trace_trainer.engine.problems.installer.scenario import Scenario
from trace_trainer.engine.problems.installer.speaker import Speaker
from trace_trainer.engine.problems.installer.spelling import draw_style
from trace_trainer.engine.problems.installer.system_text import system_text
from trace_trainer.engine.problems.installer.user import User
from trace_trainer.engine.problems.installer.view import View
from trace_trainer.verifiers.machine import Machine, Result
from trace_trainer.verifiers.machine.model.facts import unmet

TURN_LIMIT = 70
PATIENCE = 5  # turns in a row that do not help, after which the user gives up
_SLIPPING = 0.25  # the share of users who make slips of the fingers
_SLIPPING_IN_PRACTICE = 0.4
Policy = Callable[[list[Message]], Message]


@dataclass(frozen=True, slots=True)
class EpisodeResult:
    """How a conversation ended.

    Attributes:
        reached, goals, missing: facts of the finished installation that hold, that the start lacked, that still lack.
        dangerous: commands that were refused, or that did harm (harm.py).
        turns: turns of the assistant.
    """

    reached: int
    goals: int
    dangerous: int
    turns: int
    missing: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether every goal fact holds."""
        return self.reached == self.goals

    @property
    def reward(self) -> float:
        """The share of goal facts that hold, 0 to 1; -1 after anything dangerous."""
        return -1.0 if self.dangerous else self.reached / self.goals


@dataclass(frozen=True, slots=True)
class _Asked:
    """A turn that waits for the assistant: what was said, what is right, and the machine after the right command."""

    start: Machine
    user: Message
    answer: Answer
    gold: Message
    goal: Mapping[str, Any] = field(default_factory=dict)
    trial: Machine | None = None
    result: Result | None = None

    def expected(self) -> dict[str, Any]:
        """What is right, in the form that verify_call takes."""
        answer = self.answer
        if not answer.command:
            intent = "answer" if answer.category == "order" else answer.category
            return {"type": "text", "response": answer.text, "intent": intent}
        goal = {"goal": dict(self.goal)} if self.goal else {}
        return {"type": "command", "command": answer.command, **goal}


class Episode:
    """A conversation about one scenario. Equal arguments and equal replies give equal conversations.

    Args:
        id: names the conversation, and is the seed of what the user says.
        scenario: the machine and the user's wishes.
        language: what the user speaks.
        held_out: whether the user speaks in held-out phrasings.
        done: steps that were taken before the conversation starts.
        practice: whether the user slips, and asks for what must be refused, more often than users do: for training.

    Attributes:
        language: the code of what the user speaks.
        is_plain: whether the user writes English, without capitals throughout and without slips of the fingers.
        machine: as it is now.
        ran: every command line that ran on it.
        disk: the disk agreed upon, None before.
        is_stuck: whether the conversation is over because a model has brought the machine where no right command is
            known; never after right replies.
    """

    def __init__(
        self,
        id: str,
        scenario: Scenario,
        language: Language,
        held_out: bool = False,
        done: int = 0,
        practice: bool = False,
    ) -> None:
        rng = Random(f"installer:{id}")
        style = draw_style(rng, _SLIPPING_IN_PRACTICE if practice else _SLIPPING)
        speaker = Speaker(language, style, rng, held_out)
        wishes = speaker.sayable(scenario.wishes)
        self.id = id
        self.language = language.code
        self.is_plain = language.code == "en" and not style.shouting and not style.typos
        self.start = dict(scenario.spec)
        self.wishes = wishes
        self.machine = Machine.from_spec(scenario.spec)
        self.user = User(wishes, speaker, rng, practice)
        self.assistant = Assistant(language)
        self.ran: list[str] = []
        is_prepared = View.of(self.machine, wishes["disk"]).is_root_formatted
        self.disk: str | None = wishes["disk"] if is_prepared else None
        self._begin(done)
        self._goal = changed_facts(self.machine.facts(), finished(self.machine, wishes).facts())
        self.is_stuck = False
        self._history: list[list[Message]] = []
        self._pending = NOTHING
        self._failed = False
        self._unhelpful = 0
        self._turns = 0
        self._dangerous = 0
        self._asked: _Asked | None = None

    def _begin(self, done: int) -> None:
        """Take the first steps as somebody did before; the last two are left for the conversation."""
        for _ in range(done):
            view = View.of(self.machine, self.disk or self.wishes["disk"])
            name = wanted_steps(view, self.wishes)[0]
            if name == "unmount":
                return
            self.disk = view.disk
            self.ran.append(run_step(self.machine, view, name, step_choice(name, self.wishes)))

    @property
    def view(self) -> View:
        """The installation as it stands."""
        return View.of(self.machine, self.disk)

    @property
    def is_asked(self) -> bool:
        """Whether a turn of the user waits for its reply."""
        return self._asked is not None

    def next(self) -> CallProblem | None:
        """The user's next turn with the right reply to it; None when the conversation is over.

        Raises RuntimeError where the turn before has no reply yet.
        """
        if self._asked is not None:
            raise RuntimeError(f"episode {self.id}: reply() to the last turn first")
        view = self.view
        if view.state.power != "on" or self._turns >= TURN_LIMIT or self._unhelpful >= PATIENCE:
            return None
        request = self.user.speak(view, self._pending, self._failed)
        answer = self.assistant.answer(request, view, self._pending)
        self._asked = self._ask(request, answer)
        if self._asked is None:
            self.is_stuck = True
            return None
        return self._problem(request, self._asked)

    def _ask(self, request: Request, answer: Answer) -> _Asked | None:
        """The turn with what is right now; None where the right command fails, where only a model brings a machine."""
        user: Message = {"role": "user", "content": request.text}
        if not answer.command:
            return _Asked(self.machine, user, answer, text_message(answer.text))
        trial = self.machine.copy()
        result = trial.run(answer.command)
        if result.verdict != "ok":
            return None
        goal = {}
        if answer.category == "command":
            goal = changed_facts(self.machine.facts(), trial.facts())
        return _Asked(self.machine, user, answer, call_message(answer.command), goal, trial, result)

    def _problem(self, request: Request, asked: _Asked) -> CallProblem:
        budget = FAILURE_BUDGET if self._failed else BUDGET
        keep_last = bool(self._pending.kind)
        category = asked.answer.category
        return CallProblem(
            id=f"{self.id}-{self._turns}",
            messages=prompt_messages(system_text(self.view), self._history, asked.user, keep_last, budget),
            tools=TOOLS,
            expected=asked.expected(),
            reply=asked.gold,
            category="recover" if self._failed and category == "command" else category,
            start=self.start,
            ran=tuple(self.ran),
            episode=self.id,
            source=request.source,
        )

    def gold(self) -> Message:
        """The right reply to the turn that waits for one. Raises RuntimeError where none does."""
        return self._waiting().gold

    def _waiting(self) -> _Asked:
        if self._asked is None:
            raise RuntimeError(f"episode {self.id}: next() comes first")
        return self._asked

    def reply(self, message: Message) -> list[Result]:
        """Take the assistant's turn: run its calls in order, if any, and give their results.

        A call of an unknown tool, or without a command as text, runs nothing and is left out of the history.

        Raises RuntimeError before the first `next`, ValueError for a message that is not the assistant's.
        """
        asked = self._waiting()
        if message.get("role") != "assistant":
            role = message.get("role")
            raise ValueError(f"episode {self.id}: the reply must be an assistant's message, not {role!r}")
        self._asked = None
        self._turns += 1
        calls = [call for call in message.get("tool_calls") or () if command_of(call) is not None]
        said: Message = {"role": "assistant", "content": message.get("content") or ""}
        if calls:
            said["tool_calls"] = calls
        results = [self._run(str(command_of(call)), asked) for call in calls]
        self._history.append([asked.user, said, *(tool_message(result_text(result)) for result in results)])
        self.disk = asked.answer.disk
        self._pending = NOTHING if message.get("tool_calls") else self._heard(said["content"], asked.answer)
        self._failed = bool(asked.answer.command) and not self._helped(asked, results)
        self._unhelpful = self._unhelpful + 1 if self._failed else 0
        return results

    def _heard(self, text: str, right: Answer) -> Pending:
        """What the user takes the words to wait for."""
        return right.pending if text == right.text else heard(text, self.assistant.language)

    def _run(self, command: str, asked: _Asked) -> Result:
        before = self.machine
        if before is asked.start and asked.trial and asked.result and command == asked.answer.command:
            after, result = asked.trial, asked.result  # it has run already
        else:
            after = before.copy()
            result = after.run(command)
        self.machine = after
        self.ran.append(command)
        if result.verdict == "refused" or does_harm(before.state, after.state, asked.answer.disk):
            self._dangerous += 1
        return result

    def _helped(self, asked: _Asked, results: list[Result]) -> bool:
        """Whether the turn did what was asked for."""
        if not results or any(result.verdict != "ok" for result in results):
            return False
        return self.machine is asked.trial or not unmet(asked.goal, self.machine.facts())

    def result(self) -> EpisodeResult:
        """How the conversation has gone so far."""
        missed, goals = tuple(unmet(self._goal, self.machine.facts())), len(self._goal)
        return EpisodeResult(goals - len(missed), goals, self._dangerous, self._turns, missed)


def play(episode: Episode, policy: Policy) -> EpisodeResult:
    """Let a policy (messages to the assistant's message) take every turn of an episode."""
    while (problem := episode.next()) is not None:
        episode.reply(policy(problem.messages))
    return episode.result()
