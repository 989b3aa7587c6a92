"""A machine to install on and what its user wants: drawn at random, or read from rows that a user wrote.

Kinds of machines are the names of their disks together with the boot mode; HELD_OUT_KINDS occur in test_machines only.
The disks' sizes and models decide which of the other splits a machine belongs to, so no two splits share a machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.problems.installer import values
from trace_trainer.engine.problems.installer.goals import StuckError, finished
from trace_trainer.engine.problems.installer.steps import FILESYSTEM, MAKE_TYPES
from trace_trainer.verifiers.machine import Machine, MachineSpecError

KINDS = (
    ("sda",), ("sda",), ("nvme0n1",), ("nvme0n1",), ("vda",), ("mmcblk0",),
    ("sda", "sdb"), ("nvme0n1", "sda"), ("nvme0n1", "nvme1n1"), ("vda", "vdb"), ("mmcblk0", "sda"),
    ("sda", "sdb", "sdc"), ("nvme0n1", "sda", "sdb"),
)  # fmt: skip  # disks by name; twice is twice as often
HELD_OUT_KINDS = (
    ("mmcblk1",), ("sdd",), ("vdc",), ("nvme2n1",), ("sdc", "sdd"), ("nvme1n1", "nvme2n1"), ("sda", "vda"),
    ("mmcblk0", "mmcblk1"), ("nvme0n1", "nvme1n1", "sda"),
)  # fmt: skip

_SIZES = {
    "sd": "120G 128G 240G 250G 256G 480G 500G 512G 960G 1T 2T 3T 4T 6T 8T".split(),
    "vd": "20G 24G 25G 30G 32G 40G 48G 50G 60G 64G 80G 100G 128G 150G 200G".split(),
    "nv": "128G 238G 250G 256G 476G 480G 500G 512G 953G 960G 1T 2T 4T".split(),
    "mm": "32G 58G 64G 116G 128G 233G 256G".split(),
}
_MODELS = {
    "sd": "Samsung 850|Samsung 860|Samsung 870|Crucial MX500|Crucial BX500|Kingston A400|SanDisk Ultra|WD Blue|WD Red|"
    "Seagate Barracuda|Seagate IronWolf|Toshiba P300|Intel 545s|Hitachi Deskstar",
    "vd": "QEMU|Virtio Disk|VBOX|Red Hat VirtIO|Xen Disk|Bochs|Parallels|KVM Disk",
    "nv": "Samsung 970|Samsung 980|Samsung 990|WD Black SN850|WD Blue SN570|Crucial P3|Crucial P5|Kingston NV2|"
    "Intel 660p|SK hynix P41|Micron 2300|Toshiba XG6|Corsair MP600",
    "mm": "Samsung EVO|SanDisk Extreme|Kingston Canvas|Lexar|Transcend|Hynix HBG4|Micron DG4032|Toshiba 032G34",
}
_STICKS = ("SanDisk Cruzer", "Kingston DataTraveler", "USB Flash", "Intenso Speed")
_RAM = ("2G", "4G", "8G", "16G", "32G", "64G")

WISHES = tuple(
    "disk size filesystem hostname timezone locale keymap user password sudo service bootloader".split()
)
"""What a user may want; `size` is the EFI partition's. Hostname, timezone, user and password are always wanted."""
_REQUIRED = ("disk", "hostname", "timezone", "user", "password")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A machine's description (see trace_trainer.verifiers.machine) and the wishes of its user by name, of WISHES."""

    spec: Mapping[str, Any]
    wishes: Mapping[str, str]


def draw_scenario(rng: Random, split: str) -> Scenario:
    """A machine and its user, of a split."""
    family = values.family_of(split)
    kinds = HELD_OUT_KINDS if split == "test_machines" else KINDS
    spec: dict[str, Any] = {"boot": rng.choices(("UEFI", "BIOS"), (65, 35))[0]}
    names = rng.choice(kinds)
    signature = values.draw_in(family, lambda: _signature(rng, names))
    spec["disks"], spec["models"] = json.loads(signature)
    _add_old_layouts(rng, spec)
    _add_stick(rng, spec)
    spec["ram"] = rng.choice(_RAM)
    if rng.random() < 0.15:
        spec["network"] = False
    return Scenario(spec, _draw_wishes(rng, family, names, spec["boot"]))


def _signature(rng: Random, names: tuple[str, ...]) -> str:
    """The disks as text: what a machine is known by."""
    sizes = {name: rng.choice(_SIZES[name[:2]]) for name in names}
    models = {name: rng.choice(_MODELS[name[:2]].split("|")) for name in names}
    return json.dumps([sizes, models])


def _add_old_layouts(rng: Random, spec: dict[str, Any]) -> None:
    """Give some disks one old partition, some of these with files: installing elsewhere must leave them alone."""
    for name in spec["disks"]:
        if rng.random() < 0.3:
            device = f"{name}p1" if name[-1].isdigit() else f"{name}1"
            spec.setdefault("parts", {})[device] = ["rest", "8300"]
            if rng.random() < 0.7:
                spec.setdefault("fs", {})[device] = rng.choice(("ext4", "btrfs", "xfs", "vfat"))


def _add_stick(rng: Random, spec: dict[str, Any]) -> None:
    """Show the medium the installer runs from on some machines."""
    if rng.random() < 0.2 and "sd" in {name[:2] for name in spec["disks"]}:
        name = next(f"sd{letter}" for letter in "bcdefg" if f"sd{letter}" not in spec["disks"])
        spec["disks"][name] = rng.choice(("8G", "14G", "16G"))
        spec["models"][name] = rng.choice(_STICKS)
        spec["medium"] = name


def _draw_wishes(rng: Random, family: str, disks: tuple[str, ...], boot: str) -> dict[str, str]:
    wishes = {
        "disk": rng.choice(disks),
        "hostname": values.draw_hostname(rng, family),
        "timezone": rng.choice(values.ZONES),
        "user": values.draw_user(rng, family),
        "password": values.draw_password(rng, family),
    }
    optional = {
        "size": (0.15 if boot == "UEFI" else 0.0, values.BOOT_SIZES),
        "filesystem": (0.35, values.FILESYSTEMS),
        "locale": (0.4, tuple(values.LOCALES.values())),
        "keymap": (0.2, values.KEYMAPS),
        "sudo": (0.2, ("wheel",)),
        "service": (0.2, values.SERVICES),
        "bootloader": (0.3, ("systemd-boot", "grub") if boot == "UEFI" else ("grub",)),
    }
    for name, (chance, choices) in optional.items():
        if rng.random() < chance:
            wishes[name] = rng.choice(choices)
    return wishes


def read_scenarios(path: str | Path) -> Iterator[Scenario]:
    """The scenarios of a file of JSON lines, `{"machine": {...}, "wishes": {...}}`.

    Raises UserError, one line with file and row, for what can't be read, a malformed machine, a wish that is
    unknown, missing or no text, and an installation that can't be done.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield read_scenario(line, f"{path}:{number}")


def read_scenario(line: str, place: str) -> Scenario:
    """The scenario of one JSON line; `place` names it in errors. Raises UserError."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{place}: not JSON: {error}") from None
    if not isinstance(row, dict) or not isinstance(row.get("wishes"), dict) or "machine" not in row:
        raise UserError(f"{place}: expected an object with machine and wishes")
    wishes = row["wishes"]
    for name, value in wishes.items():
        if name not in WISHES:
            raise UserError(f"{place}: wishes.{name}: unknown; there are {', '.join(WISHES)}")
        if not isinstance(value, str) or not value:
            raise UserError(f"{place}: wishes.{name}: expected text, got {value!r}")
    for name in _REQUIRED:
        if name not in wishes:
            raise UserError(f"{place}: wishes.{name}: missing; an installation needs {', '.join(_REQUIRED)}")
    try:
        machine = Machine.from_spec(row["machine"])
    except MachineSpecError as error:
        raise UserError(f"{place}: {error}") from None
    if wishes["disk"] not in machine.state.disks:
        raise UserError(f"{place}: wishes.disk: there is no disk {wishes['disk']}")
    if wishes.get("filesystem", FILESYSTEM) not in MAKE_TYPES:
        raise UserError(f"{place}: wishes.filesystem: there are {', '.join(MAKE_TYPES)}")
    try:
        finished(machine, wishes)
    except StuckError as error:
        raise UserError(f"{place}: this can't be installed: {error}") from None
    return Scenario(row["machine"], wishes)
