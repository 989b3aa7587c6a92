"""Files that are written whole or not at all: an interrupted command leaves the old content in place."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from trace_trainer.engine.errors import UserError

_being_written: set[Path] = set()


@contextmanager
def atomic_write(path: str | Path) -> Iterator[TextIO]:
    """Open `path` for writing UTF-8 text; it gets the new content only if the block ends without an error.

    The text goes to a temporary file beside the target, which then takes its name. A link keeps pointing
    where it does, and its target is replaced. Something that is no regular file, such as /dev/null, is
    written to directly. Raises UserError where the place can't be written to, or is being written to already.
    """
    target = Path(os.path.realpath(path))
    special = target.exists() and not target.is_file()
    if target in _being_written:
        raise UserError(f"{path} can't take two outputs: name another file for one of them")
    written = target if special else target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        stream = open(written, "w", encoding="utf-8", newline="\n", errors="backslashreplace")  # noqa: SIM115
    except OSError as error:
        raise UserError(f"can't write {path}: {error.strerror}") from None
    if not special:
        _being_written.add(target)
    try:
        with stream:
            yield stream
        if not special:
            os.replace(written, target)
    except BaseException:
        if not special:
            written.unlink(missing_ok=True)
        raise
    finally:
        _being_written.discard(target)
