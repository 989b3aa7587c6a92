"""grep and sed: lines that match a pattern, and the edits of configuration files that installation guides show.

Of sed, scripts of `[/PATTERN/]s/PATTERN/TEXT/[g][I]` and `/PATTERN/d` are covered, also -i and several of them
separated by `;` or -e. Patterns are those of patterns.py; others are unsupported, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from trace_trainer.verifiers.machine.commands.files.patterns import Pattern, PatternError
from trace_trainer.verifiers.machine.commands.files.text import Texts
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_GREP_LONG = """basic-regexp color= colour= count extended-regexp files-with-matches fixed-strings ignore-case
    invert-match line-number line-regexp max-count= no-filename no-messages only-matching perl-regexp quiet recursive
    regexp= silent with-filename word-regexp after-context= before-context= context= include= exclude= exclude-dir=
    file= files-without-match null null-data text dereference-recursive initial-tab byte-offset""".split()
_GREP_UNSIMULATED = """-A -B -C -L -T -U -Z -b -d -D -f -r -R -u -w -z --after-context --before-context --context
    --include --exclude --exclude-dir --file --files-without-match --null --null-data --recursive
    --dereference-recursive --word-regexp --initial-tab --byte-offset""".split()


@command("grep", "egrep", "fgrep")
def grep(session: Session, arguments: Sequence[str]) -> Output:
    """Print the lines of files or of standard input that match. Exit 1 where none does."""
    arguments = [word for word in arguments if word not in ("--color", "--colour")]
    options = read_options(session, arguments, "A:B:C:D:EFGHLPRTUZabcd:e:f:hilm:noqrsuvwxyz", _GREP_LONG)
    one_only = options.has("-c", "--count", "-o", "--only-matching", "-m", "--max-count")
    if options.has(*_GREP_UNSIMULATED) or (one_only and len(options.operands) > 2):
        raise Unsupported("grep with words, recursion, context or a file of patterns")
    patterns, paths = options.values("-e", "--regexp"), list(options.operands)
    if not patterns:
        if not paths:
            raise CommandError(
                "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.", exit=2
            )
        patterns.append(paths.pop(0))
    extended = session.name == "egrep" or options.has("-E", "--extended-regexp", "-P", "--perl-regexp")
    fixed = session.name == "fgrep" or options.has("-F", "--fixed-strings")
    ignore_case = options.has("-i", "--ignore-case")
    texts = Texts(session, paths)
    try:
        compiled = [Pattern(text, extended, fixed, ignore_case) for text in patterns]
        selected = [
            (name, number, line)
            for name, text in texts.found
            for number, line in enumerate(text.splitlines(), 1)
            if _matches(session, compiled, line, options.has("-x", "--line-regexp"))
            != options.has("-v", "--invert-match")
        ]
    except PatternError as error:
        raise Unsupported(f"grep: {error}") from None
    status = 2 if texts.errors else int(not selected)
    if options.has("-q", "--quiet", "--silent"):
        return Output("", texts.errors, status, texts.info, texts.operands)
    if options.has("-m", "--max-count"):
        most = options.last("-m", "--max-count") or ""
        if not re.fullmatch(r"\d{1,9}", most):
            raise CommandError("grep: invalid max count", exit=2)
        selected = selected[: int(most)]
    if options.has("-c", "--count"):
        lines = [str(len(selected))]
    elif options.has("-o", "--only-matching"):
        lines = [part for _, _, line in selected for part in _parts(session, compiled[0], line)]
    elif options.has("-l", "--files-with-matches"):
        lines = list(dict.fromkeys(name for name, _, _ in selected))
    else:
        named = (len(paths) > 1 or options.has("-H", "--with-filename")) and not options.has(
            "-h", "--no-filename"
        )
        numbered = options.has("-n", "--line-number")
        lines = [
            (f"{name}:" if named else "") + (f"{number}:" if numbered else "") + line
            for name, number, line in selected
        ]
    return Output("".join(f"{line}\n" for line in lines), texts.errors, status, texts.info, texts.operands)


def _parts(session: Session, pattern: Pattern, line: str) -> Iterator[str]:
    """Every part of a line that matches, the empty ones aside."""
    position = 0
    while position <= len(line) and (span := _find(session, pattern, line, position)) is not None:
        if span[1] > span[0]:
            yield line[span[0] : span[1]]
        position = max(span[1], span[0] + 1)


def _matches(session: Session, patterns: Sequence[Pattern], line: str, whole: bool) -> bool:
    spans = [_find(session, pattern, line) for pattern in patterns]
    return any(span is not None and (not whole or span == (0, len(line))) for span in spans)


def _find(session: Session, pattern: Pattern, line: str, start: int = 0) -> tuple[int, int] | None:
    return pattern.find(line, start, session.allowance.spend_searching)


class Edit(NamedTuple):
    """One command of a sed script: on lines that match `address`, delete, or put `text` for what `pattern` finds."""

    address: Pattern | None
    pattern: Pattern | None  # None: delete the line
    text: str = ""
    everywhere: bool = False

    def apply(self, session: Session, line: str) -> str | None:
        """The line as edited; None where it is deleted."""
        if self.address is not None and _find(session, self.address, line) is None:
            return line
        if self.pattern is None:
            return None
        pieces, position = [], 0
        while (span := _find(session, self.pattern, line, position)) is not None:
            start, end = span
            # No more than this is written for each match: its own text, and for each `&` what was found.
            session.allowance.spend_searching(len(self.text) * (1 + end - start if "&" in self.text else 1))
            pieces += [line[position:start], self.text.replace("&", line[start:end])]
            if end == start:  # an empty match: go on behind the next character
                pieces.append(line[start : start + 1])
                end += 1
            position = end
            if not self.everywhere or position > len(line):
                break
        return "".join([*pieces, line[position:]])


_SED_LONG = """in-place regexp-extended expression= quiet silent file= null-data separate unbuffered
    line-length= posix debug sandbox follow-symlinks""".split()


@command("sed")
def sed(session: Session, arguments: Sequence[str]) -> Output:
    """Edit lines, in place with -i."""
    if any(word.startswith(("-i.", "--in-place=")) for word in arguments):
        raise Unsupported("sed -i with a backup file")
    options = read_options(session, arguments, "nErie:f:szul:", _SED_LONG)
    if options.has("-n", "-f", "-z", "--quiet", "--silent", "--file", "--null-data"):
        raise Unsupported("sed -n, or a script from a file")
    scripts, paths = options.values("-e", "--expression"), list(options.operands)
    if not scripts:
        if not paths:
            raise CommandError("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...")
        scripts.append(paths.pop(0))
    extended = options.has("-E", "-r", "--regexp-extended")
    try:
        edits = [edit for script in scripts for edit in _edits(script, extended)]
        if not options.has("-i", "--in-place"):
            texts = Texts(session, paths, "{name}: can't read {path}: {reason}")
            return texts.output("".join(_edited(session, text, edits) for _, text in texts.found))
        if not paths:
            raise CommandError("sed: no input files")
        texts = Texts(session, paths, "{name}: can't read {path}: {reason}")
        for path, text in texts.found:
            session.write(path, _edited(session, text, edits))
    except PatternError as error:
        raise Unsupported(f"sed: {error}") from None
    return Output("", texts.errors, 2 if texts.errors else 0)


def _edited(session: Session, text: str, edits: Sequence[Edit]) -> str:
    lines = []
    for line in text.splitlines():
        edited: str | None = line
        for edit in edits:
            edited = edit.apply(session, edited) if edited is not None else None
        if edited is not None:
            lines.append(edited + "\n")
    return "".join(lines)


def _edits(script: str, extended: bool) -> list[Edit]:
    """The commands of a script. Raises PatternError where one isn't covered."""
    edits, position = [], 0
    while position < len(script):
        if script[position] in "; \n":
            position += 1
            continue
        address = None
        if script[position] == "/":
            text, position = _until(script, position + 1, "/")
            address = Pattern(text, extended)
        letter = script[position : position + 1]
        if letter == "d" and address is not None:
            edits.append(Edit(address, None))
            position += 1
        elif letter == "s" and position + 1 < len(script):
            mark = script[position + 1]
            found, position = _until(script, position + 2, mark)
            text, position = _until(script, position, mark)
            flags = ""
            while position < len(script) and script[position] in "gIi":
                flags += script[position]
                position += 1
            edits.append(
                Edit(
                    address, Pattern(found, extended, False, "i" in flags.lower()), _plain(text), "g" in flags
                )
            )
        else:
            raise PatternError(f"{script[:40]!r} is not covered")
        if position < len(script) and script[position] not in "; \n":
            raise PatternError(f"{script[:40]!r} is not covered")
    return edits


def _until(script: str, start: int, mark: str) -> tuple[str, int]:
    """The text up to the next unescaped mark, the mark itself unescaped, and the position behind it."""
    pieces: list[str] = []
    position = start
    while position < len(script):
        if script[position] == mark:
            return "".join(pieces), position + 1
        if script[position] == "\\" and position + 1 < len(script):
            follows = script[position + 1]
            pieces.append(follows if follows == mark else "\\" + follows)
            position += 2
        else:
            pieces.append(script[position])
            position += 1
    raise PatternError(f"{script[:40]!r} has no closing {mark}")


def _plain(text: str) -> str:
    """The replacement, in which only `&` is special. Raises PatternError at back references."""
    if "\\" in text:
        raise PatternError("back references and escapes in the replacement are not covered")
    return text
