"""What a long command has done so far, kept beside its output: with `--resume` the same command goes on from there.

The journal of OUT is OUT.partial: a line of JSON that says what the command is and what it reads, and a line for each
piece of work. Pieces are read back in their order and the rest is done as it would have been, so the output is the same
to the last byte. Nothing of it is ever run or unpickled. When the output is whole the journal is removed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import importlib.metadata
import json
import os
import types
import typing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from trace_trainer.engine.atomic import no_room
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.plugins import loaded_plugins
from trace_trainer.engine.runs.lock import hold, let_go
from trace_trainer.engine.runs.recorded import require_same_settings
from trace_trainer.engine.terminal.printable import tell

SUFFIX = ".partial"


class Journal:
    """The pieces done. One that is on no file keeps nothing.

    Attributes:
        count: how many pieces earlier calls of the command did.
    """

    def __init__(
        self, path: Path | None = None, stream: BinaryIO | None = None, start: int = 0, count: int = 0
    ) -> None:
        self.count = self._kept = count
        self._stream = stream
        self._done = iter(()) if path is None else _pieces(path, start, count)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been done yet."""
        return self._kept == 0

    def again(self) -> Any | None:
        """The next of the pieces that earlier calls did; None once there is no other."""
        return next(self._done, None)

    def keep(self, piece: Any) -> None:
        """Add a piece that is done; it is a value that JSON has."""
        if self._stream is not None:
            self._stream.write(json.dumps(piece).encode() + b"\n")
            self._stream.flush()
            self._kept += 1


@contextlib.contextmanager
def journal(
    out: str | Path | None, command: Mapping[str, Any], reads: Iterable[str | Path] = (), *, resume: bool
) -> Iterator[Journal]:
    """The journal of an output, opened anew or, with `resume`, to go on with.

    Args:
        out: the output; where it is None, or no regular file, nothing is kept.
        command: all that decides what the pieces are, by name.
        reads: the files that are read; what they hold decides, too.
        resume: go on; where there is no journal the command begins.

    Raises UserError where another process writes that output, where the journal is of another command or other files,
    and for `resume` without an output.
    """
    if out is None or (Path(out).exists() and not Path(out).is_file()):
        if resume:
            raise UserError(
                "--resume goes on with a file that is written, beside which lies what was done: give --out FILE"
            )
        yield Journal()
        return
    path = Path(f"{os.path.realpath(out)}{SUFFIX}")
    try:
        hold(path)
    except OSError as error:
        raise UserError(f"can't write {out}: {error.strerror}") from None
    finished = False
    try:
        opened = _opened(path, _header(command, reads), resume)
        try:
            yield opened
            finished = True
        except BaseException as error:
            finished = opened.is_empty
            if isinstance(error, Exception) and (reason := no_room(error)):
                raise UserError(
                    f"can't write {path}: {reason}; --resume goes on once there is room"
                ) from error
            if not finished:
                tell(f"what was done is kept in {path}; the same command with --resume goes on")
            raise
        finally:
            opened._stream.close()  # type: ignore[union-attr]
    finally:
        if finished:
            path.unlink(missing_ok=True)
        let_go(path)


def plain(value: Any) -> Any:
    """A value made of dataclasses, collections and fractions in what JSON has; keys are text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in dataclasses.fields(value)}
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, dict):
        return {key: plain(held) for key, held in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    return value


def restored(kind: Any, value: Any) -> Any:
    """The value of that type, a class or what stands in an annotation, that `plain` made `value` of."""
    origin, inner = typing.get_origin(kind) or kind, typing.get_args(kind)
    if value is None or origin in (typing.Union, types.UnionType):
        return None if value is None else restored(next(one for one in inner if one is not type(None)), value)
    if dataclasses.is_dataclass(origin) and isinstance(origin, type):
        hints = typing.get_type_hints(origin)
        return origin(**{name: restored(hints[name], held) for name, held in value.items()})
    if origin in (Fraction, Counter):
        return origin(value)
    if origin is dict:
        return {key: restored(inner[1], held) for key, held in value.items()}
    if origin is list:
        return [restored(inner[0], held) for held in value]
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[1:] == (...,) else inner
        return tuple(restored(one, held) for one, held in zip(kinds, value, strict=True))
    return value


def _header(command: Mapping[str, Any], reads: Iterable[str | Path]) -> dict[str, Any]:
    files = {}
    for file in reads:
        with open(file, "rb") as stream:
            files[f"what {file} holds"] = hashlib.file_digest(stream, "sha256").hexdigest()[:16]
    version = importlib.metadata.version("trace-trainer")
    plugins = {f"plugin {plugin.path}": plugin.sha256[:16] for plugin in loaded_plugins()}
    stated: dict[str, Any] = json.loads(
        json.dumps(plain({"version": version, **command, **files, **plugins}), default=str)
    )
    return stated


def _opened(path: Path, header: dict[str, Any], resume: bool) -> Journal:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        stream = open(os.open(path, flags, 0o666), "r+b")  # noqa: SIM115 - closed by `journal`
    except OSError as error:
        raise UserError(f"can't write {path}: {error.strerror}") from None
    first = stream.readline()
    if not resume or not first.endswith(b"\n"):
        if resume:
            tell(f"there is no {path} to go on with, so this begins")
        stream.seek(0)
        stream.truncate()
        stream.write(json.dumps(header).encode() + b"\n")
        stream.flush()
        return Journal(path, stream, stream.tell())
    try:
        began_with = dict(json.loads(first))
    except (ValueError, TypeError):
        stream.close()
        raise UserError(f"{path} can't be read; leave --resume out to begin again") from None
    try:
        require_same_settings(f"the command that left {path}", began_with, header)
    except UserError:
        stream.close()
        raise
    start = end = stream.tell()
    count = 0
    for line in stream:
        if not _is_whole(line):
            break
        end, count = end + len(line), count + 1
    stream.seek(end)
    stream.truncate()  # a piece that was cut short is done again
    return Journal(path, stream, start, count)


def _pieces(path: Path, start: int, count: int) -> Iterator[Any]:
    with path.open("rb") as lines:
        lines.seek(start)
        for _ in range(count):
            yield json.loads(lines.readline())


def _is_whole(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return line.endswith(b"\n")
