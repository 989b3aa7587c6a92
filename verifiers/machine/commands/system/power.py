"""reboot, poweroff, halt, shutdown, init: the machine goes down.

Going down with a file system still mounted under /mnt leaves it dirty. From a chroot these commands do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.paths import is_under
from trace_trainer.verifiers.machine.model.state import Power
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_TIME = re.compile(r"now|\+?\d{1,5}|\d{1,2}:\d{2}", re.ASCII)


def go_down(session: Session, how: Power) -> Output:
    """Switch off or start again."""
    if session.in_chroot:
        return Output("", "Running in chroot, ignoring request.\n")
    state = session.state
    state.dirty = any(mount.device in state.fs and is_under(mount.target, "/mnt") for mount in state.mounts)
    state.power = how
    session.effect(how)
    return Output()


@command("reboot", "poweroff", "halt")
def reboot(session: Session, arguments: Sequence[str]) -> Output:
    """Go down at once."""
    long = ["help", "halt", "poweroff", "reboot", "force", "wtmp-only", "no-wtmp", "no-wall", "no-sync"]
    options = read_options(session, arguments, "pfwdn", long)
    if options.has("--help", "-w", "--wtmp-only"):
        return Output(info="help")
    restarts = options.has("--reboot") or (
        session.name == "reboot" and not options.has("-p", "--poweroff", "--halt")
    )
    return go_down(session, "rebooted" if restarts else "off")


@command("shutdown")
def shutdown(session: Session, arguments: Sequence[str]) -> Output:
    """Go down now, or at a time that comes by itself: -h or -P off, -r again, -c not at all."""
    options = read_options(
        session, arguments, "HPrhkcf", ["help", "halt", "poweroff", "reboot", "no-wall", "show"]
    )
    if options.has("-c", "-k", "--help", "--show"):
        return Output(info="shutdown_plan")
    time = options.operands[0] if options.operands else "+1"
    if _TIME.fullmatch(time) is None:
        raise CommandError(f"Failed to parse time specification: {time}")
    return go_down(session, "rebooted" if options.has("-r", "--reboot") else "off")


@command("init", "telinit")
def init(session: Session, arguments: Sequence[str]) -> Output:
    """Runlevels 0 and 6."""
    if list(arguments) == ["0"]:
        return go_down(session, "off")
    if list(arguments) == ["6"]:
        return go_down(session, "rebooted")
    raise Unsupported("runlevels other than 0 and 6")
