"""Limits of what a chat template may cost. It comes with a model, so it is a stranger's program: Transformers runs it
where it can reach nothing, and here it is ended when it takes too long or too much memory.

A thread of its own watches and raises an exception in the one that renders, which a loop of any kind meets at its next
step. A single operation that would take all memory at once is refused beforehand (`template_environment.py`).
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trace_trainer.engine.errors import UserError

SECONDS = 10.0
"""For one conversation; templates that are meant well take a thousandth of one."""
MEMORY = 512 * 1024 * 1024
"""Bytes that the process may grow by."""
CHARACTERS = 10_000_000
"""Of a rendered conversation."""
_TICK = 0.05
_STATM = Path("/proc/self/statm")


class _TemplateTooExpensive(BaseException):
    """Raised in the thread that renders; no `except Exception` within a template's library stops it."""


@contextmanager
def template_limits(conversations: int = 1) -> Iterator[None]:
    """Inside, so many conversations may be rendered. Raises UserError where that takes too long or too much memory."""
    # Jinja is needed where there is something to render, and nowhere else.
    from trace_trainer.engine.models.template_environment import bound_templates

    bound_templates()
    watch = _Watch(threading.get_ident(), SECONDS + 0.1 * conversations)
    watch.start()
    try:
        yield
        watch.end()
    except _TemplateTooExpensive:
        raise UserError(
            f"the chat template was stopped: it took more than {watch.found}; use the template that its model was "
            "published with"
        ) from None
    finally:
        watch.end(wait=False)


def check_size(text: str) -> str:
    """The text of a rendered conversation. Raises UserError where it is too long."""
    if len(text) > CHARACTERS:
        raise UserError(
            f"the chat template makes {len(text):,} characters of one conversation, more than {CHARACTERS:,}"
        )
    return text


class _Watch(threading.Thread):
    """Raises in a thread once it has run too long, or the process has grown too much."""

    def __init__(self, thread: int, seconds: float) -> None:
        super().__init__(daemon=True)
        self._thread, self._seconds, self._ended = thread, seconds, threading.Event()
        self._deciding = threading.Lock()
        self.found = ""

    def run(self) -> None:
        started, size = time.monotonic(), _memory()
        while not self._ended.wait(_TICK):
            late = time.monotonic() - started > self._seconds
            if late or _memory() - size > MEMORY:
                with self._deciding:
                    if not self._ended.is_set():
                        self.found = f"{self._seconds:.0f} seconds" if late else f"{MEMORY // 2**20} MB"
                        raised = ctypes.py_object(_TemplateTooExpensive)
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), raised)
                return

    def end(self, wait: bool = True) -> None:
        """Stop watching. Where the exception is under way already, wait for it."""
        with self._deciding:
            self._ended.set()
        while wait and self.found:
            time.sleep(_TICK)


def _memory() -> int:
    """Bytes that the process takes up; 0 where the system does not say."""
    try:
        return int(_STATM.read_text().split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0
