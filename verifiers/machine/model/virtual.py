"""Files that are never stored because the state says what is in them: device nodes, /proc, /sys, accounts, zones."""

from __future__ import annotations

from collections.abc import Iterable

from trace_trainer.verifiers.machine.model.devices import block_devices, device_exists, size_of
from trace_trainer.verifiers.machine.model.paths import Location, locate
from trace_trainer.verifiers.machine.model.state import LIVE, State, Tree
from trace_trainer.verifiers.machine.model.zones import ZONES

NODES = frozenset("console full null random stdin stdout stderr tty urandom zero".split())
ZONE_FOLDER = "/usr/share/zoneinfo"
ZONE_MARK = "TZif2 "  # what the text of a zone's file starts with; its name follows, in place of its data
_ZONE_REGIONS = frozenset(zone.rpartition("/")[0] for zone in ZONES if "/" in zone)
_EFI = ("/sys/firmware/efi", "/sys/firmware/efi/efivars")


def virtual_text(state: State, found: Location) -> str | None:
    """The text of a file that is not stored; None where there is no such file. Device nodes read as empty."""
    path = found.path
    if found.device == LIVE:
        if path.startswith("/dev/"):
            name = path[5:]
            return "" if name in NODES or device_exists(state, name) else None
        if path.startswith("/proc/"):
            return _proc_text(state, path)
        if path.startswith("/sys/"):
            return "64\n" if path == f"{_EFI[0]}/fw_platform_size" and state.boot_mode == "UEFI" else None
    if not found.tree.is_system:
        return None
    if path.startswith(ZONE_FOLDER):
        zone = path[len(ZONE_FOLDER) + 1 :]
        return f"{ZONE_MARK}{zone}\n" if zone in ZONES else None
    if path == "/etc/passwd":
        return passwd_text(found.tree)
    if path == "/etc/group":
        return group_text(found.tree)
    return "" if path == "/etc/shadow" else None  # it exists; reading it is a danger rule


def virtual_folder(state: State, found: Location) -> bool:
    """Whether a folder that is not stored is there."""
    if found.device == LIVE and found.path in _EFI:
        return state.boot_mode == "UEFI"
    if found.tree.is_system and found.path.startswith(ZONE_FOLDER):
        return found.path == ZONE_FOLDER or found.path[len(ZONE_FOLDER) + 1 :] in _ZONE_REGIONS
    return False


def virtual_children(state: State, found: Location) -> Iterable[str]:
    """The names in a folder that are not stored."""
    path = found.path
    if found.device == LIVE:
        if path == "/dev":
            return [*NODES, *block_devices(state)]
        if path == "/proc":
            return [
                "cmdline",
                "cpuinfo",
                "meminfo",
                "mounts",
                "partitions",
                "swaps",
                "sysrq-trigger",
                "version",
            ]
        if path == "/sys/firmware" and state.boot_mode == "UEFI":
            return ["efi"]
        if path == "/sys/firmware/efi" and state.boot_mode == "UEFI":
            return ["efivars", "fw_platform_size"]
    if not found.tree.is_system:
        return ()
    if path == "/etc":
        return ["passwd", "group", "shadow"]
    if path.startswith(ZONE_FOLDER):
        prefix = path[len(ZONE_FOLDER) + 1 :] + "/" if path != ZONE_FOLDER else ""
        return {zone[len(prefix) :].partition("/")[0] for zone in ZONES if zone.startswith(prefix)}
    return ()


def passwd_text(tree: Tree) -> str:
    """/etc/passwd of a tree. Accounts are numbered from 1000 in the order they were made; root is 0."""
    lines, number = [], 1000
    for name, user in tree.users.items():
        identity = 0 if name == "root" else number
        number += name != "root"
        lines.append(f"{name}:x:{identity}:{identity}::{user.home}:{user.shell}\n")
    return "".join(lines)


def group_text(tree: Tree) -> str:
    """/etc/group of a tree, with the members of each group."""
    lines = []
    for number, group in enumerate(sorted(tree.groups)):
        members = ",".join(name for name, user in tree.users.items() if group in user.groups)
        lines.append(f"{group}:x:{0 if group == 'root' else number + 900}:{members}\n")
    return "".join(lines)


def swap_path(name: str) -> str:
    """The path of swap in use, which is known by a device's name or by a file's path on the live system."""
    return name if name.startswith("/") else f"/dev/{name}"


def swap_size(state: State, name: str) -> int:
    """Bytes of swap in use."""
    if not name.startswith("/"):
        return size_of(state, name)
    found = locate(state, name)
    return found.tree.sizes.get(found.path, 0)


def mounts_text(state: State) -> str:
    """/proc/mounts: the live root, then the mounts in their order."""
    rows = ["airootfs / overlay rw,relatime 0 0\n"]
    for mount in state.mounts:
        rows.append(f"{mount.source} {mount.target} {mount.type} {','.join(mount.options)} 0 0\n")
    return "".join(rows)


def swaps_text(state: State) -> str:
    """/proc/swaps."""
    rows = ["Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"]
    for number, name in enumerate(state.swaps):
        kind = "file" if name.startswith("/") else "partition"
        rows.append(f"{swap_path(name)}\t\t\t\t{kind}\t{swap_size(state, name) // 1024}\t0\t{-2 - number}\n")
    return "".join(rows)


def _proc_text(state: State, path: str) -> str | None:
    if path in ("/proc/mounts", "/proc/self/mounts"):
        return mounts_text(state)
    if path == "/proc/swaps":
        return swaps_text(state)
    if path == "/proc/meminfo":
        kib = state.ram_bytes // 1024
        return f"MemTotal:       {kib} kB\nMemFree:        {kib * 3 // 4} kB\nMemAvailable:   {kib * 7 // 8} kB\n"
    if path == "/proc/cpuinfo":
        return "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel name\t: Virtual CPU\ncpu cores\t: 4\n"
    if path == "/proc/cmdline":
        return "archisobasedir=arch\n"
    if path == "/proc/version":
        return "Linux version 6.12.1-arch1-1\n"
    if path == "/proc/partitions":
        rows = [
            f"   8 {n:8d} {size_of(state, d) // 1024:10d} {d}\n" for n, d in enumerate(block_devices(state))
        ]
        return "major minor  #blocks  name\n\n" + "".join(rows)
    return None
