"""fsck, labels and sizes of file systems that are there: what looks at them, names them, or makes them fill their
device."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.disks.format import is_small
from trace_trainer.verifiers.machine.model.devices import filesystem_uuid, is_mounted, size_of
from trace_trainer.verifiers.machine.model.state import Filesystem
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_EXT = ("ext2", "ext3", "ext4")
_KINDS = {  # what each tool works on
    "e2fsck": _EXT,
    "fsck.ext2": _EXT,
    "fsck.ext3": _EXT,
    "fsck.ext4": _EXT,
    "fsck.fat": ("vfat",),
    "fsck.vfat": ("vfat",),
    "fsck.msdos": ("vfat",),
    "dosfsck": ("vfat",),
    "fsck.f2fs": ("f2fs",),
    "xfs_repair": ("xfs",),
    "e2label": _EXT,
    "tune2fs": _EXT,
    "dumpe2fs": _EXT,
    "resize2fs": _EXT,
    "fatlabel": ("vfat",),
    "dosfslabel": ("vfat",),
    "swaplabel": ("swap",),
    "xfs_admin": ("xfs",),
}
_FSCK_SHORT = "AaBb:C:cDdE:fj:kL:l:MNnPpRrSsTtuVvwy"


def _filesystem(session: Session, path: str) -> tuple[str, Filesystem]:
    """The device and its file system, of the kind that the running tool works on. Raises CommandError."""
    device = block_device(session, path)
    found = session.state.fs.get(device)
    if found is None or found.type not in _KINDS.get(session.name, (found.type,)):
        raise CommandError(
            f"{session.name}: Bad magic number in super-block while trying to open /dev/{device}", exit=8
        )
    return device, found


@command(
    "fsck",
    "e2fsck",
    "fsck.ext2",
    "fsck.ext3",
    "fsck.ext4",
    "fsck.fat",
    "fsck.vfat",
    "fsck.msdos",
    "dosfsck",
    "fsck.f2fs",
    "xfs_repair",
    "fsck.btrfs",
    "fsck.xfs",
)
def fsck(session: Session, arguments: Sequence[str]) -> Output:
    """Check file systems, which are in order here. One that is mounted is only looked at with -n."""
    words = (
        [word for word in arguments if not word.startswith("-t")]
        if session.name == "fsck"
        else list(arguments)
    )
    options = read_options(session, words, _FSCK_SHORT.replace("C:", "C"))
    if not options.operands:
        if options.has("-A"):
            raise Unsupported("fsck of everything in /etc/fstab")
        raise CommandError(f"Usage: {session.name} [options] device", exit=16)
    devices = []
    for path in options.operands:
        device, _ = _filesystem(session, path)
        if is_mounted(session.state, device) and not options.has("-n", "-N", "-d"):
            raise CommandError(
                f"/dev/{device} is mounted.\n{session.name}: Cannot continue, aborting.", exit=8
            )
        devices.append(device)
    text = "".join(f"/dev/{device}: clean\n" for device in devices)
    return Output(text, info="filesystem_check", operands=tuple(sorted(devices)))


@command("e2label", "fatlabel", "dosfslabel")
def label(session: Session, arguments: Sequence[str]) -> Output:
    """Show a label, or set it."""
    options = read_options(session, arguments, "irR")
    if not 1 <= len(options.operands) <= 2:
        raise CommandError(f"Usage: {session.name} device [newlabel]")
    device, found = _filesystem(session, options.operands[0])
    if len(options.operands) == 1:
        return Output(found.label + "\n", info="filesystems", operands=(device,))
    return _set_label(session, device, found, options.operands[1])


def _set_label(session: Session, device: str, found: Filesystem, text: str) -> Output:
    if found.label != text:
        found.label = text
        session.effect(f"{device}: label {text}")
    return Output()


@command("tune2fs", "swaplabel", "xfs_admin")
def tune(session: Session, arguments: Sequence[str]) -> Output:
    """Show what a file system was made with (-l), or set its label (-L); when it is checked is not kept."""
    short = "L:lU:uc:i:m:r:C:T:o:O:E:e:" if session.name == "tune2fs" else "L:lU:u"
    options = read_options(session, arguments, short)
    if options.has("-o", "-O", "-E"):
        raise Unsupported("tune2fs with other features")
    if options.has("-m", "-r") and not (options.last("-m") and is_small(options.last("-m") or "")):
        raise Unsupported("tune2fs that reserves much")
    if options.has("-U"):
        raise Unsupported(f"{session.name} with another UUID")
    if len(options.operands) != 1:
        raise CommandError(f"Usage: {session.name} [-l] [-L label] device")
    device, found = _filesystem(session, options.operands[0])
    text = options.last("-L")
    if text is None and options.has("-c", "-i", "-m", "-r", "-C", "-T", "-e"):
        return Output(info="filesystem_check", operands=(device,))
    if text is not None:
        return _set_label(session, device, found, text)
    shown = f"LABEL: {found.label}\nUUID:  {filesystem_uuid(device, found)}\n"
    return Output(shown, info="filesystems", operands=(device,))


@command("dumpe2fs")
def dump(session: Session, arguments: Sequence[str]) -> Output:
    """What an ext file system was made with."""
    options = read_options(session, arguments, "bfghixo:")
    if len(options.operands) != 1:
        raise CommandError("Usage: dumpe2fs [-h] device")
    device, found = _filesystem(session, options.operands[0])
    blocks = size_of(session.state, device) // 4096
    shown = f"Filesystem volume name:   {found.label or '<none>'}\nBlock count:              {blocks}\n"
    return Output(shown, info="filesystems", operands=(device,))


@command("resize2fs", "xfs_growfs")
def grow(session: Session, arguments: Sequence[str]) -> Output:
    """Make a file system fill its device, which it always does here; other sizes are unsupported."""
    options = read_options(session, arguments, "d:fFMpPS:bs")
    if len(options.operands) != 1 or options.has("-M"):
        raise Unsupported(f"{session.name} to a size of its own")
    path = options.operands[0]
    if session.name == "xfs_growfs":
        found = session.resolve(path)
        if found.device not in session.state.fs or session.state.fs[found.device].type != "xfs":
            raise CommandError(f"xfs_growfs: {path} is not a mounted XFS filesystem")
        return Output(info="filesystem_size", operands=(found.device,))
    device, _ = _filesystem(session, path)
    blocks = size_of(session.state, device) // 4096
    text = f"The filesystem is already {blocks} (4k) blocks long.  Nothing to do!\n"
    return Output(text, info="filesystem_size", operands=(device,))
