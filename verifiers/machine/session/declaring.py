"""How commands are declared: a function with the decorator `command`, and how it reads its options.

A command reads and changes `session.state` (through the session's methods) and returns an Output, or stops in one of
the ways of `outcomes`.
"""

from __future__ import annotations

import getopt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from trace_trainer.experts.language.catalogue import Catalogue
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output
from trace_trainer.verifiers.machine.session.session import Session

Command = Callable[[Session, Sequence[str]], Output]

COMMANDS: Catalogue[Command] = Catalogue("machine command")
"""By the name typed; the package `verifiers.machine.commands` finds those that are shipped."""
UNSIMULATED: set[str] = set()
"""Those of them that are known by name only: every use of one is unsupported."""


def program_name(word: str) -> str:
    """The command that a word names, also by its path: mkfs.ext4 for /usr/sbin/mkfs.ext4."""
    if word[:1] != "/":
        return word
    for folder in ("/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"):
        if word.startswith(folder):
            return word[len(folder) :]
    return word


def command(*names: str) -> Callable[[Command], Command]:
    """Declare a function as the command of these names. Raises DeclarationError where a name is taken."""

    def register(function: Command) -> Command:
        for name in names:
            COMMANDS.declare(name, function, depth=2)
        return function

    return register


@dataclass(frozen=True, slots=True)
class Options:
    """Options and operands of a command. `pairs` keeps order and repetitions: [("-n", "1:0:+512M"), ("-p", "")]."""

    pairs: tuple[tuple[str, str], ...]
    operands: tuple[str, ...]

    def has(self, *names: str) -> bool:
        """Whether any of these options was given: has("-r", "-R", "--recursive")."""
        return any(name in names for name, _ in self.pairs)

    def last(self, *names: str) -> str | None:
        """The value of the last of these options; None where none was given."""
        return next((value for name, value in reversed(self.pairs) if name in names), None)

    def values(self, *names: str) -> list[str]:
        """The values of all of these options, in order."""
        return [value for name, value in self.pairs if name in names]


def read_options(
    session: Session,
    arguments: Sequence[str],
    short: str = "",
    long: Sequence[str] = (),
    anywhere: bool = True,
) -> Options:
    """Arguments split as getopt_long does: `short` as in "ab:" (b takes a value), `long` as in ["all", "label="].

    Options are found behind operands too, unless `anywhere` is False (`chroot DIR cmd -x`). Unique beginnings of long
    options are understood and given back in full. Raises CommandError, exit 1, on an option that does not exist.
    """
    split = getopt.gnu_getopt if anywhere else getopt.getopt
    try:
        pairs, operands = split(list(arguments), short, list(long))
    except getopt.GetoptError as error:
        fail_option(session.name, error)
    return Options(tuple(pairs), tuple(operands))


def fail_option(name: str, error: getopt.GetoptError) -> NoReturn:
    """Raise the CommandError for an unusable option, in the words of the C library."""
    option = error.opt
    if "requires argument" in error.msg:
        what = (
            f"option requires an argument -- '{option}'"
            if len(option) == 1
            else f"option '--{option}' requires an argument"
        )
    elif len(option) == 1:
        what = f"invalid option -- '{option}'"
    else:
        what = f"unrecognized option '--{option}'"
    raise CommandError(f"{name}: {what}\nTry '{name} --help' for more information.")
