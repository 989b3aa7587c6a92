"""Partition types: sgdisk's four hexadecimal digits, and the names that the tools print for them."""

from __future__ import annotations

from typing import Final, NamedTuple


class PartitionType(NamedTuple):
    """How fdisk names a type on a gpt and on a dos label, how sgdisk does, and its number on a dos label."""

    fdisk: str
    sgdisk: str
    dos: str
    dos_id: str


LINUX: Final = "8300"
TYPES: Final = {
    "0700": PartitionType("Microsoft basic data", "Microsoft basic data", "HPFS/NTFS/exFAT", "7"),
    "0c00": PartitionType("Microsoft basic data", "Microsoft basic data", "W95 FAT32 (LBA)", "c"),
    "0c01": PartitionType("Microsoft reserved", "Microsoft reserved", "W95 FAT32 (LBA)", "c"),
    "2700": PartitionType("Windows recovery environment", "Windows RE", "Hidden NTFS WinRE", "27"),
    "8200": PartitionType("Linux swap", "Linux swap", "Linux swap / Solaris", "82"),
    "8300": PartitionType("Linux filesystem", "Linux filesystem", "Linux", "83"),
    "8301": PartitionType("Linux reserved", "Linux reserved", "Linux", "83"),
    "8302": PartitionType("Linux home", "Linux /home", "Linux", "83"),
    "8303": PartitionType("Linux root (x86)", "Linux x86 root (/)", "Linux", "83"),
    "8304": PartitionType("Linux root (x86-64)", "Linux x86-64 root (/)", "Linux", "83"),
    "8306": PartitionType("Linux server data", "Linux /srv", "Linux", "83"),
    "8309": PartitionType("Linux LUKS", "Linux LUKS", "Linux", "83"),
    "8310": PartitionType("Linux variable data", "Linux /var", "Linux", "83"),
    "8312": PartitionType("Linux user's home", "Linux user's home", "Linux", "83"),
    "8314": PartitionType("Linux /usr (x86-64)", "Linux x86-64 /usr", "Linux", "83"),
    "8e00": PartitionType("Linux LVM", "Linux LVM", "Linux LVM", "8e"),
    "ea00": PartitionType("Linux extended boot", "XBOOTLDR partition", "Linux extended boot", "ea"),
    "ef00": PartitionType("EFI System", "EFI system partition", "EFI (FAT-12/16/32)", "ef"),
    "ef01": PartitionType("MBR partition scheme", "MBR partition scheme", "unknown", "0"),
    "ef02": PartitionType("BIOS boot", "BIOS boot partition", "BIOS boot", "4"),
    "fd00": PartitionType("Linux RAID", "Linux RAID", "Linux raid autodetect", "fd"),
}
# sgdisk also takes the identifiers of some types in full.
TYPE_GUIDS: Final = {
    "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f": "8200",
    "0fc63daf-8483-4772-8e79-3d69d8477de4": "8300",
    "21686148-6449-6e6f-744e-656564454649": "ef02",
    "4f68bce3-e8cd-4db1-96e7-fbcaf984b709": "8304",
    "933ac7e1-2eb4-4f13-b844-0e14e2aef915": "8302",
    "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": "ef00",
    "e6d6d379-f507-44c2-a23c-238f2a3df928": "8e00",
}


def parse_type(text: str) -> str | None:
    """The type that an argument of `sgdisk -t` names: "EF00", "8300" or a GUID; None where it names none."""
    code = TYPE_GUIDS.get(text.lower(), text.lower())
    return code if code in TYPES else None
