"""Unquoted globs: which paths a shell would make of a word with `*`, `?` or `[...]`.

Only the danger rules ask: `rm -rf /mnt/*` is refused for what it names. Running such a command is outside the subset,
except that rsync reads the patterns of its own options.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from trace_trainer.verifiers.machine.model.paths import PathError
from trace_trainer.verifiers.machine.session.session import Session
from trace_trainer.verifiers.shell import Simple

_PATTERN_OPTIONS = ("--exclude", "--include", "--filter", "-f")  # of rsync
MAX_MATCHES = 1000  # paths a word may become


def expand_words(session: Session, simple: Simple) -> Sequence[str]:
    """The words of a command as a shell would expand them: a glob that matches nothing stays."""
    if not simple.globs:
        return simple.words
    words: list[str] = []
    for position, word in enumerate(simple.words):
        words += expand(session, word) if position in simple.globs else [word]
    return words


def has_open_glob(simple: Simple) -> bool:
    """Whether a glob is left that the shell would expand: any but in an option of rsync, or behind `--exclude`."""
    if simple.words[:1] != ("rsync",):
        return bool(simple.globs)
    return any(
        not simple.words[position].startswith("-") and simple.words[position - 1] not in _PATTERN_OPTIONS
        for position in simple.globs
    )


def expand(session: Session, pattern: str) -> list[str]:
    """The paths that a pattern matches, sorted; the pattern itself where there are none."""
    found = ["/" if pattern.startswith("/") else ""]
    for part in pattern.split("/"):
        if part:
            found = [path for folder in found for path in _matches(session, folder, part)][:MAX_MATCHES]
    return sorted(found) or [pattern]


def _matches(session: Session, folder: str, part: str) -> list[str]:
    prefix = folder if folder in ("", "/") else folder + "/"
    try:
        if not any(character in part for character in "*?["):
            path = prefix + part
            return [path] if session.exists(path) or session.is_link(path) else []
        names = session.list_dir(folder or ".")
    except PathError:
        return []
    return [prefix + name for name in names if fnmatchcase(name, part) and (name[0] != "." or part[0] == ".")]
