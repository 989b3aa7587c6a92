"""Lines into one file, or dealt out to the shards of a folder, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

from trace_trainer.engine.atomic import atomic_write
from trace_trainer.engine.errors import UserError

MOST_SHARDS = 512
"""All are open at once, and systems allow a process about a thousand files."""


def shard_files(folder: str | Path, count: int) -> list[Path]:
    """The files of so many shards, in a folder that is made where there is none.

    Raises UserError where the folder can't be made, and where it holds other files, which would be read as shards, too.
    """
    place = Path(folder)
    files = [place / f"shard-{number:05}-of-{count:05}.jsonl" for number in range(count)]
    try:
        place.mkdir(parents=True, exist_ok=True)
        other = next((path for path in sorted(place.glob("*.json*")) if path not in _ours(files)), None)
    except OSError as error:
        raise UserError(f"can't write shards to {folder}: {error.strerror}") from None
    if other is not None:
        raise UserError(
            f"{folder} holds {other.name}, which would be read with the shards: name another folder"
        )
    return files


def _ours(files: Sequence[Path]) -> set[Path]:
    """The files, and what a stopped command left beside them."""
    return {*files, *(file.with_name(f"{file.name}.partial") for file in files)}


@contextmanager
def line_writer(files: Sequence[str | Path]) -> Iterator[Callable[[str], object]]:
    """A function that writes a line, with its newline, to each file in turn. Each is written whole or not at all.

    Raises UserError as `atomic_write` does.
    """
    with ExitStack() as stack:
        streams = cycle([stack.enter_context(atomic_write(file)) for file in files])
        yield lambda line: next(streams).write(line)
