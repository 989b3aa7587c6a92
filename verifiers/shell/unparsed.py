"""Danger in text that the parser does not understand: what it would do can't be told, what it names can.

The text is cut roughly into commands and words (rough.py). A variable whose value the text does not give counts as
empty where something is removed, as one that was never set: `rm -rf "$DIR/"` is `rm -rf /`. Rules that need a
machine's state (which disk is mounted) are not here: the machine applies them to the same commands
(verifiers.machine.danger.raw). So `echo "rm -rf /" $HOME` counts as dangerous.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from trace_trainer.verifiers.shell.rough import UNKNOWN, Rough, bare_text, rough_commands, written

__all__ = ["UNKNOWN", "Rough", "is_dangerous", "rough_commands", "written"]

Rule = Callable[[Sequence[str]], bool]

_FORK_BOMB = re.compile(r"([\w:.@%+-]{1,32})\(\)[{(]\1\|\1&")  # in a text without blanks
_SYSTEM_FOLDER = re.compile(
    r"/+(?:\*|\.\.?/*|(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|srv|sys|usr|var)(?:/+\**)?)?"
)
_PROTECTED = re.compile(r"/+(?:etc|usr|bin|boot|lib|lib64|sbin)(?:/.*)?")
_ACCOUNT_FILE = re.compile(r"/+etc/(?:passwd|g?shadow|group|fstab|sudoers)")
_DISK = re.compile(r"/+dev/(?:[shv]d[a-z]|xvd[a-z]|nvme[0-9]|mmcblk[0-9]|disk/|mapper/|\0).*")
_WHOLE_DISK = re.compile(r"/+dev/(?:[shv]d[a-z]|xvd[a-z]|nvme[0-9]n[0-9]|mmcblk[0-9])")
_SHELL = re.compile(r"(?:/usr)?(?:/bin/)?(?:ba|z|da|k|a)?sh|eval|source|\.")
_BEFORE_SHELL = frozenset(("sudo", "env", "exec", "command", "nohup"))
_DOWNLOADERS = frozenset(("curl", "wget", "fetch", "aria2c"))
_CUT = re.compile(r"[\[\](),]")  # between the parts of a list or call of another language
# Calls of other languages: what removes a tree or a file, and what opens a file to write.
_REMOVES_BY_CALL = re.compile(
    r"\b(?:rmtree|rm_rf|rmSync|removedirs|remove_tree|remove|unlink|rmdir)\(\s*(/[^\s,()]*)"
)
_OPENS_BY_CALL = re.compile(r"\bopen\(\s*(?:[A-Z]+\s*,\s*)?(/[^\s,()]*)\s*,\s*(?:mode=)?[rb]*[wax+>]")
_SWITCHES = ("/proc/sysrq-trigger",)


def is_dangerous(text: str, cwd: str | None = None) -> bool:
    """Whether a text that is outside the subset holds a danger pattern, run in a folder where that is known. Never
    raises."""
    bare = bare_text(text)
    if "/etc/shadow" in bare or "/etc/gshadow" in bare or any(map(_is_kept, written(text))):
        return True
    if _FORK_BOMB.search("".join(bare.split())):
        return True
    if any(map(_is_system, _REMOVES_BY_CALL.findall(bare))) or any(
        map(_is_kept, _OPENS_BY_CALL.findall(bare))
    ):
        return True
    commands = list(rough_commands(text, cwd))
    return any(map(_breaks_a_rule, commands)) or _runs_what_it_reads(commands)


def _breaks_a_rule(command: Rough) -> bool:
    """Whether a rule forbids a command, or any command that its words might name: behind `sudo`, `xargs`, `do`."""
    words = [
        part for word in command.words for part in (_CUT.split(word) if _CUT.search(word) else [word]) if part
    ]
    tried = set()
    for index, word in enumerate(words):
        name = word.rpartition("/")[2]
        name = "mkfs" if name.startswith("mkfs.") else name
        rule = _RULES.get(name)
        if rule is not None and name not in tried:  # the first one's arguments include those of the others
            tried.add(name)
            arguments = [_placed(word, command.cwd) for word in (*words[index + 1 :], *command.fed)]
            if rule(arguments):
                return True
    return False


def _placed(word: str, cwd: str | None) -> str:
    """A word as a path from the root where it names the working directory: `.`, `./*`, `*`; others as they are."""
    if cwd is not None and word in (".", "./", "./*", "*", "..", "../"):
        glob = "/*" if word.endswith("*") else ""
        place = posixpath.normpath(posixpath.join(cwd, word.rstrip("*") or "."))
        return (
            word if place == "/root" else place.rstrip("/") + glob or "/"
        )  # what lies at home is root's own
    return word


def _runs_what_it_reads(commands: Sequence[Rough]) -> bool:
    """Whether a shell runs text from elsewhere: `... | sh`, `bash <(curl URL)`, `sh -c "$(curl URL)"`, a file just
    fetched."""
    fetched: set[str] = set()
    for index, command in enumerate(commands):
        downloads = not _DOWNLOADERS.isdisjoint(command.words)
        if command.piped and command.separator == "|" and _is_shell(command.words):
            return True
        if downloads and command.separator in ("(", "`") and index and _is_shell(commands[index - 1].words):
            return True
        if fetched and _runs(command.words, fetched):
            return True
        if downloads:
            fetched |= _outputs(command.words)
    return False


def _is_shell(words: Sequence[str]) -> bool:
    own = (word for word in words if word[0] != "-" and "=" not in word and word not in _BEFORE_SHELL)
    return _SHELL.fullmatch(next(own, "")) is not None


def _runs(words: Sequence[str], files: set[str]) -> bool:
    """Whether a command is one of these files, or a shell with one of them."""
    own = [word.removeprefix("./") for word in words if word[0] != "-" and word not in _BEFORE_SHELL]
    return bool(own) and (
        own[0] in files or (_SHELL.fullmatch(own[0]) is not None and own[1:2] != [] and own[1] in files)
    )


def _outputs(words: Sequence[str]) -> set[str]:
    """The files that a download goes to: behind -o and -O, behind `>`, or named as the address is."""
    found = set()
    for position, word in enumerate(words):
        following = words[position + 1] if position + 1 < len(words) else ""
        if word in ("-o", "-O", "--output", "--output-document", ">", ">>"):
            found.add(following.removeprefix("./"))
        elif word[0] == ">":
            found.add(word.lstrip(">").removeprefix("./"))
        elif "://" in word:
            found.add(word.rpartition("/")[2])
    return found - {""}


def _is_kept(path: str) -> bool:
    """Whether a path must not be written: a disk, the accounts, the mount table."""
    return _DISK.fullmatch(path) is not None or _ACCOUNT_FILE.fullmatch(path) is not None or path in _SWITCHES


def _is_system(path: str) -> bool:
    return _SYSTEM_FOLDER.fullmatch(path) is not None


def _may_be_system(path: str) -> bool:
    """Whether a path is a system folder where its variables are empty, or root's home, which is one."""
    return path in ("~", "~/", "~/*") or _is_system(path.replace(UNKNOWN, ""))


def _operands(arguments: Sequence[str]) -> list[str]:
    return [argument for argument in arguments if argument[0] != "-"]


def _is_recursive(arguments: Sequence[str]) -> bool:
    return any(
        (flag[:3] == "--r" and "--recursive".startswith(flag))
        or (flag[0] == "-" and flag[:2] != "--" and ("r" in flag or "R" in flag))
        for flag in arguments
    )


def _removes(arguments: Sequence[str]) -> bool:
    recursive = _is_recursive(arguments)
    return any(
        (recursive and _may_be_system(path)) or _PROTECTED.fullmatch(path) for path in _operands(arguments)
    )


def _changes_all(arguments: Sequence[str]) -> bool:
    return _is_recursive(arguments) and any(map(_may_be_system, _operands(arguments)))


def _finds_and_removes(arguments: Sequence[str]) -> bool:
    words = list(arguments)
    while words and words[0] in ("-H", "-L", "-P"):
        words.pop(0)
    paths = []
    while words and words[0][0] not in "-(!":
        paths.append(words.pop(0))
    removes = not {"-delete", "rm", "shred", "unlink"}.isdisjoint(words)
    return removes and any(map(_is_system, paths))


def _moves(arguments: Sequence[str]) -> bool:
    into = any(word.startswith(("-t", "--t")) for word in arguments)
    operands = _operands(arguments)
    return any(map(_is_system, operands if into else operands[:-1]))


def _saves(arguments: Sequence[str]) -> bool:
    """Whether a download goes to a disk."""
    return any(
        before in ("-o", "-O", "--output", "--output-document") and _is_kept(path)
        for before, path in pairwise(arguments)
    ) or any(
        _is_kept(word.lstrip("-oO").removeprefix("utput-document="))
        for word in arguments
        if word[:2] in ("-o", "-O")
    )


_RULES: dict[str, Rule] = {
    "rm": _removes,
    "find": _finds_and_removes,
    "mv": _moves,
    "chmod": _changes_all,
    "chown": _changes_all,
    "chgrp": _changes_all,
    "chattr": _changes_all,
    "dd": lambda arguments: any(_is_kept(word[3:]) for word in arguments if word[:3] == "of="),
    "cp": lambda arguments: any(map(_is_kept, _operands(arguments)[-1:])),
    "tee": lambda arguments: any(map(_is_kept, arguments)),
    "shred": lambda arguments: any(map(_is_kept, arguments)),
    "blkdiscard": lambda arguments: any(map(_is_kept, arguments)),
    "wget": _saves,
    "curl": _saves,
    "mkfs": lambda arguments: any(map(_WHOLE_DISK.fullmatch, arguments)),
    "kill": lambda arguments: "1" in arguments or "-1" in arguments[1:],
}
