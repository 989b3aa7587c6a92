"""What of a system must stay: folders and files that it does not work without, live and installed."""

from __future__ import annotations

from typing import Final

from trace_trainer.verifiers.machine.model.paths import Location, PathError, absolute, is_under
from trace_trainer.verifiers.machine.model.state import LIVE
from trace_trainer.verifiers.machine.model.virtual import NODES
from trace_trainer.verifiers.machine.session.session import Session

SYSTEM_FOLDERS: Final = frozenset(
    "/ /* /bin /boot /dev /etc /home /lib /lib64 /opt /proc /root /run /sbin /srv /sys /usr /var".split()
)
# Folders deeper down that no system works without; everything in the second list is part of them.
KEPT_FOLDERS: Final = frozenset(
    """/etc/pam.d /etc/security /etc/ssl /etc/systemd /etc/pacman.d /usr/bin /usr/lib /usr/libexec /usr/sbin /usr/share
    /usr/share/zoneinfo /var/lib /var/lib/pacman /var/lib/dpkg /var/lib/rpm /var/lib/systemd""".split()
)
_PROGRAMS = ("/usr/bin", "/usr/sbin", "/usr/lib", "/bin", "/sbin", "/lib", "/lib64")
# Of the live system nothing at all is removed from these.
LIVE_FOLDERS: Final = ("/etc", "/usr", "/bin", "/boot", "/lib", "/lib64", "/sbin")
ACCOUNTS: Final = frozenset("/etc/passwd /etc/shadow /etc/gshadow /etc/group /etc/fstab /etc/sudoers".split())


def location(session: Session, path: str, follow: bool) -> Location | None:
    """Where a path leads; None where it can't lead anywhere."""
    try:
        return session.resolve(path, follow)
    except PathError:
        return None


def is_kept(path: str) -> bool:
    """Whether a folder, from the root of its system, is one that the system does not work without."""
    return path in SYSTEM_FOLDERS or path in KEPT_FOLDERS or any(is_under(path, top) for top in _PROGRAMS)


def is_system_folder(session: Session, path: str) -> bool:
    """Whether a path is the root or a kept folder of a system: this shell's, or an installed one's."""
    if absolute(path, session.frame.cwd) in SYSTEM_FOLDERS:
        return True
    found = location(session, path, follow=False)
    if found is None:
        return False
    above_mount = any(is_under(mount.target, found.live_path) for mount in session.state.mounts)
    return above_mount or (found.tree.is_system and is_kept(found.path))


def is_system_file(session: Session, path: str) -> bool:
    """Whether a path is a file of accounts or rights of a system, or one of its programs."""
    found = location(session, path, follow=False)
    return (
        found is not None
        and found.tree.is_system
        and (found.path in ACCOUNTS or any(is_under(found.path, top) for top in _PROGRAMS))
    )


def on_live(session: Session, path: str) -> bool:
    """Whether a path leads into the folders of the live system from which nothing is removed."""
    found = location(session, path, follow=False)
    return (
        found is not None
        and found.device == LIVE
        and any(is_under(found.path, folder) for folder in LIVE_FOLDERS)
    )


def is_disk_node(path: str) -> bool:
    """Whether a path of the live system is a device that holds data: all of /dev but /dev/null and terminals."""
    return (
        path.startswith("/dev/")
        and path[5:] not in (*NODES, "shm", "pts")
        and not path.startswith(("/dev/shm/", "/dev/pts/"))
    )


def is_device(session: Session, path: str) -> bool:
    """Whether a path leads, links followed, to a device that holds data."""
    found = location(session, path, follow=True)
    return found is not None and found.device == LIVE and is_disk_node(found.path)
