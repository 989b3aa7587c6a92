"""What stands before a command and is dropped: `sudo` with its flags. And what stands around one: `sh -c`.

`sudo` is dropped where the command then means the same to root: as another user, in the background, or as one of
sudo's own tasks (`-l`, `-v`, `-e`) it is not in the subset. Of a shell's flags only those are that leave the text's
meaning alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.shell.braces import Expanded
from trace_trainer.verifiers.shell.lexer import ENV_NAME, NotInSubset

_SUDO = frozenset(("sudo", "/bin/sudo", "/usr/bin/sudo"))
_SUDO_FLAG = re.compile(
    r"-[EHPSikns]+|--(set-home|stdin|non-interactive|login|reset-timestamp|shell|preserve-env(=.*)?)"
    r"|(-u|-g|--user|--group)=?(root|#0)"
)
_SHELLS = frozenset("sh bash /bin/sh /bin/bash /usr/bin/sh /usr/bin/bash".split())
_SHELL_FLAGS = frozenset("-c -l -lc -cl --login --norc --noprofile --posix".split())


def drop_sudo(words: Sequence[Expanded]) -> tuple[Sequence[Expanded], tuple[str, ...]]:
    """A command without `sudo`, and the assignments that stood behind it. Raises NotInSubset for other sudo flags."""
    assignments: list[str] = []
    while words and words[0].text in _SUDO:
        start = _behind_flags(words)
        while start < len(words) and ENV_NAME.match(words[start].text):
            assignments.append(words[start].text)
            start += 1
        words = words[start:]
    return words, tuple(assignments)


def _behind_flags(words: Sequence[Expanded]) -> int:
    """The index of the first word that belongs neither to `sudo` nor to its flags."""
    index = 1
    while index < len(words) and words[index].text.startswith("-"):
        flag = words[index].text
        index += 1
        if flag == "--":
            break
        if flag in ("-u", "-g", "--user", "--group") and index < len(words):
            flag, index = f"{flag}={words[index].text}", index + 1
        if not _SUDO_FLAG.fullmatch(flag):
            raise NotInSubset("sudo with other flags than those that keep the user root")
    return index


def script_text(words: Sequence[str]) -> str | None:
    """The text that `sh -c TEXT` runs; None for any other command. Raises NotInSubset for unknown flags."""
    if not words or words[0] not in _SHELLS:
        return None
    index = 1
    while index < len(words) and words[index].startswith(("-", "+")) and words[index] != "--":
        index += 1
    flags = words[1:index]
    if not any("c" in flag and not flag.startswith("--") for flag in flags):
        return None
    if not _SHELL_FLAGS.issuperset(flags):
        raise NotInSubset(f"{words[0]} -c with other flags")
    index += index < len(words) and words[index] == "--"
    if index == len(words):
        raise NotInSubset(f"{words[0]} -c without a text")
    return words[index]
