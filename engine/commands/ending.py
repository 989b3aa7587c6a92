"""How a command ends: what the system refuses becomes an error of one line, and every ending has its exit code."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable, Iterator

import click

from trace_trainer.engine.atomic import no_room
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.ranks import is_main, rank
from trace_trainer.engine.terminal.printable import printable
from trace_trainer.engine.terminal.stopping import stop_exit_code

READER_GONE = 141
_STANDARD_STREAMS = ("stdin", "stdout", "stderr")


class ReaderGoneError(Exception):
    """Whoever read standard output went away. Click would make a BrokenPipeError an exit code of 1."""


@contextlib.contextmanager
def system_errors_in_one_line() -> Iterator[None]:
    """Inside, a full disk, a file that can't be used and memory that runs out become UserErrors."""
    try:
        yield
    except (click.ClickException, click.exceptions.Exit):
        raise
    except BrokenPipeError:
        raise ReaderGoneError from None
    except Exception as error:
        if _is_out_of_memory(error):
            raise UserError(
                "there is not enough memory for this; smaller batches or counts need less"
            ) from error
        if reason := no_room(error):
            raise UserError(f"can't write: {reason}") from error
        if isinstance(error, OSError):
            raise UserError(_told(error)) from error
        raise


def exit_code_of(call: Callable[[], object]) -> int:
    """Call what a command does, say in a line what went wrong, and return the exit code: click decides none."""
    _open_closed_streams()
    try:
        with system_errors_in_one_line():
            try:
                code = call()
            finally:
                sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        _say("Interrupted.\n")
        return stop_exit_code()
    except click.ClickException as error:
        text = io.StringIO()
        setattr(error, "message", printable(error.message))  # noqa: B010 - click leaves escape sequences out
        error.show(file=text)
        _say(text.getvalue())
        _drop_unwritten()
        return error.exit_code
    except ReaderGoneError:
        _drop_unwritten()
        return READER_GONE
    return code if isinstance(code, int) else 0


def _is_out_of_memory(error: Exception) -> bool:
    """Whether memory has run out, the machine's or a GPU's; torch is not imported to say so."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return not names.isdisjoint({"MemoryError", "OutOfMemoryError"}) or "can't allocate memory" in str(error)


def _told(error: OSError) -> str:
    reason = error.strerror or next(iter(str(error).splitlines()), "") or type(error).__name__
    return f"{os.fsdecode(error.filename)}: {reason}" if isinstance(error.filename, str | bytes) else reason


def _say(text: str) -> None:
    """Say it on standard error, where somebody listens there."""
    with contextlib.suppress(OSError):
        speaker = "" if is_main() else f"process {rank()}: "
        sys.stderr.write(printable(speaker + text))
        sys.stderr.flush()


def _drop_unwritten() -> None:
    """Python writes what is left for standard output once more as it ends; that must not fail again."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_closed_streams() -> None:
    """Let standard streams that the caller closed lead nowhere; the next file opened would take their place."""
    for name in _STANDARD_STREAMS:
        if getattr(sys, name) is None:
            nowhere = open(os.devnull, "r" if name == "stdin" else "w", encoding="utf-8")  # noqa: SIM115
            setattr(sys, name, nowhere)
