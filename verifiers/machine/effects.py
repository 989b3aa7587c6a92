"""Equality of effect: two command lines are equal when they leave equal machines, or show the same information.

The canonical form of a state leaves out what does not matter: UUIDs, labels, partition names, access times, the order
of effects that commute, the log. Partitions are compared last, their ends within a tolerance. Files are compared
without white space at the end, /etc/fstab by its entries, sudoers by what they grant, /etc/localtime by its zone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from trace_trainer.verifiers.machine.model.devices import (
    disk_of,
    filesystem_uuid,
    partition_name,
    partition_uuid,
)
from trace_trainer.verifiers.machine.model.facts import (
    SIZE_TOLERANCE_MIB,
    fstab_entries,
    odd_entries,
    timezone_of,
)
from trace_trainer.verifiers.machine.model.passwords import ASKED
from trace_trainer.verifiers.machine.model.state import (
    Filesystem,
    Mount,
    Partition,
    State,
    Tree,
    User,
    to_json,
)
from trace_trainer.verifiers.machine.model.sudoers import grants, is_sudoers

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine.machine import Machine, Tried

# Options that change nothing an installation is judged by: access times, defaults.
_PLAIN_OPTIONS = frozenset(
    """async auto defaults dev diratime exec lazytime noatime noauto nodiratime nofail norelatime nostrictatime relatime
    rw strictatime suid""".split()
)
_FIELDS = tuple(field.name for field in fields(State) if field.name != "log")
UNQUOTED = frozenset(("/etc/locale.conf", "/etc/vconsole.conf"))
_QUOTED = re.compile(r"""^([A-Z_]+)=(["'])([^"'\s\\]*)\2$""", re.MULTILINE)
_ZONE_LINK = "/etc/localtime"


def compare_effects(machine: Machine, a: str, b: str | None) -> str:
    """`equal` or `different`; `fails`, `refused` or `unsupported` where one of the two is (a's first).

    Both run on copies of `machine`, which stays as it is. Where `b` is None: `ok`, or how `a` ends.
    """
    first = machine.tried(a)
    if first.result.verdict != "ok" or b is None:
        return first.result.verdict
    second = machine.tried(b)
    if second.result.verdict != "ok":
        return second.result.verdict
    return "equal" if same_effect(machine, first, second) else "different"


def same_effect(machine: Machine, first: Tried, second: Tried) -> bool:
    """Whether two lines that were tried on `machine`, and succeeded, changed it alike or showed the same."""
    if not same_state(first.machine.state, second.machine.state):
        return False
    a, b = first.result, second.result
    changed = bool(a.effects or b.effects) and not same_state(machine.state, first.machine.state)
    return changed or set(a.info) == set(b.info)


def same_state(a: State, b: State) -> bool:
    """Whether two states are equal in what matters, the ends of partitions within SIZE_TOLERANCE_MIB."""
    if all(getattr(a, name) == getattr(b, name) for name in _FIELDS):  # most often, and in no time
        return True
    return _same_disks(a, b) and _comparable(a) == _comparable(b) and not list(other_passwords(a, b))


def other_passwords(a: State, b: State) -> Iterator[str]:
    """The accounts whose passwords differ; one that somebody was asked for may be any."""
    others = dict(system_trees(b))
    for place, tree in system_trees(a):
        for name, user in tree.users.items():
            other = others[place].users.get(name) if place in others else None
            passwords = {user.password, other.password if other is not None else ""}
            if len(passwords) == 2 and passwords.isdisjoint(("", ASKED)):
                yield f"{place}: the password of {name}"


def system_trees(state: State) -> Iterator[tuple[str, Tree]]:
    """Every tree of a machine, by where it is: live, sda2, sda2/@home."""
    yield "live", state.live
    for device, filesystem in state.fs.items():
        yield device, filesystem.tree
        for name, tree in filesystem.subvolumes.items():
            yield f"{device}/{name}", tree


def canonical(state: State) -> dict[str, Any]:
    """What matters of a state, as JSON: equal states have equal forms, but for the ends of partitions and passwords."""
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
        "live": tree_form(state, state.live),
        "fs": {name: _filesystem(state, filesystem) for name, filesystem in state.fs.items()},
        "mounts": sorted(mount_form(mount) for mount in state.mounts),
        "swaps": sorted(state.swaps),
        "frames": state.frames,
        "running": state.running,
        "network": state.network,
        "ntp": state.ntp,
        "rtc_synced": state.rtc_synced,
        "power": state.power,
        "dirty": state.dirty,
        "touched": touched_devices(state),
        "volumes": {name: (volume.kind, volume.on, volume.group) for name, volume in state.volumes.items()},
        "volume_sizes": {name: volume.size_bytes >> 21 for name, volume in state.volumes.items()},
        "groups": state.groups,
        "entries": state.entries,
        "settings": state.settings,
    }


def touched_devices(state: State) -> set[str]:
    """The devices that were wiped, formatted or partitioned; a partition of such a disk is part of it."""
    return {
        name for name in state.touched if name in state.disks or disk_of(state, name) not in state.touched
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
    subvolumes = {name: tree_form(state, tree) for name, tree in filesystem.subvolumes.items()}
    inner = _filesystem(state, filesystem.inner) if filesystem.inner is not None else None
    made = (filesystem.type, filesystem.settings, frozenset(filesystem.keys))
    return *made, tree_form(state, filesystem.tree), subvolumes, inner


def mount_form(mount: Mount) -> tuple[Any, ...]:
    """What matters of a mount."""
    options = tuple(sorted(set(mount.options) - _PLAIN_OPTIONS))
    return mount.target, mount.device, mount.subvolume, mount.root, options


def tree_form(state: State, tree: Tree) -> dict[str, Any]:
    """What matters of a tree, by kind, in values that compare by ==."""
    return {
        "dirs": tree.dirs,
        "files": {
            path: _text(state, path, text)
            for path, text in tree.files.items()
            if path != _ZONE_LINK and not is_sudoers(path)
        },
        "links": {path: to for path, to in tree.links.items() if path != _ZONE_LINK},
        "timezone": timezone_of(tree),
        "sudo": grants(tree),
        "installed": tree.installed,
        "packages": tree.packages,
        "users": {name: user_form(user) for name, user in tree.users.items()},
        "groups": tree.groups,
        "services": tree.services,
        "locales": tree.locales,
        "bootloader": tree.bootloader,
        "modes": tree.modes,
        "owners": tree.owners,
        "sizes": tree.sizes,
    }


def user_form(user: User) -> tuple[Any, ...]:
    """What matters of an account."""
    return user.shell, user.home, user.group, user.password_set, user.is_system, frozenset(user.groups)


def _text(state: State, path: str, text: str) -> str | list[str]:
    if path == "/etc/fstab":
        return [*fstab_entries(state, text), *odd_entries(text)]
    if path in UNQUOTED:
        text = _QUOTED.sub(r"\1=\3", text)
    if "UUID" in text:
        for name, filesystem in state.fs.items():
            text = text.replace(filesystem_uuid(name, filesystem), name)
        for name, disk in state.disks.items():
            for number, partition in disk.parts.items():
                device = partition_name(name, number)
                text = text.replace(partition_uuid(device, partition), device)
    return text.rstrip()
