"""Running a parsed command line on a state: lists, pipes and redirections, as a shell orders them.

A failing part of `a && b` leaves what came before it done, as in a shell. Refused and Unsupported pass through: the
machine then restores the state the line started from. Pipes run one command after the other, each with the whole output
of the one before as its standard input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from trace_trainer.verifiers.machine.danger.check import MAX_NESTED, check_redirect, check_words
from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.model.state import State
from trace_trainer.verifiers.machine.session.declaring import COMMANDS, program_name
from trace_trainer.verifiers.machine.session.globs import expand_words, has_open_glob
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session
from trace_trainer.verifiers.machine.session.told import digest, still_told
from trace_trainer.verifiers.shell import CommandLine, Redirect, Simple, parse_shell
from trace_trainer.verifiers.shell import Unsupported as UnsupportedText

MAX_DEPTH = 4  # chroot in chroot in sh -c; deeper is nobody's installation
MAX_OUTPUT = 1 << 20  # characters one command line may print, into pipes too; it can't mean more
_TAKE_ANYTHING = frozenset("[ echo exit false printf test true".split())  # `echo --help` prints --help


@dataclass(slots=True)
class Ran:
    """What a command line printed and showed, as it goes on."""

    stdout: list[str] = field(default_factory=list)
    stderr: list[str] = field(default_factory=list)
    exit: int = 0
    info: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    size: int = 0

    def add(self, stdout: str, stderr: str, exit: int) -> None:
        """Take what a pipeline gave. Raises Unsupported past MAX_OUTPUT."""
        self.count(stdout, stderr)
        self.stdout.append(stdout)
        self.stderr.append(stderr)
        self.exit = exit

    def count(self, *texts: str) -> None:
        """Count what is printed, wherever it goes. Raises Unsupported past MAX_OUTPUT."""
        self.size += sum(map(len, texts))
        if self.size > MAX_OUTPUT:
            raise Unsupported("the output is too long")


def open_session(state: State) -> Session:
    """A session in the machine's current shell, whose commands are run here."""
    return Session(state, state.frames[-1], [], run_words)


def run_line(session: Session, line: CommandLine, stdin: str | None = None) -> Ran:
    """Run a list in this shell. Raises Refused and Unsupported."""
    ran, shells = Ran(), len(session.state.frames)
    for part in line.parts:
        if (part.connector == "&&" and ran.exit != 0) or (part.connector == "||" and ran.exit == 0):
            continue
        if session.state.power != "on" or len(session.state.frames) < shells:
            break  # nothing comes after reboot, nor after `exit`, which ended this shell
        _run_pipeline(session, part.pipeline, stdin, ran)
    return ran


def run_words(session: Session, words: Sequence[str], stdin: str | None) -> Output:
    """Run one command given as words: the registered one, or the text behind `sh -c`."""
    if session.depth > MAX_DEPTH or session.nested > MAX_NESTED:
        raise Unsupported("commands nested too deep")
    session.allowance.spend_command()
    name = program_name(words[0])
    if name in ("sh", "bash") and len(words) > 1:
        return _run_script(session, words, stdin)
    function = COMMANDS.get(name)
    if function is None and "/" in words[0] and session.is_file(words[0]):
        raise Unsupported(f"running the text in {words[0]}")
    if function is None:
        raise CommandError(f"bash: {words[0]}: command not found", exit=127)
    check_words(session, words)
    if list(words[1:]) in (["--help"], ["--version"]) and name not in _TAKE_ANYTHING:
        return Output(f"Usage: {name} [OPTION]...\n", info="help", operands=(name,))
    session.name, session.stdin = name, stdin
    session.nested += 1
    try:
        return function(session, words[1:])
    except PathError as error:
        raise CommandError(f"{name}: {error.path}: {error.reason}") from None
    finally:
        session.nested -= 1


def _run_script(session: Session, words: Sequence[str], stdin: str | None) -> Output:
    if len(words) < 3 or words[1] not in ("-c", "-lc", "-ec"):
        raise Unsupported(f"{words[0]} with anything but -c")
    line = parse_shell(words[2])
    if isinstance(line, UnsupportedText):
        raise Unsupported(line.reason)
    return _as_output(run_line(session.inner(session.frame), line, stdin))


def _as_output(ran: Ran) -> Output:
    classes = "+".join(name for name, _ in ran.info) or None
    operands = tuple(operand for _, operands in ran.info for operand in operands)
    return Output("".join(ran.stdout), "".join(ran.stderr), ran.exit, classes, operands)


def _run_pipeline(session: Session, pipeline: Sequence[Simple], stdin: str | None, ran: Ran) -> None:
    if pipeline[-1].words and program_name(pipeline[-1].words[0]) == "yes":
        raise Unsupported("interactive: yes never ends")
    piped = stdin
    shell_frame = session.frame
    sources: list[tuple[int, str]] = []  # of what each command showed: its place in ran.info, and its text
    for simple in pipeline:
        ran.count(piped or "")
        told = len(ran.info)
        stdout, stderr, status = _run_simple(session, simple, piped, ran)
        ran.add("", stderr, status)
        piped = stdout
        if len(pipeline) > 1:
            session.frame = shell_frame  # every command of a pipe has a shell of its own
            sources += [(place, stdout) for place in range(told, len(ran.info))]
    ran.add(piped or "", "", ran.exit)
    for place, text in sources:
        if not still_told(text, piped or ""):
            ran.info[place] = digest(piped or "")


def _run_simple(session: Session, simple: Simple, stdin: str | None, ran: Ran) -> tuple[str, str, int]:
    """Run one command with its redirections: (standard output, standard error, exit) that are left over."""
    try:
        for redirect in simple.redirects:
            check_redirect(session, redirect)
            if redirect.operator == "<":
                stdin = session.read(redirect.target)
            elif redirect.operator == "<<":
                stdin = redirect.target
            elif redirect.operator != ">&":
                session.check_writable(redirect.target)
    except PathError as error:
        return "", f"bash: {error.path}: {error.reason}\n", 1
    try:
        output = _output_of(session, simple, stdin)
    except CommandError as error:
        output = Output(error.stdout, error.stderr + "\n" if error.stderr else "", error.exit)
    if output.info is not None and output.exit == 0:
        ran.info.append((output.info, output.operands))
    return _redirect(session, simple.redirects, output)


def _output_of(session: Session, simple: Simple, stdin: str | None) -> Output:
    if simple.script is not None:
        return _as_output(run_line(session.inner(session.frame), simple.script, stdin))
    if has_open_glob(simple):
        check_words(session, expand_words(session, simple))
        raise Unsupported("a glob")
    return run_words(session, simple.words, stdin) if simple.words else Output()


def _redirect(session: Session, redirects: Sequence[Redirect], output: Output) -> tuple[str, str, int]:
    """Send the two streams where the redirections say, left to right; what is left goes on."""
    sinks: dict[int, Redirect | int] = {1: 1, 2: 2}  # where each stream goes: a file, or the old 1 or 2
    for redirect in redirects:
        if redirect.operator == ">&":
            sinks[redirect.fd] = sinks.get(int(redirect.target), redirect.fd)
        elif redirect.operator not in ("<", "<<"):
            sinks[redirect.fd] = redirect
    left = {1: "", 2: ""}
    written: dict[int, str] = {}
    for stream, text in ((2, output.stderr), (1, output.stdout)):
        sink = sinks[stream]
        if isinstance(sink, int):
            left[sink] += text
        else:
            written[id(sink)] = written.get(id(sink), "") + text
    for redirect in redirects:
        if redirect.operator in (">", ">>"):
            try:
                session.write(
                    redirect.target, written.get(id(redirect), ""), append=redirect.operator == ">>"
                )
            except PathError as error:
                return "", left[2] + f"bash: {error.path}: {error.reason}\n", 1
    return left[1], left[2], output.exit
