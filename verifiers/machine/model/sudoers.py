"""sudoers: who may do what as whom, read by its grammar from /etc/sudoers and the files beside it.

One line that is no sudoers line makes sudo refuse to work at all, so that nobody is granted anything. Not covered:
aliases are read, but not followed; of include lines only the first word is looked at.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from trace_trainer.verifiers.machine.model.state import Tree

SUDOERS: Final = "/etc/sudoers"
FOLDER: Final = "/etc/sudoers.d/"
_USER = r"(?:[%+#]?[A-Za-z_][\w.@-]*\$?|[%#]\d+|%#\d+|ALL|![A-Za-z_%#][\w.-]*)"
_LIST = rf"{_USER}(?:\s*,\s*{_USER})*"
_RUNAS = rf"\(\s*(?:{_LIST})?\s*(?::\s*{_LIST}\s*)?\)"
_TAG = r"(?:(?:NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT))"
_COMMAND = r"!?\s*(?:ALL|sudoedit(?:\s[^,:=]*)?|/[^,:=()]*|[A-Z][A-Z0-9_]*)"
_SPEC = re.compile(
    rf"(?P<users>{_LIST})\s+(?P<hosts>!?[\w.*-]+(?:\s*,\s*!?[\w.*-]+)*)\s*=\s*"
    rf"(?P<runas>{_RUNAS})?\s*(?P<tags>(?:{_TAG}\s*:\s*)*)(?P<commands>{_COMMAND}(?:\s*,\s*(?:{_RUNAS})?\s*(?:{_TAG}\s*:\s*)*{_COMMAND})*)",
    re.ASCII,
)
_OTHER = re.compile(
    r"Defaults\b.*|(?:User|Runas|Host|Cmnd|Cmd)_Alias\s+[A-Z][A-Z0-9_]*\s*=.+|[@#]include(?:dir)?\s+\S.*"
)
_ASKS_NOBODY = re.compile(r"Defaults\s(?:.*[\s,])?!\s*authenticate\b")  # of no user, host or command: of all
_MAX_LINE = 500  # characters; a longer line is not looked at and counts as broken


class Grant(NamedTuple):
    """One line: who, on which hosts, as whom, with which tags, and which commands; each as written, blanks apart."""

    users: str
    hosts: str
    runas: str
    tags: str
    commands: str


class Rights(NamedTuple):
    """What sudo reads: the grants in their order, whether a line is none, so that sudo refuses, and `Defaults`."""

    grants: tuple[Grant, ...]
    broken: bool
    defaults: tuple[str, ...] = ()


def is_sudoers(path: str) -> bool:
    """Whether sudo reads a file: names with a dot or a ~ at the end are passed over."""
    name = path.removeprefix(FOLDER)
    return path == SUDOERS or (
        name != path and "/" not in name and "." not in name and not name.endswith("~")
    )


def grants(tree: Tree) -> Rights:
    """The rights that a system gives."""
    found: list[Grant] = []
    defaults: list[str] = []
    broken = False
    for path in sorted(path for path in tree.files if path.startswith(SUDOERS) and is_sudoers(path)):
        rights = read_sudoers(tree.files[path])
        found += rights.grants
        defaults += rights.defaults
        broken = broken or rights.broken
    return Rights(tuple(found), broken, tuple(defaults))


@lru_cache(maxsize=512)
def read_sudoers(text: str) -> Rights:
    """The rights of one file."""
    found: list[Grant] = []
    defaults: list[str] = []
    broken = False
    for line in text.replace("\\\n", " ").split("\n"):
        line = line.strip()
        if not line or (line.startswith("#") and not re.match(r"#include|#\d", line)):
            continue
        line = re.sub(r"\s#.*", "", line).strip()
        match = _SPEC.fullmatch(line) if len(line) <= _MAX_LINE else None
        if match is not None:
            found.append(Grant(*("".join((match[name] or "").split()) for name in Grant._fields)))
        elif len(line) > _MAX_LINE or not _OTHER.fullmatch(line):
            broken = True
        elif line.startswith("Defaults"):
            defaults.append(" ".join(line.split()))
    return Rights(tuple(found), broken, tuple(defaults))


def may_do_everything(rights: Rights, who: str) -> bool:
    """Whether a user or `%group` may run all commands; the last line about it counts."""
    if rights.broken:
        return False
    allowed = False
    for grant in rights.grants:
        if who in grant.users.split(",") or "ALL" in grant.users.split(","):
            if grant.hosts.split(",")[-1] != "ALL":
                continue
            last = re.split(r"[,:)]", grant.commands)[-1]
            if last in ("ALL", "!ALL"):
                allowed = last == "ALL" and (not grant.runas or "ALL" in grant.runas or "root" in grant.runas)
    return allowed


def opens_to_all(rights: Rights) -> bool:
    """Whether everybody may do everything without a password."""
    if rights.broken:
        return False
    return any(map(_ASKS_NOBODY.match, rights.defaults)) or any(
        "ALL" in grant.users.split(",") and "NOPASSWD" in grant.tags and grant.commands.endswith("ALL")
        for grant in rights.grants
    )
