"""Files that are written whole or not at all: an interrupted command, or a full disk, leaves the old content in place.

New content goes to a temporary file beside the target, made under a name that nobody can have prepared a link for. It
is on the disk before it takes the target's name, so that a machine that loses power has one of the two. What a killed
process left of this kind is removed when the same target is written again.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from trace_trainer.engine.errors import UserError

_being_written: set[Path] = set()
_NAME_KEPT = 40  # characters of the target's name in the temporary one; names have a limit
_STALE_SECONDS = 60.0
_MOVED = ".weights-"
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_RUST_ERROR = re.compile(r"\(os error (\d+)\)")
_TORCH_ERROR = re.compile(r"inline_container\.cc|PytorchStreamWriter failed writing")


@contextmanager
def atomic_write(path: str | Path) -> Iterator[TextIO]:
    """Open `path` for writing UTF-8 text; it gets the new content only if the block ends without an error.

    A link keeps pointing where it does, and its target is replaced; its mode is kept. Something that is no regular
    file, such as /dev/null, is written to directly. Raises UserError where the place can't be written to, is being
    written to already, or has no room.
    """
    with _opened(path) as stream:
        yield stream


@contextmanager
def atomic_binary(path: str | Path) -> Iterator[BinaryIO]:
    """The same for bytes."""
    with _opened(path, binary=True) as stream:
        yield stream


@contextmanager
def _opened(path: str | Path, binary: bool = False) -> Iterator[Any]:
    try:
        target = Path(os.path.realpath(path))
        mode = target.stat().st_mode if target.exists() else None
    except (OSError, ValueError) as error:  # ValueError: a path with a character that no path can have
        raise UserError(f"can't write {path}: {_reason(error)}") from None
    special = mode is not None and not stat.S_ISREG(mode)
    if target in _being_written:
        raise UserError(f"{path} can't take two outputs: name another file for one of them")
    try:
        written, descriptor = (target, _open_special(target)) if special else _new_file(target)
    except OSError as error:
        raise UserError(f"can't write {path}: {_reason(error)}") from None
    if not special:
        _being_written.add(target)
    try:
        with _stream(descriptor, binary) as stream:
            yield stream
            stream.flush()
            if not special:
                if mode is not None:
                    os.fchmod(descriptor, stat.S_IMODE(mode))
                os.fsync(descriptor)
        if not special:
            os.replace(written, target)
            sync_folder(target.parent)
    except BaseException as error:
        if not special:
            written.unlink(missing_ok=True)
        if isinstance(error, Exception) and (reason := no_room(error)):
            kept = "" if special else f"; {_kept(mode)}"
            raise UserError(f"can't write {path}: {reason}{kept}") from error
        raise
    finally:
        _being_written.discard(target)


def move_in(save: Callable[[Path], object], folder: Path) -> None:
    """Let `save` write files into a folder of its own, and move them into `folder` once they are on the disk.

    Each replaces what has its name there, and can be read by all. What a killed process left of this is removed: one
    process at a time may do it.
    """
    for left in folder.glob(f"{_MOVED}*"):
        shutil.rmtree(left, ignore_errors=True)
    written = Path(tempfile.mkdtemp(prefix=_MOVED, dir=folder))
    try:
        save(written)
        (written / "README.md").unlink(missing_ok=True)  # PEFT's model card, which says nothing
        sync_tree(written)
        for file in sorted(written.iterdir()):
            file.chmod(0o644)  # safetensors leaves its files to their owner alone
            os.replace(file, folder / file.name)
        sync_folder(folder)
    except Exception as error:
        if reason := no_room(error):
            raise UserError(
                f"can't write to {folder}: {reason}; what was there before is still there"
            ) from error
        raise
    finally:
        shutil.rmtree(written, ignore_errors=True)


def no_room(error: BaseException) -> str | None:
    """What the system says where an error comes of a disk without room, a quota or a limit; None for any other.

    Libraries in C++ and Rust say it in words of their own.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _NO_ROOM:
            return os.strerror(seen.errno)
        if (found := _RUST_ERROR.search(str(seen))) and int(found[1]) in _NO_ROOM:
            return os.strerror(int(found[1]))
        seen = seen.__cause__ or seen.__context__
    if isinstance(error, RuntimeError) and _TORCH_ERROR.search(str(error)):
        return "a file could not be written whole, perhaps for want of room on the disk"
    return None


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk; nothing where its file system knows no such thing."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Have all files under a folder on the disk, and their names."""
    for root, _, names in os.walk(folder):
        for name in names:
            descriptor = os.open(os.path.join(root, name), os.O_RDONLY | os.O_NOFOLLOW)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(root))


def _new_file(target: Path) -> tuple[Path, int]:
    """A temporary file beside the target, locked for as long as it is open, which shows that its writer lives."""
    start = f".{target.name[:_NAME_KEPT]}."
    _sweep(target.parent, start)
    written = target.with_name(f"{start}{secrets.token_hex(4)}.tmp")
    descriptor = os.open(written, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    with contextlib.suppress(OSError):  # a file system without locks; its leftovers stay
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return written, descriptor


def _sweep(folder: Path, start: str) -> None:
    """Remove what killed processes left of writing this target: old, of our form, and locked by nobody."""
    form = re.compile(re.escape(start) + r"[0-9a-f]{8}\.tmp")
    try:
        entries = list(os.scandir(folder))
    except PermissionError:  # it can be written to all the same
        return
    for entry in entries:
        if not form.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
            continue
        with contextlib.suppress(OSError):
            if time.time() - entry.stat(follow_symlinks=False).st_mtime < _STALE_SECONDS:
                continue
            descriptor = os.open(entry.path, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(entry.path)
            finally:
                os.close(descriptor)


def _open_special(target: Path) -> int:
    return os.open(target, os.O_WRONLY | os.O_CLOEXEC)


def _stream(descriptor: int, binary: bool) -> Any:
    if binary:
        return open(descriptor, "wb")
    return open(descriptor, "w", encoding="utf-8", newline="\n", errors="backslashreplace")


def _kept(mode: int | None) -> str:
    return "nothing was left there" if mode is None else "what was there before is still there"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
