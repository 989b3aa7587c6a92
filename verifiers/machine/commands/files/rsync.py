"""rsync: the live system copied to what is mounted at the destination.

Only that copy is simulated: `rsync -aAXHv --exclude=... / /mnt/`. It must leave out what the kernel makes (/dev, /proc,
/sys, /run) and its own destination, or stay on one file system (-x). Folders that are left out are there all the same,
empty: every system needs them to start. Other sources, hosts and filter files are unsupported.
"""

from __future__ import annotations

import getopt
from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from trace_trainer.verifiers.machine.model.paths import PathError, absolute, is_under, join
from trace_trainer.verifiers.machine.model.spread import spread_over_mounts
from trace_trainer.verifiers.machine.model.state import LIVE, Mount
from trace_trainer.verifiers.machine.model.systems import copy_system
from trace_trainer.verifiers.machine.session.declaring import Options, command
from trace_trainer.verifiers.machine.session.operands import require_package
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

KERNEL_FOLDERS = ("/dev", "/proc", "/sys", "/run")
ROOT_FILESYSTEMS = (
    "ext2",
    "ext3",
    "ext4",
    "btrfs",
    "xfs",
    "f2fs",
)  # a system needs owners and links, which FAT does not have
_SHORT = "aAXHvxzPhnqrlptgoDSWuUIcRKLkyObEmNdiT:f:e:B:CF0sM:@:"
_LONG = """acls archive checksum compress delete delete-after delete-before delete-delay delete-during delete-excluded
    devices dry-run exclude= exclude-from= filter= force group hard-links human-readable ignore-errors ignore-times
    include= info= inplace itemize-changes links log-file= no-compress no-motd no-whole-file numeric-ids
    one-file-system out-format= owner partial perms progress quiet recursive relative rsh= size-only sparse specials
    stats times update usermap= verbose whole-file xattrs backup backup-dir= bwlimit= chmod= chown= compare-dest=
    copy-dest= copy-links contimeout= copy-unsafe-links cvs-exclude debug= existing fake-super files-from= fuzzy
    groupmap= iconv= ignore-existing include-from= keep-dirlinks link-dest= list-only max-delete= max-size= min-size=
    omit-dir-times partial-dir= port= preallocate prune-empty-dirs remove-source-files rsync-path= safe-links suffix=
    temp-dir= timeout= dirs super munge-links fsync skip-compress= compress-level= stop-after= version help""".split()
_SIMULATED = frozenset(
    """-a -A -X -H -v -x -z -P -h -n -q -r -l -p -t -g -o -D -S -W -u -U -I -c -i -E -N -O
    --acls --archive --checksum --compress --delete --delete-after --delete-before --delete-delay --delete-during
    --devices --dry-run --exclude --force --group --hard-links --human-readable --ignore-times --info --inplace
    --itemize-changes --links --no-compress --no-motd --no-whole-file --numeric-ids --one-file-system --out-format
    --owner --partial --perms --progress --quiet --recursive --sparse --specials --stats --times --verbose
    --whole-file --xattrs --fsync --preallocate --super --timeout --bwlimit --executability --debug""".split()
)
_ESSENTIAL = ("/etc", "/usr", "/var")  # what no system works without


@command("rsync")
def rsync(session: Session, arguments: Sequence[str]) -> Output:
    """Copy the system this shell runs in."""
    require_package(session)
    options = _options(arguments)
    target = _destination(session, options)
    destination = session.resolve(target)
    mount = next(
        (item for item in reversed(session.state.mounts) if item.target == destination.live_path), None
    )
    if mount is None or mount.device == LIVE:
        raise CommandError(
            f'rsync: [receiver] write failed on "{target.rstrip("/")}/usr/lib": No space left on device (28)\n'
            "rsync error: error in file IO (code 11) at receiver.c(380) [receiver=3.4.1]",
            exit=11,
        )
    patterns = tuple(options.values("--exclude"))
    stays = options.has("-x", "--one-file-system")
    _check_excludes(session, patterns, target, stays)
    if any(is_excluded(patterns, f"{folder}/any") for folder in _ESSENTIAL):
        raise Unsupported("rsync of a part of the system")
    if "ro" in mount.options:
        raise CommandError(
            f'rsync: [receiver] mkstemp "{target}" failed: Read-only file system (30)\n'
            "rsync error: some files/attrs were not transferred (code 23) at main.c(1338) [sender=3.4.1]",
            exit=23,
        )
    if mount.type not in ROOT_FILESYSTEMS:
        raise CommandError(
            f'rsync: [receiver] symlink "{target.rstrip("/")}/bin" failed: Operation not permitted (1)\n'
            "rsync error: some files/attrs were not transferred (code 23) at main.c(1338) [sender=3.4.1]",
            exit=23,
        )
    if options.has("-n", "--dry-run"):
        return Output("(DRY RUN)\n", info="copy")
    copy_live_system(session, patterns, stays, target)
    if options.has("-q", "--quiet") or not options.has(
        "-v", "--verbose", "-P", "--progress", "--stats", "--info"
    ):
        return Output()
    return Output(
        "sending incremental file list\nbin -> usr/bin\nboot/\netc/\nhome/\nusr/\nvar/\n\n"
        "sent 2,014,213,377 bytes  received 1,204,991 bytes  91,600,835.82 bytes/sec\n"
        "total size is 2,009,117,120  speedup is 1.00\n"
    )


def _options(arguments: Sequence[str]) -> Options:
    """The options. `--no-OPTION` is known for all that can be switched off, and ignored."""
    words = [word for word in arguments if not (word.startswith("--no-") and f"{word[5:]}" in _LONG)]
    try:
        pairs, operands = getopt.gnu_getopt(words, _SHORT, _LONG)
    except getopt.GetoptError as error:
        what = f"-{error.opt}" if len(error.opt) == 1 else f"--{error.opt}"
        problem = "option requires an argument" if "requires argument" in error.msg else "unknown option"
        raise CommandError(
            f"rsync: {what}: {problem}\nrsync error: syntax or usage error (code 1) at main.c(1795) [client=3.4.1]"
        ) from None
    return Options(tuple(pairs), tuple(operands))


def _destination(session: Session, options: Options) -> str:
    """The folder to copy to. Raises Unsupported where it is not the live system that is copied."""
    for name, _ in options.pairs:
        if name not in _SIMULATED:
            raise Unsupported(f"rsync {name}")
    if len(options.operands) < 2:
        raise CommandError("rsync error: syntax or usage error (code 1) at main.c(1795) [client=3.4.1]")
    if len(options.operands) > 2 or any(":" in path.partition("/")[0] for path in options.operands):
        raise Unsupported("rsync of several folders, or between hosts")
    source, target = options.operands
    if not session.exists(source):
        raise CommandError(
            f'rsync: [sender] change_dir "{source}" failed: No such file or directory (2)\n'
            "rsync error: some files/attrs were not transferred (code 23) at main.c(1338) [sender=3.4.1]",
            exit=23,
        )
    if absolute(source, session.frame.cwd) != "/" or session.in_chroot:
        raise Unsupported("rsync of anything but the live system")
    if not session.is_dir(target):
        raise PathError(target)
    archive = options.has("-a", "--archive") or all(options.has(f"-{letter}") for letter in "rlptgo")
    if not archive:
        raise Unsupported("rsync without --archive: a system without its owners and links")
    return target


def _check_excludes(session: Session, patterns: tuple[str, ...], target: str, stays: bool) -> None:
    """Raise CommandError where the copy would go into itself or into what the kernel shows."""
    if stays:
        return
    here = absolute(target, session.frame.cwd)
    if not is_excluded(patterns, f"{here}/any"):
        raise CommandError(
            f'rsync: [receiver] write failed on "{here}{here}/usr/lib": No space left on device (28)\n'
            "rsync error: error in file IO (code 11) at receiver.c(380) [receiver=3.4.1]",
            exit=11,
        )
    for folder in KERNEL_FOLDERS:
        if not is_excluded(patterns, f"{folder}/any"):
            raise CommandError(
                f'rsync: [sender] read errors mapping "{folder}/any": Input/output error (5)\n'
                "rsync error: some files/attrs were not transferred (code 23) at main.c(1338) [sender=3.4.1]",
                exit=23,
            )


def root_mount(session: Session, target: str) -> Mount | None:
    """What is mounted at a folder and could hold a system: its file system has owners and links, and can be written."""
    place = session.live_path(target)
    mount = next((item for item in reversed(session.state.mounts) if item.target == place), None)
    if mount is None or mount.device == LIVE or mount.type not in ROOT_FILESYSTEMS or "ro" in mount.options:
        return None
    return mount


def copy_live_system(session: Session, patterns: tuple[str, ...], stays: bool, target: str) -> None:
    """Copy the live tree; mounts of its own inside the target (/mnt/boot) get their share of it."""
    here = absolute(target, session.frame.cwd)
    live_target = session.live_path(target)
    own = tuple(mount.target for mount in session.state.mounts) if stays else ()

    def leaves_out(path: str) -> bool:
        if is_excluded(patterns, path) or (path != here and is_under(path, here)):
            return True
        top = "/" + path.partition("/")[2].partition("/")[0]
        return (top in KERNEL_FOLDERS and path != top) or any(
            path != other and is_under(path, other) for other in own
        )

    live = session.state.live
    copy_system(live, session.resolve(target).tree, leaves_out)
    system = session.resolve(target).tree
    system.dirs.update((*KERNEL_FOLDERS, "/mnt", "/tmp"))
    spread_over_mounts(session.state, live_target, system)
    session.effect(f"copied the system to {join('/', live_target)}")


@lru_cache(maxsize=8192)  # copies of one machine are compared with the same excludes
def is_excluded(patterns: tuple[str, ...], path: str) -> bool:
    """Whether rsync leaves out a path of the transfer: a pattern matches it or a folder above it.

    A pattern with a slash in front starts at the root of the transfer, another one matches at the end of a path. `*`
    stays within a name; `***` and `**` do not.
    """
    return any(_matches(pattern, path) for pattern in patterns)


def _matches(pattern: str, path: str) -> bool:
    pattern = pattern.removesuffix("/").replace("***", "**")
    anchored = pattern.startswith("/")
    wanted = [part for part in pattern.split("/") if part]
    parts = [part for part in path.split("/") if part]
    if not wanted:
        return anchored and bool(parts)
    for end in range(len(wanted), len(parts) + 1):
        start = end - len(wanted)
        if anchored and start:
            break
        if all(fnmatchcase(part, want) for part, want in zip(parts[start:end], wanted, strict=True)):
            return True
    return False
