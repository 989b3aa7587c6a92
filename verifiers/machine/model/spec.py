"""A machine from its description: `{"boot": "UEFI", "disks": {"sda": "500G"}}`, and what was done on it so far.

Every field is checked, and the first that can't be is named in one line. Only `boot` and `disks` are required:

    boot      "UEFI" or "BIOS"
    disks     {"sda": "500G"} or {"sda": {"size": "500G", "model": "...", "rotational": true, "label": "gpt"}}
    models    {"sda": "Samsung SSD 870"}
    parts     {"sda1": ["512M", "ef00"], "sda2": ["rest", "8300"]}: in the order of their numbers, from the first MiB
    labels    {"sda": "dos"}: gpt or dos; without it gpt where the disk has parts, else none
    fs        {"sda1": "vfat", "sda2": "ext4"}: ext4, vfat, btrfs, xfs, f2fs, swap
    mounts    {"sda2": "/mnt", "sda1": "/mnt/boot/efi"}
    swaps     ["sda3"]: in use
    installed true, "rsync" or "pacstrap": a system on what is mounted at /mnt (on the largest file system otherwise)
    hostname, timezone   of the live system
    ram, network, medium   "8G", true, and the disk that the installer was started from
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Any

from trace_trainer.verifiers.machine.model.config_files import is_host_name
from trace_trainer.verifiers.machine.model.devices import find_partition, partition_name, split_partition
from trace_trainer.verifiers.machine.model.partition_types import parse_type
from trace_trainer.verifiers.machine.model.paths import absolute, locate
from trace_trainer.verifiers.machine.model.sizes import parse_size
from trace_trainer.verifiers.machine.model.spread import spread_over_mounts
from trace_trainer.verifiers.machine.model.state import (
    FIRST_MIB,
    MIB,
    Disk,
    Filesystem,
    Mount,
    Partition,
    State,
    Tree,
)
from trace_trainer.verifiers.machine.model.systems import (
    IMAGE,
    copy_system,
    install_packages,
    installed_copy_excludes,
    live_tree,
)
from trace_trainer.verifiers.machine.model.zones import ZONES

FIELDS = tuple(
    "boot disks models parts labels fs mounts swaps installed hostname timezone ram network medium".split()
)
FILESYSTEMS = ("ext4", "vfat", "btrfs", "xfs", "f2fs", "swap")
_DISK_NAME = re.compile(r"(?:[sv]d[a-z]{1,2}|nvme\d{1,2}n\d{1,2}|mmcblk\d{1,2})", re.ASCII)


class MachineSpecError(ValueError):
    """A machine description that can't be used: one line naming the field."""


def state_from_spec(spec: Mapping[str, Any]) -> State:
    """The state a description stands for. Raises MachineSpecError."""
    if not isinstance(spec, Mapping):
        raise MachineSpecError(f"machine: expected an object with boot and disks, got {_shown(spec)}")
    for name in spec:
        if name not in FIELDS:
            near = difflib.get_close_matches(str(name), FIELDS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FIELDS)}"
            raise MachineSpecError(f"machine: unknown field {_shown(name)}; {hint}")
    for name in ("boot", "disks"):
        if name not in spec:
            raise MachineSpecError(f"{name}: missing; a machine needs boot and disks")
    if spec["boot"] not in ("UEFI", "BIOS"):
        raise MachineSpecError(f'boot: expected "UEFI" or "BIOS", got {_shown(spec["boot"])}')
    hostname = spec.get("hostname", "archiso")
    if not isinstance(hostname, str) or not is_host_name(hostname):
        raise MachineSpecError(f"hostname: {_shown(hostname)} is no host name (letters, digits and hyphens)")
    state = State(spec["boot"], _disks(spec), live_tree(hostname), _size("ram", spec.get("ram", "8G")))
    state.running = {
        *state.live.services,
        "dbus.service",
        "systemd-journald.service",
        "systemd-logind.service",
    }
    state.network = _bool("network", spec.get("network", True))
    zone = spec.get("timezone")
    if zone is not None:
        if zone not in ZONES:
            raise MachineSpecError(f"timezone: {_shown(zone)} is no time zone such as Europe/Berlin")
        state.live.links["/etc/localtime"] = f"/usr/share/zoneinfo/{zone}"
    _add_partitions(state, spec)
    _add_medium(state, spec)
    _add_filesystems(state, spec)
    _add_mounts(state, spec)
    for device in _list("swaps", spec.get("swaps", [])):
        if device not in state.fs or state.fs[device].type != "swap":
            raise MachineSpecError(f"swaps.{device}: there is no swap area on {device}; add it to fs")
        state.swaps.append(device)
    _install(state, spec)
    return state


def _disks(spec: Mapping[str, Any]) -> dict[str, Disk]:
    disks = {}
    models, labels = _object("models", spec.get("models", {})), _object("labels", spec.get("labels", {}))
    for name, value in _object("disks", spec["disks"]).items():
        field = f"disks.{name}"
        if _DISK_NAME.fullmatch(name) is None:
            raise MachineSpecError(f"{field}: expected a disk name such as sda, vda, nvme0n1 or mmcblk0")
        value = {"size": value} if isinstance(value, str | int) else _object(field, value)
        for key in value:
            if key not in ("size", "model", "rotational", "label"):
                raise MachineSpecError(
                    f"{field}.{key}: unknown field; there are size, model, rotational, label"
                )
        size = _size(f"{field}.size" if "size" in value else field, value.get("size"))
        if size < 8 * MIB:
            raise MachineSpecError(f"{field}: a disk has at least 8M, got {_shown(value['size'])}")
        model = value.get("model", models.get(name, ""))
        if not isinstance(model, str):
            raise MachineSpecError(f"models.{name}: expected text, got {_shown(model)}")
        label = value.get("label", labels.get(name))
        if label not in (None, "gpt", "dos"):
            raise MachineSpecError(f'labels.{name}: expected "gpt" or "dos", got {_shown(label)}')
        rotational = _bool(f"{field}.rotational", value.get("rotational", False))
        disks[name] = Disk(size, model, rotational, label or "none")
    if not disks:
        raise MachineSpecError("disks: a machine has at least one")
    for field, mapping in (("models", models), ("labels", labels)):
        for name in mapping:
            if name not in disks:
                raise MachineSpecError(f"{field}.{name}: there is no disk {name}")
    return disks


def _add_partitions(state: State, spec: Mapping[str, Any]) -> None:
    found: list[tuple[str, int, Any]] = []
    for name, value in _object("parts", spec.get("parts", {})).items():
        place = split_partition(name)
        if place is None or place[0] not in state.disks:
            raise MachineSpecError(f"parts.{name}: expected a partition of {', '.join(state.disks)}")
        if (
            not isinstance(value, list | tuple)
            or len(value) != 2
            or not all(isinstance(v, str) for v in value)
        ):
            raise MachineSpecError(
                f'parts.{name}: expected [size, type] such as ["512M", "ef00"], got {_shown(value)}'
            )
        found.append((*place, value))
    for disk_name, number, (size, code) in sorted(found, key=lambda item: item[:2]):
        name = partition_name(disk_name, number)
        disk = state.disks[disk_name]
        if disk.label == "none":
            disk.label = "gpt"
        if number > (4 if disk.label == "dos" else 128):
            raise MachineSpecError(f"parts.{name}: a disk with label {disk.label} has no partition {number}")
        kind = parse_type(code)
        if kind is None:
            raise MachineSpecError(
                f'parts.{name}: expected a type such as "8300" or "ef00", got {_shown(code)}'
            )
        start = max([partition.end_mib for partition in disk.parts.values()], default=FIRST_MIB)
        length = disk.last_mib - start if size == "rest" else -(-_size(f"parts.{name}", size) // MIB)
        if length < 1 or start + length > disk.last_mib:
            raise MachineSpecError(f"parts.{name}: {size} does not fit on {disk_name}")
        disk.parts[number] = Partition(start, length, kind)


def _add_medium(state: State, spec: Mapping[str, Any]) -> None:
    name = spec.get("medium")
    if name is None:
        return
    if name not in state.disks or state.disks[name].parts:
        raise MachineSpecError(f"medium: expected a disk without parts, got {_shown(name)}")
    disk = state.disks[name]
    disk.is_medium, disk.label = True, "dos"
    disk.parts[1] = Partition(1, disk.last_mib - 1, "8300", bootable=True)
    device = partition_name(name, 1)
    image = Tree({"/", "/arch", "/arch/x86_64"}, {IMAGE: ""})
    state.fs[device] = Filesystem("iso9660", image, "LEVITATEOS")
    state.mounts.append(
        Mount(device, "/run/archiso/bootmnt", "iso9660", ("ro", "relatime"), source=f"/dev/{device}")
    )


def _add_filesystems(state: State, spec: Mapping[str, Any]) -> None:
    for device, kind in _object("fs", spec.get("fs", {})).items():
        if find_partition(state, device) is None or device in state.fs:
            raise MachineSpecError(f"fs.{device}: there is no partition {device}; add it to parts")
        if kind not in FILESYSTEMS:
            raise MachineSpecError(
                f"fs.{device}: expected one of {', '.join(FILESYSTEMS)}, got {_shown(kind)}"
            )
        state.formatted += 1
        state.fs[device] = Filesystem(kind, new_tree(kind), serial=state.formatted)


def new_tree(kind: str) -> Tree:
    """The tree of a file system that was just made."""
    return Tree({"/", "/lost+found"} if kind == "ext4" else {"/"})


def _add_mounts(state: State, spec: Mapping[str, Any]) -> None:
    mounts = _object("mounts", spec.get("mounts", {}))
    for device, target in mounts.items():
        if device not in state.fs or state.fs[device].type == "swap":
            raise MachineSpecError(f"mounts.{device}: there is no file system on {device}; add it to fs")
        if not isinstance(target, str) or target == "/" or absolute(target, "/") != target:
            raise MachineSpecError(f"mounts.{device}: expected a folder such as /mnt, got {_shown(target)}")
    for device, target in sorted(mounts.items(), key=lambda item: item[1].count("/")):
        found = locate(state, target)
        if any(mount.target == target for mount in state.mounts):
            raise MachineSpecError(f"mounts.{device}: {target} is taken")
        steps = found.path.split("/")
        found.tree.dirs.update("/".join(steps[:end]) or "/" for end in range(1, len(steps) + 1))
        state.mounts.append(Mount(device, target, state.fs[device].type, source=f"/dev/{device}"))


def _install(state: State, spec: Mapping[str, Any]) -> None:
    installed = spec.get("installed", False)
    if installed is False:
        return
    if installed not in (True, "rsync", "pacstrap"):
        raise MachineSpecError(
            f'installed: expected true, false, "rsync" or "pacstrap", got {_shown(installed)}'
        )
    mounted = [mount.device for mount in state.mounts if mount.target == "/mnt"]
    candidates = mounted or [name for name in state.fs if state.fs[name].type in ("ext4", "btrfs", "xfs")]
    if not candidates:
        raise MachineSpecError("installed: there is no file system to hold a system; add it to fs")

    def size(name: str) -> int:
        found = find_partition(state, name)
        return 0 if found is None else found[2].size_mib

    tree = state.fs[max(candidates, key=size)].tree
    if installed == "pacstrap":
        install_packages(tree, ("base", "linux", "linux-firmware"))
    else:
        copy_system(state.live, tree, installed_copy_excludes)
    if mounted:
        spread_over_mounts(state, "/mnt", tree)


def _object(field: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise MachineSpecError(f"{field}: expected an object, got {_shown(value)}")
    return value


def _list(field: str, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise MachineSpecError(f"{field}: expected a list of names, got {_shown(value)}")
    return list(value)


def _bool(field: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise MachineSpecError(f"{field}: expected true or false, got {_shown(value)}")
    return value


def _size(field: str, value: Any) -> int:
    size = parse_size(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    if not size:
        raise MachineSpecError(f'{field}: expected a size such as "512M" or "500G", got {_shown(value)}')
    return size


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
