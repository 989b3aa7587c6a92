"""A shell command judged by its effect on the simulated machine, which is never changed: everything runs on copies.

A command is right when its effect is that of the expected one, or, where a goal is given, when the goal's facts
hold afterwards, nothing else of the whole state changed that the expected command leaves alone, and nothing was
destroyed that it keeps, nor any device wiped that it does not name. A goal that holds from the start asks for
nothing, so that then the effect must be equal.

How far a wrong command got is graded as the specification orders it. Its preconditions hold when every part
succeeds: `mkfs.ext4 /dev/sdx1 || true` ends with 0 and gets no further than its missing device.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from trace_trainer.verifiers.calls.call import shown
from trace_trainer.verifiers.calls.expected import ExpectedCommand, ExpectedError
from trace_trainer.verifiers.calls.losses import losses
from trace_trainer.verifiers.calls.trials import Trials
from trace_trainer.verifiers.calls.verdict import CallOutcome, Grade
from trace_trainer.verifiers.machine import Machine, Result
from trace_trainer.verifiers.machine.changes import extra_changes
from trace_trainer.verifiers.machine.effects import same_effect
from trace_trainer.verifiers.machine.execute import open_session, run_line
from trace_trainer.verifiers.machine.machine import Tried
from trace_trainer.verifiers.machine.model.devices import find_device
from trace_trainer.verifiers.machine.model.facts import unmet
from trace_trainer.verifiers.machine.model.virtual import NODES
from trace_trainer.verifiers.machine.session.declaring import COMMANDS as COMMANDS
from trace_trainer.verifiers.machine.session.outcomes import Refused, Unsupported
from trace_trainer.verifiers.shell import CommandLine, Simple, parse_shell, simple_commands
from trace_trainer.verifiers.violation import Violation

_STREAMS = frozenset({*NODES, "shm", "pts", "fd"})
_MAX_NAMED = 3  # facts that a message names


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found about one command. `equal`: its effect is that of the expected one."""

    outcome: CallOutcome
    violations: tuple[Violation, ...] = ()
    grade: Grade = Grade.NOTHING
    progress: float = 0.0
    equal: bool = False
    lints: tuple[Violation, ...] = ()


@lru_cache(maxsize=1)
def typical_machine() -> Machine:
    """A machine with the disks that commands usually name, for dangers where no machine is known."""
    return Machine.from_spec(
        {"boot": "UEFI", "disks": dict.fromkeys(("sda", "sdb", "vda", "nvme0n1", "mmcblk0"), "500G")}
    )


def danger(command: str, trials: Trials | None) -> str | None:
    """Why a command is dangerous; None where it is not."""
    ran = (trials or Trials(typical_machine())).run(command).result
    return _first_line(ran) if ran.verdict == "refused" else None


def judge_command(trials: Trials, command: str, expected: ExpectedCommand | None) -> Judgement:
    """Judge a command on copies of a machine.

    Args:
        expected: None where nothing is known; then the command must only run.

    Raises ExpectedError where the expected command itself fails, does nothing at all, or misses its goal.
    """
    machine, tried = trials.machine, trials.run(command)
    mine, ran = tried
    if ran.verdict == "refused":
        return Judgement(CallOutcome.REFUSED, (Violation("dangerous_command", _first_line(ran)),))
    gold = None if expected is None else _Gold.run(trials, expected)
    if ran.verdict == "unsupported":
        violation = Violation("unsupported_command", _first_line(ran))
        return Judgement(CallOutcome.INVALID_CALL, (violation,), Grade.PARSED)
    grade, stopped = _grade(machine, mine, command, ran)
    lints = () if stopped is None else (Violation("failing_part", stopped.message),)
    if expected is None or gold is None:
        if ran.verdict == "ok":
            return Judgement(CallOutcome.VALID, grade=grade, lints=lints)
        return Judgement(CallOutcome.INVALID_CALL, _stop(stopped, ran), grade)
    destroyed = losses(machine.state, mine.state) - losses(machine.state, gold.tried.machine.state)
    if destroyed:
        message = f"{shown(min(destroyed), 80)} is gone; {expected.command[:80]} keeps it"
        return Judgement(CallOutcome.WRONG_CALL, (Violation("data_destroyed", message),))
    # `lsblk > /dev/null` shows nothing, whatever the machine knows to have been read.
    shows = bool(ran.effects or ran.stdout.strip() or not gold.tried.result.stdout.strip())
    if shows and ran.verdict == "ok" and same_effect(machine, gold.tried, tried):
        return Judgement(CallOutcome.CORRECT, grade=Grade.FULLY, progress=1.0, equal=True, lints=lints)
    after = mine.facts()
    missing, extra, reached = gold.compare(after)
    unasked = extra_changes(machine.state, mine.state, gold.tried.machine.state)
    if expected.goal is not None and gold.open and not (missing or extra or unasked) and ran.verdict == "ok":
        return Judgement(CallOutcome.CORRECT, grade=Grade.FULLY, progress=1.0, lints=lints)
    progress = max(0, len(reached) - len(extra)) / len(gold.open) if gold.open else 0.0
    if grade is Grade.ADMISSIBLE:
        if progress > 0:
            grade = Grade.PARTLY
        elif extra:
            grade = Grade.NAMED
    if ran.verdict == "fails":
        return Judgement(CallOutcome.INVALID_CALL, _stop(stopped, ran), grade, progress)
    return Judgement(
        CallOutcome.WRONG_CALL,
        _differences(gold, after, missing, extra, unasked),
        grade,
        progress,
        lints=lints,
    )


@dataclass(frozen=True, slots=True)
class _Gold:
    """The expected command's run.

    Attributes:
        tried: the run itself.
        before, after: facts.
        goal: the facts wanted, those that the command changes where none are given.
        open: the facts of the goal that do not hold from the start.
    """

    tried: Tried
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    goal: Mapping[str, Any]
    open: tuple[str, ...]

    @classmethod
    def run(cls, trials: Trials, expected: ExpectedCommand) -> _Gold:
        tried = trials.run(expected.command)
        copy, ran = tried
        if ran.verdict != "ok":
            raise ExpectedError(f"expected.command {ran.verdict} on this machine: {_first_line(ran)}")
        if not ran.effects and not ran.info:
            raise ExpectedError(
                f"expected.command {shown(expected.command)} changes nothing here and shows nothing"
            )
        before, after = trials.machine.facts(), copy.facts()
        goal = expected.goal
        if goal is None:
            goal = {name: after.get(name) for name in sorted(_changed(before, after))}
        missed = unmet(goal, after)
        if missed:
            raise ExpectedError(
                f"expected.goal.{missed[0]}: {shown(after.get(missed[0]))} after the expected command"
            )
        return cls(tried, before, after, goal, tuple(unmet(goal, before)))

    def compare(self, facts: Mapping[str, Any]) -> tuple[list[str], list[str], list[str]]:
        """Names of the goal's facts that are missing, of facts changed besides, and of open facts that now hold.

        A fact that the expected command changes too is no side effect, whatever it became.
        """
        missing = unmet(self.goal, facts)
        asked = _changed(self.before, self.after) | self.goal.keys()
        extra = _changed(self.before, facts) - asked
        return missing, sorted(extra), [name for name in self.open if name not in missing]


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The names of facts that differ. One that is not there counts as None."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def _differences(
    gold: _Gold, after: Mapping[str, Any], missing: list[str], extra: list[str], unasked: list[str]
) -> tuple[Violation, ...]:
    wanted = "; ".join(
        f"{name} is {shown(after.get(name))}, not {shown(gold.goal[name])}" for name in missing[:_MAX_NAMED]
    )
    found = [Violation("wrong_effect", wanted or "it does or shows something else than the expected command")]
    if extra:
        named = "; ".join(f"{name} became {shown(after.get(name))}" for name in extra[:_MAX_NAMED])
        found.append(Violation("extra_effect", f"not asked for: {named}"))
    elif unasked:
        found.append(Violation("extra_effect", f"not asked for: {'; '.join(unasked[:_MAX_NAMED])}"))
    return tuple(found)


def _grade(machine: Machine, after: Machine, command: str, ran: Result) -> tuple[Grade, Violation | None]:
    """How far a command that is neither dangerous nor unsupported got, and what stopped it, if anything did."""
    line = parse_shell(command)
    if not isinstance(line, CommandLine):
        return Grade.PARSED, None
    for simple in simple_commands(line):
        name = _program(simple)
        if name is not None and name not in COMMANDS:
            return Grade.PARSED, Violation("unknown_command", f"no command {shown(name)}")
    for word in (word for simple in simple_commands(line) for word in simple.words):
        device = _device(word)
        if device and not (find_device(machine.state, device) or find_device(after.state, device)):
            return Grade.KNOWN, Violation("unknown_device", f"no device {shown(device)}")
    if ran.verdict == "fails":
        return Grade.NAMED, None
    failure = _failing_part(machine, line)
    if failure is not None:
        return Grade.NAMED, Violation("command_fails", failure)
    return Grade.ADMISSIBLE, None


def _stop(stopped: Violation | None, ran: Result) -> tuple[Violation, ...]:
    """The violation of a failing command: what is known to have stopped it, or what it printed."""
    return (stopped or Violation("command_fails", _first_line(ran)),)


def _program(simple: Simple) -> str | None:
    if simple.script is not None or not simple.words:
        return None
    return simple.words[0].rpartition("/")[2] if simple.words[0].startswith("/") else simple.words[0]


def _device(word: str) -> str | None:
    """The disk or partition that a word names, as the word of a command or behind `of=`."""
    path = word[word.find("/dev/") :] if "/dev/" in word else ""
    if not path or (word != path and not word.endswith("=" + path)):
        return None
    name = path[len("/dev/") :].partition("/")[0]
    return None if not name or name in _STREAMS or "*" in name else path


def _failing_part(machine: Machine, line: CommandLine) -> str | None:
    """What a line's exit status hides: the first failure when every part must succeed; None where all do."""
    if not _may_hide(line):
        return None
    copy = machine.copy()
    try:
        ran = run_line(open_session(copy.state), _every_part(line))
    except (Refused, Unsupported) as stop:
        return str(stop)
    if ran.exit == 0:
        return None
    return _short("".join(ran.stderr)) or f"exit status {ran.exit}"


def _may_hide(line: CommandLine) -> bool:
    """Whether a part may fail without failing the line: there is a `;` or `||`, or a script with one."""
    return any(part.connector in (";", "||") for part in line.parts) or any(
        simple.script is not None and _may_hide(simple.script)
        for part in line.parts
        for simple in part.pipeline
    )


def _every_part(line: CommandLine) -> CommandLine:
    """The same line with `&&` for every `||` and `;`, inside `sh -c` too."""
    parts = tuple(
        replace(
            part,
            connector="&&" if part.connector else "",
            pipeline=tuple(
                simple if simple.script is None else replace(simple, script=_every_part(simple.script))
                for simple in part.pipeline
            ),
        )
        for part in line.parts
    )
    return replace(line, parts=parts)


def _first_line(ran: Result) -> str:
    return _short(ran.stderr) or f"exit status {ran.exit}"


def _short(text: str) -> str:
    return text.strip().partition("\n")[0][:160]
