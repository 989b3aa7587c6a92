"""grep: lines of files that match. Patterns are those of patterns.py and groups.py; others are unsupported, never
guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from trace_trainer.verifiers.machine.commands.files.groups import Finder, compile_pattern
from trace_trainer.verifiers.machine.commands.files.patterns import PatternError
from trace_trainer.verifiers.machine.commands.files.text import Texts
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_LONG = """basic-regexp color= colour= count extended-regexp files-with-matches fixed-strings ignore-case
    invert-match line-number line-regexp max-count= no-filename no-messages only-matching perl-regexp quiet recursive
    regexp= silent with-filename word-regexp after-context= before-context= context= include= exclude= exclude-dir=
    file= files-without-match null null-data text dereference-recursive initial-tab byte-offset""".split()
_UNSIMULATED = """-T -U -Z -b -d -D -f -u -z --exclude --exclude-dir --file --null --null-data --initial-tab
    --byte-offset""".split()
MAX_FILES = 1000


class _Grep:
    """What one grep looks for, and how it shows what it finds."""

    def __init__(self, session: Session, options: Options, patterns: Sequence[Finder]) -> None:
        self.patterns = patterns
        self.spend = session.allowance.spend_searching
        self.whole = options.has("-x", "--line-regexp")
        self.words = options.has("-w", "--word-regexp")
        self.inverted = options.has("-v", "--invert-match")
        self.numbered = options.has("-n", "--line-number")

    def spans(self, line: str) -> Iterator[tuple[int, int]]:
        """The parts of a line that match, first to last, not overlapping."""
        position = 0
        while position <= len(line):
            found = [
                span for pattern in self.patterns if (span := self._find(pattern, line, position)) is not None
            ]
            if not found:
                return
            span = min(found, key=lambda span: (span[0], -span[1]))
            yield span
            position = max(span[1], span[0] + 1)

    def _find(self, pattern: Finder, line: str, position: int) -> tuple[int, int] | None:
        while position <= len(line) and (span := pattern.find(line, position, self.spend)) is not None:
            if self.whole:
                return span if span == (0, len(line)) else None
            if not self.words or not (_is_word(line, span[0] - 1) or _is_word(line, span[1])):
                return span
            position = span[0] + 1
        return None

    def selects(self, line: str) -> bool:
        """Whether a line is one of those asked for."""
        return (next(self.spans(line), None) is not None) != self.inverted


def _is_word(line: str, place: int) -> bool:
    return 0 <= place < len(line) and (line[place].isalnum() or line[place] == "_")


@command("grep", "egrep", "fgrep")
def grep(session: Session, arguments: Sequence[str]) -> Output:
    """Print the lines of files or of standard input that match. Exit 1 where none does."""
    arguments = [word for word in arguments if word not in ("--color", "--colour")]
    arguments = [f"-C{word[1:]}" if re.fullmatch(r"-\d+", word) else word for word in arguments]
    options = read_grep_options(session, arguments)
    if options.has(*_UNSIMULATED):
        raise Unsupported("grep with a file of patterns, or of other than lines")
    patterns, paths = options.values("-e", "--regexp"), list(options.operands)
    if not patterns:
        if not paths:
            raise CommandError(
                "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.", exit=2
            )
        patterns.append(paths.pop(0))
    patterns = [line for pattern in patterns for line in pattern.split("\n")]
    extended = session.name == "egrep" or options.has("-E", "--extended-regexp", "-P", "--perl-regexp")
    fixed = session.name == "fgrep" or options.has("-F", "--fixed-strings")
    recursive = options.has("-r", "-R", "--recursive", "--dereference-recursive")
    named = recursive or len(paths) > 1
    if recursive:
        paths = list(_below(session, paths or ["."], options.values("--include")))
    elif any(session.is_dir(path) for path in paths):
        raise Unsupported("grep of a folder")
    texts = Texts(session, paths) if paths or not recursive else None
    try:
        any_case = options.has("-i", "--ignore-case")
        compiled = [compile_pattern(text, extended, fixed, any_case) for text in patterns]
        search = _Grep(session, options, compiled)
        found = [] if texts is None else [(name, _lines(text)) for name, text in texts.found]
        marked = [(name, lines, [search.selects(line) for line in lines]) for name, lines in found]
    except PatternError as error:
        raise Unsupported(f"grep: {error}") from None
    named = (named or options.has("-H", "--with-filename")) and not options.has("-h", "--no-filename")
    return _told(options, search, texts, _limited(options, marked), named)


def read_grep_options(session: Session, arguments: Sequence[str]) -> Options:
    """grep's options; an unknown one has exit status 2."""
    try:
        return read_options(session, arguments, "A:B:C:D:EFGHLPRTUZabcd:e:f:hilm:noqrsuvwxyz", _LONG)
    except CommandError as error:
        raise CommandError(error.stderr, exit=2) from None


Marked = list[tuple[str, list[str], list[bool]]]


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _below(session: Session, paths: Sequence[str], wanted: Sequence[str]) -> Iterator[str]:
    """The files that paths name or hold, links within folders aside, in order."""
    count, waiting = 0, list(reversed(paths))
    while waiting:
        path = waiting.pop()
        if session.is_dir(path):
            holder = path if path.endswith("/") else path + "/"
            names = [holder + name for name in session.list_dir(path)]
            waiting += reversed([name for name in names if not session.is_link(name)])
        elif (
            path in paths or not wanted or any(fnmatchcase(path.rpartition("/")[2], glob) for glob in wanted)
        ):
            count += 1
            if count > MAX_FILES:
                raise Unsupported("grep of that many files")
            yield path


def _limited(options: Options, marked: Marked) -> Marked:
    """With -m, no more than so many lines of each file."""
    most = options.last("-m", "--max-count")
    if most is None:
        return marked
    if not re.fullmatch(r"\d{1,9}", most):
        raise CommandError("grep: invalid max count", exit=2)
    limited: Marked = []
    for name, lines, marks in marked:
        left, kept = int(most), []
        for mark in marks:
            kept.append(mark and left > 0)
            left -= mark
        limited.append((name, lines, kept))
    return limited


def _told(options: Options, search: _Grep, texts: Texts | None, marked: Marked, named: bool) -> Output:
    errors = texts.errors if texts is not None and not options.has("-s", "--no-messages") else ""
    info, operands = (texts.info, texts.operands) if texts is not None else (None, ())
    selected = any(any(marks) for _, _, marks in marked)
    status = 2 if texts is not None and texts.errors else int(not selected)
    if options.has("-q", "--quiet", "--silent"):
        return Output("", errors, 0 if selected else status, info, operands)
    if options.has("-L", "--files-without-match"):
        lines = [_shown_name(name) for name, _, marks in marked if not any(marks)]
        return Output("".join(f"{line}\n" for line in lines), errors, int(not lines), info, operands)
    if options.has("-l", "--files-with-matches"):
        lines = [_shown_name(name) for name, _, marks in marked if any(marks)]
    elif options.has("-c", "--count"):
        lines = [(f"{_shown_name(name)}:" if named else "") + str(sum(marks)) for name, _, marks in marked]
    else:
        lines = _shown_lines(options, search, marked, named)
    return Output("".join(f"{line}\n" for line in lines), errors, status, info, operands)


def _shown_name(name: str) -> str:
    return "(standard input)" if name == "standard input" else name


def _shown_lines(options: Options, search: _Grep, marked: Marked, named: bool) -> list[str]:
    """The lines selected, or their parts with -o, each with what lies around it (-A, -B, -C)."""
    around = _around(options)
    shown: list[str] = []
    for name, lines, marks in marked:
        last = None
        for place, line in enumerate(lines):
            before, behind = around
            if not any(marks[max(place - behind, 0) : place + before + 1]):
                continue
            if (
                around != (0, 0)
                and (last is not None or shown)
                and last != place - 1
                and not (last is None and not shown)
            ):
                shown.append("--")
            last = place
            mark = ":" if marks[place] else "-"
            prefix = (f"{_shown_name(name)}{mark}" if named else "") + (
                f"{place + 1}{mark}" if search.numbered else ""
            )
            if not options.has("-o", "--only-matching"):
                shown.append(prefix + line)
            elif marks[place] and not search.inverted:
                shown += [prefix + line[start:end] for start, end in search.spans(line) if end > start]
    return shown


def _around(options: Options) -> tuple[int, int]:
    """How many lines are shown before and behind a selected one. Raises CommandError."""
    both = options.last("-C", "--context") or "0"
    before = options.last("-B", "--before-context") or both
    behind = options.last("-A", "--after-context") or both
    for text in (before, behind):
        if not re.fullmatch(r"\d{1,6}", text):
            raise CommandError(f"grep: {text}: invalid context length argument", exit=2)
    return int(before), int(behind)
