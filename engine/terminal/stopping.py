"""What stops a command from outside: Ctrl-C, `kill`, a terminal that is closed. All three stop it the same way.

Each is a KeyboardInterrupt where it is not asked for otherwise, and the exit code says which it was: 128 and the
signal's number, as shells have it.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator
from types import FrameType
from typing import Protocol

from trace_trainer.engine.ranks import world_size
from trace_trainer.engine.terminal.printable import tell

_ECHO_SECONDS = 10.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Handler = Callable[[int, FrameType | None], None]

_last = int(signal.SIGINT)


def stop_exit_code() -> int:
    """The exit code of a command that was stopped: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP."""
    return 128 + _last


def stop_now(signum: int, frame: FrameType | None) -> None:
    """Handler: note the signal and stop at once."""
    global _last
    _last = signum
    raise KeyboardInterrupt


@contextlib.contextmanager
def stop_signals(handler: Handler, ignored_too: Collection[signal.Signals] = ()) -> Iterator[None]:
    """Within the block the signals go to `handler`. Only the main thread may handle them; in another nothing changes.

    Args:
        ignored_too: of those that are ignored, as by nohup or in the background of a script, these are heeded.
    """
    before = {}
    for one in SIGNALS if threading.current_thread() is threading.main_thread() else ():
        earlier = signal.getsignal(one)
        if earlier is not None and (earlier != signal.SIG_IGN or one in ignored_too):
            before[one] = earlier
            signal.signal(one, handler)
    try:
        yield
    finally:
        for one, earlier in before.items():
            signal.signal(one, earlier)


class Stoppable(Protocol):
    """What looks at its own `stop_requested` after every step."""

    stop_requested: bool


@contextlib.contextmanager
def stop_on_interrupt(training: Stoppable) -> Iterator[None]:
    """Within the block the first signal sets `training.stop_requested`; the second is an ordinary KeyboardInterrupt.

    Of several processes each gets what the terminal sends, and again what its launcher passes on: soon after the first,
    a signal is the same one.
    """
    asked = 0.0

    def ask(signum: int, frame: FrameType | None) -> None:
        nonlocal asked
        global _last
        if training.stop_requested and world_size() > 1 and time.monotonic() - asked < _ECHO_SECONDS:
            return
        if training.stop_requested:
            stop_now(signum, frame)
        training.stop_requested, _last, asked = True, signum, time.monotonic()
        tell("stopping after this step; again to stop at once")

    # Ctrl-C also where a script started the training in its background, for whoever sends it means the training.
    with stop_signals(ask, ignored_too=[signal.SIGINT]):
        yield
