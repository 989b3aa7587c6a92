"""Equality of effect: two command lines are equal when they leave equal machines, or show the same information.

The canonical form of a state leaves out what does not matter: UUIDs, labels, partition names, access times, the order
of effects that commute, the log. Partitions are compared last, their ends within a tolerance. Files are compared
without white space at the end, /etc/fstab by its entries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trace_trainer.verifiers.machine.model.devices import filesystem_uuid, partition_name, partition_uuid
from trace_trainer.verifiers.machine.model.facts import SIZE_TOLERANCE_MIB, fstab_entries
from trace_trainer.verifiers.machine.model.state import Filesystem, Mount, Partition, State, Tree, to_json

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine.machine import Machine

# Options that change nothing an installation is judged by: access times, defaults.
_PLAIN_OPTIONS = frozenset(
    """async auto defaults dev diratime exec lazytime noatime nodiratime norelatime nostrictatime relatime rw
    strictatime suid""".split()
)


def compare_effects(machine: Machine, a: str, b: str | None) -> str:
    """`equal` or `different`; `fails`, `refused` or `unsupported` where one of the two is (a's first).

    Both run on copies of `machine`, which stays as it is. Where `b` is None: `ok`, or how `a` ends.
    """
    first = machine.copy()
    result_a = first.run(a)
    if result_a.verdict != "ok" or b is None:
        return result_a.verdict
    second = machine.copy()
    result_b = second.run(b)
    if result_b.verdict != "ok":
        return result_b.verdict
    if not same_state(first.state, second.state):
        return "different"
    changed = bool(result_a.effects or result_b.effects) and not same_state(machine.state, first.state)
    return "equal" if changed or set(result_a.info) == set(result_b.info) else "different"


def same_state(a: State, b: State) -> bool:
    """Whether two states are equal in what matters, the ends of partitions within SIZE_TOLERANCE_MIB."""
    return _same_disks(a, b) and _comparable(a) == _comparable(b)


def canonical(state: State) -> dict[str, Any]:
    """What matters of a state, as JSON: equal states have equal forms, but for the tolerance of partitions."""
    partitions = {
        partition_name(name, number): to_json(partition)
        for name, disk in state.disks.items()
        for number, partition in disk.parts.items()
    }
    form: dict[str, Any] = to_json(_comparable(state) | {"partitions": partitions})
    return form


def _comparable(state: State) -> dict[str, Any]:
    """All but the partitions, in values that compare by ==."""
    return {
        "boot_mode": state.boot_mode,
        "labels": {name: disk.label for name, disk in state.disks.items()},
        "live": _tree(state, state.live),
        "fs": {name: _filesystem(state, filesystem) for name, filesystem in state.fs.items()},
        "mounts": sorted(_mount(mount) for mount in state.mounts),
        "swaps": sorted(state.swaps),
        "frames": state.frames,
        "running": state.running,
        "network": state.network,
        "ntp": state.ntp,
        "rtc_synced": state.rtc_synced,
        "power": state.power,
        "dirty": state.dirty,
    }


def _same_disks(a: State, b: State) -> bool:
    if a.disks.keys() != b.disks.keys():
        return False
    for name, disk in a.disks.items():
        other = b.disks[name]
        if disk.parts.keys() != other.parts.keys():
            return False
        if not all(_same_partition(disk.parts[number], other.parts[number]) for number in disk.parts):
            return False
    return True


def _same_partition(a: Partition, b: Partition) -> bool:
    if (a.type, a.bootable) != (b.type, b.bootable):
        return False
    return (
        abs(a.start_mib - b.start_mib) <= SIZE_TOLERANCE_MIB
        and abs(a.end_mib - b.end_mib) <= SIZE_TOLERANCE_MIB
    )


def _filesystem(state: State, filesystem: Filesystem) -> tuple[Any, ...]:
    subvolumes = {name: _tree(state, tree) for name, tree in filesystem.subvolumes.items()}
    return filesystem.type, _tree(state, filesystem.tree), subvolumes


def _mount(mount: Mount) -> tuple[Any, ...]:
    options = tuple(sorted(set(mount.options) - _PLAIN_OPTIONS))
    return mount.target, mount.device, mount.subvolume, mount.root, options


def _tree(state: State, tree: Tree) -> dict[str, Any]:
    return {
        "dirs": tree.dirs,
        "files": {path: _text(state, path, text) for path, text in tree.files.items()},
        "links": tree.links,
        "installed": tree.installed,
        "packages": tree.packages,
        "users": {
            name: (user.shell, user.home, user.group, user.password_set, frozenset(user.groups))
            for name, user in tree.users.items()
        },
        "groups": tree.groups,
        "services": tree.services,
        "locales": tree.locales,
        "bootloader": tree.bootloader,
    }


def _text(state: State, path: str, text: str) -> str | list[str]:
    if path == "/etc/fstab":
        return fstab_entries(state, text)
    if "UUID" in text:
        for name, filesystem in state.fs.items():
            text = text.replace(filesystem_uuid(name, filesystem), name)
        for name, disk in state.disks.items():
            for number, partition in disk.parts.items():
                device = partition_name(name, number)
                text = text.replace(partition_uuid(device, partition), device)
    return text.rstrip()
