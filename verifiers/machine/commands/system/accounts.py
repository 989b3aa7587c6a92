"""passwd, chpasswd, id, groups, whoami, getent: passwords are set, accounts are shown.

Of a password its identity is kept (model/passwords.py). `passwd` asks for one; here somebody answers, and it is set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from trace_trainer.verifiers.machine.commands.files.text import from_pipe
from trace_trainer.verifiers.machine.commands.system.users import at_root, find_user, save_user
from trace_trainer.verifiers.machine.model.passwords import ASKED, hash_identity, identity
from trace_trainer.verifiers.machine.model.state import Tree
from trace_trainer.verifiers.machine.model.virtual import group_text, passwd_text
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_PASSWD_LONG = """all delete expire keep-tokens inactive= lock mindays= quiet repository= root= prefix= status unlock
    warndays= maxdays= stdin""".split()


@command("passwd")
def passwd(session: Session, arguments: Sequence[str]) -> Output:
    """Set a password (root's without a name), or tell about it with -S; taking one away is refused (danger/)."""
    options = read_options(session, arguments, "adehi:kln:qr:R:P:Suw:x:s", _PASSWD_LONG)
    if options.has("-e", "-a", "--expire", "--all"):
        raise Unsupported("expiry of accounts")
    if len(options.operands) > 1:
        raise CommandError("Usage: passwd [options] [LOGIN]", exit=2)
    name = options.operands[0] if options.operands else "root"
    stdin = session.stdin
    session = at_root(session, options)
    user = find_user(session, name, exit=1)
    if options.has("-S", "--status"):
        letter = "P" if user.password_set else "NP"
        return Output(
            f"{name} {letter} 2026-01-01 -1 -1 -1 -1\n", info="account", operands=about(session, name)
        )
    if options.has("-l", "-u", "--lock", "--unlock"):
        save_user(session, name, user.locked(options.has("-l", "--lock")))
        return Output(f"passwd: password changed for {name}.\n")
    password = ASKED
    if stdin is not None:
        answers = stdin.split("\n")
        wanted = 1 if options.has("-s", "--stdin") else 2
        if len(answers) < wanted or not answers[0] or answers[0] != answers[wanted - 1]:
            raise CommandError(
                "passwd: Authentication token manipulation error\npasswd: password unchanged", exit=10
            )
        password = identity(answers[0])
    save_user(session, name, replace(user, password=password))
    return Output("passwd: password updated successfully\n", "New password: \nRetype new password: \n")


@command("chpasswd")
def chpasswd(session: Session, arguments: Sequence[str]) -> Output:
    """Set passwords from lines `user:password`; where one is wrong, none is set."""
    long = ["crypt-method=", "encrypted", "md5", "root=", "prefix=", "sha-rounds="]
    options = read_options(session, arguments, "c:emR:P:s:", long)
    text = from_pipe(session)
    session = at_root(session, options)
    names, errors = [], []
    for number, line in enumerate(text.splitlines(), 1):
        name, colon, password = line.partition(":")
        if not colon or not password:
            errors.append(f"chpasswd: line {number}: missing new password")
        elif name not in session.tree.users:
            errors.append(f"chpasswd: line {number}: user '{name}' does not exist")
        names.append((name, password))
    if errors:
        raise CommandError("\n".join([*errors, "chpasswd: error detected, changes ignored"]))
    for name, password in names:
        kept = hash_identity(password) if options.has("-e", "--encrypted") else identity(password)
        save_user(session, name, replace(session.tree.users[name], password=kept))
    return Output()


def about(session: Session, *what: str) -> tuple[str, ...]:
    """Operands that tell one system's accounts from another's."""
    return (*what, *([session.frame.root] if session.in_chroot else []))


def _number(tree: Tree, name: str) -> int:
    """The number of an account, as /etc/passwd has it."""
    return next(
        int(line.split(":")[2]) for line in passwd_text(tree).splitlines() if line.split(":")[0] == name
    )


@command("id", "groups")
def show_account(session: Session, arguments: Sequence[str]) -> Output:
    """Numbers and groups of users, root where none is named."""
    options = read_options(session, arguments, "ugGnrz", ["user", "group", "groups", "name", "real"])
    lines = []
    for name in options.operands or ("root",):
        user = session.tree.users.get(name)
        if user is None:
            raise CommandError(f"{session.name}: '{name}': no such user")
        names = [user.group or name, *user.groups]
        number = _number(session.tree, name)
        if session.name == "groups":
            lines.append((f"{name} : " if options.operands else "") + " ".join(names))
        elif options.has("-G", "--groups"):
            lines.append(" ".join(names))
        elif options.has("-u", "-g", "--user", "--group"):
            wants_group = options.has("-g", "--group")
            lines.append((names[0] if wants_group else name) if options.has("-n", "--name") else str(number))
        else:
            listed = ",".join(f"{number}({names[0]})" if at == 0 else group for at, group in enumerate(names))
            lines.append(f"uid={number}({name}) gid={number}({names[0]}) groups={listed}")
    stdout = "".join(f"{line}\n" for line in lines)
    return Output(stdout, info="account", operands=about(session, *sorted(options.operands or ("root",))))


@command("whoami", "logname")
def whoami(session: Session, arguments: Sequence[str]) -> Output:
    """Everything runs as root."""
    read_options(session, arguments)
    return Output("root\n", info="whoami")


@command("getent")
def getent(session: Session, arguments: Sequence[str]) -> Output:
    """Lines of /etc/passwd or /etc/group. Exit 2 where a name is not found."""
    options = read_options(session, arguments, "is:", ["no-idn", "service="])
    if not options.operands:
        raise CommandError("getent: wrong number of arguments")
    database, *names = options.operands
    if database not in ("passwd", "group"):
        raise Unsupported(f"getent {database}")
    text = passwd_text(session.tree) if database == "passwd" else group_text(session.tree)
    lines = text.splitlines(keepends=True)
    found = [line for name in names for line in lines if line.startswith(f"{name}:")] if names else lines
    status = 0 if len(found) >= len(names) else 2
    return Output(
        "".join(found), exit=status, info="account", operands=about(session, database, *sorted(names))
    )
