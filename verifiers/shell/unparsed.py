"""Danger in text that the parser does not understand: what it would do can't be told, what it names can.

The text is cut roughly into commands and words, quotes and backslashes dropped, each construct as if it were run. A
variable counts as empty where something is removed, as one that was never set: `rm -rf "$DIR/"` is `rm -rf /`. Rules
that need a machine's state (which disk is mounted) are not here: they apply to parsed commands only. So
`echo "rm -rf /" $HOME` counts as dangerous, and a loop that formats `/dev/$disk` does not. Linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import takewhile

Rule = Callable[[Sequence[str]], bool]

_NO_QUOTES = str.maketrans("", "", "'\"\\")
_VARIABLE = re.compile(r"\$(?:\{[^{}\s]{0,64}\}|[A-Za-z_][A-Za-z0-9_]{0,63}|[0-9@*#?$!-])")  # becomes a NUL
_SEPARATOR = re.compile(r"(&&|\|\||[;&|\n(){}`])")
_FORK_BOMB = re.compile(r"([\w:.@%+-]{1,32})\(\)[{(]\1\|\1&")  # in a text without blanks
_SYSTEM_FOLDER = re.compile(
    r"/+(?:\*|\.\.?/*|(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|srv|sys|usr|var)(?:/+\**)?)?"
)
_PROTECTED = re.compile(r"/+(?:etc|usr|bin|boot|lib|lib64|sbin)(?:/.*)?")
_ACCOUNT_FILE = re.compile(r"/+etc/(?:passwd|g?shadow|group|fstab|sudoers)")
_DISK = re.compile(r"/+dev/(?:[shv]d[a-z]|xvd[a-z]|nvme[0-9]|mmcblk[0-9]|disk/|mapper/|\0).*")
_WHOLE_DISK = re.compile(r"/+dev/(?:[shv]d[a-z]|xvd[a-z]|nvme[0-9]n[0-9]|mmcblk[0-9])")
_WRITTEN = re.compile(r">[>|&]?\s*([^\s;&|()<>`]+)")
_SHELL = re.compile(r"(?:/usr)?(?:/bin/)?(?:ba|z|da|k|a)?sh|eval|source|\.")
_BEFORE_SHELL = frozenset(("sudo", "env", "exec", "command", "nohup"))
_DOWNLOADERS = frozenset(("curl", "wget", "fetch"))


def is_dangerous(text: str) -> bool:
    """Whether a text that is outside the subset holds a danger pattern. Never raises."""
    bare = _VARIABLE.sub("\0", text).translate(_NO_QUOTES)
    if "/etc/shadow" in bare or "/etc/gshadow" in bare or any(map(_is_kept, _WRITTEN.findall(bare))):
        return True
    if _FORK_BOMB.search("".join(bare.split())):
        return True
    pieces = _SEPARATOR.split(bare)
    commands = [piece.split() for piece in pieces[::2]]
    return any(map(_breaks_a_rule, commands)) or _runs_a_download(commands, pieces[1::2])


def _breaks_a_rule(words: Sequence[str]) -> bool:
    """Whether a rule forbids a command, or any command that its words might name: behind `sudo`, `xargs`, `do`."""
    tried = set()
    for index, word in enumerate(words):
        name = word.rpartition("/")[2]
        name = "mkfs" if name.startswith("mkfs.") else name
        rule = _RULES.get(name)
        if rule is not None and name not in tried:  # the first one's arguments include those of the others
            tried.add(name)
            if rule(words[index + 1 :]):
                return True
    return False


def _runs_a_download(commands: Sequence[Sequence[str]], separators: Sequence[str]) -> bool:
    """Whether a shell reads what a downloader prints: `curl URL | sh`, `bash <(curl URL)`, `sh -c "$(curl URL)"`."""
    piped = False  # whether an earlier command of this pipeline downloads
    for index, words in enumerate(commands):
        if index and separators[index - 1] in ("&&", "||", ";", "\n"):
            piped = False
        downloads = not _DOWNLOADERS.isdisjoint(words)
        if downloads and index and separators[index - 1] in ("(", "`") and _is_shell(commands[index - 1]):
            return True
        if piped and _is_shell(words):
            return True
        piped = piped or downloads
    return False


def _is_shell(words: Sequence[str]) -> bool:
    own = (word for word in words if word[0] != "-" and "=" not in word and word not in _BEFORE_SHELL)
    return _SHELL.fullmatch(next(own, "")) is not None


def _is_kept(path: str) -> bool:
    """Whether a path must not be written: a disk, the accounts, the mount table."""
    return _DISK.fullmatch(path) is not None or _ACCOUNT_FILE.fullmatch(path) is not None


def _is_system(path: str) -> bool:
    return _SYSTEM_FOLDER.fullmatch(path) is not None


def _may_be_system(path: str) -> bool:
    """Whether a path is a system folder where its variables are empty, or root's home, which is one."""
    return path in ("~", "~/", "~/*") or _is_system(path.replace("\0", ""))


def _operands(arguments: Sequence[str]) -> list[str]:
    return [argument for argument in arguments if argument[0] != "-"]


def _is_recursive(arguments: Sequence[str]) -> bool:
    return any(
        flag == "--recursive" or (flag[0] == "-" and flag[:2] != "--" and ("r" in flag or "R" in flag))
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
    removes = not {"-delete", "rm", "shred"}.isdisjoint(arguments)
    return removes and any(map(_is_system, takewhile(lambda word: word[0] != "-", arguments)))


_RULES: dict[str, Rule] = {
    "rm": _removes,
    "find": _finds_and_removes,
    "mv": lambda arguments: any(map(_is_system, _operands(arguments)[:-1])),
    "chmod": _changes_all,
    "chown": _changes_all,
    "dd": lambda arguments: any(_is_kept(word[3:]) for word in arguments if word[:3] == "of="),
    "cp": lambda arguments: any(map(_is_kept, _operands(arguments)[-1:])),
    "tee": lambda arguments: any(map(_is_kept, arguments)),
    "shred": lambda arguments: any(map(_is_kept, arguments)),
    "mkfs": lambda arguments: any(map(_WHOLE_DISK.fullmatch, arguments)),
    "kill": lambda arguments: "1" in arguments or "-1" in arguments[1:],
}
