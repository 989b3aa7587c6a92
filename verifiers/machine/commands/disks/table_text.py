"""Partition tables as fdisk, sgdisk and parted print them."""

from __future__ import annotations

from trace_trainer.verifiers.machine.commands.layout import layout
from trace_trainer.verifiers.machine.model.devices import disk_uuid, partition_name, size_of
from trace_trainer.verifiers.machine.model.partition_types import TYPES, PartitionType
from trace_trainer.verifiers.machine.model.sizes import human
from trace_trainer.verifiers.machine.model.state import MIB, Disk, Partition, State

SECTORS = MIB // 512  # in a MiB
_UNKNOWN = PartitionType("unknown", "unknown", "unknown", "0")
_PARTED_FLAGS = {
    "0700": "msftdata",
    "2700": "diag",
    "8200": "swap",
    "8e00": "lvm",
    "ef00": "boot, esp",
    "ef02": "bios_grub",
    "fd00": "raid",
}


def fdisk_text(state: State, device: str) -> str:
    """What `fdisk -l` prints for a disk, or for a partition: its size."""
    size = size_of(state, device)
    lines = [f"Disk /dev/{device}: {human(size, gap=' ')}iB, {size} bytes, {size // 512} sectors\n"]
    disk = state.disks.get(device)
    if disk is not None and disk.model:
        lines.append(f"Disk model: {disk.model}\n")
    lines.append("Units: sectors of 1 * 512 = 512 bytes\n")
    lines.append("Sector size (logical/physical): 512 bytes / 512 bytes\n")
    if disk is None or disk.label == "none":
        return "".join(lines)
    lines.append(f"Disklabel type: {disk.label}\nDisk identifier: {_identifier(device, disk)}\n")
    if not disk.parts:
        return "".join(lines)
    is_gpt = disk.label == "gpt"
    header = ["Device", "Start", "End", "Sectors", "Size", "Type"]
    if not is_gpt:
        header[1:1] = ["Boot"]
        header[-1:] = ["Id", "Type"]
    rows = []
    for number, partition in sorted(disk.parts.items()):
        kind = TYPES.get(partition.type, _UNKNOWN)
        row = [
            f"/dev/{partition_name(device, number)}",
            *_sectors(partition),
            human(partition.size_mib * MIB),
        ]
        if is_gpt:
            row.append(kind.fdisk)
        else:
            row[1:1] = ["*" if partition.bootable else ""]
            row += [kind.dos_id, kind.dos]
        rows.append(row)
    return "".join(lines) + "\n" + layout(header, rows, right=("Start", "End", "Sectors", "Size", "Id"))


def _identifier(name: str, disk: Disk) -> str:
    return disk_uuid(name).upper() if disk.label == "gpt" else f"0x{disk_uuid(name)[:8]}"


def _sectors(partition: Partition) -> list[str]:
    start, size = partition.start_mib * SECTORS, partition.size_mib * SECTORS
    return [str(start), str(start + size - 1), str(size)]


def sgdisk_text(name: str, disk: Disk) -> str:
    """What `sgdisk -p` prints."""
    sectors = disk.size_bytes // 512
    lines = [f"Disk /dev/{name}: {sectors} sectors, {_gdisk_size(disk.size_bytes)}\n"]
    if disk.model:
        lines.append(f"Model: {disk.model}\n")
    lines.append(
        f"Sector size (logical/physical): 512/512 bytes\nDisk identifier (GUID): {disk_uuid(name).upper()}\n"
        "Partition table holds up to 128 entries\n"
        f"First usable sector is 34, last usable sector is {sectors - 34}\n"
        "Partitions will be aligned on 2048-sector boundaries\n\n"
        "Number  Start (sector)    End (sector)  Size       Code  Name\n"
    )
    for number, partition in sorted(disk.parts.items()):
        start, end, _ = _sectors(partition)
        size = _gdisk_size(partition.size_mib * MIB)
        kind = TYPES.get(partition.type, _UNKNOWN)
        lines.append(
            f"{number:4d} {start:>15} {end:>15}   {size:<10}  {partition.type.upper()}  {kind.sgdisk}\n"
        )
    return "".join(lines)


def _gdisk_size(size: int) -> str:
    value, unit = float(size), "bytes"
    for name in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, name
    return f"{value:.1f} {unit}"


def parted_text(state: State, name: str) -> str:
    """What `parted print` shows of a disk."""
    disk = state.disks[name]
    lines = [f"Model: {disk.model or 'Unknown'}\nDisk /dev/{name}: {_decimal(disk.size_bytes)}\n"]
    if disk.label == "none":
        return lines[0] + "Partition Table: unknown\n"
    label = "gpt" if disk.label == "gpt" else "msdos"
    lines.append(f"Sector size (logical/physical): 512B/512B\nPartition Table: {label}\nDisk Flags:\n\n")
    lines.append("Number  Start   End     Size    File system  Flags\n")
    for number, partition in sorted(disk.parts.items()):
        filesystem = state.fs.get(partition_name(name, number))
        kind = filesystem.type if filesystem is not None else ""
        kind = {"vfat": "fat32", "swap": "linux-swap"}.get(kind, kind)
        flag = "boot" if partition.bootable else _PARTED_FLAGS.get(partition.type, "")
        places = (partition.start_mib, partition.end_mib, partition.size_mib)
        cells = " ".join(f"{_decimal(place * MIB):7}" for place in places)
        lines.append(f" {number:<6} {cells} {kind:12} {flag}".rstrip() + "\n")
    return "".join(lines)


def _decimal(size: int) -> str:
    """A size as parted shows it, in decimal units of three digits: 537MB."""
    value, unit = float(size), "B"
    for name in ("kB", "MB", "GB", "TB"):
        if (value < 9999.5 and unit == "kB") or value < 999.5:
            break
        value, unit = value / 1000, name
    return f"{value:.0f}{unit}" if value >= 100 or value == int(value) else f"{value:.3g}{unit}"
