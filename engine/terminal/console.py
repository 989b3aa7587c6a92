"""Where tables are printed: as wide as the terminal, or of one fixed width in files and pipes."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from rich.console import Console

_FILE_WIDTH = 120


def console_on(stream: TextIO | None = None, **options: Any) -> Console:
    """A console on `stream`, standard output where none is given; `options` are those of rich's Console."""
    stream = stream or sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _FILE_WIDTH, **options)
