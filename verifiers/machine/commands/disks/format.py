"""mkfs and its family, and wipefs: file systems are made on partitions, never on a whole disk.

Force and quiet flags change nothing here: a file system that is there is overwritten without a question. That no device
is a whole disk or in use was checked before these functions are called (danger/rules.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from trace_trainer.verifiers.machine.commands.disks.table_edit import write_table
from trace_trainer.verifiers.machine.model.devices import (
    drop_filesystem,
    filesystem_uuid,
    partition_name,
    size_of,
)
from trace_trainer.verifiers.machine.model.spec import new_tree
from trace_trainer.verifiers.machine.model.state import Filesystem
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import block_device, device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_EXT_SHORT = "b:cC:d:D:e:E:fFg:G:hi:I:jJ:l:L:m:M:nN:o:O:qr:R:s:St:T:U:vVz:"
_FAT_SHORT = "aAb:cCD:f:F:g:h:i:Il:m:M:n:r:R:s:S:v"
_BTRFS_SHORT = "A:b:Cd:fKl:L:m:Mn:O:qR:r:s:U:vVh"
_XFS_SHORT = "b:c:d:fi:Kl:L:m:Nn:p:qr:s:V"
_BTRFS_LONG = """label= force data= metadata= nodesize= sectorsize= features= uuid= rootdir= mixed nodiscard quiet
    verbose checksum= csum= help""".split()
MOST_RESERVED = 10  # percent
_EXT_SETTINGS = tuple("-b -E -g -I -i -j -J -m -N -O -S -T".split())
_LATER = re.compile(
    r"(?:(?:no)?discard|lazy_\w+=[01]|assume_storage_prezeroed=[01]|,)*"
)  # of -E: when, not what
_FAT_SETTINGS = tuple("-F -s -S -f -R".split())
_BTRFS_SETTINGS = tuple("-A -b -d -m -M -n -O -R -s".split())
_XFS_SETTINGS = tuple("-b -d -i -l -m -n -r -s".split())
_LONG_SETTINGS = {
    "--byte-count": "-b",
    "--checksum": "--checksum",
    "--data": "-d",
    "--features": "-O",
    "--metadata": "-m",
    "--mixed": "-M",
    "--nodesize": "-n",
    "--sectorsize": "-s",
}
_FAT32_MINIMUM_MIB = 33  # fewer clusters make no 32-bit FAT


@command("mkfs")
def mkfs(session: Session, arguments: Sequence[str]) -> Output:
    """The front end: -t TYPE, then what the file system's own command takes."""
    rest, kind = list(arguments), "ext2"
    for position, word in enumerate(rest):
        if word in ("-t", "--type") and position + 1 < len(rest):
            kind, rest = rest[position + 1], rest[:position] + rest[position + 2 :]
            break
        if word.startswith("--type=") or (word.startswith("-t") and len(word) > 2):
            kind, rest = (
                word.removeprefix("--type=").removeprefix("-t"),
                rest[:position] + rest[position + 1 :],
            )
            break
    maker = {
        "ext": _make_ext,
        "vfa": _make_fat,
        "fat": _make_fat,
        "msd": _make_fat,
        "btr": _make_btrfs,
        "xfs": _make_xfs,
        "f2f": _make_f2fs,
        "exf": _make_exfat,
    }
    function = maker.get(kind[:3])
    if function is None or kind not in (
        "ext2",
        "ext3",
        "ext4",
        "vfat",
        "fat",
        "msdos",
        "btrfs",
        "xfs",
        "f2fs",
        "exfat",
    ):
        raise CommandError(f"mkfs: failed to execute mkfs.{kind}: No such file or directory")
    session.name = f"mkfs.{kind}"
    return function(session, rest)


@command("mkfs.ext2", "mkfs.ext3", "mkfs.ext4", "mke2fs")
def _make_ext(session: Session, arguments: Sequence[str]) -> Output:
    """ext2, ext3, ext4; -n shows what would be done."""
    options = read_options(session, arguments, _EXT_SHORT)
    kind = options.last("-t") or (session.name[5:] if session.name.startswith("mkfs.") else "ext2")
    if kind not in ("ext2", "ext3", "ext4"):
        raise CommandError(f"mke2fs: invalid filesystem type '{kind}'")
    path = _one_operand(session, options)
    device = _target(session, path)
    if options.has("-n"):
        return Output(
            f"mke2fs 1.47.1 (20-May-2024)\nNothing is written to /dev/{device}\n", info="partition_table"
        )
    settings = _settings(options, _EXT_SETTINGS, {"-b": "4096"})
    made = _make(session, device, kind, options.last("-L") or "", settings)
    blocks = size_of(session.state, device) // 4096
    text = (
        f"mke2fs 1.47.1 (20-May-2024)\nCreating filesystem with {blocks} 4k blocks and {blocks // 4} inodes\n"
        f"Filesystem UUID: {filesystem_uuid(device, made)}\n\nAllocating group tables: done\n"
        "Writing inode tables: done\nWriting superblocks and filesystem accounting information: done\n"
    )
    return Output("" if options.has("-q") else text)


@command("mkfs.fat", "mkfs.vfat", "mkfs.msdos", "mkdosfs")
def _make_fat(session: Session, arguments: Sequence[str]) -> Output:
    """FAT, for EFI system partitions; -F 32 needs 33 MiB."""
    options = read_options(session, arguments, _FAT_SHORT)
    size = options.last("-F")
    if size not in (None, "12", "16", "32"):
        raise CommandError(f"mkfs.fat: Bad FAT type : {size}")
    device = _target(session, _one_operand(session, options))
    mib = size_of(session.state, device) >> 20
    if size == "32" and mib < _FAT32_MINIMUM_MIB:
        raise CommandError("mkfs.fat: Not enough clusters for a 32 bit FAT!")
    settings = _settings(options, _FAT_SETTINGS, {"-F": "32"})
    _make(session, device, "vfat", options.last("-n") or "", settings)
    return Output("mkfs.fat 4.2 (2021-01-31)\n")


@command("mkfs.btrfs")
def _make_btrfs(session: Session, arguments: Sequence[str]) -> Output:
    """btrfs on one partition."""
    options = read_options(session, arguments, _BTRFS_SHORT, _BTRFS_LONG)
    if len(options.operands) > 1:
        raise Unsupported("btrfs over several devices is not simulated")
    device = _target(session, _one_operand(session, options))
    label = options.last("-L", "--label") or ""
    settings = _settings(options, _BTRFS_SETTINGS, {"-d": "single", "-m": "dup", "-n": "16384", "-s": "4096"})
    made = _make(session, device, "btrfs", label, settings)
    text = (
        f"btrfs-progs v6.12\n\nLabel:              {label or '(null)'}\n"
        f"UUID:               {filesystem_uuid(device, made)}\nNumber of devices:  1\n"
    )
    return Output("" if options.has("-q", "--quiet") else text)


@command("mkfs.xfs")
def _make_xfs(session: Session, arguments: Sequence[str]) -> Output:
    """XFS; -N shows what would be done."""
    options = read_options(session, arguments, _XFS_SHORT)
    device = _target(session, _one_operand(session, options))
    blocks = size_of(session.state, device) // 4096
    text = (
        f"meta-data=/dev/{device} isize=512 agcount=4, agsize={blocks // 4} blks\n"
        f"data     = bsize=4096 blocks={blocks}\n"
    )
    if not options.has("-N"):
        _make(session, device, "xfs", options.last("-L") or "", _settings(options, _XFS_SETTINGS, {}))
    return Output("" if options.has("-q") else text)


@command("mkfs.f2fs")
def _make_f2fs(session: Session, arguments: Sequence[str]) -> Output:
    """F2FS, for flash; one that is there needs -f."""
    options = read_options(session, arguments, "a:c:d:e:E:fg:H:il:mo:O:qR:rs:S:t:T:U:w:z:V")
    device = _target(session, _one_operand(session, options))
    if device in session.state.fs and not options.has("-f"):
        raise CommandError(
            f"\tInfo: /dev/{device} appears to contain an existing filesystem\n\tError: Use the -f option",
            exit=1,
        )
    _make(session, device, "f2fs", options.last("-l") or "", _settings(options, ("-O", "-s", "-z"), {}))
    return Output(
        "" if options.has("-q") else "\n\tF2FS-tools: mkfs.f2fs Ver: 1.16.0\n\nInfo: format successful\n"
    )


@command("mkfs.exfat")
def _make_exfat(session: Session, arguments: Sequence[str]) -> Output:
    """exFAT, to share data with other systems."""
    options = read_options(
        session, arguments, "L:n:s:c:b:fqvhU:V", ["volume-label=", "cluster-size=", "quiet", "full"]
    )
    device = _target(session, _one_operand(session, options))
    _make(session, device, "exfat", options.last("-L", "-n", "--volume-label") or "")
    return Output(
        ""
        if options.has("-q", "--quiet")
        else f"Creating exFAT filesystem(/dev/{device})\nexFAT format complete!\n"
    )


def _one_operand(session: Session, options: Options) -> str:
    """The device operand. A number of blocks behind it, which ext and FAT take, is unsupported."""
    if len(options.operands) == 2 and options.operands[1].isdigit() and not session.name.startswith("mkfs.x"):
        raise Unsupported("a file system smaller than its device")
    if len(options.operands) != 1:
        raise CommandError(f"Usage: {session.name} [options] device")
    return options.operands[0]


def is_small(share: str) -> bool:
    """Whether ext4 keeps no more of its room for root than people let it."""
    return share.replace(".", "", 1).isdigit() and float(share) <= MOST_RESERVED


def _settings(options: Options, kept: Sequence[str], usual: Mapping[str, str]) -> tuple[str, ...]:
    """The options that make another file system than the usual one, sorted."""
    found = {}
    for name, value in options.pairs:
        short = _LONG_SETTINGS.get(name, name)
        as_usual = usual.get(short) == value or (short == "-E" and _LATER.fullmatch(value) is not None)
        if short in kept and not as_usual and not (short == "-m" and is_small(value)):
            found[short] = value
    return tuple(sorted(f"{name} {value}".rstrip() for name, value in found.items()))


def _target(session: Session, path: str) -> str:
    """The partition to format: danger/rules.py refused whole disks and devices in use. Raises CommandError."""
    if device_at(session, path) is None and session.is_file(path):
        raise Unsupported("file systems in files are not simulated")
    missing = f"{session.name}: {{path}}: No such file or directory"
    if session.name.startswith("mkfs.ext") or session.name == "mke2fs":
        missing = "mke2fs 1.47.1 (20-May-2024)\nThe file {path} does not exist and no size was specified."
    elif session.name == "mkfs.btrfs":
        missing = "ERROR: mount check: cannot open {path}: No such file or directory"
    return block_device(session, path, missing)


def _make(session: Session, device: str, kind: str, label: str, settings: tuple[str, ...] = ()) -> Filesystem:
    drop_filesystem(session.state, device)
    session.state.formatted += 1
    made = Filesystem(kind, new_tree(kind), label, session.state.formatted, settings=settings)
    session.state.fs[device] = made
    session.effect(f"{device}: {kind}")
    return made


@command("wipefs")
def wipefs(session: Session, arguments: Sequence[str]) -> Output:
    """Erase what says there is a file system or a partition table (-a), or show it."""
    long = [
        "all",
        "force",
        "backup",
        "noheadings",
        "quiet",
        "no-act",
        "offset=",
        "output=",
        "parsable",
        "types=",
        "json",
    ]
    options = read_options(session, arguments, "abfhiJnO:o:pqt:V", [*long, "lock="])
    if not options.operands:
        raise CommandError("wipefs: bad usage\nTry 'wipefs --help' for more information.")
    state = session.state
    missing = "wipefs: error: {path}: probing initialization failed: No such file or directory"
    devices = [block_device(session, path, missing) for path in options.operands]
    if not options.has("-a", "--all", "-o", "--offset"):
        rows = [f"{name} 0x438 {state.fs[name].type}\n" for name in devices if name in state.fs]
        rows += [f"{name} 0x200 {state.disks[name].label}\n" for name in devices if name in state.disks]
        return Output(
            "DEVICE OFFSET TYPE\n" + "".join(rows), info="filesystems", operands=tuple(sorted(devices))
        )
    printed = []
    for device in devices:
        if options.has("-n", "--no-act"):
            continue
        signature = _erase(session, device)
        if signature:
            printed.append(f"/dev/{device}: 8 bytes were erased at offset 0x00000200 ({signature})\n")
    return Output("" if options.has("-q", "--quiet") else "".join(printed))


def _erase(session: Session, device: str) -> str:
    """Remove a partition's file system, or a disk's table with all its partitions; what was there."""
    state = session.state
    state.touched.add(device)
    if device not in state.disks:
        filesystem = state.fs.get(device)
        if filesystem is None:
            return ""
        drop_filesystem(state, device)
        session.effect(f"{device}: wiped")
        return filesystem.type
    disk = state.disks[device].copy()
    label = disk.label
    for number in disk.parts:
        drop_filesystem(state, partition_name(device, number))
    disk.label, disk.parts = "none", {}
    write_table(session, device, disk)
    return "" if label == "none" else label
