"""echo, printf, tee, cat, head, tail, wc: text on its way into files and out of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session
from trace_trainer.verifiers.machine.session.told import digest, still_told

MAX_WIDTH = 4096  # of a field of printf

# What a file tells, where another command tells the same: `cat /etc/hostname` and `hostname` are equal.
_INFO = {
    "/etc/fstab": "fstab",
    "/etc/hostname": "hostname",
    "/etc/mtab": "mounts",
    "/proc/cpuinfo": "cpu",
    "/proc/meminfo": "memory",
    "/proc/mounts": "mounts",
    "/proc/partitions": "block_devices",
    "/proc/self/mounts": "mounts",
    "/proc/swaps": "swaps",
    "/sys/firmware/efi/fw_platform_size": "boot_mode",
}
_ESCAPE = re.compile(r"\\(0[0-7]{0,3}|[1-7][0-7]{0,2}|x[0-9A-Fa-f]{1,2}|.)", re.DOTALL)
_END = re.compile(r"(?:[^\\]|\\[^c])*+\\c", re.DOTALL)
_SIMPLE_ESCAPES = {
    "\\": "\\",
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    '"': '"',
}
_CONVERSION = re.compile(r"%([-+ 0#]*)(\d*)(?:\.(\d*))?([a-zA-Z%])")


@command("echo")
def echo(session: Session, arguments: Sequence[str]) -> Output:
    """bash's: -n, -e and -E only in front, anything else is text."""
    words, newline, escapes = list(arguments), "\n", False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        for letter in words.pop(0)[1:]:
            newline = "" if letter == "n" else newline
            escapes = letter == "e" if letter in "eE" else escapes
    text = " ".join(words)
    if escapes:
        text, stops = unescape(text)
        newline = "" if stops else newline
    return Output(text + newline, info="text", operands=(text,))


def unescape(text: str) -> tuple[str, bool]:
    """Text with backslash escapes read, and whether `\\c` ended it early."""
    end = _END.match(text)
    if end is not None:
        text = text[: end.end() - 2]

    def read(match: re.Match[str]) -> str:
        code = match[1]
        if code[0] == "x" and len(code) > 1:
            return chr(int(code[1:], 16))
        if code[0] in "01234567":
            return chr(int(code, 8) % 256)
        return _SIMPLE_ESCAPES.get(code, match[0])

    return _ESCAPE.sub(read, text), end is not None


@command("printf")
def printf(session: Session, arguments: Sequence[str]) -> Output:
    """The format is used again while arguments are left, as bash's printf does."""
    if not arguments or (len(arguments) == 1 and arguments[0] == "--"):
        raise CommandError("bash: printf: usage: printf [-v var] format [arguments]", exit=2)
    if arguments[0] == "-v":
        raise Unsupported("printf into a variable")
    words = list(arguments[1:] if arguments[0] == "--" else arguments)
    template, values = words[0], words[1:]
    takes = sum(match[4] != "%" for match in _CONVERSION.finditer(template))
    starts = range(0, max(len(values), 1), takes) if takes else (0,)
    errors: list[str] = []
    pieces = [_formatted(template, values[start : start + takes], errors) for start in starts]
    text = "".join(pieces)
    return Output(text, "".join(errors), int(bool(errors)), info="text", operands=(text,))


def _formatted(template: str, values: Sequence[str], errors: list[str]) -> str:
    left = iter(values)
    pieces, position = [], 0
    for match in _CONVERSION.finditer(template):
        pieces += [unescape(template[position : match.start()])[0], _converted(match, left, errors)]
        position = match.end()
    return "".join([*pieces, unescape(template[position:])[0]])


def _converted(match: re.Match[str], values: Iterator[str], errors: list[str]) -> str:
    flags, width, precision, kind = match.groups()
    if kind == "%":
        return "%"
    if int(width or 0) > MAX_WIDTH or int(precision or 0) > MAX_WIDTH:
        raise Unsupported("printf with a field as wide as that")
    value = next(values, "")
    shape = f"%{flags}{width}" + ("" if precision is None else f".{precision}")
    if kind in "sbqc":
        value = unescape(value)[0] if kind == "b" else value
        return (shape + "s") % (value[:1] if kind == "c" else value)
    if kind not in "dioxXu":
        raise Unsupported(f"printf with %{kind}")
    if not re.fullmatch(r"[-+]?\d{0,18}", value):
        errors.append(f"bash: printf: {value}: invalid number\n")
        value = re.match(r"[-+]?\d{0,18}", value)[0].rstrip("-+")  # type: ignore[index]
    return (shape + ("d" if kind in "iu" else kind)) % int(value or 0)


_TERMINALS = frozenset("/dev/console /dev/null /dev/stderr /dev/stdout /dev/tty".split())


@command("tee")
def tee(session: Session, arguments: Sequence[str]) -> Output:
    """Write standard input to files, and on to standard output."""
    options = read_options(session, arguments, "aip", ["append", "ignore-interrupts", "output-error="])
    text = from_pipe(session)
    errors = []
    for path in options.operands:
        if session.live_path(path) in _TERMINALS:
            continue
        try:
            session.write(path, text, append=options.has("-a", "--append"))
        except PathError as error:
            errors.append(f"tee: {path}: {error.reason}\n")
    return Output(text, "".join(errors), exit=1 if errors else 0)


def from_pipe(session: Session) -> str:
    """Standard input. Raises Unsupported where it is the terminal: the command would wait for somebody to type."""
    if session.stdin is None:
        raise Unsupported(f"interactive: {session.name} reads from the terminal")
    return session.stdin


def file_info(session: Session, path: str) -> tuple[str, tuple[str, ...]]:
    """The class of information that a file's text is, and which system it is about where that isn't the live one."""
    found = session.resolve(path)
    info = _INFO.get(found.path)
    if info is None:
        return "file", (found.live_path,)
    root = found.live_path[: len(found.live_path) - len(found.path)]
    return info, (root,) if root else ()


class Texts:
    """The texts of the files a command names (standard input for `-` or none), and what it says about the rest."""

    def __init__(
        self, session: Session, paths: Sequence[str], message: str = "{name}: {path}: {reason}"
    ) -> None:
        self.found: list[tuple[str, str]] = []  # (name, text)
        self.errors = ""
        classes: list[str] = []
        operands: list[str] = []
        for path in paths or ["-"]:
            if path == "-":
                self.found.append(("standard input", from_pipe(session)))
                continue
            try:
                self.found.append((path, session.read(path)))
            except PathError as error:
                self.errors += message.format(name=session.name, path=path, reason=error.reason) + "\n"
                continue
            info, about = file_info(session, path)
            classes.append(info)
            operands += about
        self.info = "+".join(sorted(set(classes))) or None
        self.operands = tuple(sorted(operands))

    def output(self, stdout: str) -> Output:
        """What the command prints, given what it made of the texts."""
        info, operands = self.told(stdout)
        return Output(stdout, self.errors, 1 if self.errors else 0, info, operands)

    def told(self, stdout: str) -> tuple[str | None, tuple[str, ...]]:
        """The class of information and operands of what the command prints."""
        source = "".join(text for _, text in self.found)
        if self.info is None or still_told(source, stdout) or not source.strip():
            return self.info, self.operands
        return digest(stdout)


@command("cat")
def cat(session: Session, arguments: Sequence[str]) -> Output:
    """Print files one after the other."""
    long = [
        "number",
        "number-nonblank",
        "show-all",
        "show-ends",
        "show-tabs",
        "squeeze-blank",
        "show-nonprinting",
    ]
    options = read_options(session, arguments, "AbeEnstTuv", long)
    texts = Texts(session, options.operands)
    text = "".join(text for _, text in texts.found)
    if options.has("-v", "-A", "-e", "-t", "--show-nonprinting", "--show-all"):
        text = "".join(
            f"^{chr(ord(char) ^ 64)}" if (char < " " and char not in "\t\n") or char == "\x7f" else char
            for char in text
        )
    if options.has("-T", "-A", "-t", "--show-tabs", "--show-all"):
        text = text.replace("\t", "^I")
    if options.has("-s", "--squeeze-blank"):
        text = re.sub(r"(^|\n)\n{2,}", r"\1\n", text)
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    if options.has("-n", "--number", "-b", "--number-nonblank"):
        skips, number = options.has("-b", "--number-nonblank"), 0
        for place, line in enumerate(lines):
            if not skips or line != "\n":
                number += 1
                lines[place] = f"{number:6d}\t{line}"
    if options.has("-E", "-A", "-e", "--show-ends", "--show-all"):
        lines = [line.replace("\n", "$\n") for line in lines]
    return texts.output("".join(lines))


@command("head", "tail")
def head(session: Session, arguments: Sequence[str]) -> Output:
    """The first or last lines of files: -n 5, -n -5 (head), -n +5 (tail), -5, -c 20."""
    words = list(arguments)
    if words and re.fullmatch(r"-\d+", words[0]):
        words[0] = f"-n{words[0][1:]}"
    long = "lines= bytes= quiet silent verbose follow zero-terminated retry pid= sleep-interval=".split()
    options = read_options(session, words, "n:c:qvzfFs:", long)
    if options.has("-f", "-F", "--follow"):
        raise Unsupported("interactive: tail --follow never ends")
    of_bytes = options.has("-c", "--bytes")
    asked = options.last("-c", "--bytes") or options.last("-n", "--lines") or "10"
    if not re.fullmatch(r"[-+]?\d{1,9}", asked):
        what = "bytes" if of_bytes else "lines"
        raise CommandError(f"{session.name}: invalid number of {what}: '{asked}'")
    texts = Texts(session, options.operands, "{name}: cannot open '{path}' for reading: {reason}")
    pieces: list[str] = []
    for name, text in texts.found:
        units = list(text) if of_bytes else text.splitlines(keepends=True)
        if (len(options.operands) > 1 or options.has("-v", "--verbose")) and not options.has(
            "-q", "--quiet", "--silent"
        ):
            pieces.append(f"{'' if not pieces else chr(10)}==> {name} <==\n")
        pieces += units[_part(session.name, asked)]
    return texts.output("".join(pieces))


def _part(name: str, asked: str) -> slice:
    count = int(asked.lstrip("+-"))
    if name == "head":
        return slice(None, -count if asked[0] == "-" and count else count)
    if asked[0] == "+":
        return slice(max(count - 1, 0), None)
    return slice(-count, None) if count else slice(0)


@command("wc")
def wc(session: Session, arguments: Sequence[str]) -> Output:
    """Count lines, words and characters."""
    options = read_options(
        session,
        arguments,
        "clmwL",
        ["bytes", "chars", "lines", "words", "max-line-length", "files0-from=", "total="],
    )
    if options.has("-L", "--max-line-length", "--files0-from", "--total"):
        raise Unsupported("wc --max-line-length")
    all_three = not options.pairs
    texts = Texts(session, options.operands)
    rows = []
    for name, text in texts.found:
        row = [len(text.split("\n")) - 1] if all_three or options.has("-l", "--lines") else []
        row += [len(text.split())] if all_three or options.has("-w", "--words") else []
        row += [len(text)] if all_three or options.has("-m", "--chars", "-c", "--bytes") else []
        rows.append((row, name if options.operands else ""))
    if len(rows) > 1:
        rows.append(([sum(column) for column in zip(*(row for row, _ in rows), strict=True)], "total"))
    if all(len(row) == 1 for row, _ in rows) and len(options.operands) < 2:
        width = 1
    else:  # as wide as the bytes of all files together, seven where a pipe brings an unknown number
        total = sum(len(text) for name, text in texts.found if name != "standard input")
        width = max(len(str(total)), 1 if options.operands else 7)
    lines = [
        " ".join([*(f"{number:>{width}}" for number in row), name]).rstrip() + "\n" for row, name in rows
    ]
    return texts.output("".join(lines))
