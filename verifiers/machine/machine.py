"""The simulated machine: runs command lines on its state and says what came of them.

Nothing real is touched: commands are functions over the dataclasses of model/state.py. A line is parsed, checked
against the danger rules, then executed, and undone where what it did is a danger by itself; a refused or
unsupported one leaves the machine as it was, a failing one keeps what its parts did before the failure, as in a
shell. Any text whatever gives a result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import trace_trainer.verifiers.machine.commands  # noqa: F401  (importing it declares the commands)
from trace_trainer.verifiers.machine.danger.check import check_line
from trace_trainer.verifiers.machine.danger.harm import harm
from trace_trainer.verifiers.machine.danger.raw import danger_in
from trace_trainer.verifiers.machine.execute import Ran, open_session, run_line
from trace_trainer.verifiers.machine.model.facts import facts, phase
from trace_trainer.verifiers.machine.model.spec import state_from_spec
from trace_trainer.verifiers.machine.model.state import Entry, State
from trace_trainer.verifiers.machine.session.outcomes import Refused, Unsupported
from trace_trainer.verifiers.shell import MAX_LENGTH, parse_shell
from trace_trainer.verifiers.shell import Unsupported as UnsupportedText

RunVerdict = Literal["ok", "fails", "refused", "unsupported"]
MAX_LOG = 10_000  # lines; the oldest are dropped


@dataclass(frozen=True, slots=True)
class Result:
    """What a command line did.

    `exit` is the last command's; `effects` are the changes of state, one phrase each; `info` the classes of information
    shown with their operands. Where the verdict is `refused` or `unsupported`, `stderr` says why and nothing changed.
    """

    exit: int
    stdout: str
    stderr: str
    verdict: RunVerdict
    effects: tuple[str, ...] = ()
    info: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def info_class(self) -> str | None:
        """The classes of information shown, sorted and joined by `+`; None where nothing was."""
        return "+".join(sorted({name for name, _ in self.info})) or None


class Tried(NamedTuple):
    """A line that was run on a copy of a machine: the copy, as the line left it, and the result."""

    machine: Machine
    result: Result


class Machine:
    """A simulated computer with the live installer system running. `run` changes it; `copy` is independent."""

    __slots__ = ("state",)

    def __init__(self, state: State) -> None:
        self.state = state

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Machine:
        """A machine from its description (model/spec.py). Raises MachineSpecError, one line naming the field."""
        return cls(state_from_spec(spec))

    def copy(self) -> Machine:
        """An independent copy."""
        return Machine(self.state.copy())

    def facts(self) -> dict[str, Any]:
        """What goals are written in, by name (model/facts.py): scalars and lists of text."""
        return facts(self.state)

    @property
    def phase(self) -> str:
        """How far the installation is: the last of PHASES that was reached."""
        return phase(self.state)

    def run(self, line: str) -> Result:
        """Run a command line in the current shell. Never raises, whatever the text."""
        result = self._run(line)
        self.state.log.append(Entry(line, result.exit, tuple(name for name, _ in result.info)))
        del self.state.log[:-MAX_LOG]
        return result

    def tried(self, line: str) -> Tried:
        """A command line run on a copy: this machine stays as it is."""
        copy = self.copy()
        return Tried(copy, copy.run(line))

    def _run(self, text: str) -> Result:
        line = parse_shell(text)
        session = open_session(self.state)
        if isinstance(line, UnsupportedText):
            reason = line.reason if line.danger else danger_in(session, text[:MAX_LENGTH])
            return _stopped("refused" if reason else "unsupported", reason or line.reason)
        if self.state.power != "on":
            return Result(1, "", "the machine is not running\n", "fails")
        try:
            check_line(session, line)
        except Refused as refusal:
            return _stopped("refused", str(refusal))
        before = self.state.copy()
        depth = len(self.state.frames)
        try:
            ran = run_line(session, line)
        except (Refused, Unsupported) as stop:
            self.state = before
            if isinstance(stop, Refused):
                return _stopped("refused", str(stop))
            reason = danger_in(open_session(before), text)
            return _stopped("refused" if reason else "unsupported", reason or str(stop))
        if (harmed := harm(before, self.state)) is not None:
            self.state = before
            return _stopped("refused", harmed)
        if len(self.state.frames) == depth:
            self.state.frames[-1] = session.frame  # cd lasts
        return _result(ran, session.effects)


def _result(ran: Ran, effects: list[str]) -> Result:
    verdict: RunVerdict = "ok" if ran.exit == 0 else "fails"
    return Result(
        ran.exit, "".join(ran.stdout), "".join(ran.stderr), verdict, tuple(effects), tuple(ran.info)
    )


def _stopped(verdict: RunVerdict, reason: str) -> Result:
    return Result(126, "", f"{verdict}: {reason}\n", verdict)
