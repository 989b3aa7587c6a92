"""The danger check of a command line: rules (rules.py) on every simple command in it, executed or not.

Rules on the text alone, and on the state the line starts from, are checked before anything is executed
(`check_line`), also inside `sh -c`, `chroot` and the like. They are checked again when a command's turn comes
(`check_words`), as `cd` changes what paths mean and `mount` what is in use. `umount -R /mnt && mkfs.ext4 /dev/sda2`
is legal: rules on devices wait for that turn behind what may free one. Text the shell parser can't read says itself
whether it is dangerous. Whether a legal but destructive command was confirmed by the user is not decided here.
Commands that are not simulated or not known are searched for danger as text (raw.py), and what a line did is looked
at afterwards, whatever its words (harm.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import trace_trainer.verifiers.machine.danger.device_rules
import trace_trainer.verifiers.machine.danger.rights_rules  # noqa: F401
from trace_trainer.verifiers.machine.danger.declaring import DEVICE_RULES, TEXT_RULES
from trace_trainer.verifiers.machine.danger.raw import danger_in
from trace_trainer.verifiers.machine.danger.rules import overwrites, reads_shadow
from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.session.declaring import COMMANDS, UNSIMULATED, program_name
from trace_trainer.verifiers.machine.session.globs import expand_words
from trace_trainer.verifiers.machine.session.outcomes import Refused
from trace_trainer.verifiers.machine.session.session import Session
from trace_trainer.verifiers.shell import CommandLine, Redirect, Simple, Unsupported, parse_shell

_SHELLS = frozenset("sh bash zsh dash ash ksh".split())
_DOWNLOADERS = frozenset(("curl", "wget", "fetch"))
_WRAPPERS = frozenset("busybox command env eval exec nice nohup time timeout xargs".split())
_CHROOTS = frozenset(("chroot", "arch-chroot", "recchroot"))
_TAKE_TEXT = frozenset("alias env runuser su sudo xargs".split())  # they run, or keep, what their words say
# Of the files that they name; what modes and owners may do with password files is a rule of its own.
_READ_NOTHING = frozenset("chgrp chmod chown echo printf ls stat test touch [".split())
MAX_NESTED = 8  # wrappers around a command: sudo, env, nice, timeout; deeper is nobody's installation
_FREES = frozenset(
    "cryptsetup lvremove swapoff umount vgremove".split()
)  # after these a device that was in use may be free


def check_line(session: Session, line: CommandLine) -> None:
    """Raise Refused where any simple command of a list is dangerous, executed or not."""
    freed = False
    for part in line.parts:
        _check_pipe(part.pipeline)
        for position, simple in enumerate(part.pipeline):
            is_fed = position > 0 or any(redirect.operator in ("<", "<<") for redirect in simple.redirects)
            session.stdin = "" if is_fed else None
            freed = _check_simple(session, simple, freed) or freed
    session.stdin = None


def check_words(session: Session, words: Sequence[str], freed: bool = False) -> None:
    """Raise Refused where a command is dangerous at this moment; not for a device in use, where it may be `freed`."""
    name = session.name = program_name(words[0])
    if name not in _READ_NOTHING:
        _refuse(reads_shadow(session, words[1:]))
    if (text_rule := TEXT_RULES.get(name)) is not None:
        _refuse(text_rule(session, words[1:]))
    device_rule = DEVICE_RULES.get("mkfs" if name.startswith("mkfs.") else name)
    if not freed and device_rule is not None:
        _refuse(device_rule(session, words[1:]))


def check_redirect(session: Session, redirect: Redirect) -> None:
    """Raise Refused where a redirection writes to a device or an account file, or reads the passwords."""
    if redirect.operator in (">", ">>"):
        _refuse(overwrites(session, redirect.target, append=redirect.operator == ">>"))
    elif redirect.operator == "<":
        _refuse(reads_shadow(session, (redirect.target,)))


def _check_simple(session: Session, simple: Simple, freed: bool) -> bool:
    """Check one command and what it runs; whether devices may be free once it ran."""
    for redirect in simple.redirects:
        check_redirect(session, redirect)
    if simple.script is not None:
        check_line(session, simple.script)
        return any(_frees(inner) for part in simple.script.parts for inner in part.pipeline)
    if not simple.words:
        return False
    for inner_session, words in _nested(session, expand_words(session, simple)):
        _check_command(inner_session, words, freed)
    return _frees(simple)


def _check_command(session: Session, words: Sequence[str], freed: bool) -> None:
    if program_name(words[0]) in _SHELLS and len(words) > 2 and words[1].endswith("c"):
        parsed = parse_shell(words[2])
        if isinstance(parsed, Unsupported):
            _refuse(parsed.reason if parsed.danger else danger_in(session, words[2]))
        else:
            check_line(session, parsed)
        return
    check_words(session, words, freed)
    if is_text(program_name(words[0])):
        _refuse(danger_in(session, " ".join(words)))


def is_text(name: str) -> bool:
    """Whether a command is judged by its text alone: nobody knows what it would do."""
    return name not in COMMANDS or name in UNSIMULATED or name in _TAKE_TEXT


def _refuse(reason: str | None) -> None:
    if reason is not None:
        raise Refused(reason)


def _frees(simple: Simple) -> bool:
    return bool(simple.words) and program_name(simple.words[0]) in _FREES


def _nested(session: Session, words: Sequence[str]) -> Iterator[tuple[Session, Sequence[str]]]:
    """A command, and those that its words say to run: inside chroot, env, timeout and their like."""
    for _ in range(MAX_NESTED):
        yield session, words
        name, rest = program_name(words[0]), list(words[1:])
        if name in _CHROOTS:
            while rest and rest[0].startswith("-"):
                rest = rest[2:] if rest[0] in ("-u", "-g") else rest[1:]
            if len(rest) < 2:
                return
            try:
                session = session.chroot(rest[0], has_api=True)
            except PathError:
                return
            rest = rest[1:]
        elif name in _WRAPPERS:
            while rest and (rest[0].startswith("-") or "=" in rest[0] or rest[0][:1].isdigit()):
                rest = rest[1:]
        else:
            return
        if not rest:
            return
        words = rest
    yield session, words


def _check_pipe(pipeline: Sequence[Simple]) -> None:
    names = [program_name(simple.words[0]) if simple.words else "" for simple in pipeline]
    for position, name in enumerate(names):
        if position and name in _SHELLS and pipeline[position].script is None:
            download = any(before in _DOWNLOADERS for before in names[:position])
            raise Refused("a download piped into a shell" if download else "text piped into a shell")
