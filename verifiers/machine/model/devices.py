"""Disks, partitions and volumes: their names (/dev/nvme0n1p2 is partition 2 of disk nvme0n1), sizes and tags."""

from __future__ import annotations

import hashlib
import re

from trace_trainer.verifiers.machine.model.state import MIB, Disk, Filesystem, Partition, State

_PARTITION = re.compile(r"(.*?\d)p([1-9]\d{0,2})|(.*?[^\d])([1-9]\d{0,2})", re.ASCII)


def partition_name(disk: str, number: int) -> str:
    """The device of a partition: `p` stands between where the disk's name ends in a digit."""
    return f"{disk}p{number}" if disk[-1].isdigit() else f"{disk}{number}"


def split_partition(name: str) -> tuple[str, int] | None:
    """(disk, number) of a partition's device name, whether or not either exists; None where it names none."""
    match = _PARTITION.fullmatch(name)
    if match is None:
        return None
    return (match[1], int(match[2])) if match[1] else (match[3], int(match[4]))


def find_partition(state: State, name: str) -> tuple[Disk, int, Partition] | None:
    """The existing partition with this device name: its disk, number and record."""
    parts = split_partition(name)
    if parts is None or parts[0] not in state.disks:
        return None
    disk = state.disks[parts[0]]
    partition = disk.parts.get(parts[1])
    return None if partition is None else (disk, parts[1], partition)


def disk_of(state: State, name: str) -> str | None:
    """The existing disk that this device is, or is a partition of; for a volume, the first that it lies on."""
    if name in state.disks:
        return name
    if name in state.volumes:
        return disk_of(state, state.volumes[name].on[0])
    parts = split_partition(name)
    return parts[0] if find_partition(state, name) is not None and parts is not None else None


def device_exists(state: State, name: str) -> bool:
    """Whether a disk, partition or volume of this name exists."""
    return name in state.disks or name in state.volumes or find_partition(state, name) is not None


def find_device(state: State, text: str) -> str | None:
    """The existing disk or partition that an operand names; None where there is none."""
    if text.startswith("/dev/disk/by-"):
        key, _, value = text[len("/dev/disk/by-") :].partition("/")
        return _by_tag(state, key.upper(), value)
    if text.startswith("/dev/"):
        name = text[5:]
        if device_exists(state, name):
            return name
        group, found, volume = name.partition("/")
        name = volume_name(group, volume)
        return name if found and name in state.volumes else None
    key, found, value = text.partition("=")
    return _by_tag(state, key.upper(), value.strip("\"'")) if found else None


def volume_name(group: str, volume: str) -> str:
    """The device of a logical volume: mapper/vg0-root, hyphens within a name doubled."""
    return f"mapper/{group.replace('-', '--')}-{volume.replace('-', '--')}"


def volumes_on(state: State, device: str) -> list[str]:
    """The volumes that lie on a device."""
    return [name for name, volume in state.volumes.items() if device in volume.on]


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


def partitions_of(state: State, disk: str) -> list[str]:
    """The device names of a disk's partitions, by number."""
    return [partition_name(disk, number) for number in sorted(state.disks[disk].parts)]


def disk_names(state: State) -> list[str]:
    """The disks in the order tools list them, by the kernel's major number: sda, mmcblk0, vda, nvme0n1."""
    return sorted(state.disks, key=lambda name: ("smvn".index(name[0]), name))


def block_devices(state: State) -> list[str]:
    """Every disk, each followed by its partitions, those by the volumes on them; a volume is listed once."""
    found = [name for disk in disk_names(state) for name in (disk, *partitions_of(state, disk))]
    if not state.volumes:
        return found
    listed: dict[str, None] = {}
    waiting = list(reversed(found))
    while waiting:
        name = waiting.pop()
        if name not in listed:
            listed[name] = None
            waiting += reversed(volumes_on(state, name))
    return list(listed)


def size_of(state: State, device: str) -> int:
    """Bytes of an existing disk, partition or volume."""
    if device in state.disks:
        return state.disks[device].size_bytes
    if device in state.volumes:
        return state.volumes[device].size_bytes
    found = find_partition(state, device)
    assert found is not None, device
    return found[2].size_mib * MIB


def is_mounted(state: State, device: str) -> bool:
    """Whether a file system on this device is mounted anywhere."""
    return any(mount.device == device for mount in state.mounts)


def in_use(state: State, device: str) -> str | None:
    """The partition of a disk (or the device itself) that is mounted, in use as swap, or part of a volume, if any."""
    names = [device, *partitions_of(state, device)] if device in state.disks else [device]
    used = next((name for name in names if name in state.swaps or is_mounted(state, name)), None)
    if used is None and state.groups | state.volumes:
        members = {name for devices in state.groups.values() for name in devices}
        members.update(name for volume in state.volumes.values() for name in volume.on)
        used = next((name for name in names if name in members), None)
    return used


def drop_filesystem(state: State, device: str) -> None:
    """Forget what is on a device, and note that it was destroyed, or at least overwritten."""
    state.touched.add(device)
    if state.fs.pop(device, None) is not None and device not in state.destroyed:
        state.destroyed.append(device)


def filesystem_uuid(device: str, filesystem: Filesystem) -> str:
    """A stable UUID in the form the file system's type uses: `1A2B-3C4D` for FAT."""
    return _uuid(f"{device}:{filesystem.serial}", short=filesystem.type == "vfat")


def partition_uuid(device: str, partition: Partition) -> str:
    """A stable PARTUUID."""
    return _uuid(f"{device}@{partition.start_mib}+{partition.size_mib}")


def disk_uuid(disk: str) -> str:
    """A stable identifier of a partition table."""
    return _uuid(disk)


def _uuid(seed: str, short: bool = False) -> str:
    digits = hashlib.md5(seed.encode(), usedforsecurity=False).hexdigest()
    if short:
        return f"{digits[:4]}-{digits[4:8]}".upper()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"
