"""LVM: physical volumes, volume groups and logical volumes, made, grown and removed.

Extents are 4 MiB, the default. Questions are answered with yes. Not covered: thin pools, snapshots, caches, RAID, and
groups made of other than linear volumes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from trace_trainer.verifiers.machine.model.devices import (
    device_exists,
    drop_filesystem,
    size_of,
    volume_name,
)
from trace_trainer.verifiers.machine.model.state import Filesystem, State, Tree, Volume
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

MEMBER = "LVM2_member"
EXTENT = 4 << 20
_NAME = re.compile(r"[A-Za-z0-9_+.][A-Za-z0-9_+.-]{0,126}", re.ASCII)
_SIZE = re.compile(r"\+?(\d{1,9}(?:\.\d{1,3})?)([bskmgtpe]?)(?:i?b)?", re.IGNORECASE | re.ASCII)
_SHARE = re.compile(r"\+?(\d{1,7})(%(?:FREE|VG|PVS)?)?", re.IGNORECASE | re.ASCII)
_UNITS = {
    "b": 1,
    "s": 512,
    "k": 1 << 10,
    "m": 1 << 20,
    "": 1 << 20,
    "g": 1 << 30,
    "t": 1 << 40,
    "p": 1 << 50,
    "e": 1 << 60,
}
_MISSING = "  Cannot use {path}: device not found"
COMMON = [
    "yes",
    "force",
    "verbose",
    "quiet",
    "test",
    "zero=",
    "wipesignatures=",
    "uuid=",
    "addtag=",
    "metadatasize=",
]


@command("pvcreate")
def pvcreate(session: Session, arguments: Sequence[str]) -> Output:
    """Make devices ready for a volume group; none of them is in use (danger/device_rules.py)."""
    options = read_options(session, arguments, "fu:Z:vyqt", [*COMMON, "dataalignment=", "labelsector="])
    lines = []
    for device in physical_devices(session, options.operands):
        _make_member(session, device)
        lines.append(f'  Physical volume "/dev/{device}" successfully created.\n')
    return Output("".join(lines))


def physical_devices(session: Session, words: Sequence[str]) -> list[str]:
    if not words:
        raise CommandError("  Please enter a physical volume path.", exit=3)
    return [block_device(session, word, _MISSING) for word in words]


def _make_member(session: Session, device: str) -> None:
    """Make a device a physical volume, unless it is one already."""
    state = session.state
    if group_of(state, device) is not None:
        raise CommandError(
            f'  Can\'t initialize physical volume "/dev/{device}" of a volume group without -ff', exit=5
        )
    if device in state.disks and state.disks[device].label != "none":
        raise CommandError(f"  Cannot use /dev/{device}: device is partitioned", exit=5)
    if device in state.fs and state.fs[device].type == MEMBER:
        return
    drop_filesystem(state, device)
    state.formatted += 1
    state.fs[device] = Filesystem(MEMBER, Tree(), serial=state.formatted)
    session.effect(f"{device}: physical volume")


def group_of(state: State, device: str) -> str | None:
    """The volume group that a device belongs to."""
    return next((name for name, devices in state.groups.items() if device in devices), None)


@command("vgcreate", "vgextend")
def vgcreate(session: Session, arguments: Sequence[str]) -> Output:
    """Make a volume group of devices, or add devices to one; they are made physical volumes where they aren't."""
    options = read_options(
        session,
        arguments,
        "fs:l:p:c:vyqtZ:A:",
        [*COMMON, "physicalextentsize=", "maxlogicalvolumes=", "dataalignment="],
    )
    if (options.last("-s", "--physicalextentsize") or "4m").lower() not in ("4m", "4mb", "4mib", "4"):
        raise Unsupported("volume groups with other extents than 4 MiB")
    name, *words = [*options.operands, ""]
    words = words[:-1]
    state, extends = session.state, session.name == "vgextend"
    if not name or not words:
        raise CommandError("  Please enter volume group name and physical volumes.", exit=3)
    if extends and name not in state.groups:
        raise CommandError(f'  Volume group "{name}" not found', exit=5)
    if not extends and name in state.groups:
        raise CommandError(f"  A volume group called {name} already exists.", exit=5)
    if _NAME.fullmatch(name) is None:
        raise CommandError(f'  Name "{name}" contains invalid character.', exit=3)
    devices = physical_devices(session, words)
    for device in devices:
        if (other := group_of(state, device)) is not None:
            raise CommandError(
                f"  Physical volume '/dev/{device}' is already in volume group '{other}'", exit=5
            )
        _make_member(session, device)
    state.groups[name] = (*state.groups.get(name, ()), *devices)
    session.effect(f"volume group {name}")
    done = "extended" if extends else "created"
    return Output(f'  Volume group "{name}" successfully {done}\n')


def free_bytes(state: State, group: str) -> int:
    """The room that is left in a volume group."""
    taken = sum(volume.size_bytes for volume in state.volumes.values() if volume.group == group)
    return group_bytes(state, group) - taken


def group_bytes(state: State, group: str) -> int:
    """The room of a volume group, whole extents only, an extent of each device for its own use."""
    return sum((size_of(state, device) // EXTENT - 1) * EXTENT for device in state.groups[group])


@command("lvcreate")
def lvcreate(session: Session, arguments: Sequence[str]) -> Output:
    """Make a logical volume: -L SIZE or -l EXTENTS, -n NAME, in a group."""
    long = [
        *COMMON,
        "size=",
        "extents=",
        "name=",
        "contiguous=",
        "type=",
        "activate=",
        "readahead=",
        "permission=",
    ]
    options = read_options(session, arguments, "L:l:n:C:yvqtW:Z:p:r:i:I:sT:V:m:a:fk:", long)
    kind = options.last("--type")
    if options.has("-s", "-T", "-V", "-m", "-i", "-I") or kind not in (None, "linear"):
        raise Unsupported("logical volumes that are not linear")
    if not options.operands:
        raise CommandError("  Please provide a volume group name", exit=3)
    group = options.operands[0].removeprefix("/dev/")
    state = session.state
    if group not in state.groups:
        raise CommandError(
            f'  Volume group "{group}" not found\n  Cannot process volume group {group}', exit=5
        )
    names = {name for name, volume in state.volumes.items() if volume.group == group}
    free = next(
        f"lvol{number}"
        for number in range(len(names) + 1)
        if volume_name(group, f"lvol{number}") not in names
    )
    name = options.last("-n", "--name") or free
    if _NAME.fullmatch(name) is None:
        raise CommandError(f'  Logical volume name "{name}" is invalid.', exit=3)
    device = volume_name(group, name)
    if device in names:
        raise CommandError(f'  Logical Volume "{name}" already exists in volume group "{group}"', exit=5)
    size = _size(state, options, group)
    if size > free_bytes(state, group):
        raise CommandError(
            f'  Volume group "{group}" has insufficient free space ({free_bytes(state, group) // EXTENT} extents): '
            f"{size // EXTENT} required.",
            exit=5,
        )
    state.volumes[device] = Volume("lvm", size, state.groups[group], group)
    session.effect(f"logical volume {group}/{name}")
    return Output(f'  Logical volume "{name}" created.\n')


def _size(state: State, options: Options, group: str) -> int:
    """Bytes asked for by -L or -l, rounded up to extents. Raises CommandError."""
    size, share = options.last("-L", "--size"), options.last("-l", "--extents")
    if size is not None and (match := _SIZE.fullmatch(size)):
        return -(-int(float(match[1]) * _UNITS[match[2].lower()]) // EXTENT) * EXTENT
    if share is not None and (match := _SHARE.fullmatch(share)):
        number, unit = int(match[1]), (match[2] or "").upper()
        if not unit:
            return number * EXTENT
        whole = free_bytes(state, group) if unit in ("%FREE", "%PVS", "%") else group_bytes(state, group)
        return whole * min(number, 100) // 100 // EXTENT * EXTENT
    raise CommandError("  Please specify either size or extents", exit=3)


@command("lvextend", "lvresize", "lvreduce")
def lvextend(session: Session, arguments: Sequence[str]) -> Output:
    """Give a logical volume more room; taking some away would cut off a file system."""
    options = read_options(session, arguments, "L:l:rvyqtnf", [*COMMON, "size=", "extents=", "resizefs"])
    device, volume = logical_volume(session, options.operands)
    size = _size(session.state, options, volume.group)
    given = options.last("-L", "--size", "-l", "--extents") or ""
    wanted = volume.size_bytes + size if given.startswith("+") else size
    if wanted < volume.size_bytes:
        raise Unsupported("making a logical volume smaller")
    if wanted - volume.size_bytes > free_bytes(session.state, volume.group):
        raise CommandError("  Insufficient free space", exit=5)
    session.state.volumes[device] = replace(volume, size_bytes=wanted)
    session.effect(f"{device}: {wanted >> 20} MiB")
    return Output(f"  Logical volume {device.removeprefix('mapper/')} successfully resized.\n")


def logical_volume(session: Session, words: Sequence[str]) -> tuple[str, Volume]:
    """The logical volume that a word names: vg0/root, /dev/vg0/root, /dev/mapper/vg0-root. Raises CommandError."""
    word = words[0] if words else ""
    path = word if word.startswith("/dev/") else f"/dev/{word}"
    device = block_device(session, path, f'  Failed to find logical volume "{word}"')
    volume = session.state.volumes.get(device)
    if volume is None or volume.kind != "lvm":
        raise CommandError(f'  Failed to find logical volume "{word}"', exit=5)
    return device, volume


@command("vgchange", "lvchange", "vgscan", "pvscan", "lvscan")
def vgchange(session: Session, arguments: Sequence[str]) -> Output:
    """Activate what is there, which it always is here; switching off is unsupported."""
    options = read_options(
        session, arguments, "a:yvqtK", [*COMMON, "activate=", "mknodes", "cache", "sysinit"]
    )
    wanted = (options.last("-a", "--activate") or "y").lower()
    if wanted not in ("y", "ay", "aay"):
        raise Unsupported("switching volumes off")
    state = session.state
    for name in options.operands:
        if name not in state.groups and not device_exists(state, name.removeprefix("/dev/")):
            raise CommandError(
                f'  Volume group "{name}" not found\n  Cannot process volume group {name}', exit=5
            )
    counts = {name: sum(item.group == name for item in state.volumes.values()) for name in state.groups}
    text = "".join(
        f'  {count} logical volume(s) in volume group "{name}" now active\n' for name, count in counts.items()
    )
    return Output(text, info="volumes")
