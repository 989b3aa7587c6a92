"""su and sudo, which change nothing for root, and chsh and chage, which tell about accounts and their shells."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.system.users import at_root, find_user, save_user, shell_of
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session


@command("su", "runuser")
def su(session: Session, arguments: Sequence[str]) -> Output:
    """A command of root's own: su -c TEXT, su - root -c TEXT. Other users, and a shell to type in, are unsupported."""
    words = [word for word in arguments if word != "-"]
    options = read_options(
        session, words, "c:lms:pu:", ["command=", "login", "preserve-environment", "shell="]
    )
    text = options.last("-c", "--command")
    user = next(iter(options.operands), "root")
    find_user(session, user, exit=1)
    if text is None:
        raise Unsupported(f"interactive: {session.name}")
    if user != "root" or options.has("-u"):
        raise Unsupported("commands of another user than root")
    return session.run(["bash", "-c", text], session.stdin)


@command("sudo")
def sudo(session: Session, arguments: Sequence[str]) -> Output:
    """Behind another command sudo runs its own as root, which everything here does."""
    options = read_options(
        session, arguments, "AbEHKknPSsilveu:g:", ["non-interactive", "stdin"], anywhere=False
    )
    if options.has("-l", "-v", "-e", "-K", "-k", "-b", "-s", "-i", "-u", "-g") or not options.operands:
        raise Unsupported("sudo with a task of its own")
    return session.run(options.operands, session.stdin)


@command("chsh")
def chsh(session: Session, arguments: Sequence[str]) -> Output:
    """Another shell for an account; -l lists those there are."""
    options = read_options(session, arguments, "ls:R:", ["list-shells", "shell=", "root="])
    if options.has("-l", "--list-shells"):
        return Output("/bin/sh\n/bin/bash\n", info="shells")
    path = options.last("-s", "--shell")
    if path is None:
        raise Unsupported("interactive: chsh")
    if len(options.operands) > 1:
        raise CommandError("Usage: chsh [options] [LOGIN]", exit=2)
    session = at_root(session, options)
    name = next(iter(options.operands), "root")
    user = find_user(session, name, exit=1)
    save_user(session, name, user.with_shell(shell_of(session, path)))
    return Output(f"Changing shell for {name}.\nShell changed.\n")


@command("chage")
def chage(session: Session, arguments: Sequence[str]) -> Output:
    """-l tells when a password ends, which none does here."""
    options = read_options(session, arguments, "ld:E:I:m:M:W:R:", ["list", "root="])
    if not options.has("-l", "--list") or len(options.operands) != 1:
        raise Unsupported("expiry of accounts")
    find_user(session, options.operands[0], exit=1)
    text = "Password expires\t\t\t\t\t: never\nAccount expires\t\t\t\t\t\t: never\n"
    return Output(text, info="account", operands=(options.operands[0], "expiry"))
