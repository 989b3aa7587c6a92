"""Builtins and small helpers of the shell: cd, pwd, test, true, sleep, env, which and their like.

Variables are not simulated: what would set one (`export A=b`) runs and changes nothing that later commands could see.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.model.paths import PathError, absolute, is_under
from trace_trainer.verifiers.machine.session.declaring import COMMANDS, command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

MAX_SLEEP = 600  # seconds
_SECONDS = {"m": 60, "h": 3600, "d": 86400} | dict.fromkeys("s0123456789", 1)
_NUMBER = re.compile(r"[-+]?\d{1,18}", re.ASCII)


_STEERING = re.compile(r"(?:PATH|IFS|ENV|BASH_ENV|PROMPT_COMMAND|LD_\w+)(?:=|$)")


@command("cd")
def cd(session: Session, arguments: Sequence[str]) -> Output:
    """Change the working directory."""
    words = [word for word in arguments if word not in ("-P", "-L", "--")]
    if len(words) > 1:
        raise CommandError("bash: cd: too many arguments")
    path = words[0] if words else "/root"
    if path in ("-", "~"):
        raise Unsupported(f"cd {path}")
    if not session.is_dir(path):
        reason = "Not a directory" if session.is_file(path) else "No such file or directory"
        raise CommandError(f"bash: cd: {path}: {reason}")
    session.frame = session.frame._replace(cwd=absolute(path, session.frame.cwd))
    return Output()


@command("pwd")
def pwd(session: Session, arguments: Sequence[str]) -> Output:
    """Print the working directory."""
    read_options(session, arguments, "LP")
    return Output(session.frame.cwd + "\n", info="working_directory")


@command(
    "true",
    ":",
    "sync",
    "clear",
    "export",
    "umask",
    "set",
    "unset",
    "shopt",
    "ulimit",
    "hash",
    "wait",
)
def nothing(session: Session, arguments: Sequence[str]) -> Output:
    """Nothing that this machine's state knows of, unless it is a variable that changes what commands do."""
    if session.name in ("export", "unset") and any(_STEERING.match(word) for word in arguments):
        raise Unsupported("a variable that changes what commands do")
    return Output()


@command("false")
def false(session: Session, arguments: Sequence[str]) -> Output:
    """Exit 1."""
    return Output(exit=1)


@command("sleep")
def sleep(session: Session, arguments: Sequence[str]) -> Output:
    """Time does not pass here, for as long as anybody would wait."""
    if not arguments:
        raise CommandError("sleep: missing operand\nTry 'sleep --help' for more information.")
    for word in arguments:
        if word == "infinity":
            raise Unsupported("interactive: sleep that never ends")
        if re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?[smhd]?", word) is None:
            raise CommandError(
                f"sleep: invalid time interval '{word}'\nTry 'sleep --help' for more information."
            )
    if sum(float(word.rstrip("smhd")) * _SECONDS[word[-1]] for word in arguments) > MAX_SLEEP:
        raise Unsupported("interactive: sleep that long")
    return Output()


@command("alias", "unalias")
def alias(session: Session, arguments: Sequence[str]) -> Output:
    """Other words for commands, which this shell does not keep; none are set."""
    if arguments or session.name == "unalias":
        raise Unsupported(f"{session.name} is not simulated")
    return Output(info="aliases")


@command("yes")
def yes(session: Session, arguments: Sequence[str]) -> Output:
    """A line without end, for what asks questions; a hundred are enough for anything here."""
    return Output(((" ".join(arguments) or "y")[:200] + "\n") * 100)


@command("test", "[")
def test(session: Session, arguments: Sequence[str]) -> Output:
    """Files and texts compared: one test, `!` in front of it. `-a` and `-o` are unsupported."""
    words = list(arguments)
    if session.name == "[" and (not words or words.pop() != "]"):
        raise CommandError("bash: [: missing `]'", exit=2)
    negated = False
    while words[:1] == ["!"]:
        negated = not negated
        words.pop(0)
    about = session.live_path(words[1]) if len(words) == 2 and words[0][:1] == "-" and words[1] else ""
    info = "boot_mode" if about and is_under(about, "/sys/firmware/efi") else "test"
    operands = () if info == "boot_mode" else tuple(arguments)
    return Output(exit=int(_holds(session, words) == negated), info=info, operands=operands)


def _holds(session: Session, words: Sequence[str]) -> bool:
    if len(words) <= 1:
        return bool(words and words[0])
    if len(words) == 2:
        return _unary(session, *words)
    if len(words) != 3:
        raise Unsupported("test of several conditions")
    left, sign, right = words
    if sign in ("=", "=="):
        return left == right
    if sign == "!=":
        return left != right
    if sign in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
        for word in (left, right):
            if _NUMBER.fullmatch(word) is None:
                raise CommandError(f"bash: [: {word}: integer expression expected", exit=2)
        one, other = int(left), int(right)
        return {
            "-eq": one == other,
            "-ne": one != other,
            "-lt": one < other,
            "-le": one <= other,
            "-gt": one > other,
            "-ge": one >= other,
        }[sign]
    raise Unsupported(f"test with {sign}")


def _unary(session: Session, sign: str, word: str) -> bool:
    if sign in ("-n", "-z"):
        return bool(word) == (sign == "-n")
    if sign in ("-e", "-r", "-w", "-x"):
        return session.exists(word)
    if sign == "-f":
        return session.is_file(word) and not _is_device(session, word)
    if sign == "-d":
        return session.is_dir(word)
    if sign in ("-L", "-h"):
        return session.is_link(word)
    if sign == "-b":
        return _is_device(session, word)
    if sign == "-s":
        return session.is_file(word) and session.size(word) > 0
    raise Unsupported(f"test {sign}")


def _is_device(session: Session, word: str) -> bool:
    return session.is_file(word) and is_under(session.live_path(word), "/dev")


@command("which", "type", "command")
def which(session: Session, arguments: Sequence[str]) -> Output:
    """Where programs are; `command NAME ...` runs one."""
    words = list(arguments)
    if session.name == "command" and words and words[0] not in ("-v", "-V"):
        return session.run(words, session.stdin)
    names = [word for word in words if not word.startswith("-")]
    if not names:
        return Output(exit=1)
    found = [name for name in names if name in COMMANDS]
    errors = "".join(
        f"which: no {name} in (/usr/local/sbin:/usr/local/bin:/usr/bin)\n"
        for name in names
        if name not in found
    )
    text = "".join(f"/usr/bin/{name}\n" for name in found)
    return Output(text, errors, int(bool(errors)), "programs", tuple(sorted(names)))


_WRAPPERS = {  # name: its own short options
    "env": "iu:0C:S:v",
    "exec": "cla:",
    "builtin": "",
    "ionice": "c:n:p:P:tu:",
    "nice": "n:",
    "nohup": "",
    "setsid": "cfw",
    "stdbuf": "i:o:e:",
    "time": "pf:o:avq",
    "timeout": "k:s:vf",
}
_WRAPPER_LONG = """adjustment= ignore-environment unset= chdir= split-string= class= classdata= pid= input= output=
    error= kill-after= signal= preserve-status foreground verbose portability format= append quiet ctty fork
    wait""".split()


@command(*_WRAPPERS)
def wrapper(session: Session, arguments: Sequence[str]) -> Output:
    """Run the command behind the wrapper's own options and settings of variables."""
    options = read_options(session, arguments, _WRAPPERS[session.name], _WRAPPER_LONG, anywhere=False)
    if options.has(
        "-S", "-C", "-p", "-P", "-f", "-o", "--split-string", "--chdir", "--pid", "--format", "--output"
    ):
        raise Unsupported(f"{session.name} with that option")
    words = list(options.operands)
    if session.name == "timeout":
        if not words or re.fullmatch(r"\d{1,9}(?:\.\d{1,9})?[smhd]?", words[0]) is None:
            raise CommandError("Try 'timeout --help' for more information.", exit=125)
        words.pop(0)
    if session.name == "env":
        while words and (words[0] == "-" or "=" in words[0]):
            words.pop(0)
        if not words:
            return session.run(["printenv"])
    return session.run(words, session.stdin) if words else Output()


@command("mountpoint")
def mountpoint(session: Session, arguments: Sequence[str]) -> Output:
    """Whether something is mounted at a folder."""
    options = read_options(session, arguments, "qdxn", ["quiet", "fs-devno", "devno"])
    if len(options.operands) != 1:
        raise CommandError("mountpoint: bad usage\nTry 'mountpoint --help' for more information.")
    path = options.operands[0]
    if not session.exists(path):
        raise PathError(path)
    live_path = session.live_path(path)
    is_one = live_path == "/" or any(mount.target == live_path for mount in session.state.mounts)
    text = "" if options.has("-q", "--quiet") else f"{path} is {'' if is_one else 'not '}a mountpoint\n"
    return Output(text, exit=0 if is_one else 32, info="mounts", operands=(live_path,))
