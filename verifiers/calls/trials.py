"""The command lines of one verdict, tried on copies of its machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trace_trainer.verifiers.machine import Machine
    from trace_trainer.verifiers.machine.machine import Tried


class Trials:
    """Runs lines on a machine, which stays as it is. The last run is kept: who looks for danger asks before who judges.

    Attributes:
        machine: as it is before any line.
    """

    __slots__ = ("machine", "_line", "_tried")

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self._line: str | None = None
        self._tried: Tried | None = None

    def run(self, line: str) -> Tried:
        """What a line does. What comes back is shared: not to be run on."""
        if self._tried is None or line != self._line:
            self._line, self._tried = line, self.machine.tried(line)
        return self._tried
