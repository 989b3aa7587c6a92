"""sed: lines edited by a script (sed_script.py), on the way to standard output or in place with -i."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.groups import Finder, GroupPattern
from trace_trainer.verifiers.machine.commands.files.patterns import PatternError
from trace_trainer.verifiers.machine.commands.files.sed_script import GROUP_MARKS, Address, Edit, read_script
from trace_trainer.verifiers.machine.commands.files.text import Texts
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_LONG = """in-place regexp-extended expression= quiet silent file= null-data separate unbuffered
    line-length= posix debug sandbox follow-symlinks""".split()


@command("sed")
def sed(session: Session, arguments: Sequence[str]) -> Output:
    """Edit lines, in place with -i."""
    if any(word.startswith(("-i.", "--in-place=")) for word in arguments):
        raise Unsupported("sed -i with a backup file")
    options = read_options(session, arguments, "nErie:f:szul:", _LONG)
    if options.has("-f", "-z", "--file", "--null-data"):
        raise Unsupported("sed with a script from a file")
    scripts, paths = options.values("-e", "--expression"), list(options.operands)
    if not scripts:
        if not paths:
            raise CommandError("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...")
        scripts.append(paths.pop(0))
    quiet = options.has("-n", "--quiet", "--silent")
    try:
        edits = read_script("\n".join(scripts), options.has("-E", "-r", "--regexp-extended"))
        if not options.has("-i", "--in-place"):
            texts = Texts(session, paths, "{name}: can't read {path}: {reason}")
            together = "".join(text for _, text in texts.found)
            shown = _Editor(session, edits, quiet).edit(together)
            return Output(shown, texts.errors, 2 if texts.errors else 0, texts.info, texts.operands)
        if not paths:
            raise CommandError("sed: no input files")
        texts = Texts(session, paths, "{name}: can't read {path}: {reason}")
        for path, text in texts.found:
            session.write(path, _Editor(session, edits, quiet).edit(text))
    except PatternError as error:
        raise Unsupported(f"sed: {error}") from None
    return Output("", texts.errors, 2 if texts.errors else 0)


class _Editor:
    """A script at work on one text, line by line."""

    def __init__(self, session: Session, edits: Sequence[Edit], quiet: bool) -> None:
        self.session = session
        self.edits = edits
        self.quiet = quiet
        self.open: dict[int, bool] = {}  # by command: whether the range of its addresses has begun

    def edit(self, text: str) -> str:
        """The text that comes out."""
        ends = text.endswith("\n") or not text
        lines = text.removesuffix("\n").split("\n") if text else []
        made: list[str] = []
        for number, line in enumerate(lines, 1):
            stops = self._line(line, number, number == len(lines), made)
            if stops:
                ends = True
                break
        return "\n".join(made) + ("\n" if made and ends else "")

    def _line(self, line: str, number: int, is_last: bool, made: list[str]) -> bool:
        """Edit one line; whether the script ends here."""
        behind: list[str] = []
        current: str | None = line
        stops = False
        for place, edit in enumerate(self.edits):
            if self._applies(place, edit, current or "", number, is_last) == edit.negated:
                continue
            if edit.letter == "s":
                current, changed = self._substituted(edit, current or "")
                if changed and "p" in edit.flags:
                    made.append(current)
            elif edit.letter == "p":
                made.append(current or "")
            elif edit.letter == "=":
                made.append(str(number))
            elif edit.letter == "i":
                made.append(edit.text)
            elif edit.letter == "a":
                behind.append(edit.text)
            elif edit.letter == "q":
                stops = True
                break
            else:
                if edit.letter == "c" and not (len(edit.addresses) == 2 and self.open.get(place)):
                    made.append(edit.text)
                current = None
                break
        if current is not None and not self.quiet:
            made.append(current)
        made += behind
        return stops

    def _applies(self, place: int, edit: Edit, line: str, number: int, is_last: bool) -> bool:
        if not edit.addresses:
            return True
        first, *rest = edit.addresses
        if not rest:
            return self._meets(first, line, number, is_last)
        last = rest[0]
        if self.open.get(place):
            self.open[place] = not (
                number >= last if isinstance(last, int) else self._meets(last, line, number, is_last)
            )
            # A range whose last line has passed before it was met ends without this one.
            return not (isinstance(last, int) and number > last)
        if not self._meets(first, line, number, is_last):
            return False
        self.open[place] = not (isinstance(last, int) and number >= last) and not (last == "$" and is_last)
        return True

    def _meets(self, address: Address, line: str, number: int, is_last: bool) -> bool:
        if isinstance(address, int):
            return number == address
        if isinstance(address, str):
            return is_last
        return self._find(address, line, 0) is not None

    def _find(self, pattern: Finder, line: str, start: int) -> tuple[int, int] | None:
        return pattern.find(line, start, self.session.allowance.spend_searching)

    def _substituted(self, edit: Edit, line: str) -> tuple[str, bool]:
        """The line with what the pattern finds replaced, and whether anything was."""
        assert edit.pattern is not None
        pieces: list[str] = []
        position, count, changed, last_end = 0, 0, False, -1
        while position <= len(line) and (span := self._find(edit.pattern, line, position)) is not None:
            start, end = span
            if start == end == last_end:  # nothing, right behind what was replaced
                pieces.append(line[position : start + 1])
                position = start + 1
                continue
            count += 1
            pieces.append(line[position:start])
            if count < edit.nth:
                pieces.append(line[start:end])
            else:
                # No more than this is written for each match: its own text, and for each `&` what was found.
                self.session.allowance.spend_searching(
                    len(edit.text) * (1 + end - start if "&" in edit.text else 1)
                )
                pieces.append(self._replacement(edit, line, start, end))
                changed = True
            position = last_end = end
            if end == start:  # an empty match: go on behind the next character
                pieces.append(line[start : start + 1])
                position = end + 1
            if changed and "g" not in edit.flags:
                break
        return "".join([*pieces, line[position:]]), changed

    def _replacement(self, edit: Edit, line: str, start: int, end: int) -> str:
        """What is put for a match, the groups of the pattern in their places."""
        text = edit.text.replace("&", line[start:end])
        if isinstance(edit.pattern, GroupPattern) and any(mark in text for mark in GROUP_MARKS):
            found = edit.pattern.match(line, start, self.session.allowance.spend_searching)
            groups = found.groups(default="") if found is not None else ()
            for place, mark in enumerate(GROUP_MARKS):
                if mark in text:
                    if place >= len(groups):
                        raise CommandError(
                            f"sed: -e expression #1, char 0: invalid reference \\{place + 1} on `s' command's RHS"
                        )
                    text = text.replace(mark, groups[place])
        return text.replace("\0", "&")
