"""Goals as facts of the machine: of one turn, and of a whole installation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trace_trainer.engine.problems.installer.steps import STEPS, missing_step, next_step
from trace_trainer.engine.problems.installer.view import View
from trace_trainer.verifiers.machine import Machine

# Facts nobody asks for: what a copied system brings along, and the trace that erasing leaves.
_PASSED_OVER = ("live.", "destroyed", "target.packages", "target.locales", "target.hosts")
_COPIED = "target.installed"


class StuckError(RuntimeError):
    """A step that should be possible fails: the machine, or a wish, is not one that can be installed."""


def changed_facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that differ afterwards and that a goal is written in. A fact that is gone counts as null.

    Before a system is there, its facts are none. Copying one brings its host name, accounts and services; these are no
    goal, that it is there is.
    """
    changed = {
        name: after.get(name)
        for name in after.keys() | before.keys()
        if before.get(name) != after.get(name) and not name.startswith(_PASSED_OVER)
    }
    if after.get(_COPIED, "none") == "none":
        changed = {name: value for name, value in changed.items() if not name.startswith("target.")}
    elif before.get(_COPIED) == "none":
        return {_COPIED: after[_COPIED]}
    return dict(sorted(changed.items()))


def finished(machine: Machine, wishes: Mapping[str, str]) -> Machine:
    """A copy of the machine on which the installation was finished, step by step, to the user's wishes.

    Raises StuckError where a step fails.
    """
    machine = machine.copy()
    for _ in range(2 * len(STEPS)):
        view = View.of(machine, wishes["disk"])
        if machine.state.power != "on":
            return machine
        name = wanted_steps(view, wishes)[0]
        run_step(machine, view, name, step_choice(name, wishes))
    raise StuckError(f"the installation does not end; the last step was {name}")


def run_step(machine: Machine, view: View, name: str, choice: str) -> str:
    """Do a step on the machine and give the command line. Raises StuckError where it fails."""
    command = STEPS[name].command(view, choice)
    result = machine.run(command)
    if result.verdict != "ok":
        raise StuckError(f"step {name}: {command!r} {result.verdict}: {' '.join(result.stderr.split())}")
    return command


def step_choice(name: str, wishes: Mapping[str, str]) -> str:
    """What the user wants of a step; "" for no wish."""
    return wishes.get({"partition": "size", "format": "filesystem"}.get(name, name), "")


def wanted_steps(view: View, wishes: Mapping[str, str]) -> list[str]:
    """The steps that are possible now and not done to the user's wishes, the one to take first in front."""
    due = next_step(view)
    if missing_step(view, "hostname") is not None:
        return [due]
    possible = [
        name
        for name, step in STEPS.items()
        if (not step.is_optional or name in wishes)
        and name not in ("partition", "format", "unmount", "reboot")
        and missing_step(view, name) is None
        and not step.is_done(view, step_choice(name, wishes))
    ]
    return possible or [due]
