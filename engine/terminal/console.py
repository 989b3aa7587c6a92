"""Where tables are printed: as wide as the terminal, or of one fixed width in files and pipes; and text made safe."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any, TextIO

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from trace_trainer.engine.terminal.printable import printable

FILE_WIDTH = 120


class SafeConsole(Console):
    """A console on which no text can steer the terminal, whatever it comes from, and a reader who leaves is an error.

    Text in square brackets is text: nothing of it is taken for markup or for an emoji.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"markup": False, "emoji": False, **options})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """The segments of something, with what only a terminal would understand written as its escape."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text.isprintable():
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)

    def on_broken_pipe(self) -> None:
        """Leave the reader's going away to the command line; rich would exit with 1."""
        raise BrokenPipeError


def console_on(stream: TextIO | None = None, width: int = FILE_WIDTH, **options: Any) -> SafeConsole:
    """A console on `stream`, standard output where none is given.

    Args:
        width: in columns, where the stream is no terminal.
        options: those of rich's Console.
    """
    stream = stream or sys.stdout
    return SafeConsole(file=stream, width=None if stream.isatty() else width, **options)
