"""ls, readlink, realpath, stat, chmod, chown, chgrp: what is known about files besides their text.

Of modes the state keeps those that matter beyond an installation's own: open to everybody, a program, closed; of
owners those that are neither root nor at home there.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.changing import MODE, check_mode, for_each
from trace_trainer.verifiers.machine.model.paths import PathError, absolute, is_under
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_LS_LONG = """all almost-all classify color color= directory group-directories-first human-readable inode
    no-group numeric-uid-gid recursive reverse size author escape block-size= ignore-backups dired file-type format=
    full-time no-group si hide= indicator-style= ignore= kibibytes dereference literal hyperlink hide-control-chars
    quote-name quoting-style= show-control-chars sort= time= time-style= tabsize= width= context zero""".split()
_LS_SIMULATED = frozenset(
    """-a -A -l -h -d -1 -F -r -t -S -n -g -G -o -v -U -p -f --all --almost-all --classify --color
    --directory --group-directories-first --human-readable --no-group --numeric-uid-gid --reverse --sort --time-style
    --full-time --si --literal""".split()
)


@command("ls", "dir")
def ls(session: Session, arguments: Sequence[str]) -> Output:
    """List folders; -l gives one line a file, with sizes of the texts that are stored."""
    options = read_options(session, arguments, "aAbBcCdDfFgGhHiI:klLmnNopqQrRsStT:uUvw:xXZ1", _LS_LONG)
    if any(name not in _LS_SIMULATED for name, _ in options.pairs):
        raise Unsupported("ls with that layout, or of everything below")
    hidden = options.has("-a", "-A", "--all", "--almost-all", "-f")
    above = [".", ".."] if options.has("-a", "--all", "-f") and not options.has("-A", "--almost-all") else []
    as_lines = options.has("-l", "-n", "-g", "-o", "--full-time")
    paths = _listed(session, options.operands or (".",), options)
    pieces: list[str] = []
    errors, about = "", []
    for path in paths:
        if not session.exists(path) and not session.is_link(path):
            errors += f"ls: cannot access '{path}': No such file or directory\n"
            continue
        about.append(session.live_path(path))
        if session.is_dir(path) and not options.has("-d", "--directory"):
            names = above + [name for name in session.list_dir(path) if hidden or not name.startswith(".")]
            title = [f"{path}:\n"] if len(paths) > 1 else []
            holder = path.rstrip("/") + "/"
        else:
            names, title, holder = [path], [], ""
        if options.has("-r", "--reverse"):
            names.reverse()
        marks = [_mark(session, holder + name, options) for name in names]
        rows = [
            (_row(session, holder, name) if as_lines else name) + mark
            for name, mark in zip(names, marks, strict=True)
        ]
        gap = "\n" if pieces and title else ""  # only folders have titles, and they come last
        pieces.append(gap + "".join(title + [row + "\n" for row in rows]))
    stdout = "".join(pieces)
    is_boot_mode = bool(about) and all(is_under(path, "/sys/firmware/efi") for path in about)
    info = "boot_mode" if is_boot_mode else "listing"
    operands = () if is_boot_mode else tuple(sorted(about))
    return Output(stdout, errors, 2 if errors else 0, info, operands)


def _listed(session: Session, paths: Sequence[str], options: Options) -> list[str]:
    """What is listed in ls's order: what is no folder first, each kind sorted."""
    ordered = sorted(paths, reverse=options.has("-r", "--reverse"))
    if options.has("-d", "--directory"):
        return ordered
    return sorted(ordered, key=lambda path: session.is_dir(path))


def _mark(session: Session, path: str, options: Options) -> str:
    """What -F and -p put behind a name: a slash behind folders, an @ behind links."""
    if not options.has("-F", "-p", "--classify"):
        return ""
    if session.is_link(path):
        return "@" if options.has("-F", "--classify") else ""
    return "/" if session.is_dir(path) else ""


def _row(session: Session, holder: str, name: str) -> str:
    """One line of `ls -l`. Owners, modes and times are those of a fresh system."""
    path = holder + name
    if session.is_link(path):
        found = session.resolve(path, follow=False)
        return (
            f"lrwxrwxrwx 1 root root {len(found.tree.links[found.path]):6d} Jan  1 00:00 {name} -> "
            + (found.tree.links[found.path])
        )
    if session.is_dir(path):
        return f"drwxr-xr-x 1 root root   4096 Jan  1 00:00 {name}"
    return f"-rw-r--r-- 1 root root {session.size(path):6d} Jan  1 00:00 {name}"


@command("readlink", "realpath")
def readlink(session: Session, arguments: Sequence[str]) -> Output:
    """Where links lead: the text of one (readlink), or the path in the end (readlink -f, realpath)."""
    long = (
        "canonicalize canonicalize-existing canonicalize-missing no-newline quiet silent verbose zero".split()
    )
    options = read_options(session, arguments, "femnqsvzLP", long)
    lines, about, missing = [], [], False
    for path in options.operands:
        found = session.resolve(path, follow=False)
        about.append(found.live_path)
        if session.name == "realpath" or options.has("-f", "-e", "-m", "--canonicalize"):
            lines.append(session.live_path(path)[len(session.frame.root.rstrip("/")) :] + "\n")
        elif found.path in found.tree.links:
            lines.append(found.tree.links[found.path] + "\n")
        else:
            missing = True
    if not options.operands:
        raise CommandError(f"{session.name}: missing operand")
    return Output("".join(lines), exit=int(missing), info="link", operands=tuple(sorted(about)))


@command("stat", "file")
def stat(session: Session, arguments: Sequence[str]) -> Output:
    """What kind of file a path is."""
    long = ["dereference", "brief", "file-system", "terse", "format=", "printf=", "mime"]
    options = read_options(session, arguments, "LftbikcsZzF:c:", long)
    lines = []
    for path in options.operands:
        if not session.exists(path):
            raise CommandError(f"{session.name}: cannot stat '{path}': No such file or directory")
        kind = "directory" if session.is_dir(path) else "regular file"
        lines.append(f"  File: {path}\n  {kind}\n" if session.name == "stat" else f"{path}: {kind}\n")
    about = tuple(sorted(session.live_path(path) for path in options.operands))
    return Output("".join(lines), info="listing", operands=about)


@command("chmod", "chown", "chgrp")
def chmod(session: Session, arguments: Sequence[str]) -> Output:
    """Check mode or owner and the paths, and keep what is out of the ordinary."""
    # A mode such as -x looks like an option, so the first word that is one of chmod's modes is taken out before.
    words = list(arguments)
    taken = next(
        (word for word in words if session.name == "chmod" and word[:1] == "-" and MODE.fullmatch(word)),
        None,
    )
    if taken is not None and taken != "-":
        words.remove(taken)
    long = [
        "recursive",
        "verbose",
        "changes",
        "quiet",
        "silent",
        "reference=",
        "no-dereference",
        "preserve-root",
    ]
    options = read_options(session, words, "RvcfhHLP", long)
    operands = list(options.operands)
    what = taken or (operands.pop(0) if operands else "")
    if not operands:
        raise CommandError(
            f"{session.name}: missing operand\nTry '{session.name} --help' for more information."
        )
    if session.name == "chmod":
        check_mode(session, what)
    else:
        _check_owner(session, what)

    def check(path: str) -> None:
        if not session.exists(path):
            raise PathError(path)
        if session.name == "chmod":
            _keep_mode(session, path, what)
        else:
            _keep_owner(session, path, what)

    done = for_each(session, operands, check, "cannot access")
    about = (what, *sorted(session.live_path(path) for path in operands))
    return Output(done.stdout, done.stderr, done.exit, info="permissions", operands=about)


def _keep_owner(session: Session, path: str, text: str) -> None:
    """Store whose a path is now, where it is neither root's nor in its owner's own home."""
    user, _, group = (f":{text}" if session.name == "chgrp" else text).replace(".", ":").partition(":")
    found = session.resolve(path)
    account = session.tree.users.get(user)
    at_home = account is not None and is_under(absolute(path, session.frame.cwd), account.home)
    # Somebody's home is theirs, and not root's.
    of_root = all(found.path != other.home or name == "root" for name, other in found.tree.users.items())
    plain = (user in ("", "root", "0") and group in ("", "root", "0") and of_root) or (
        user != "root" and at_home
    )
    kept = "" if plain else f"{user}:{group or user}"
    if found.tree.owners.get(found.path, "") == kept:
        return
    if kept:
        found.tree.owners[found.path] = kept
    else:
        del found.tree.owners[found.path]
    session.effect(f"{found.live_path} belongs to {kept or 'root'}")


def _keep_mode(session: Session, path: str, mode: str) -> None:
    """Store what a mode makes of a path where it is out of the ordinary."""
    found = session.resolve(path)
    kept = _kind_of_mode(mode, session.is_dir(path))
    if kept is None or found.tree.modes.get(found.path, "") == kept:
        return
    if kept:
        found.tree.modes[found.path] = kept
    else:
        del found.tree.modes[found.path]
    session.effect(f"{found.live_path}: {kept or 'an ordinary mode'}")


def _kind_of_mode(mode: str, is_folder: bool) -> str | None:
    """open, setuid, closed, program, "" for an ordinary mode; None where a symbolic one changes none of that."""
    if mode[:1].isdigit():
        special, user, _, other = (int(digit) for digit in mode.zfill(4)[-4:])
        if other & 2 and not special & 1:
            return "open"
        if special & 6:
            return "setuid"
        if not user & 4:
            return "closed"
        return "program" if user & 1 and not is_folder else ""
    for clause in mode.split(","):
        who, sign, what = re.split(r"([-+=])", clause, maxsplit=1)
        if sign != "-" and "w" in what and ("o" in who or "a" in who):
            return "open"
        if sign != "-" and "s" in what:
            return "setuid"
        if sign == "-" and "r" in what and (not who or "u" in who or "a" in who):
            return "closed"
        if "x" in what and not is_folder:
            return "" if sign == "-" else "program"
    return None


def _check_owner(session: Session, text: str) -> None:
    user, _, group = text.replace(".", ":").partition(":")
    if session.name == "chgrp":
        user, group = "", text
    tree = session.tree
    if user and user not in tree.users and not user.isdecimal():
        raise CommandError(f"{session.name}: invalid user: '{text}'")
    if group and group not in tree.groups and group not in tree.users and not group.isdecimal():
        raise CommandError(f"{session.name}: invalid group: '{text}'")
