"""Locks: one process at a time works on a run, an output or whatever else has a name.

The lock on NAME is the file .NAME.lock beside it, which says who holds it. The system lets go of it when its holder
ends, however that ends, so a lock is never stale; the file of one that was killed is used again.
"""

from __future__ import annotations

import atexit
import contextlib
import fcntl
import json
import os
import socket
from pathlib import Path

from trace_trainer.engine.errors import UserError
from trace_trainer.engine.ranks import is_main
from trace_trainer.engine.runs.manifest import now

_held: dict[Path, int] = {}  # descriptors, by the lock's file


class HeldError(UserError):
    """Another process works on it."""


def hold(path: Path) -> None:
    """Take the lock on a path until `let_go` or the end of this process, which may take it more than once.

    Of several processes that work together the main one holds it.

    On a file system that knows no locks nothing is held. Raises HeldError naming the process that holds it, OSError
    where the path lies in no folder.
    """
    file = _lock_file(path)
    if file in _held or not is_main():
        return
    while True:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 4096)
            os.close(descriptor)
            raise HeldError(
                f"{path} is in use by {_told(holder)}; wait for its end, or choose another name"
            ) from None
        except OSError:
            os.close(descriptor)
            return
        if _is_at(descriptor, file):
            break
        os.close(descriptor)  # its holder removed it in between
    os.ftruncate(descriptor, 0)
    os.write(
        descriptor, json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": now()}).encode()
    )
    _held[file] = descriptor


def is_held(path: Path) -> bool:
    """Whether another process holds the lock on a path."""
    file = _lock_file(path)
    if file in _held or not file.exists():
        return False
    try:
        hold(path)
    except HeldError:
        return True
    let_go(path)
    return False


def let_go(path: Path) -> None:
    """Give the lock on a path back, where this process has it."""
    file = _lock_file(path)
    descriptor = _held.pop(file, None)
    if descriptor is not None:
        with contextlib.suppress(OSError):
            file.unlink()
        os.close(descriptor)


@atexit.register
def _let_go_of_all() -> None:
    for file in list(_held):
        let_go(file.with_name(file.name.removeprefix(".").removesuffix(".lock")))


def _lock_file(path: Path) -> Path:
    real = Path(os.path.realpath(path))
    return real.with_name(f".{real.name}.lock")


def _is_at(descriptor: int, file: Path) -> bool:
    """Whether the file that was opened still has that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.lstat())
    except FileNotFoundError:
        return False


def _told(holder: bytes) -> str:
    try:
        found = json.loads(holder)
        return f"process {found['pid']} on {found['host']} since {found['since']}"
    except (ValueError, KeyError, TypeError):  # it has just taken it
        return "another process"
