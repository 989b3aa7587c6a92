"""Facts: what goals are written in, derived from the state, never stored; and the phase of the installation.

Names are flat, values are JSON scalars or sorted lists of text. A fact that can't hold (the host name of a target that
is not there) is absent.

    boot_mode, network, power, dirty, chroot, ntp, rtc_synced, swaps, mounts, destroyed
    sda.label, sda.parts           gpt; ["sda1", "sda2"]
    sda1.size_mib, sda1.type, sda1.fs, sda1.mounted     513, "ef00", "vfat", "/mnt/boot/efi"
    live.*, target.*               hostname, timezone, locale, keymap, locales, hosts, wheel_sudo, services, packages,
                                   users, user.NAME.groups, user.NAME.shell, user.NAME.home, user.NAME.password_set
    target.device, target.installed, target.bootloader, target.esp, target.bootloader_target, target.bootloader_cfg
    groups                         volume groups: ["vg0 sda3"]
    mapper/NAME.on, .size_mib, .fs, .mounted            of opened containers and logical volumes
    target.fstab                   ["/ sda2 ext4", "/boot/efi sda1 vfat"]

The target is what is mounted at /mnt, or else the one file system with an installed system.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from trace_trainer.verifiers.machine.model.config_files import setting
from trace_trainer.verifiers.machine.model.devices import find_device, partition_name
from trace_trainer.verifiers.machine.model.state import LIVE, MIB, Mount, State, Tree
from trace_trainer.verifiers.machine.model.sudoers import grants, may_do_everything
from trace_trainer.verifiers.machine.model.systems import IMAGE_HOSTNAMES
from trace_trainer.verifiers.machine.model.virtual import ZONE_FOLDER, ZONE_MARK

PHASES: Final = tuple(
    """greet listed partitioned formatted mounted copied hostname timezone user bootloader unmounted rebooted""".split()
)
SIZE_TOLERANCE_MIB: Final = 2  # rounding of units and alignment; the spec's tolerance of a partition's end
_HINDERING = frozenset(("ro", "noauto", "noexec"))
_LISTINGS = ("block_devices", "partition_table")


def target_of(state: State) -> tuple[str, Tree] | None:
    """The device and tree that are installed to: mounted at /mnt, else the one file system with a system."""
    for mount in reversed(state.mounts):
        if mount.target == "/mnt" and mount.device != LIVE:
            return mount.device, state.tree_of(mount)
    installed = [
        (name, tree) for name, item in state.fs.items() for tree in (item.tree, *item.subvolumes.values())
    ]
    installed = [(name, tree) for name, tree in installed if tree.is_system]
    return installed[0] if len(installed) == 1 else None


def facts(state: State) -> dict[str, Any]:
    """Every fact of a machine, by name."""
    found: dict[str, Any] = {
        "boot_mode": state.boot_mode,
        "network": state.network,
        "power": state.power,
        "dirty": state.dirty,
        "chroot": state.frames[-1].root,
        "ntp": state.ntp,
        "rtc_synced": state.rtc_synced,
        "swaps": sorted(state.swaps),
        "mounts": sorted(f"{mount.target} {mount.device}" for mount in state.mounts),
        "destroyed": sorted(state.destroyed),
    }
    mounted = {mount.device: _place(mount) for mount in reversed(state.mounts)}
    for name, disk in state.disks.items():
        found[f"{name}.label"] = disk.label
        found[f"{name}.parts"] = [partition_name(name, number) for number in sorted(disk.parts)]
        for number, partition in disk.parts.items():
            device = partition_name(name, number)
            filesystem = state.fs.get(device)
            found[f"{device}.size_mib"] = partition.size_mib
            found[f"{device}.type"] = partition.type
            found[f"{device}.fs"] = filesystem.type if filesystem is not None else None
            found[f"{device}.mounted"] = mounted.get(device)
    if state.volumes or state.groups:
        found |= _volume_facts(state, mounted)
    found |= {f"live.{name}": value for name, value in system_facts(state.live).items()}
    target = target_of(state)
    if target is not None:
        found["target.device"] = target[0]
        found |= {f"target.{name}": value for name, value in _target_facts(state, target[1]).items()}
    return found


def _volume_facts(state: State, mounted: Mapping[str, str]) -> dict[str, Any]:
    """Opened containers and logical volumes: what they lie on, their size, what is on them and where it is mounted."""
    found: dict[str, Any] = {"groups": sorted(f"{name} {' '.join(on)}" for name, on in state.groups.items())}
    for name, volume in state.volumes.items():
        filesystem = state.fs.get(name)
        found[f"{name}.on"] = sorted(volume.on)
        found[f"{name}.size_mib"] = volume.size_bytes // MIB
        found[f"{name}.fs"] = filesystem.type if filesystem is not None else None
        found[f"{name}.mounted"] = mounted.get(name)
    return found


def system_facts(tree: Tree) -> dict[str, Any]:
    """The facts of one system that are read off its files and accounts."""
    locale = setting(tree.files.get("/etc/locale.conf", ""), "LANG")
    found: dict[str, Any] = {
        "hostname": hostname_of(tree),
        "timezone": timezone_of(tree),
        "locale": locale,
        "keymap": setting(tree.files.get("/etc/vconsole.conf", ""), "KEYMAP"),
        "locales": sorted(tree.locales),
        "wheel_sudo": may_do_everything(grants(tree), "%wheel"),
        "services": sorted(tree.services),
        "packages": sorted(tree.packages),
        "hosts": [line.strip() for line in tree.files.get("/etc/hosts", "").split("\n") if line.strip()],
        "users": sorted(name for name in tree.users if name != "root"),
    }
    for name, user in tree.users.items():
        found[f"user.{name}.groups"] = sorted(set(user.groups))
        found[f"user.{name}.shell"] = user.shell
        found[f"user.{name}.home"] = user.home
        found[f"user.{name}.password_set"] = user.password_set
    return found


def _target_facts(state: State, tree: Tree) -> dict[str, Any]:
    found = system_facts(tree) | {"installed": tree.installed}
    loader = tree.bootloader
    found["bootloader"] = loader.name if loader is not None else None
    found["esp"] = loader.place if loader is not None else None
    found["bootloader_target"] = loader.target if loader is not None else None
    found["bootloader_cfg"] = loader is not None and loader.configured
    found["fstab"] = fstab_entries(state, tree.files.get("/etc/fstab", ""))
    return found


def hostname_of(tree: Tree) -> str | None:
    """The host name that /etc/hostname gives."""
    lines = [line.strip() for line in tree.files.get("/etc/hostname", "").split("\n")]
    return next((line for line in lines if line and not line.startswith("#")), None)


def _place(mount: Mount) -> str:
    """Where it is mounted, and whether nothing can be written there that could be."""
    is_read_only = "ro" in mount.options and mount.type != "iso9660"
    return f"{mount.target} read-only" if is_read_only else mount.target


def timezone_of(tree: Tree) -> str | None:
    """The zone that /etc/localtime leads to, or is a copy of; None where none was chosen."""
    text = tree.files.get("/etc/localtime", "")
    if text.startswith(ZONE_MARK):
        return text[len(ZONE_MARK) :].strip()
    target = tree.links.get("/etc/localtime", "")
    while target.startswith("../"):
        target = target[3:]
    target = "/" + target.lstrip("/")
    return target[len(ZONE_FOLDER) + 1 :] if target.startswith(ZONE_FOLDER + "/") else None


def fstab_entries(state: State, text: str) -> list[str]:
    """The mounts of an fstab, sorted, a repeated line repeated: "/boot/efi sda1 vfat". Devices by name where known."""
    entries = []
    for line in text.split("\n"):
        words = line.split()
        if len(words) >= 3 and not words[0].startswith("#"):
            entries.append(f"{words[1]} {find_device(state, words[0]) or words[0]} {words[2]}")
    return sorted(entries)


def odd_entries(text: str) -> list[str]:
    """What of an fstab is out of the ordinary: lines that are no mount, and mounts that can't be written or wait."""
    odd = []
    for line in text.split("\n"):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if len(words) < 3 or not all(word.isdigit() for word in words[4:6]):
            odd.append(f"unreadable: {line.strip()}")
        else:
            odd += [
                f"{words[1]} {option}" for option in ",".join(words[3:4]).split(",") if option in _HINDERING
            ]
    return sorted(odd)


def unmet(goal: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    """The names of the facts of a goal that do not hold; sizes in MiB within SIZE_TOLERANCE_MIB."""
    return [name for name, value in goal.items() if not _holds(name, value, found.get(name))]


def _holds(name: str, wanted: Any, value: Any) -> bool:
    if name.endswith(".size_mib") and isinstance(wanted, int) and isinstance(value, int):
        return abs(wanted - value) <= SIZE_TOLERANCE_MIB
    return bool(wanted == value)


def phase(state: State) -> str:
    """How far the installation is: the last of PHASES reached with all before it (but `listed`, which is optional)."""
    if state.power != "on":
        return "rebooted"
    target = target_of(state)
    mounted = any(mount.target == "/mnt" or mount.target.startswith("/mnt/") for mount in state.mounts)
    if target is not None and target[1].is_system:
        return _phase_of_target(target[1], mounted)
    if mounted:
        return "mounted"
    if state.formatted and any(item.type not in ("swap", "iso9660") for item in state.fs.values()):
        return "formatted"
    if any(disk.parts and not disk.is_medium for disk in state.disks.values()):
        return "partitioned"
    return "listed" if any(name in _LISTINGS for entry in state.log for name in entry.info) else "greet"


def _phase_of_target(tree: Tree, mounted: bool) -> str:
    steps = (
        ("hostname", hostname_of(tree) not in (None, *IMAGE_HOSTNAMES)),
        ("timezone", timezone_of(tree) is not None),
        ("user", any(name != "root" for name in tree.users)),
        ("bootloader", tree.bootloader is not None),
        ("unmounted", not mounted),
    )
    reached = "copied"
    for name, done in steps:
        if not done:
            return reached
        reached = name
    return reached
