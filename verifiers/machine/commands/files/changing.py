"""mkdir, rmdir, touch, rm, cp, mv, ln: folders, files and links, by path through the mounts.

A link that nothing could follow after the installation counts as a failure: /etc/localtime must name a time zone that
exists, from the root of its own system. File modes, owners and times are not part of the state.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence

from trace_trainer.verifiers.machine.commands.files.rsync import copy_live_system, root_mount
from trace_trainer.verifiers.machine.model.paths import PathError, absolute, is_under, parent
from trace_trainer.verifiers.machine.model.virtual import ZONE_FOLDER
from trace_trainer.verifiers.machine.model.zones import ZONES
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

MODE = re.compile(r"[0-7]{1,5}|[ugoa]*[-+=][rwxXst]*(?:,[ugoa]*[-+=][rwxXst]*)*", re.ASCII)
MAX_ENTRIES = 2000  # files that one copy may take: a configuration folder, not a system


def for_each(
    session: Session, paths: Sequence[str], action: Callable[[str], str | None], failure: str
) -> Output:
    """Do something to every path, going on where one fails; `action` may give a line to print.

    `failure` says what could not be done: "cannot remove" gives `rm: cannot remove 'x': No such file or directory`.
    """
    if not paths:
        raise CommandError(
            f"{session.name}: missing operand\nTry '{session.name} --help' for more information."
        )
    lines, errors = [], []
    for path in paths:
        try:
            line = action(path)
        except PathError as error:
            errors.append(f"{session.name}: {failure} '{path}': {error.reason}\n")
        else:
            lines += [line + "\n"] if line else []
    return Output("".join(lines), "".join(errors), exit=1 if errors else 0)


@command("mkdir")
def mkdir(session: Session, arguments: Sequence[str]) -> Output:
    """Create folders; -p also those above, and without complaint where one is there."""
    options = read_options(session, arguments, "pvm:Z", ["parents", "verbose", "mode="])
    check_mode(session, options.last("-m", "--mode") or "755")
    parents, verbose = options.has("-p", "--parents"), options.has("-v", "--verbose")

    def make(path: str) -> str | None:
        was_there = session.is_dir(path)
        session.make_dir(path, parents)
        return f"mkdir: created directory '{path}'" if verbose and not was_there else None

    return for_each(session, options.operands, make, "cannot create directory")


def check_mode(session: Session, mode: str) -> None:
    """Raise CommandError where a text is no mode such as 755 or u+x,go-w."""
    if MODE.fullmatch(mode) is None:
        raise CommandError(f"{session.name}: invalid mode: '{mode}'")


@command("rmdir")
def rmdir(session: Session, arguments: Sequence[str]) -> Output:
    """Remove empty folders."""
    options = read_options(session, arguments, "pv", ["parents", "verbose", "ignore-fail-on-non-empty"])
    if options.has("-p", "--parents"):
        raise Unsupported("rmdir --parents")

    def remove(path: str) -> None:
        if session.list_dir(path):
            raise PathError(path, "Directory not empty")
        session.remove(path)

    return for_each(session, options.operands, remove, "failed to remove")


@command("touch")
def touch(session: Session, arguments: Sequence[str]) -> Output:
    """Create empty files; times of those that are there are not part of the state."""
    options = read_options(session, arguments, "acfmhr:d:t:", ["no-create", "date=", "reference=", "time="])

    def make(path: str) -> None:
        if not session.exists(path) and not options.has("-c", "--no-create"):
            session.write(path, "")

    return for_each(session, options.operands, make, "cannot touch")


@command("rm")
def rm(session: Session, arguments: Sequence[str]) -> Output:
    """Remove files, and folders with -r. What must never go is refused before this runs (danger/)."""
    long = ["force", "recursive", "verbose", "dir", "one-file-system", "no-preserve-root", "preserve-root"]
    options = read_options(session, arguments, "rRfvdiI", [*long, "interactive="])
    recursive, force = options.has("-r", "-R", "--recursive"), options.has("-f", "--force")
    if not options.operands and force:
        return Output()

    def remove(path: str) -> str | None:
        if not session.is_link(path) and not session.exists(path):
            if force:
                return None
            raise PathError(path)
        is_folder = session.is_dir(path) and not session.is_link(path)
        takes_folder = recursive or (options.has("-d", "--dir") and is_folder and not session.list_dir(path))
        if is_folder and not takes_folder:
            raise PathError(path, "Is a directory")
        session.remove(path)
        return f"removed '{path}'" if options.has("-v", "--verbose") else None

    return for_each(session, options.operands, remove, "cannot remove")


@command("cp")
def cp(session: Session, arguments: Sequence[str]) -> Output:
    """Copy files, and folders with -r or -a."""
    long = """archive recursive force verbose no-clobber update dereference no-dereference parents backup
        target-directory= no-target-directory preserve no-preserve= one-file-system sparse= reflink""".split()
    arguments = [word.partition("=")[0] if word.startswith("--preserve=") else word for word in arguments]
    options = read_options(session, arguments, "arRfvnuLPdpHxit:TZl", long)
    if options.has("--parents", "--backup", "-T", "--no-target-directory", "-l"):
        raise Unsupported("cp with that layout")
    recursive = options.has("-a", "-r", "-R", "--archive", "--recursive")
    keeps_links = options.has("-a", "-d", "-P", "--archive", "--no-dereference") or (
        recursive and not options.has("-L", "-H", "--dereference")
    )
    sources, folder = _sources(session, options.operands, options.last("-t", "--target-directory"))
    no_clobber, verbose = options.has("-n", "--no-clobber"), options.has("-v", "--verbose")
    is_whole = options.has("-a", "--archive") and options.has("-x", "--one-file-system")

    def copy(source: str) -> str | None:
        if session.is_dir(source) and not recursive:
            raise CommandError(f"cp: -r not specified; omitting directory '{source}'")
        target = (
            posixpath.join(folder, posixpath.basename(source.rstrip("/")))
            if session.is_dir(folder)
            else folder
        )
        if no_clobber and session.exists(target):
            return None
        if is_whole and absolute(source, session.frame.cwd) == "/":
            if session.in_chroot or root_mount(session, folder) is None:
                raise Unsupported("copying a whole system to such a place")
            copy_live_system(session, (), True, folder)
            return None
        if is_under(absolute(target, session.frame.cwd), absolute(source, session.frame.cwd)):
            raise CommandError(f"cp: cannot copy '{source}' onto or into itself, '{target}'")
        _copy(session, source, target, keeps_links, [0])
        return f"'{source}' -> '{target}'" if verbose else None

    return for_each(session, sources, copy, "cannot stat")


def _sources(session: Session, operands: Sequence[str], folder: str | None) -> tuple[list[str], str]:
    """What is copied or moved, and where to. Raises CommandError where there is no such place."""
    sources = list(operands)
    if folder is None:
        if len(sources) < 2:
            what = (
                f"missing destination file operand after '{sources[0]}'"
                if sources
                else "missing file operand"
            )
            raise CommandError(f"{session.name}: {what}\nTry '{session.name} --help' for more information.")
        folder = sources.pop()
        if len(sources) == 1 and not folder.endswith("/"):
            return sources, folder
    if not session.is_dir(folder):
        raise CommandError(f"{session.name}: target '{folder}': No such file or directory")
    return sources, folder


def _copy(session: Session, source: str, target: str, keeps_links: bool, count: list[int]) -> None:
    count[0] += 1
    if count[0] > MAX_ENTRIES:
        raise Unsupported("copying that many files with cp")
    if keeps_links and session.is_link(source):
        found = session.resolve(source, follow=False)
        session.make_link(target, found.tree.links[found.path])
    elif session.is_dir(source):
        if absolute(source, session.frame.cwd) == "/":
            raise Unsupported("copying a whole system with cp")
        if not session.is_dir(target):
            session.make_dir(target)
        for name in session.list_dir(source):
            _copy(session, f"{source}/{name}", f"{target}/{name}", keeps_links, count)
    else:
        session.write(target, session.content(source))


@command("mv")
def mv(session: Session, arguments: Sequence[str]) -> Output:
    """Move or rename."""
    long = ["force", "verbose", "no-clobber", "target-directory=", "update", "interactive"]
    options = read_options(session, arguments, "fvniut:", long)
    sources, folder = _sources(session, options.operands, options.last("-t", "--target-directory"))

    def move(source: str) -> str | None:
        if not session.is_link(source) and not session.exists(source):
            raise PathError(source)
        target = (
            posixpath.join(folder, posixpath.basename(source.rstrip("/")))
            if session.is_dir(folder)
            else folder
        )
        if options.has("-n", "--no-clobber") and session.exists(target):
            return None
        if is_under(absolute(target, session.frame.cwd), absolute(source, session.frame.cwd)):
            raise CommandError(f"mv: cannot move '{source}' to a subdirectory of itself, '{target}'")
        _copy(session, source, target, True, [0])
        session.remove(source)
        return f"renamed '{source}' -> '{target}'" if options.has("-v", "--verbose") else None

    return for_each(session, sources, move, "cannot stat")


@command("ln")
def ln(session: Session, arguments: Sequence[str]) -> Output:
    """Create symbolic links. Hard links are not simulated."""
    long = [
        "symbolic",
        "force",
        "no-dereference",
        "verbose",
        "relative",
        "target-directory=",
        "no-target-directory",
    ]
    options = read_options(session, arguments, "bdFfiLnPrst:S:Tv", long)
    if not options.has("-s", "--symbolic") or options.has("-b", "-t", "-S", "--target-directory", "--backup"):
        raise Unsupported("ln that makes no plain symbolic link")
    if not 1 <= len(options.operands) <= 2:
        raise CommandError("ln: missing file operand\nTry 'ln --help' for more information.")
    target = options.operands[0]
    place = options.operands[1] if len(options.operands) == 2 else "."
    exact = options.has("-n", "-T", "--no-dereference", "--no-target-directory") and session.is_link(place)
    if session.is_dir(place) and not exact:
        place = posixpath.join(place, posixpath.basename(target.rstrip("/")))
    if (session.is_link(place) or session.exists(place)) and not options.has("-f", "--force"):
        raise CommandError(f"ln: failed to create symbolic link '{place}': File exists")
    if options.has("-r", "--relative"):
        target = posixpath.relpath(
            absolute(target, session.frame.cwd), parent(absolute(place, session.frame.cwd))
        )
    try:
        session.make_link(place, _zone_target(session, place, target))
    except PathError as error:
        raise CommandError(f"ln: failed to create symbolic link '{place}': {error.reason}") from None
    return Output(f"'{place}' -> '{target}'\n" if options.has("-v", "--verbose") else "")


def _zone_target(session: Session, place: str, target: str) -> str:
    """What /etc/localtime of a system should hold, however its target was spelt; other links as they are.

    Raises PathError where the target would not be a time zone once that system runs.
    """
    found = session.resolve(place, follow=False)
    if found.path != "/etc/localtime" or not found.tree.is_system:
        return target
    full = absolute(target, parent(found.path))
    zone = full[len(ZONE_FOLDER) + 1 :]
    if not is_under(full, ZONE_FOLDER) or zone not in ZONES:
        raise PathError(place, f"no time zone file '{target}'")
    return full
