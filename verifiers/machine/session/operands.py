"""Device operands: what `/dev/sda2`, `UUID=...`, `LABEL=...` and `/dev/disk/by-label/...` name on this machine."""

from __future__ import annotations

from trace_trainer.verifiers.machine.model.devices import (
    device_exists,
    filesystem_uuid,
    find_partition,
    partition_uuid,
)
from trace_trainer.verifiers.machine.model.state import State
from trace_trainer.verifiers.machine.session.declaring import CommandError
from trace_trainer.verifiers.machine.session.session import Session


def find_device(state: State, text: str) -> str | None:
    """The existing disk or partition that an operand names; None where there is none."""
    if text.startswith("/dev/disk/by-"):
        key, _, value = text[len("/dev/disk/by-") :].partition("/")
        return _by_tag(state, key.upper(), value)
    if text.startswith("/dev/"):
        name = text[5:]
        return name if device_exists(state, name) else None
    key, found, value = text.partition("=")
    return _by_tag(state, key.upper(), value.strip("\"'")) if found else None


def _by_tag(state: State, key: str, value: str) -> str | None:
    for name, filesystem in state.fs.items():
        if key == "UUID" and filesystem_uuid(name, filesystem).lower() == value.lower():
            return name
        if key == "LABEL" and filesystem.label and filesystem.label == value:
            return name
    if key == "PARTUUID":
        for name in state.fs:
            found = find_partition(state, name)
            if found is not None and partition_uuid(name, found[2]) == value.lower():
                return name
    return None


def block_device(
    session: Session, text: str, message: str = "{name}: {path}: No such file or directory"
) -> str:
    """The name of the device an operand names. Raises CommandError with `message` where it does not exist."""
    found = find_device(session.state, text)
    if found is None:
        raise CommandError(message.format(name=session.name, path=text))
    return found
