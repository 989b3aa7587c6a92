"""kill and its like: no process of this machine has a number that a command could know, except the first."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.session.declaring import command
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output
from trace_trainer.verifiers.machine.session.session import Session


@command("kill", "killall", "pkill")
def kill(session: Session, arguments: Sequence[str]) -> Output:
    """Fails: ending the first process is refused (danger/rules.py), and no other is simulated."""
    targets = [word for word in arguments if not word.startswith("-")]
    if not targets:
        raise CommandError(f"{session.name}: usage: {session.name} [-s sigspec] pid ...", exit=2)
    if session.name == "kill":
        raise CommandError(f"bash: kill: ({targets[-1]}) - No such process")
    raise CommandError(f"{targets[-1]}: no process found" if session.name == "killall" else "")
