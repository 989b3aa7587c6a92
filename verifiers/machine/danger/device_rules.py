"""Danger rules on devices: what is mounted, in use as swap or by a volume, or the medium, is not overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from trace_trainer.verifiers.machine.danger.arguments import given
from trace_trainer.verifiers.machine.danger.declaring import DEVICE_RULES, TEXT_RULES, rule
from trace_trainer.verifiers.machine.danger.protected import is_device
from trace_trainer.verifiers.machine.model.devices import block_devices, disk_of, in_use, is_mounted
from trace_trainer.verifiers.machine.session.operands import device_at
from trace_trainer.verifiers.machine.session.session import Session

_PARTED_READS = frozenset(
    "-p --print -v --verify -l --list -s --script print unit MiB GiB MB GB free".split()
)
_PARTED_REMOVES = frozenset(("mklabel", "mktable", "rm"))
_SGDISK_REMOVES = (
    "Z",
    "zap-all",
    "z",
    "zap",
    "o",
    "clear",
    "g",
    "mbrtogpt",
    "d",
    "delete",
    "l",
    "load-backup",
    "replicate",
    "R",
)
_SGDISK_READS = frozenset("p print v verify i info L list-types D display-alignment f F E b backup".split())
_SFDISK_READS = frozenset(
    """l list d dump J json s show-size V verify F list-free T list-types g show-geometry G show-pt-geometry h help
    v version n no-act""".split()
)
_ERASING = (
    "--security-erase",
    "--security-erase-enhanced",
    "--trim-sector-ranges",
    "--dco-restore",
    "--write-sector",
)
_WIPING_NVME = frozenset("format sanitize write write-zeroes write-uncor dsm delete-ns".split())


def _devices(session: Session, words: Sequence[str]) -> list[str]:
    """The existing disks, partitions and volumes that words name, globs in /dev expanded."""
    found = []
    for word in dict.fromkeys(words):
        if any(char in word for char in "*?[") and "/dev/" in word:
            pattern = word[word.find("/dev/") + 5 :]
            found += [name for name in block_devices(session.state) if fnmatchcase(name, pattern)]
        elif (device := device_at(session, word)) is not None:
            found.append(device)
    return found


def _medium_or_used(session: Session, device: str, refusal: str) -> str | None:
    """Why a device may not be overwritten: the installer runs from it, or it or a part of it is in use."""
    if _is_medium(session, device):
        return f"/dev/{device} is the medium the installer runs from"
    used = in_use(session.state, device)
    if used is None:
        return None
    if is_mounted(session.state, used):
        how = "mounted"
    else:
        how = "in use as swap" if used in session.state.swaps else "part of a volume in use"
    return f"/dev/{used} is {how}; {refusal}"


def _is_medium(session: Session, device: str) -> bool:
    disk = disk_of(session.state, device)
    return disk is not None and session.state.disks[disk].is_medium


def _first_used(session: Session, words: Sequence[str], refusal: str) -> str | None:
    return next(
        filter(None, (_medium_or_used(session, name, refusal) for name in _devices(session, words))), None
    )


@rule(TEXT_RULES, "blkdiscard", "badblocks")
def _discard(session: Session, arguments: Sequence[str]) -> str | None:
    if session.name == "badblocks" and not given("badblocks", arguments).has("w", "n"):
        return None  # it only reads
    disk = next((path for path in given("blkdiscard", arguments).operands if is_device(session, path)), None)
    return None if disk is None else f"destroying the device {disk}"


@rule(TEXT_RULES, "hdparm", "nvme")
def _erase(session: Session, arguments: Sequence[str]) -> str | None:
    erases = any(word.startswith(_ERASING) for word in arguments) or not _WIPING_NVME.isdisjoint(
        arguments[:1]
    )
    disk = next((path for path in arguments if is_device(session, path)), None)
    return f"destroying the device {disk}" if erases and disk is not None else None


@rule(DEVICE_RULES, "mkfs", "mke2fs", "mkdosfs", "mkntfs", "mkswap")
def _format(session: Session, arguments: Sequence[str]) -> str | None:
    for device in _devices(session, given("mkfs", arguments).operands or arguments):
        if device in session.state.disks:
            return f"making a file system on the whole disk /dev/{device}"
        if reason := _medium_or_used(session, device, "will not make a filesystem here!"):
            return reason
    return None


@rule(DEVICE_RULES, "btrfs", "debugfs", "sg_format", "resize2fs")
def _change(session: Session, arguments: Sequence[str]) -> str | None:
    """Tools of many uses, where they take a device for themselves or write to one past its file system."""
    words = [word for word in arguments if not word.startswith("-")]
    writes = {
        "btrfs": words[:1] == ["device"] and words[1:2] in (["add"], ["replace"]),
        "debugfs": "-w" in arguments,
        "sg_format": "--format" in arguments or "-F" in arguments,
        "resize2fs": len(words) > 1 or "-M" in arguments,
    }
    return _first_used(session, words, "will not change it") if writes[session.name] else None


@rule(DEVICE_RULES, "wipefs")
def _wipe(session: Session, arguments: Sequence[str]) -> str | None:
    read = given("wipefs", arguments)
    if not read.has("a", "all", "o", "offset"):
        return None
    return _first_used(session, read.operands, "will not wipe it")


@rule(DEVICE_RULES, "sgdisk")
def _sgdisk(session: Session, arguments: Sequence[str]) -> str | None:
    read = given("sgdisk", arguments)
    if all(name in _SGDISK_READS for name, _ in read.options):
        return None
    copies = read.values("R", "replicate")  # the table goes to these; the operand is only read
    return _repartition(session, copies or read.operands, read.has(*_SGDISK_REMOVES))


@rule(DEVICE_RULES, "parted")
def _parted(session: Session, arguments: Sequence[str]) -> str | None:
    verbs = [word for word in arguments if device_at(session, word) is None]
    if all(word in _PARTED_READS for word in verbs):
        return None
    return _repartition(session, arguments, not _PARTED_REMOVES.isdisjoint(verbs))


@rule(DEVICE_RULES, "sfdisk")
def _sfdisk(session: Session, arguments: Sequence[str]) -> str | None:
    read = given("sfdisk", arguments)
    if any(name in _SFDISK_READS for name, _ in read.options):
        return None
    appends = read.has("N", "partno", "a", "append")
    removes = read.has("delete") or (session.stdin is not None and not appends)
    return _repartition(session, read.operands, removes)


@rule(DEVICE_RULES, "fdisk", "gdisk", "cfdisk", "cgdisk")
def _dialogue(session: Session, arguments: Sequence[str]) -> str | None:
    """A dialogue changes nothing by itself; answers that a pipe or a file brings can."""
    return (
        _repartition(session, arguments, True)
        if session.stdin is not None and "-l" not in arguments
        else None
    )


def _repartition(session: Session, words: Sequence[str], removes: bool) -> str | None:
    for device in _devices(session, words):
        if _is_medium(session, device):
            return f"/dev/{device} is the medium the installer runs from"
        if removes and (reason := _medium_or_used(session, device, "will not repartition the disk")):
            return reason
    return None


@rule(DEVICE_RULES, "cryptsetup")
def _encrypt(session: Session, arguments: Sequence[str]) -> str | None:
    action, *operands = [*given("cryptsetup", arguments).operands, ""]
    if action in ("erase", "luksErase", "luksKillSlot", "luksRemoveKey"):
        return f"cryptsetup {action}: nobody could read the data again"
    if action in ("luksFormat", "reencrypt", "luksHeaderRestore"):
        for device in _devices(session, operands[:1]):
            if device in session.state.disks:
                return f"encrypting the whole disk /dev/{device}"
        return _first_used(session, operands[:1], "will not encrypt it")
    return None


@rule(DEVICE_RULES, "pvcreate", "vgcreate", "vgextend", "mdadm", "zpool", "bcachefs")
def _join(session: Session, arguments: Sequence[str]) -> str | None:
    reads = {"--detail", "--examine", "--scan", "-D", "-E"}
    if session.name == "mdadm" and not reads.isdisjoint(arguments):
        return None
    words = given("pvcreate", arguments).operands
    for device in _devices(session, words):
        if device in session.state.disks and session.state.disks[device].parts:
            return f"/dev/{device} is partitioned; will not take the whole disk"
        filesystem = session.state.fs.get(device)
        if (
            filesystem is not None
            and filesystem.type == "LVM2_member"
            and session.name in ("vgcreate", "vgextend")
        ):
            continue  # what was made for a group is no loss to it; that it has one already, the command says
        if reason := _medium_or_used(session, device, "will not take it"):
            return reason
    return None
