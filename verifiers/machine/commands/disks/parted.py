"""parted: its commands are carried out one after the other, each written at once, as the real one does with -s.

That mklabel and rm are not used on a disk in use was checked before (danger/rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from trace_trainer.verifiers.machine.commands.disks.table_edit import free_blocks, write_table
from trace_trainer.verifiers.machine.commands.disks.table_text import parted_text
from trace_trainer.verifiers.machine.model.devices import disk_names, in_use
from trace_trainer.verifiers.machine.model.state import FIRST_MIB, MIB, Disk, Label, Partition
from trace_trainer.verifiers.machine.session.declaring import command
from trace_trainer.verifiers.machine.session.operands import device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_FILESYSTEMS = frozenset(
    "btrfs ext2 ext3 ext4 f2fs fat16 fat32 hfs hfs+ jfs linux-swap linux-swap(v1) ntfs reiserfs swap udf xfs".split()
)
_LABELS: dict[str, Label] = {"gpt": "gpt", "msdos": "dos", "dos": "dos", "mbr": "dos"}
_PLACE = re.compile(r"(-?)(\d{1,12}(?:\.\d{1,6})?)\s*(%|[KMGT]i?B?|B|s|)", re.IGNORECASE | re.ASCII)
_TYPES_OF_FLAGS = {
    "boot": "ef00",
    "esp": "ef00",
    "bios_grub": "ef02",
    "lvm": "8e00",
    "raid": "fd00",
    "swap": "8200",
}
_FLAGS = frozenset("-s --script -m --machine -l --list -f --fix".split())
_OTHER_FLAGS = frozenset(("legacy_boot", "hidden", "lba", "msftdata", "no_automount"))  # these change no type


class _Words:
    """The commands behind the device, read word by word."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = list(words)

    def __bool__(self) -> bool:
        return bool(self._words)

    def peek(self) -> str:
        return self._words[0] if self._words else ""

    def next(self, what: str) -> str:
        """The next word. Raises CommandError naming what is missing."""
        if not self._words:
            raise CommandError(f"Error: Expecting {what}.")
        return self._words.pop(0)


class _Device(NamedTuple):
    """The disk that commands apply to; `script` says questions are answered by failing."""

    session: Session
    name: str
    script: bool

    @property
    def disk(self) -> Disk:
        return self.session.state.disks[self.name]


@command("parted")
def parted(session: Session, arguments: Sequence[str]) -> Output:
    """Print or edit partition tables. Without commands parted is a dialogue, which is not simulated."""
    flags, words = _split(arguments)
    if "-l" in flags or "--list" in flags:
        names = disk_names(session.state)
        text = "\n".join(parted_text(session.state, name) for name in names)
        return Output(text, info="partition_table", operands=tuple(sorted(names)))
    if not words:
        raise Unsupported("parted is interactive")
    path = words[0]
    device = device_at(session, path)
    if device is None:
        raise CommandError(f"Error: Could not stat device {path} - No such file or directory.")
    if device not in session.state.disks:
        raise CommandError(f"Error: {path} is a partition; parted needs a whole disk.")
    rest = _Words(words[1:])
    if not rest:
        raise Unsupported("parted is interactive")
    target = _Device(session, device, script="-s" in flags or "--script" in flags)
    printed: list[str] = []
    while rest:
        name = rest.next("a command")
        if name in ("quit", "q"):
            break
        action = _COMMANDS.get(name)
        if action is None:
            raise CommandError(
                f"parted: invalid token: {name}\nError: Expecting a command.", stdout="".join(printed)
            )
        printed.append(action(target, rest))
    text = "".join(printed)
    return Output(text, info="partition_table" if text else None, operands=(device,) if text else ())


def _split(arguments: Sequence[str]) -> tuple[set[str], list[str]]:
    """Options, which may stand anywhere before `--`, and the other words, where -1s is a place."""
    flags: set[str] = set()
    words: list[str] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word in ("-a", "--align"):
            rest = rest[1:]
        elif word in _FLAGS or word.startswith("--align="):
            flags.add(word)
        elif word.startswith("-a") and word[2:] in ("optimal", "minimal", "none", "cylinder"):
            flags.add("-a")
        elif word == "--":
            words += rest
            break
        elif word.startswith("-") and _PLACE.fullmatch(word) is None:
            raise CommandError(
                f"parted: invalid option -- '{word.lstrip('-')}'\nUsage: parted [-hlmsfv] [DEVICE [COMMAND]]"
            )
        else:
            words.append(word)
    return flags, words


def _require_free(target: _Device) -> None:
    used = in_use(target.session.state, target.name)
    if used is not None:
        raise CommandError(f"Error: Partition(s) on /dev/{target.name} are being used.")


def _require_label(target: _Device) -> None:
    if target.disk.label == "none":
        raise CommandError(f"Error: /dev/{target.name}: unrecognised disk label")


def _mklabel(target: _Device, words: _Words) -> str:
    kind = words.next("a disk label type")
    label = _LABELS.get(kind)
    if label is None:
        raise CommandError(f"parted: invalid token: {kind}\nError: Expecting a disk label type.")
    if target.disk.label != "none" and not target.script:
        raise Unsupported("without -s, parted asks before it replaces a disk label")
    disk = target.disk.copy()
    removed = set(disk.parts)
    disk.label, disk.parts = label, {}
    write_table(target.session, target.name, disk, removed)
    return ""


def _mkpart(target: _Device, words: _Words) -> str:
    _require_label(target)
    _require_free(target)
    disk = target.disk.copy()
    if disk.label == "dos":
        kind = words.next("a partition type")
        if kind in ("logical", "extended"):
            raise Unsupported("logical and extended partitions are not simulated")
        if kind != "primary":
            raise CommandError(f"parted: invalid token: {kind}\nError: Expecting a partition type.")
    else:
        words.next("a partition name")
    filesystem = words.next("a file system type") if words.peek().lower() in _FILESYSTEMS else ""
    start = _place(disk, target.name, words.next("a start"))
    end = _place(disk, target.name, words.next("an end"))
    number = next(number for number in range(1, 130) if number not in disk.parts)
    if number > (4 if disk.label == "dos" else 128):
        raise CommandError("Error: Too many primary partitions.")
    begin, behind = max(round(start), FIRST_MIB), min(round(end), disk.last_mib)
    if not any(free[0] <= begin and behind <= free[1] for free in free_blocks(disk)) or behind <= begin:
        raise CommandError(
            "Error: Can't have overlapping partitions." if behind > begin else "Error: Invalid range."
        )
    disk.parts[number] = Partition(begin, behind - begin, _default_type(disk.label, filesystem.lower()))
    write_table(target.session, target.name, disk)
    return ""


def _default_type(label: str, filesystem: str) -> str:
    if filesystem in ("linux-swap", "linux-swap(v1)", "swap"):
        return "8200"
    if filesystem in ("fat16", "fat32", "ntfs"):
        return "0700" if label == "gpt" or filesystem == "ntfs" else "0c00"
    return "8300"


def _place(disk: Disk, name: str, text: str) -> float:
    """A place on a disk in MiB: "513MiB", "100%", "-1MiB" from the end; bare numbers and "MB" are decimal."""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise CommandError(f"parted: invalid token: {text}\nError: Expecting a location.")
    size = disk.size_bytes / MIB
    amount, unit = float(match[2]), match[3].upper()
    if unit == "%":
        place = size * amount / 100
    elif unit == "S":
        place = (amount + (1 if amount % 2 else 0)) * 512 / MIB  # an end is the last sector, taken in
    else:
        power = "BKMGT".index(unit[0]) if unit else 2
        place = amount * ((1024**power) if unit.endswith("IB") else (1000**power)) / MIB
    if match[1]:
        place = size - place
    if not 0 <= place <= size + 1:
        raise CommandError(f"Error: The location {text} is outside of the device /dev/{name}.")
    return place


def _number(target: _Device, words: _Words) -> int:
    """The number of an existing partition."""
    _require_label(target)
    text = words.next("a partition number")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    if number not in target.disk.parts:
        raise CommandError("Error: Partition doesn't exist.")
    return number


def _rm(target: _Device, words: _Words) -> str:
    number = _number(target, words)
    disk = target.disk.copy()
    del disk.parts[number]
    write_table(target.session, target.name, disk)
    return ""


def _set(target: _Device, words: _Words) -> str:
    number = _number(target, words)
    flag, value = words.next("a flag to change").lower(), words.next("on or off").lower()
    known = flag in _TYPES_OF_FLAGS or flag in _OTHER_FLAGS
    if not known or value not in ("on", "off"):
        raise CommandError(f"parted: invalid token: {value if known else flag}")
    disk = target.disk.copy()
    partition = disk.parts[number]
    if disk.label == "dos" and flag == "boot":
        for other, item in disk.parts.items():  # one partition is active
            if item.bootable:
                disk.parts[other] = replace(item, bootable=False)
        disk.parts[number] = replace(partition, bootable=value == "on")
    elif kind := _TYPES_OF_FLAGS.get(flag):
        if value == "on":
            disk.parts[number] = replace(partition, type=kind)
        elif partition.type == kind:
            disk.parts[number] = replace(partition, type="8300")
    write_table(target.session, target.name, disk)
    return ""


def _resize(target: _Device, words: _Words) -> str:
    number = _number(target, words)
    disk = target.disk.copy()
    partition = disk.parts.pop(number)
    end = min(round(_place(disk, target.name, words.next("an end"))), disk.last_mib)
    if not any(free[0] <= partition.start_mib and end <= free[1] for free in free_blocks(disk)):
        raise CommandError("Error: Can't have overlapping partitions.")
    if end < partition.end_mib:
        raise Unsupported("shrinking a partition asks for confirmation")
    disk.parts[number] = replace(partition, size_mib=end - partition.start_mib)
    write_table(target.session, target.name, disk)
    return ""


def _name(target: _Device, words: _Words) -> str:
    _number(target, words)
    words.next("a partition name")
    return ""


def _unit(target: _Device, words: _Words) -> str:
    words.next("a unit")
    return ""


def _align_check(target: _Device, words: _Words) -> str:
    words.next("an alignment type")
    return f"{_number(target, words)} aligned\n"


def _print(target: _Device, words: _Words) -> str:
    if words.peek() in ("free", "all", "devices", "list"):
        words.next("what to print")
    return parted_text(target.session.state, target.name)


_COMMANDS: dict[str, Callable[[_Device, _Words], str]] = {
    "mklabel": _mklabel,
    "mktable": _mklabel,
    "mkpart": _mkpart,
    "rm": _rm,
    "set": _set,
    "resizepart": _resize,
    "name": _name,
    "unit": _unit,
    "align-check": _align_check,
    "print": _print,
    "p": _print,
}
