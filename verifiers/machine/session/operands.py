"""What a command needs on the machine that runs it: the device that an operand names, the package it comes with."""

from __future__ import annotations

from trace_trainer.verifiers.machine.model.devices import find_device
from trace_trainer.verifiers.machine.model.packages import COMMAND_PACKAGE
from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.session.outcomes import CommandError
from trace_trainer.verifiers.machine.session.session import Session


def device_at(session: Session, text: str) -> str | None:
    """The existing disk, partition or volume that a word names, as a path or a tag; None where it names none.

    Any path that leads to one counts: `sda1` in /dev, //dev/sda1, a link to it.
    """
    found = find_device(session.state, text)
    if found is not None or not text or "=" in text:
        return found
    try:
        path = session.live_path(text)
    except PathError:
        return None
    return find_device(session.state, path) if path.startswith("/dev/") and path != text else None


def block_device(
    session: Session, text: str, message: str = "{name}: {path}: No such file or directory"
) -> str:
    """The name of the device an operand names. Raises CommandError with `message` where it does not exist."""
    found = device_at(session, text)
    if found is None:
        raise CommandError(message.replace("{name}", session.name).replace("{path}", text))
    return found


def require_package(session: Session) -> None:
    """Raise CommandError where the package that the running command comes with is not on this shell's system."""
    if COMMAND_PACKAGE[session.name] not in session.tree.packages:
        raise CommandError(f"bash: {session.name}: command not found", exit=127)
