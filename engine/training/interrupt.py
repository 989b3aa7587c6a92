"""Ctrl-C during a training: the first one asks for a stop at the next safe place, the second one stops at once."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class Stoppable(Protocol):
    """What looks at its own `stop_requested` after every step."""

    stop_requested: bool


@contextmanager
def stop_on_interrupt(training: Stoppable) -> Iterator[None]:
    """Within the block the first Ctrl-C sets `training.stop_requested`; the second is an ordinary KeyboardInterrupt."""

    def ask(signum: int, frame: Any) -> None:
        training.stop_requested = True
        signal.signal(signal.SIGINT, earlier)
        print("stopping after this step; again to stop at once", file=sys.stderr)

    if threading.current_thread() is not threading.main_thread():  # only the main one may handle signals
        yield
        return
    earlier = signal.signal(signal.SIGINT, ask)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, earlier)
