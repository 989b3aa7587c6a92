"""sfdisk: partition tables from a script on standard input, and its options that change one partition.

A script replaces the table (with --append or -N it adds to it); without `label:` the disk keeps its kind of label,
dos where it has none. Listing is fdisk's. Not covered: extended and logical partitions, moving data, saved tables
of other devices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from trace_trainer.verifiers.machine.commands.disks.partition_tables import show_tables
from trace_trainer.verifiers.machine.commands.disks.table_edit import free_blocks, write_table
from trace_trainer.verifiers.machine.model.devices import in_use
from trace_trainer.verifiers.machine.model.partition_types import LINUX, TYPE_GUIDS, TYPES
from trace_trainer.verifiers.machine.model.state import MIB, Disk, Label, Partition
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_SHORT = "A:aB:b:dfFgGhJlLnN:o:qO:rsTu:UvVw:W:X:Y:"
_LONG = """activate= append backup backup-file= backup-pt-sectors bytes color= delete disk-id dump force json
    label= label-nested= list list-free list-types lock= move-data no-act no-reread no-tell-kernel output=
    part-attrs part-label part-type part-uuid partno= quiet reorder relocate= show-geometry show-pt-geometry
    show-size sector-size= unit= verify version wipe= wipe-partitions= help""".split()
_LABELS: dict[str, Label] = {"gpt": "gpt", "dos": "dos", "mbr": "dos"}
_LETTERS = {"L": "8300", "S": "8200", "H": "8302", "U": "ef00", "R": "fd00", "V": "8e00"}
_NAMES = {"linux": "8300", "swap": "8200", "home": "8302", "uefi": "ef00", "raid": "fd00", "lvm": "8e00"}
_DOS_IDS = {
    "83": "8300",
    "82": "8200",
    "8e": "8e00",
    "ef": "ef00",
    "fd": "fd00",
    "7": "0700",
    "c": "0c00",
    "b": "0c00",
}
_AMOUNT = re.compile(r"(\d{1,15})\s*(?:([KMGTP])(?:iB)?|sectors)?", re.IGNORECASE | re.ASCII)
_UNITS = {"K": 1 / 1024, "M": 1.0, "G": 1024.0, "T": 1024.0**2, "P": 1024.0**3}
_SETTING = re.compile(r"\s*([a-z-]+)\s*=\s*(\"[^\"]*\"|[^,\s]*)\s*")


@command("sfdisk")
def sfdisk(session: Session, arguments: Sequence[str]) -> Output:
    """Print tables, remove partitions, set a type, or carry out the script that a pipe or a here-document brings."""
    options = read_options(session, arguments, _SHORT, _LONG)
    if options.has(
        "-l", "-d", "-J", "-F", "-s", "-T", "--list", "--dump", "--json", "--list-free", "--show-size"
    ):
        return show_tables(session, options)
    if options.has("-V", "--verify", "-v", "--version", "-h", "--help"):
        return Output("sfdisk from util-linux 2.40.2\n", info="partition_table", operands=options.operands)
    if options.has("--part-attrs", "--move-data", "-r", "--reorder", "--relocate", "-O", "--disk-id"):
        raise Unsupported("sfdisk with that option")
    activated = options.last("-A", "--activate")
    words = [*([activated] if activated is not None else []), *options.operands]
    if not words:
        raise CommandError("sfdisk: no disk device specified")
    device = block_device(session, words[0], "sfdisk: cannot open {path}: No such file or directory")
    if device not in session.state.disks:
        raise CommandError(f"sfdisk: /dev/{device} is a partition, not a disk")
    disk = session.state.disks[device].copy()
    removed: set[int] = set()
    if options.has("--delete", "-A", "--activate", "--part-type", "--part-label", "--part-uuid"):
        _edit(disk, options, words[1:], removed)
    else:
        _run_script(session, disk, options, removed)
    if options.has("-n", "--no-act"):
        return Output(
            "The partition table is unchanged (--no-act).\n", info="partition_table", operands=(device,)
        )
    used = in_use(session.state, device)
    if used is not None and not options.has("--no-reread", "-f", "--force"):
        raise CommandError(
            "Checking that no-one is using this disk right now ... FAILED\nThis disk is currently in use."
        )
    write_table(session, device, disk, removed)
    return Output(
        "" if options.has("-q", "--quiet") else "The partition table has been altered.\nSyncing disks.\n"
    )


def _edit(disk: Disk, options: Options, words: Sequence[str], removed: set[int]) -> None:
    """Carry out an option that changes partitions by number; --delete without numbers takes all of them."""
    numbers = [int(word) for word in words if word.isascii() and word.isdigit()]
    if options.has("--delete"):
        for number in numbers or list(disk.parts):
            _existing(disk, number)
            del disk.parts[number]
            removed.add(number)
    elif options.has("-A", "--activate"):
        for number, item in disk.parts.items():
            disk.parts[number] = replace(item, bootable=number in numbers)
    elif options.has("--part-type") and len(words) == 2 and numbers:
        disk.parts[numbers[0]] = replace(_existing(disk, numbers[0]), type=_type(disk, words[1]))
    elif numbers:
        _existing(disk, numbers[0])  # labels and identifiers of partitions are not kept
    else:
        raise CommandError("sfdisk: unexpected arguments")


def _existing(disk: Disk, number: int) -> Partition:
    if number not in disk.parts:
        raise CommandError(f"sfdisk: partition {number}: partition doesn't exist")
    return disk.parts[number]


def _run_script(session: Session, disk: Disk, options: Options, removed: set[int]) -> None:
    if session.stdin is None:
        raise Unsupported("interactive: sfdisk reads its script from the terminal")
    wanted = options.last("-X", "--label")
    if wanted is not None and wanted not in _LABELS:
        raise CommandError(f"sfdisk: unsupported label '{wanted}'")
    appends = options.has("-a", "--append", "-N", "--partno")
    number = options.last("-N", "--partno")
    lines = [
        line.strip() for line in re.split(r"[\n;]", session.stdin) if line.strip() and line.strip()[0] != "#"
    ]
    if not lines and ";" in session.stdin:
        lines = [","]  # one partition of all there is
    if not lines:
        raise CommandError("sfdisk: no input")
    if not appends:
        removed.update(disk.parts)
        disk.parts = {}
        disk.label = _LABELS[wanted] if wanted is not None else disk.label
    for line in lines:
        header = re.fullmatch(r"([a-z-]+):\s*(\S*)", line)
        if header is not None:
            if header[1] == "label":
                if header[2] not in _LABELS:
                    raise CommandError(f"sfdisk: line 1: unsupported label '{header[2]}'")
                disk.label = _LABELS[header[2]]
            continue
        if disk.label == "none":
            disk.label = "dos"
        at = int(number) if number is not None and number.isdigit() else None
        _add(disk, line, at)


def _add(disk: Disk, line: str, number: int | None) -> None:
    """Add the partition that a line of a script describes: `,512M,U`, `size=512M, type=uefi`, `/dev/sda1 : ...`."""
    named = re.match(r"(?:/dev/\S*?)?(\d{1,3})\s*:\s*", line)
    if named is not None:
        number, line = int(named[1]), line[named.end() :]
    if "=" in line:
        fields = {name: value.strip('"') for name, value in _SETTING.findall(line)}
        bootable = "bootable" in line
        start, size, kind = (
            fields.get("start", ""),
            fields.get("size", ""),
            fields.get("type", fields.get("Id", "L")),
        )
    else:
        cells = [cell.strip() for cell in (line.split(",") if "," in line else line.split())]
        start, size, kind, mark = [*cells, "", "", "", ""][:4]
        bootable = mark == "*"
    number = number or next(free for free in range(1, 130) if free not in disk.parts)
    if number > (4 if disk.label == "dos" else 128) or number in disk.parts:
        raise CommandError(f"sfdisk: failed to add #{number} partition: Numerical result out of range")
    blocks = free_blocks(disk)
    begin = _mib(start) if start not in ("", "-") else None
    if begin is None:
        block = (
            max(blocks, key=lambda free: free[1] - free[0], default=(0, 0))
            if size in ("", "+")
            else next((free for free in blocks if free[1] - free[0] >= (_mib(size) or 1)), (0, 0))
        )
        begin = block[0]
    block = next((free for free in blocks if free[0] <= begin < free[1]), (0, 0))
    length = block[1] - begin if size in ("", "+") else _mib(size)
    if length < 1 or begin + length > block[1]:
        raise CommandError(f"sfdisk: failed to add #{number} partition: No space left on device")
    disk.parts[number] = Partition(begin, length, _type(disk, kind or "L"), bootable and disk.label == "dos")


def _mib(text: str) -> int:
    """MiB of a size with a unit; a bare number counts sectors. At least one."""
    match = _AMOUNT.fullmatch(text.lstrip("+"))
    if match is None:
        raise CommandError(f"sfdisk: failed to parse size '{text}'")
    unit = (match[2] or "").upper()
    return max(round(int(match[1]) * (_UNITS[unit] if unit else 512 / MIB)), 1)


def _type(disk: Disk, text: str) -> str:
    """The type that a letter, a name, a GUID or (on a dos label) a number stands for. Raises CommandError."""
    if text in ("E", "Ex", "5", "f", "X") or text.lower() in ("extended", "linuxex"):
        raise Unsupported("extended partitions are not simulated")
    found = _LETTERS.get(text) or _NAMES.get(text.lower()) or TYPE_GUIDS.get(text.lower())
    if found is None and disk.label == "dos":
        found = _DOS_IDS.get(text.lower().removeprefix("0x").lstrip("0"))
    if found is None or found not in TYPES:
        raise CommandError(f"sfdisk: failed to parse {'GUID' if disk.label == 'gpt' else 'type'} '{text}'")
    return found or LINUX
