"""lvremove, vgremove, pvremove: volumes, groups and physical volumes taken away, unless they are in use."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.disks.lvm import (
    COMMON,
    MEMBER,
    group_of,
    logical_volume,
    physical_devices,
)
from trace_trainer.verifiers.machine.model.devices import drop_filesystem, in_use, is_mounted, volumes_on
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output
from trace_trainer.verifiers.machine.session.session import Session


@command("lvremove")
def lvremove(session: Session, arguments: Sequence[str]) -> Output:
    """Remove logical volumes with what is on them, unless they are in use."""
    options = read_options(session, arguments, "fyvqt", COMMON)
    state = session.state
    lines = []
    for word in options.operands or [""]:
        group = word.removeprefix("/dev/")
        members = [name for name, item in state.volumes.items() if item.group == group]
        for device in members or [logical_volume(session, [word])[0]]:
            if is_mounted(state, device) or in_use(state, device) is not None:
                raise CommandError(f"  Logical volume {device.removeprefix('mapper/')} in use.", exit=5)
            drop_filesystem(state, device)
            del state.volumes[device]
            session.effect(f"removed {device}")
            lines.append(f'  Logical volume "{device.removeprefix("mapper/")}" successfully removed.\n')
    return Output("".join(lines))


@command("vgremove")
def vgremove(session: Session, arguments: Sequence[str]) -> Output:
    """Remove volume groups that hold no volumes; with -f or -y their volumes, too."""
    options = read_options(session, arguments, "fyvqt", COMMON)
    state = session.state
    for name in options.operands or [""]:
        if name not in state.groups:
            raise CommandError(f'  Volume group "{name}" not found', exit=5)
        members = [device for device, item in state.volumes.items() if item.group == name]
        for device in members:
            if is_mounted(state, device) or in_use(state, device) is not None:
                raise CommandError(f"  Logical volume {device.removeprefix('mapper/')} in use.", exit=5)
        for device in members:
            drop_filesystem(state, device)
            del state.volumes[device]
        del state.groups[name]
        session.effect(f"removed volume group {name}")
    return Output("".join(f'  Volume group "{name}" successfully removed\n' for name in options.operands))


@command("pvremove")
def pvremove(session: Session, arguments: Sequence[str]) -> Output:
    """Take the mark of a physical volume off devices that belong to no group."""
    options = read_options(session, arguments, "fyvqt", COMMON)
    for device in physical_devices(session, options.operands):
        found = session.state.fs.get(device)
        if found is None or found.type != MEMBER:
            raise CommandError(f"  No PV found on device /dev/{device}.", exit=5)
        if group_of(session.state, device) is not None or volumes_on(session.state, device):
            raise CommandError(f"  PV /dev/{device} is used by a VG.", exit=5)
        drop_filesystem(session.state, device)
        session.effect(f"{device}: no physical volume")
    return Output()
