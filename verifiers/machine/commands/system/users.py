"""useradd, usermod, userdel, groupadd, groupdel, gpasswd, id, groups, whoami, getent: accounts of the system at a root.

A user's supplementary groups are a set, kept sorted. Not covered: expiry, locking, numbers chosen by hand beyond
accepting them, and files of /etc/skel.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from trace_trainer.verifiers.machine.model.packages import SHELLS, shell_path
from trace_trainer.verifiers.machine.model.passwords import hash_identity
from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.model.state import User
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_NAME = re.compile(r"[a-z_][a-z0-9_-]{0,31}", re.ASCII)


def at_root(session: Session, options: Options) -> Session:
    """A shell at the root that -R, --root or -P names; this one where there is none. Raises CommandError."""
    root = options.last("-R", "--root", "-P", "--prefix")
    if root is None:
        return session
    if not session.is_dir(root):
        raise CommandError(f"{session.name}: unable to chroot to directory {root}: No such file or directory")
    inner = session.chroot(root, has_api=False)
    inner.name = session.name
    if not inner.holds_system:
        raise CommandError(f"{session.name}: cannot open /etc/passwd")
    return inner


def save_user(session: Session, name: str, user: User) -> None:
    """Store an account, noting the change."""
    if session.tree.users.get(name) != user:
        session.tree.users[name] = user
        session.effect(f"user {name} in {session.frame.root}")


def find_user(session: Session, name: str, exit: int = 6) -> User:
    """An existing account. Raises CommandError."""
    user = session.tree.users.get(name)
    if user is None:
        raise CommandError(f"{session.name}: user '{name}' does not exist", exit=exit)
    return user


def _one(session: Session, options: Options, what: str) -> str:
    if len(options.operands) != 1:
        raise CommandError(
            f"Usage: {session.name} [options] {what}\n\nOptions: see {session.name} --help", exit=2
        )
    return options.operands[0]


def _groups(session: Session, text: str | None) -> tuple[str, ...]:
    """Existing groups from a list such as wheel,audio, sorted. Raises CommandError."""
    names = [name for name in (text or "").split(",") if name]
    for name in names:
        if name not in session.tree.groups:
            raise CommandError(f"{session.name}: group '{name}' does not exist", exit=6)
    return tuple(sorted(set(names)))


def shell_of(session: Session, path: str | None) -> str:
    """A shell that is installed, in the form that is stored; bash for None. Raises CommandError."""
    stored = shell_path(path or "/bin/bash")
    if SHELLS.get(stored) not in session.tree.packages:
        raise CommandError(f"{session.name}: invalid shell '{path}'", exit=3)
    return stored


_USERADD_LONG = """badname base-dir= comment= home-dir= defaults expiredate= inactive= gid= groups= skel= key=
    no-log-init create-home no-create-home no-user-group non-unique password= system root= prefix= shell= uid=
    user-group add-subids-for-system""".split()


@command("useradd")
def useradd(session: Session, arguments: Sequence[str]) -> Output:
    """Create an account; the home folder only with -m."""
    options = read_options(session, arguments, "b:c:d:De:f:Fg:G:k:K:lmMNop:rR:P:s:u:U", _USERADD_LONG)
    if options.has("-D", "--defaults"):
        raise Unsupported("useradd --defaults")
    if options.has("-e", "--expiredate", "-f", "--inactive"):
        raise Unsupported("expiry of accounts")
    if options.has("-o", "--non-unique"):
        raise Unsupported("useradd --non-unique: another name of the same account, such as root's")
    name = _one(session, options, "LOGIN")
    session = at_root(session, options)
    tree = session.tree
    if _NAME.fullmatch(name) is None:
        raise CommandError(f"useradd: invalid user name '{name}': use --badname to ignore", exit=3)
    if name in tree.users:
        raise CommandError(f"useradd: user '{name}' already exists", exit=9)
    groups = _groups(session, options.last("-G", "--groups"))
    shell = shell_of(session, options.last("-s", "--shell"))
    group = options.last("-g", "--gid")
    if group is not None:
        _groups(session, group)
    elif options.has("-N", "--no-user-group"):
        group = "users"
    elif name in tree.groups:
        raise CommandError(
            f"useradd: group {name} exists - if you want to add this user to that group, use -g.", exit=9
        )
    base = (options.last("-b", "--base-dir") or "/home").rstrip("/")
    home = options.last("-d", "--home-dir") or f"{base}/{name}"
    if not home.startswith("/"):
        raise CommandError(f"useradd: invalid home directory '{home}'", exit=3)
    warning = ""
    if options.has("-m", "--create-home") and not options.has("-M", "--no-create-home"):
        if session.is_dir(home):
            warning = f"useradd: warning: the home directory {home} already exists.\n"
        else:
            try:
                session.make_dir(home, parents=True)
            except PathError as error:
                message = f"useradd: cannot create directory {home}: {error.reason}"
                raise CommandError(message, exit=12) from None
    if group is None:
        tree.groups.add(name)
    password = hash_identity(options.last("-p", "--password") or "")
    is_system = options.has("-r", "--system")
    save_user(session, name, User(groups, shell, home, group or name, password, is_system))
    return Output("", warning)


_USERMOD_LONG = """append badname comment= home= expiredate= inactive= gid= groups= login= lock move-home non-unique
    password= remove root= prefix= shell= uid= unlock""".split()


@command("usermod")
def usermod(session: Session, arguments: Sequence[str]) -> Output:
    """Change an account: -aG adds groups, -G alone replaces them, -rG takes them away."""
    options = read_options(session, arguments, "abc:d:e:f:g:G:l:Lmop:rR:P:s:u:U", _USERMOD_LONG)
    if options.has("-e", "-f", "--expiredate", "--inactive"):
        raise Unsupported("expiry of accounts")
    name = _one(session, options, "LOGIN")
    session = at_root(session, options)
    user = find_user(session, name)
    append, take_away = options.has("-a", "--append"), options.has("-r", "--remove")
    listed = options.last("-G", "--groups")
    if (append or take_away) and listed is None:
        flag = "-a" if append else "-r"
        raise CommandError(f"usermod: {flag} flag is only allowed with the -G flag", exit=2)
    if not options.pairs:
        raise CommandError("usermod: no options", exit=2)
    if listed is not None:
        groups = set(_groups(session, listed))
        if append:
            groups |= set(user.groups)
        elif take_away:
            groups = set(user.groups) - groups
        user = replace(user, groups=tuple(sorted(groups)))
    if (group := options.last("-g", "--gid")) is not None:
        _groups(session, group)
        user = replace(user, group=group)
    if (shell := options.last("-s", "--shell")) is not None:
        user = replace(user, shell=shell_of(session, shell))
    if options.has("-L", "-U", "--lock", "--unlock"):
        user = user.locked(options.has("-L", "--lock"))
    if options.has("-p", "--password"):
        user = replace(user, password=hash_identity(options.last("-p", "--password") or ""))
    if (home := options.last("-d", "--home")) is not None:
        if options.has("-m", "--move-home") and session.is_dir(user.home) and not session.is_dir(home):
            session.make_dir(home, parents=True)
            session.remove(user.home)
        user = replace(user, home=home)
    new_name = options.last("-l", "--login") or name
    if new_name != name:
        if _NAME.fullmatch(new_name) is None:
            raise CommandError(f"usermod: invalid user name '{new_name}': use --badname to ignore", exit=3)
        if new_name in session.tree.users:
            raise CommandError(f"usermod: user '{new_name}' already exists", exit=9)
        del session.tree.users[name]
    save_user(session, new_name, user)
    return Output()


@command("userdel")
def userdel(session: Session, arguments: Sequence[str]) -> Output:
    """Remove an account and the group of its name; -r also its home folder."""
    options = read_options(session, arguments, "frR:P:Z", ["force", "remove", "root=", "prefix="])
    name = _one(session, options, "LOGIN")
    session = at_root(session, options)
    user = find_user(session, name)
    if name == "root":
        raise CommandError("userdel: user root is currently used by process 1", exit=8)
    if options.has("-r", "--remove") and session.is_dir(user.home):
        session.remove(user.home)
    del session.tree.users[name]
    if all(other.group != name and name not in other.groups for other in session.tree.users.values()):
        session.tree.groups.discard(name)
    session.effect(f"no user {name} in {session.frame.root}")
    return Output()


@command("groupadd")
def groupadd(session: Session, arguments: Sequence[str]) -> Output:
    """Create a group."""
    long = ["force", "gid=", "key=", "non-unique", "password=", "system", "root=", "prefix=", "users="]
    options = read_options(session, arguments, "fg:K:op:rR:P:U:", long)
    name = _one(session, options, "GROUP")
    session = at_root(session, options)
    if _NAME.fullmatch(name) is None:
        raise CommandError(f"groupadd: '{name}' is not a valid group name", exit=3)
    if name in session.tree.groups:
        if options.has("-f", "--force"):
            return Output()
        raise CommandError(f"groupadd: group '{name}' already exists", exit=9)
    session.tree.groups.add(name)
    session.effect(f"group {name} in {session.frame.root}")
    return Output()


@command("groupdel")
def groupdel(session: Session, arguments: Sequence[str]) -> Output:
    """Remove a group that is nobody's primary one."""
    options = read_options(session, arguments, "fR:P:", ["force", "root=", "prefix="])
    name = _one(session, options, "GROUP")
    session = at_root(session, options)
    if name not in session.tree.groups:
        raise CommandError(f"groupdel: group '{name}' does not exist", exit=6)
    for user, record in session.tree.users.items():
        if record.group == name:
            raise CommandError(f"groupdel: cannot remove the primary group of user '{user}'", exit=8)
    session.tree.groups.remove(name)
    for user, record in list(session.tree.users.items()):
        if name in record.groups:
            save_user(session, user, replace(record, groups=tuple(g for g in record.groups if g != name)))
    session.effect(f"no group {name} in {session.frame.root}")
    return Output()


@command("gpasswd")
def gpasswd(session: Session, arguments: Sequence[str]) -> Output:
    """Add a user to a group (-a), or take one out (-d)."""
    long = ["add=", "delete=", "members=", "administrators=", "root=", "remove-password", "restrict"]
    options = read_options(session, arguments, "a:d:M:A:Q:rR", long)
    if options.has(
        "-M", "-A", "-r", "-R", "--members", "--administrators", "--remove-password", "--restrict"
    ):
        raise Unsupported("gpasswd with administrators or passwords")
    group = _one(session, options, "GROUP")
    added, removed = options.last("-a", "--add"), options.last("-d", "--delete")
    if added is None and removed is None:
        raise Unsupported("interactive: gpasswd asks for a group password")
    session = at_root(session, options)
    if group not in session.tree.groups:
        raise CommandError(f"gpasswd: group '{group}' does not exist in /etc/group")
    name = added if added is not None else removed or ""
    user = find_user(session, name, exit=1)
    if added is not None:
        save_user(session, name, replace(user, groups=tuple(sorted({*user.groups, group}))))
        return Output(f"Adding user {name} to group {group}\n")
    if group not in user.groups:
        raise CommandError(f"gpasswd: user '{name}' is not a member of '{group}'", exit=3)
    save_user(session, name, replace(user, groups=tuple(g for g in user.groups if g != group)))
    return Output(f"Removing user {name} from group {group}\n")
