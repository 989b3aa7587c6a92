"""chroot, arch-chroot (recchroot), exit: commands, or a whole shell, with an installed system as the root.

arch-chroot brings /dev, /proc and /sys along; plain chroot finds what was bound there by hand (Session.has_api).
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_SHELLS = frozenset("bash sh zsh fish".split())


@command("chroot")
def chroot(session: Session, arguments: Sequence[str]) -> Output:
    """Run a command with a folder as the root; without one, the shell stays there until `exit`."""
    options = read_options(session, arguments, "", ["groups=", "userspec=", "skip-chdir"], anywhere=False)
    user = (options.last("--userspec") or "root").partition(":")[0]
    if not options.operands:
        raise CommandError("chroot: missing operand\nTry 'chroot --help' for more information.", exit=125)
    root, *words = options.operands
    if not session.is_dir(root):
        raise CommandError(
            f"chroot: cannot change root directory to '{root}': No such file or directory", exit=125
        )
    return _enter(session, root, words, user, has_api=False)


@command("arch-chroot", "recchroot")
def arch_chroot(session: Session, arguments: Sequence[str]) -> Output:
    """As chroot, with the kernel's folders mounted for as long as it lasts."""
    options = read_options(session, arguments, "hNu:rS", ["help"], anywhere=False)
    if options.has("-h", "--help"):
        return Output("usage: arch-chroot chroot-dir [command] [arguments...]\n", info="help")
    user = (options.last("-u") or "root").partition(":")[0]
    if not options.operands:
        raise CommandError("==> ERROR: No chroot directory specified")
    root, *words = options.operands
    if not session.is_dir(root):
        raise CommandError(f"==> ERROR: Can't create chroot on non-directory {root}")
    return _enter(session, root, words, user, has_api=True)


def _enter(session: Session, root: str, words: Sequence[str], user: str, has_api: bool) -> Output:
    inner = session.chroot(root, has_api)
    program = words[0] if words else "/bin/bash"
    if not inner.holds_system:
        raise CommandError(f"chroot: failed to run command '{program}': No such file or directory", exit=127)
    if user not in inner.tree.users:
        raise CommandError("chroot: invalid user", exit=125)
    if user != "root":
        raise Unsupported("commands of another user than root")
    if not words or (program.rpartition("/")[2] in _SHELLS and set(words[1:]) <= {"-l", "--login", "-i"}):
        if session.stdin is not None:
            raise Unsupported("text piped into a shell")
        session.state.frames.append(inner.frame)
        session.effect(f"shell in {inner.frame.root}")
        return Output()
    return inner.run(words, session.stdin)


@command("exit", "logout")
def leave(session: Session, arguments: Sequence[str]) -> Output:
    """Leave a chroot's shell; the live system's own starts again at once."""
    if len(arguments) > 1:
        raise CommandError("bash: exit: too many arguments")
    if arguments and not arguments[0].lstrip("-").isdecimal():
        raise CommandError(f"bash: exit: {arguments[0]}: numeric argument required", exit=2)
    frames = session.state.frames
    if len(frames) > 1 and session.depth == 0:
        frames.pop()
        session.effect(f"left {session.frame.root}")
    return Output("exit\n" if not arguments else "", exit=0)
