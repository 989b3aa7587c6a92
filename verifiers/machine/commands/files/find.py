"""find and tree: what lies below a folder, by name and kind; what is found may be printed, removed or given to a
command.

Of find's tests -name, -iname, -path, -type, -empty, -maxdepth and -mindepth are covered, joined by `-a`, with `!`.
That nothing is removed below a folder that a system needs was checked before (danger/rules.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

MAX_FOUND = 5000
_IGNORED = frozenset(
    "-print -depth -d -xdev -mount -a -and -ignore_readdir_race -noleaf -follow -daystart".split()
)
_UNSIMULATED = frozenset(
    """-o -or ( ) , -newer -mtime -mmin -atime -ctime -size -perm -user -group -uid -gid -regex -iregex -exec
    -execdir -ok -printf -fprint -ls -inum -links -prune -quit -samefile -nouser -nogroup -writable -readable
    -executable -cnewer -cmin -amin -lname -ilname -ipath -wholename -regextype -okdir -fls -fprintf -xtype -used
    -fstype""".split()
)
Test = Callable[[Session, str], bool]


class _Query(NamedTuple):
    """What find looks for, and what it does with it."""

    tests: list[Test]
    least: int
    most: int
    command: tuple[str, ...]  # of -exec, empty for none
    together: bool  # -exec ... +
    deletes: bool
    end: str
    depth_first: bool


@command("find")
def find(session: Session, arguments: Sequence[str]) -> Output:
    """Print, remove, or hand on the paths below folders that pass all tests."""
    words = list(arguments)
    while words and words[0] in ("-H", "-L", "-P"):
        if words.pop(0) == "-L":
            raise Unsupported("find that follows links")
    paths = []
    while words and words[0][:1] not in ("-", "(", "!"):
        paths.append(words.pop(0))
    query = _query(words)
    found, errors, about = [], "", []
    for path in paths or ["."]:
        if not session.exists(path) and not session.is_link(path):
            errors += f"find: '{path}': No such file or directory\n"
            continue
        about.append(session.live_path(path))
        below = list(_below(session, path, 0, query.most))
        for place, depth in reversed(below) if query.depth_first else below:
            session.allowance.spend_searching(len(place))
            if depth >= query.least and all(test(session, place) for test in query.tests):
                found.append(place)
        if len(found) > MAX_FOUND:
            raise Unsupported("find of that many files")
    status = int(bool(errors))
    if query.deletes:
        for place in found:
            if session.is_dir(place) and not session.is_link(place) and session.list_dir(place):
                errors, status = f"{errors}find: cannot delete '{place}': Directory not empty\n", 1
            else:
                session.remove(place)
        return Output("", errors, status)
    if query.command:
        return _hand_on(session, query, found, errors)
    text = "".join(place + query.end for place in found)
    return Output(text, errors, status, info="listing", operands=tuple(sorted(about)))


def _query(words: list[str]) -> _Query:
    """The tests and the action. Raises CommandError and Unsupported."""
    tests: list[Test] = []
    program: tuple[str, ...] = ()
    least, most, together, deletes, end, depth = 0, 10**6, False, False, "\n", False
    negated = False
    while words:
        word = words.pop(0)
        if word in ("!", "-not"):
            negated = not negated
            continue
        if word in ("-exec", "-execdir") and (";" in words or "+" in words):
            stop = next(place for place, item in enumerate(words) if item in (";", "+"))
            program, together = tuple(words[:stop]), words[stop] == "+"
            del words[: stop + 1]
            continue
        if word in _IGNORED:
            depth = depth or word in ("-depth", "-d")
            continue
        if word in ("-delete", "-print0"):
            deletes, end = deletes or word == "-delete", "\0" if word == "-print0" else end
            continue
        if word in _UNSIMULATED:
            raise Unsupported(f"find {word}")
        if word == "-empty":
            tests.append(_negated(_is_empty, negated))
            negated = False
            continue
        if word not in ("-name", "-iname", "-path", "-type", "-maxdepth", "-mindepth"):
            raise CommandError(f"find: unknown predicate '{word}'")
        if not words:
            raise CommandError(f"find: missing argument to '{word}'")
        value = words.pop(0)
        if word in ("-maxdepth", "-mindepth"):
            if not value.isascii() or not value.isdigit():
                raise CommandError(
                    f"find: Expected a positive decimal integer argument to {word}, but got '{value}'"
                )
            least, most = (int(value), most) if word == "-mindepth" else (least, int(value))
            continue
        tests.append(_negated(_test(word, value), negated))
        negated = False
    return _Query(tests, least, most, program, together, deletes, end, depth or deletes)


def _negated(test: Test, negated: bool) -> Test:
    return (lambda session, path: not test(session, path)) if negated else test


def _test(word: str, value: str) -> Test:
    if word == "-type":
        kinds = value.split(",")
        if not kinds or any(kind not in ("f", "d", "l", "b", "c", "p", "s") for kind in kinds):
            raise CommandError(f"find: Unknown argument to -type: {value}")
        return lambda session, path: _kind(session, path) in kinds
    if word == "-path":
        return lambda session, path: fnmatchcase(path, value)
    if word == "-iname":
        return lambda session, path: fnmatchcase(_name(path).lower(), value.lower())
    return lambda session, path: fnmatchcase(_name(path), value)


def _name(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] or path


def _kind(session: Session, path: str) -> str:
    if session.is_link(path):
        return "l"
    if session.is_dir(path):
        return "d"
    return "b" if session.live_path(path).startswith("/dev/") else "f"


def _is_empty(session: Session, path: str) -> bool:
    if session.is_dir(path) and not session.is_link(path):
        return not session.list_dir(path)
    return _kind(session, path) == "f" and session.size(path) == 0


def _below(session: Session, path: str, depth: int, most: int) -> Iterator[tuple[str, int]]:
    """A path and everything below it, folders before what they hold, names in order; each with its depth."""
    yield path, depth
    if depth < most and session.is_dir(path) and not session.is_link(path):
        holder = path if path.endswith("/") else path + "/"
        for name in session.list_dir(path):
            yield from _below(session, holder + name, depth + 1, most)


def _hand_on(session: Session, query: _Query, found: Sequence[str], errors: str) -> Output:
    """Run the command of -exec on every path, or on all of them."""
    if "{}" not in query.command:
        runs = [query.command] * (1 if query.together else len(found))
    elif query.together:
        runs = (
            [tuple(item for word in query.command for item in (found if word == "{}" else [word]))]
            if found
            else []
        )
    else:
        runs = [tuple(word.replace("{}", path) for word in query.command) for path in found]
    outputs = []
    for words in runs:
        try:
            outputs.append(session.run(words))
        except CommandError as error:
            errors += error.stderr + "\n"
    classes = sorted({output.info for output in outputs if output.info})
    about = tuple(item for output in outputs for item in output.operands)
    errors += "".join(output.stderr for output in outputs)
    return Output("".join(output.stdout for output in outputs), errors, 0, "+".join(classes) or None, about)


@command("tree")
def tree(session: Session, arguments: Sequence[str]) -> Output:
    """Folders as a tree; -d folders alone, -a hidden names too, -L how deep."""
    options = read_options(session, arguments, "adfL:inpsh", ["noreport", "dirsfirst"])
    level = options.last("-L")
    if level is not None and not (level.isdigit() and int(level)):
        raise CommandError("tree: Invalid level, must be greater than 0.")
    if options.has("-f", "-i", "-p", "-s", "-h"):
        raise Unsupported("tree with that layout")
    lines, counts, about = [], [0, 0], []
    for path in options.operands or (".",):
        if not session.is_dir(path):
            raise PathError(path)
        about.append(session.live_path(path))
        lines.append(path)
        _draw(session, path, "", options.has("-a"), options.has("-d"), int(level or 99), lines, counts)
    folders = f"{counts[0]} director{'y' if counts[0] == 1 else 'ies'}"
    files = "" if options.has("-d") else f", {counts[1]} file{'' if counts[1] == 1 else 's'}"
    report = "" if options.has("--noreport") else f"\n{folders}{files}\n"
    text = "".join(line + "\n" for line in lines) + report
    return Output(text, info="listing", operands=tuple(sorted(about)))


def _draw(
    session: Session,
    path: str,
    indent: str,
    hidden: bool,
    folders: bool,
    left: int,
    lines: list[str],
    counts: list[int],
) -> None:
    holder = path if path.endswith("/") else path + "/"
    names = [name for name in session.list_dir(path) if hidden or name[0] != "."]
    names = [name for name in names if not folders or session.is_dir(holder + name)]
    for name in names:
        session.allowance.spend_searching(len(name))
        if len(lines) > MAX_FOUND:
            raise Unsupported("a tree of that many files")
        is_folder = session.is_dir(holder + name)
        is_link = session.is_link(holder + name)
        counts[0 if is_folder else 1] += 1
        target = ""
        if is_link:
            found = session.resolve(holder + name, follow=False)
            target = f" -> {found.tree.links[found.path]}"
        lines.append(f"{indent}{'└── ' if name == names[-1] else '├── '}{name}{target}")
        if is_folder and not is_link and left > 1:
            below = indent + ("    " if name == names[-1] else "│   ")
            _draw(session, holder + name, below, hidden, folders, left - 1, lines, counts)
