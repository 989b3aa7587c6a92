"""What comes of a command: its output, or one of the three ways in which it can stop.

It fails by raising CommandError with what the real tool would print; Refused and Unsupported undo the whole command
line.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed, and its exit status.

    `info` is the class of information shown (`block_devices`, `memory`, ...), `operands` what was asked about: two
    commands that change nothing have the same effect when these agree.
    """

    stdout: str = ""
    stderr: str = ""
    exit: int = 0
    info: str | None = None
    operands: tuple[str, ...] = ()


class CommandError(Exception):
    """The command failed: what it printed to standard error, without the last newline, and its exit status."""

    def __init__(self, stderr: str, exit: int = 1, stdout: str = "") -> None:
        super().__init__(stderr)
        self.stderr = stderr
        self.exit = exit
        self.stdout = stdout


class Refused(Exception):
    """A danger rule applies; nothing of the command line is executed."""


class Unsupported(Exception):
    """The real command would do something that is not simulated (it asks questions, say): no verdict is possible."""
