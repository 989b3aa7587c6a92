"""fdisk -l, gdisk -l, sfdisk -l and the helpers that re-read partition tables. Editing by dialogue is interactive."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.disks.table_text import fdisk_text, sgdisk_text
from trace_trainer.verifiers.machine.model.devices import disk_names, disk_of, size_of
from trace_trainer.verifiers.machine.session.declaring import UNSIMULATED, Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device, device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_FDISK_LONG = """list list-details bytes output= color= colors= units= type= sector-size= noauto-pt lock wipe=
    wipe-partitions=""".split()


@command("fdisk")
def fdisk(session: Session, arguments: Sequence[str]) -> Output:
    """Print partition tables with -l: those of the disks named, or of all."""
    options = read_options(session, arguments, "lxBb:c:L:o:st:u:C:H:S:w:W:", _FDISK_LONG)
    if not options.has("-l", "-x", "-s", "--list", "--list-details"):
        raise Unsupported("fdisk is interactive")
    return show_tables(session, options)


def show_tables(session: Session, options: Options) -> Output:
    """The tables of the disks that are operands, or of all; with -s their sizes."""
    state = session.state
    if options.has("-s"):
        sizes = [str(size_of(state, block_device(session, path)) // 1024) for path in options.operands]
        return Output(
            "".join(size + "\n" for size in sizes), info="partition_table", operands=options.operands
        )
    devices = []
    for path in options.operands:
        found = device_at(session, path)
        if found is None:
            raise CommandError(f"{session.name}: cannot open {path}: No such file or directory")
        devices.append(found)
    devices = devices or disk_names(state)
    text = "\n\n".join(fdisk_text(state, device) for device in devices)
    return Output(text, info="partition_table", operands=tuple(sorted(devices)))


@command("cfdisk", "cgdisk", "gparted")
def editor(session: Session, arguments: Sequence[str]) -> Output:
    """Partition editors with a screen."""
    raise Unsupported(f"{session.name} is interactive")


@command("gdisk")
def gdisk(session: Session, arguments: Sequence[str]) -> Output:
    """Print a partition table with -l."""
    options = read_options(session, arguments, "l")
    if not options.has("-l"):
        raise Unsupported("gdisk is interactive")
    if len(options.operands) != 1:
        raise CommandError("Usage: gdisk [-l] device_file")
    device = block_device(session, options.operands[0], "Problem opening {path} for reading! Error is 2.")
    if device not in session.state.disks:
        raise CommandError(f"/dev/{device} is a partition, not a disk")
    text = "GPT fdisk (gdisk) version 1.0.10\n\n" + sgdisk_text(device, session.state.disks[device])
    return Output(text, info="partition_table", operands=(device,))


@command("partprobe", "partx", "udevadm", "blockdev")
def reread(session: Session, arguments: Sequence[str]) -> Output:
    """Make the kernel read partition tables again, which it has always done here; sizes with blockdev --getsize64."""
    state = session.state
    devices = []
    for path in arguments:
        if path.startswith("/dev/"):
            devices.append(
                block_device(session, path, "{name}: cannot open {path}: No such file or directory")
            )
    if session.name == "blockdev" and any(word.startswith("--getsize") for word in arguments):
        unit = 1 if "--getsize64" in arguments else 512
        text = "".join(f"{size_of(state, device) // unit}\n" for device in devices)
        return Output(text, info="block_devices", operands=tuple(devices))
    if session.name == "udevadm" and (
        not arguments or arguments[0] not in ("settle", "trigger", "control", "info")
    ):
        raise Unsupported("udevadm beyond settle and trigger")
    return Output()


_UNSIMULATED = ("blkdiscard", "badblocks", "shred")
UNSIMULATED.update(_UNSIMULATED)


@command(*_UNSIMULATED)
def unsimulated(session: Session, arguments: Sequence[str]) -> Output:
    """Tools whose work on devices is outside this machine; what destroys a disk is refused before it gets here."""
    for path in arguments:
        if path.startswith("/dev/") and disk_of(session.state, path[5:]) is None and not session.exists(path):
            raise CommandError(f"{session.name}: {path}: No such file or directory")
    raise Unsupported(f"{session.name} is not simulated")
