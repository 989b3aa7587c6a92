"""mount and umount: file systems of partitions, btrfs subvolumes, binds, and /proc, /sys and /dev by type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trace_trainer.verifiers.machine.model.facts import fstab_entries
from trace_trainer.verifiers.machine.model.paths import PathError, is_under, join
from trace_trainer.verifiers.machine.model.state import LIVE, Mount, State
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.operands import device_at
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_MOUNT_LONG = """all bind rbind move make-shared make-slave make-private make-rshared make-rslave make-rprivate
    make-unbindable make-runbindable fake fork fstab= help label= uuid= mkdir no-canonicalize no-mtab options= read-only
    read-write rw ro show-labels source= target= types= verbose onlyonce""".split()
_API = {  # what a type without a device shows, as a folder of the live system
    "proc": "/proc",
    "sysfs": "/sys",
    "devtmpfs": "/dev",
    "devpts": "/dev",
    "efivarfs": "/sys/firmware/efi/efivars",
}
_KINDS = {"vfat": ("vfat", "fat", "msdos"), "ext2": ("ext2", "ext4"), "ext3": ("ext3", "ext4")}
_DMESG = "\n       dmesg(1) may have more information after failed mount system call."
_FAILED = 32  # mount's and umount's exit status


@command("mount")
def mount(session: Session, arguments: Sequence[str]) -> Output:
    """Mount a file system; without arguments, show the mount table."""
    words = [word for word in arguments if not word.startswith("--mkdir=")]  # the mode is not kept
    makes_folder = len(words) < len(arguments)
    options = read_options(session, words, "aBRMcfFiL:mnN:o:O:rsT:t:U:vwlhV", _MOUNT_LONG)
    makes_folder = makes_folder or options.has("--mkdir", "-m") or "X-mount.mkdir" in _option_list(options)
    if options.has("-a", "--all"):
        return _mount_all(session)
    if options.has("-f", "--fake"):
        raise Unsupported("mount --fake, which mounts nothing")
    operands = list(options.operands)
    tag = _tag(options)
    if not operands and tag is None and options.last("--source", "--target") is None:
        text = mount_table(session.state, options.last("-t", "--types"))
        return Output(text, info="mounts")
    if any(name.startswith("--make-") for name, _ in options.pairs) and len(operands) == 1:
        return Output()  # how mounts propagate is not kept
    if "remount" in _option_list(options):
        return _remount(session, options, operands)
    source, target = _source_and_target(session, options, operands, tag)
    found = _mount_for(session, source, target, options)
    _prepare_folder(session, target, makes_folder)
    state = session.state
    if found.target == "/" or any(
        (old.device, old.target, old.subvolume, old.root)
        == (found.device, found.target, found.subvolume, found.root)
        for old in state.mounts
    ):
        raise CommandError(
            f"mount: {target}: {source} already mounted on {found.target}.{_DMESG}", exit=_FAILED
        )
    state.mounts.append(found)
    session.effect(f"mounted {found.source} on {found.target}")
    return Output()


def _remount(session: Session, options: Options, operands: list[str]) -> Output:
    """Give a mount other options."""
    if not operands:
        raise CommandError("mount: bad usage\nTry 'mount --help' for more information.")
    item = _mounted(session, operands[-1], "mount")
    chosen = [word for word in _option_list(options) if word not in ("remount", "defaults")]
    opposite = {"rw": "ro", "ro": "rw"}
    kept = [word for word in item.options if opposite.get(word) not in chosen and word not in chosen]
    changed = replace(
        item,
        options=(
            *[word for word in chosen if word in opposite],
            *kept,
            *[w for w in chosen if w not in opposite],
        ),
    )
    if set(changed.options) != set(item.options):
        session.state.mounts[session.state.mounts.index(item)] = changed
        session.effect(f"remounted {item.target}")
    return Output()


def _mount_all(session: Session) -> Output:
    """Mount what /etc/fstab lists, the swap areas and those marked noauto aside, where it is not mounted yet."""
    text = session.read("/etc/fstab") if session.is_file("/etc/fstab") else ""
    for line in text.split("\n"):
        words = line.split()
        if (
            len(words) < 3
            or words[0][0] == "#"
            or words[2] == "swap"
            or "noauto" in ",".join(words[3:4]).split(",")
        ):
            continue
        place = session.live_path(words[1])
        if words[1] != "/" and all(item.target != place for item in session.state.mounts):
            done = mount(
                session, ["-t", words[2], "-o", ",".join(words[3:4]) or "defaults", words[0], words[1]]
            )
            if done.exit:
                return done
    return Output(info="mounts", operands=("all",))


def _tag(options: Options) -> str | None:
    for key, names in (("LABEL", ("-L", "--label")), ("UUID", ("-U", "--uuid"))):
        value = options.last(*names)
        if value is not None:
            return f"{key}={value}"
    return None


def _option_list(options: Options) -> list[str]:
    return [word for value in options.values("-o", "--options") for word in value.split(",") if word]


def _source_and_target(
    session: Session, options: Options, operands: list[str], tag: str | None
) -> tuple[str, str]:
    """What to mount and where. Raises CommandError where a single operand is not in /etc/fstab."""
    source = options.last("--source") or tag
    target = options.last("--target")
    if source is None and operands and (target is not None or len(operands) == 2):
        source = operands.pop(0)
    if target is None and operands and source is not None:
        target = operands.pop(0)
    if operands and len(operands) == 1 and source is None:
        text = session.read("/etc/fstab") if session.is_file("/etc/fstab") else ""
        for entry in fstab_entries(session.state, text):
            place, device, _ = entry.split()
            if operands[0].rstrip("/") in (place, f"/dev/{device}"):
                return f"/dev/{device}", place
        raise CommandError(f"mount: {operands[0]}: can't find in /etc/fstab.")
    if operands or source is None or target is None:
        raise CommandError("mount: bad usage\nTry 'mount --help' for more information.")
    return source, target


def _mount_for(session: Session, source: str, target: str, options: Options) -> Mount:
    """The line that would be added to the mount table. Raises CommandError."""
    chosen, kind = _option_list(options), options.last("-t", "--types")
    live_target = session.live_path(target)
    flags = ["ro" if options.has("-r", "--read-only", "--ro") or "ro" in chosen else "rw", "relatime"]
    flags += [word for word in chosen if word not in ("defaults", "rw", "ro", "relatime", "X-mount.mkdir")]
    if options.has("-B", "--bind", "-R", "--rbind") or "bind" in chosen or "rbind" in chosen:
        if not session.is_dir(source):
            raise CommandError(
                f"mount: {target}: special device {source} does not exist.{_DMESG}", exit=_FAILED
            )
        return _bind(session, source, live_target, flags)
    if kind in _API:
        return Mount(LIVE, live_target, kind, tuple(flags), root=_API[kind], source=source)
    if kind in ("tmpfs", "ramfs", "overlay", "nfs", "cifs", "iso9660", "squashfs") or "loop" in chosen:
        raise Unsupported(f"mounting {kind or 'a loop device'} is not simulated")
    return _device_mount(session, source, target, kind, flags)


def _bind(session: Session, source: str, live_target: str, flags: list[str]) -> Mount:
    place = session.resolve(source)
    subvolumes = session.state.fs[place.device].subvolumes if place.device != LIVE else {}
    subvolume = next((name for name, tree in subvolumes.items() if tree is place.tree), "")
    return Mount(place.device, live_target, "bind", tuple(flags), subvolume, place.path, place.live_path)


def _device_mount(session: Session, source: str, target: str, kind: str | None, flags: list[str]) -> Mount:
    state = session.state
    device = device_at(session, source)
    if device is None:
        if "=" in source:
            raise CommandError(f"mount: {target}: can't find {source}.", exit=1)
        raise CommandError(f"mount: {target}: special device {source} does not exist.{_DMESG}", exit=_FAILED)
    filesystem = state.fs.get(device)
    known = kind in (None, "auto") or (
        filesystem is not None and filesystem.type in _KINDS.get(kind or "", (kind,))
    )
    if filesystem is None or not known:
        raise CommandError(
            f"mount: {target}: wrong fs type, bad option, bad superblock on /dev/{device}, missing codepage or helper "
            f"program, or other error.{_DMESG}",
            exit=_FAILED,
        )
    if filesystem.type in ("swap", "crypto_LUKS", "LVM2_member"):
        raise CommandError(
            f"mount: {target}: unknown filesystem type '{filesystem.type}'.{_DMESG}", exit=_FAILED
        )
    subvolume = next((word[7:].strip("/") for word in flags if word.startswith("subvol=")), "")
    if subvolume and (filesystem.type != "btrfs" or subvolume not in filesystem.subvolumes):
        raise CommandError(
            f"mount: {target}: fsconfig() failed: No such file or directory.{_DMESG}", exit=_FAILED
        )
    kept = tuple(word for word in flags if not word.startswith("subvol="))
    return Mount(device, session.live_path(target), filesystem.type, kept, subvolume, source=f"/dev/{device}")


def _prepare_folder(session: Session, target: str, makes_folder: bool) -> None:
    if session.is_dir(target):
        return
    try:
        if not makes_folder:
            raise PathError(target)
        session.make_dir(target, parents=True)
    except PathError:
        what = "is not a directory" if session.is_file(target) else "does not exist"
        raise CommandError(f"mount: {target}: mount point {what}.", exit=_FAILED) from None


def mount_table(state: State, kind: str | None = None) -> str:
    """What `mount` prints: the live root and everything mounted on it."""
    rows = ["airootfs on / type overlay (rw,relatime)\n"] if kind in (None, "overlay") else []
    for item in state.mounts:
        if kind in (None, item.type):
            options = ",".join((*item.options, *([f"subvol=/{item.subvolume}"] if item.subvolume else [])))
            rows.append(f"{item.source} on {item.target} type {item.type} ({options})\n")
    return "".join(rows)


@command("umount")
def umount(session: Session, arguments: Sequence[str]) -> Output:
    """Take mounts away: of a folder or device, with all below it (-R), or everything (-a)."""
    long = [
        "all",
        "all-targets",
        "recursive",
        "lazy",
        "force",
        "verbose",
        "quiet",
        "detach-loop",
        "read-only",
        "types=",
    ]
    options = read_options(session, arguments, "aAcdflnO:Rrt:vqi", long)
    state = session.state
    lazy = options.has("-l", "--lazy")
    if options.has("-a", "--all"):
        for item in reversed(list(state.mounts)):
            if not _is_medium(item) and (lazy or not _is_busy(session, item)):
                _take(session, item)
        return Output()
    if not options.operands:
        raise CommandError("umount: bad usage\nTry 'umount --help' for more information.")
    for operand in options.operands:
        item = _mounted(session, operand)
        victims = [item]
        if options.has("-R", "--recursive") or lazy:  # a lazy umount takes what is below along
            victims = [other for other in state.mounts if is_under(other.target, item.target)]
        elif options.has("-A", "--all-targets"):
            victims = [other for other in state.mounts if other.device == item.device]
        for victim in sorted(victims, key=lambda other: len(other.target), reverse=True):
            if (_is_busy(session, victim) and not lazy) or _is_medium(victim):
                raise CommandError(f"umount: {victim.target}: target is busy.", exit=_FAILED)
            _take(session, victim)
    return Output()


def _mounted(session: Session, operand: str, name: str = "umount") -> Mount:
    """The newest mount that an operand names, by folder or device. Raises CommandError."""
    state = session.state
    device = device_at(session, operand)
    target = session.live_path(operand)
    for item in reversed(state.mounts):
        if item.target == target or (device is not None and item.device == device):
            return item
    if target == "/":
        raise CommandError(f"{name}: /: target is busy.", exit=_FAILED)
    if device is None and not session.is_dir(operand):
        raise CommandError(f"{name}: {operand}: no mount point specified.", exit=_FAILED)
    raise CommandError(f"{name}: {operand}: not mounted.", exit=_FAILED)


def _is_busy(session: Session, item: Mount) -> bool:
    """Whether something is mounted below, or a shell's root or working directory is there."""
    state = session.state
    waiting = state.frames if session.depth else state.frames[:-1]  # shells that wait for this one
    below = any(other is not item and other.target.startswith(item.target + "/") for other in state.mounts)
    places = [join(frame.root, frame.cwd) for frame in (*waiting, session.frame)]
    places += [frame.root for frame in (*waiting, session.frame) if frame.root != "/"]
    swaps = any(is_under(name, item.target) for name in state.swaps if name.startswith("/"))
    newest = [other for other in state.mounts if other.target == item.target][-1]
    return below or swaps or (newest is item and any(is_under(place, item.target) for place in places))


def _is_medium(item: Mount) -> bool:
    return item.target == "/run/archiso/bootmnt"


def _take(session: Session, item: Mount) -> None:
    mounts = session.state.mounts
    position = next(index for index in reversed(range(len(mounts))) if mounts[index] is item)
    del mounts[position]
    session.effect(f"unmounted {item.target}")
