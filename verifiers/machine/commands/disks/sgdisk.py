"""sgdisk: options are applied from left to right on a copy of the table, which is written when all of them worked."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from trace_trainer.verifiers.machine.commands.disks.table_edit import free_blocks, write_table
from trace_trainer.verifiers.machine.commands.disks.table_text import SECTORS, sgdisk_text
from trace_trainer.verifiers.machine.model.devices import in_use
from trace_trainer.verifiers.machine.model.partition_types import LINUX, TYPES, parse_type
from trace_trainer.verifiers.machine.model.state import MIB, Disk, Partition
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_SHORT = "zZogpvesGEFDfLPIhVn:N:t:d:c:i:a:A:u:U:S:T:R:l:b:r:m:j:k:x:y:"
_LONG = """zap zap-all clear mbrtogpt print verify move-second-header sort randomize-guids end-of-largest
    first-aligned-in-largest display-alignment first-in-largest list-types print-mbr pretend
    new= largest-new= typecode= delete= change-name= info= set-alignment= attributes= partition-guid= disk-guid=
    resize-table= transform-bsd= replicate= backup= recompute-chs hybrid= transpose= align-end""".split()
# What these set is not kept: alignment, attributes, GUIDs, where the second header is.
_NOT_KEPT = frozenset(
    """-a --set-alignment -A --attributes -u --partition-guid -U --disk-guid -G --randomize-guids
    -e --move-second-header -P --pretend -I --align-end""".split()
)
_HINDERS = re.compile(r":(?:set|toggle|=|or|xor):(?!2$)")  # an attribute other than that a BIOS boots from it
_POSITION = re.compile(r"([+-]?)(\d{1,15})([KMGTP]?)(?:iB|B)?", re.IGNORECASE | re.ASCII)
# MiB; a bare number counts sectors.
_UNITS = {"": 1 / SECTORS, "K": 1 / 1024, "M": 1.0, "G": 1024.0, "T": 1024.0**2, "P": 1024.0**3}
_DONE = "The operation has completed successfully.\n"
_DESTROYED = (
    "GPT data structures destroyed! You may now partition the disk using fdisk or\nother utilities.\n"
)


@dataclass(slots=True)
class _Edit:
    """A table being edited: the disk's copy, what is printed, and the partition that `0` means in -t."""

    name: str
    disk: Disk
    text: str = ""
    latest: int = 0
    changed: bool = False
    zapped: bool = False  # -Z leaves no table, unless something is made after it
    removed: set[int] = field(default_factory=set)


@command("sgdisk")
def sgdisk(session: Session, arguments: Sequence[str]) -> Output:
    """Edit the GPT of a disk that is not in use, or print it."""
    options = read_options(session, arguments, _SHORT, _LONG)
    if len(options.operands) != 1:
        raise CommandError("Usage: sgdisk [OPTION...] <device>", exit=1)
    path = options.operands[0]
    device = device_at(session, path)
    if device is None:
        raise CommandError(
            f"Problem opening {path} for reading! Error is 2.\nThe specified file does not exist!", exit=2
        )
    if device not in session.state.disks:
        raise CommandError(f"{path} is a partition; sgdisk needs a whole disk", exit=2)
    edit = _Edit(device, session.state.disks[device].copy())
    for option, value in options.pairs:
        _apply(edit, option, value)
    if edit.changed and not options.has("-P", "--pretend"):
        used = in_use(session.state, device)
        if used is not None:
            raise CommandError(
                f"/dev/{used} is in use; the kernel would keep the old table. Not saving changes.", exit=4
            )
        write_table(session, device, edit.disk, edit.removed)
        if not edit.zapped:
            edit.text += _DONE
    info = "partition_table" if _prints(options) else None
    return Output(edit.text, info=info, operands=(device,) if info else ())


def _prints(options: Options) -> bool:
    return options.has("-p", "--print", "-i", "--info", "-v", "--verify")


def _apply(edit: _Edit, option: str, value: str) -> None:
    action = _ACTIONS.get(option)
    if action is not None:
        action(edit, value)
    elif option not in _NOT_KEPT or (option in ("-A", "--attributes") and _HINDERS.search(value)):
        raise Unsupported(f"sgdisk {option} is not simulated")


def _zap(edit: _Edit, value: str) -> None:
    edit.removed |= edit.disk.parts.keys()
    edit.disk.label, edit.disk.parts = "none", {}
    edit.text += _DESTROYED
    edit.changed = edit.zapped = True


def _clear(edit: _Edit, value: str) -> None:
    edit.removed |= edit.disk.parts.keys()
    edit.disk.label, edit.disk.parts = "gpt", {}
    edit.changed, edit.zapped = True, False


def _convert(edit: _Edit, value: str) -> None:
    edit.disk.label, edit.zapped = "gpt", False
    edit.changed = True


def _need_gpt(edit: _Edit) -> None:
    """A new table where there is none. Raises CommandError on a dos label, which -g would convert."""
    if edit.disk.label == "dos":
        raise CommandError("Non-GPT disk; not saving changes. Use -g to override.", exit=3)
    if edit.disk.label == "none":
        edit.text += "Creating new GPT entries in memory.\n"
        edit.disk.label = "gpt"
    edit.changed, edit.zapped = True, False


def _new(edit: _Edit, value: str) -> None:
    _need_gpt(edit)
    fields = value.split(":")
    if not 1 <= len(fields) <= 3 or not _is_number(fields[0]):
        raise CommandError(f"Error: '{value}' is not PARTNUM:START:END", exit=4)
    first, last = [*fields[1:], "", ""][:2]
    number = int(fields[0] or 0) or _first_unused(edit.disk)
    blocks = free_blocks(edit.disk)
    start = _position(first, 0.0, 0.0) if first not in ("", "0") else None
    if not blocks or number in edit.disk.parts or number > 128:
        _fail_new(number, first, last)
    block = max(blocks, key=lambda free: free[1] - free[0])
    if start is not None:
        if first.startswith("+"):
            start = block[0] + _position(first[1:], 0.0, 0.0)
        elif first.startswith("-"):
            start = block[1] - _position(first[1:], 0.0, 0.0)
        begin = max(round(start), 1)
        block = next((free for free in blocks if free[0] <= begin < free[1]), (0, 0))
    else:
        begin = block[0]
    end = block[1] if last in ("", "0") else round(_position(last, float(begin), float(block[1])))
    if end <= begin or end > block[1]:
        _fail_new(number, first, last)
    edit.disk.parts[number] = Partition(begin, end - begin, LINUX)
    edit.latest = number


def _position(text: str, start: float, end: float) -> float:
    """MiB that a position stands for: "+512M" from the start, "-1G" from the end, a bare number is a sector."""
    match = _POSITION.fullmatch(text)
    if match is None:
        raise CommandError(f"Error: '{text}' is not a position such as +512M", exit=4)
    amount = int(match[2]) * _UNITS[match[3].upper()]
    if match[1] == "+":
        return max(start + amount, start + 1)
    if match[1] == "-":
        return end - amount
    return amount + (1 / SECTORS if end and not match[3] else 0)  # an end is the last sector, taken in


def _fail_new(number: int, first: str, last: str) -> None:
    raise CommandError(
        f"Could not create partition {number} from {first or 0} to {last or 0}\nError encountered; not saving changes.",
        exit=4,
    )


def _largest_new(edit: _Edit, value: str) -> None:
    if not _is_number(value):
        raise CommandError(f"Error: '{value}' is not a partition number", exit=4)
    _new(edit, f"{value}:0:0")


def _type(edit: _Edit, value: str) -> None:
    _need_gpt(edit)
    number_text, _, code = value.partition(":")
    number = (int(number_text) if number_text and _is_number(number_text) else -1) or edit.latest
    kind = parse_type(code)
    if number not in edit.disk.parts:
        raise CommandError(
            f"Partition {number_text} does not exist!\nError encountered; not saving changes.", exit=4
        )
    if kind is None:
        raise CommandError(
            f"Could not change partition {number}'s type code to {code}!\nError encountered; not saving changes.",
            exit=4,
        )
    edit.disk.parts[number] = replace(edit.disk.parts[number], type=kind)


def _change_name(edit: _Edit, value: str) -> None:
    """Names are not kept, but the partition has to be there."""
    number = value.partition(":")[0]
    if not number or not _is_number(number) or (int(number) or edit.latest) not in edit.disk.parts:
        raise CommandError(
            f"Unable to set partition {number}'s name!\nError encountered; not saving changes.", exit=4
        )
    edit.changed = True


def _delete(edit: _Edit, value: str) -> None:
    _need_gpt(edit)
    number = int(value) if value and _is_number(value) else 0
    if edit.disk.parts.pop(number, None) is None:
        raise CommandError(
            f"Error {value} deleting partition!\nError encountered; not saving changes.", exit=4
        )
    edit.removed.add(number)


def _print(edit: _Edit, value: str) -> None:
    if edit.disk.label == "none":
        edit.text += "Creating new GPT entries in memory.\n"
    edit.text += sgdisk_text(edit.name, edit.disk)


def _info(edit: _Edit, value: str) -> None:
    partition = edit.disk.parts.get(int(value) if value and _is_number(value) else 0)
    if partition is None:
        raise CommandError(f"Partition #{value} does not exist.", exit=4)
    kind = TYPES[partition.type].sgdisk if partition.type in TYPES else "unknown"
    edit.text += (
        f"Partition GUID code: {partition.type.upper()} ({kind})\n"
        f"First sector: {partition.start_mib * SECTORS} (at {partition.start_mib} MiB)\n"
        f"Last sector: {partition.end_mib * SECTORS - 1}\n"
        f"Partition size: {partition.size_mib * MIB // 512} sectors ({partition.size_mib} MiB)\n"
    )


def _verify(edit: _Edit, value: str) -> None:
    edit.text += "No problems found.\n"


def _is_number(text: str) -> bool:
    return text == "" or (text.isascii() and text.isdigit() and len(text) <= 3)


def _first_unused(disk: Disk) -> int:
    return next(number for number in range(1, 130) if number not in disk.parts)


_ACTIONS: dict[str, Callable[[_Edit, str], None]] = {
    short: action
    for names, action in (
        ("-Z --zap-all -z --zap", _zap),
        ("-o --clear", _clear),
        ("-g --mbrtogpt", _convert),
        ("-n --new", _new),
        ("-N --largest-new", _largest_new),
        ("-t --typecode", _type),
        ("-c --change-name", _change_name),
        ("-d --delete", _delete),
        ("-p --print", _print),
        ("-i --info", _info),
        ("-v --verify", _verify),
    )
    for short in names.split()
}
