"""basename, dirname: parts of paths, as text."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output
from trace_trainer.verifiers.machine.session.session import Session


@command("basename")
def basename(session: Session, arguments: Sequence[str]) -> Output:
    """The last part of a path, a suffix taken off; -a: of several."""
    options = read_options(session, arguments, "as:z", ["multiple", "suffix=", "zero"], anywhere=False)
    words, suffix = list(options.operands), options.last("-s", "--suffix") or ""
    if not words:
        raise CommandError("basename: missing operand\nTry 'basename --help' for more information.")
    if not options.has("-a", "-s", "--multiple", "--suffix"):
        if len(words) > 2:
            raise CommandError(
                f"basename: extra operand '{words[2]}'\nTry 'basename --help' for more information."
            )
        suffix = words.pop() if len(words) == 2 else ""
    text = "".join(_last(word, suffix) + _end(options.has("-z", "--zero")) for word in words)
    return Output(text, info="text", operands=(text,))


def _end(zero: bool) -> str:
    return "\0" if zero else "\n"


def _last(path: str, suffix: str) -> str:
    name = path.rstrip("/").rpartition("/")[2] or path[:1]
    return name.removesuffix(suffix) if suffix and name != suffix else name


@command("dirname")
def dirname(session: Session, arguments: Sequence[str]) -> Output:
    """A path without its last part."""
    options = read_options(session, arguments, "z", ["zero"])
    if not options.operands:
        raise CommandError("dirname: missing operand\nTry 'dirname --help' for more information.")
    found = []
    for path in options.operands:
        above, slash, _ = path.rstrip("/").rpartition("/")
        found.append(above.rstrip("/") or ("/" if slash or path.startswith("/") else "."))
    text = "".join(folder + _end(options.has("-z", "--zero")) for folder in found)
    return Output(text, info="text", operands=(text,))
