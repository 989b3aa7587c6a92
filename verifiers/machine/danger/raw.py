"""Danger in text that is not executed here: lines outside the subset, programs that are not simulated or not known.

What such text would do can't be told; what it names can. It is cut roughly into commands (`shell.unparsed`), and
every word that has a danger rule is judged with the words behind it, on the machine as it is: `for d in /dev/sda;
do wipefs -a $d; done` is refused where sda is mounted. Folders that `cd` names count, so do values given to
variables in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.machine.danger.declaring import DEVICE_RULES, TEXT_RULES
from trace_trainer.verifiers.machine.danger.rules import overwrites, reads_shadow
from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.session.declaring import program_name
from trace_trainer.verifiers.machine.session.globs import expand
from trace_trainer.verifiers.machine.session.session import Session
from trace_trainer.verifiers.shell.unparsed import UNKNOWN, Rough, is_dangerous, rough_commands, written

_PRINT = frozenset("chgrp chmod chown echo printf ls stat test touch [".split())
_MAX_RULES = 500  # rules tried on one text; a longer one is nobody's command


def danger_in(session: Session, text: str) -> str | None:
    """Why a text that is not executed is refused; None where nothing in it is known to be dangerous."""
    if is_dangerous(text, session.frame.cwd):
        return "a danger pattern in text that is not simulated"
    look = session.inner(session.frame)
    try:
        for path in written(text):
            if UNKNOWN not in path and (reason := overwrites(look, path)):
                return reason
        tried = 0
        for command in rough_commands(text, session.frame.cwd):
            tried += len(command.words)
            if tried > _MAX_RULES:
                return None
            look.frame = session.frame._replace(cwd=command.cwd or session.frame.cwd)
            look.stdin = "" if command.piped or "<<" in text else None
            if reason := _broken_rule(look, command):
                return reason
    except PathError:
        return None
    return None


def _broken_rule(session: Session, command: Rough) -> str | None:
    """The first rule that a command breaks, or that any command which its words may name would break."""
    words = [path for word in command.words for path in _expanded(session, word)]
    tried = set()
    for position, word in enumerate(words):
        name = program_name(word)
        key = "mkfs" if name.startswith("mkfs.") else name
        if key in tried or (key not in TEXT_RULES and key not in DEVICE_RULES):
            continue
        tried.add(key)
        session.name = name
        arguments = [*words[position + 1 :], *command.fed]
        for table in (TEXT_RULES, DEVICE_RULES):
            found = table.get(key)
            if found is not None and (reason := found(session, arguments)):
                return reason
    if words and program_name(words[0]) not in _PRINT:
        return reads_shadow(session, words[1:])
    return None


def _expanded(session: Session, word: str) -> Sequence[str]:
    if "*" not in word and "?" not in word and "[" not in word:
        return (word,)
    return expand(session, word)
