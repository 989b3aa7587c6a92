"""visudo: sudoers checked by their grammar. Editing them is a dialogue, which is not simulated."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.sudoers import FOLDER, SUDOERS, is_sudoers, read_sudoers
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session


@command("visudo")
def visudo(session: Session, arguments: Sequence[str]) -> Output:
    """-c checks /etc/sudoers and the files beside it, or the file that -f names."""
    options = read_options(
        session, arguments, "cf:hIOPqsV", ["check", "file=", "quiet", "strict", "help", "version"]
    )
    if not options.has("-c", "--check"):
        raise Unsupported("interactive: visudo")
    named = options.last("-f", "--file") or next(iter(options.operands), None)
    if named is not None:
        paths = [named]
    else:
        beside = session.list_dir(FOLDER.rstrip("/")) if session.is_dir(FOLDER.rstrip("/")) else []
        paths = [SUDOERS, *(FOLDER + name for name in beside if is_sudoers(FOLDER + name))]
    lines, errors = "", ""
    for path in paths:
        if read_sudoers(session.read(path)).broken:
            errors += f"{path}: syntax error\n"
        else:
            lines += f"{path}: parsed OK\n"
    quiet = options.has("-q", "--quiet")
    return Output("" if quiet else lines, "" if quiet else errors, int(bool(errors)), "sudoers", tuple(paths))
