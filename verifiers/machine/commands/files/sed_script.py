"""sed's language, read: `[ADDRESS[,ADDRESS]][!]COMMAND`, with s, d, p, q, a, i, c and =.

Addresses are numbers, `$` and /PATTERN/. Patterns are those of patterns.py. Not covered: groups and back
references, hold space, labels and branches, reading and writing of other files.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from trace_trainer.verifiers.machine.commands.files.groups import Finder, compile_pattern
from trace_trainer.verifiers.machine.commands.files.patterns import PatternError
from trace_trainer.verifiers.machine.session.outcomes import CommandError

Address = int | str | Finder  # a line's number, "$", or what it must match
GROUP_MARKS = "\x01\x02\x03\x04\x05\x06\x0e\x0f\x10"  # stand for \\1 to \\9 in a replacement
_GROUP = re.compile(r"\(")
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "/": "/",
    "&": "\0",
    "\\": "\\",
}  # a NUL stands for a plain & until it is put in


class Edit(NamedTuple):
    """One command of a script. `text` is the replacement of s, or the line of a, i, c."""

    letter: str
    addresses: tuple[Address, ...] = ()
    negated: bool = False
    pattern: Finder | None = None
    text: str = ""
    flags: str = ""
    nth: int = 1


def read_script(script: str, extended: bool) -> list[Edit]:
    """The commands of a script. Raises PatternError where one isn't covered."""
    edits, position = [], 0
    while position < len(script):
        if script[position] in "; \n\t":
            position += 1
            continue
        if script[position] == "#":
            end = script.find("\n", position)
            position = len(script) if end < 0 else end
            continue
        addresses, position = _addresses(script, position, extended)
        while position < len(script) and script[position] in " !":
            position += 1
        negated = "!" in script[:position].rstrip(" ")[-1:]
        edit, position = _command(script, position, extended)
        edits.append(edit._replace(addresses=addresses, negated=negated))
        if position < len(script) and script[position] not in "; \n\t}":
            raise PatternError(f"{script[:40]!r} is not covered")
    return edits


def _addresses(script: str, position: int, extended: bool) -> tuple[tuple[Address, ...], int]:
    found: list[Address] = []
    while len(found) < 2 and position < len(script):
        char = script[position]
        if char.isdigit():
            end = position
            while end < len(script) and script[end].isdigit():
                end += 1
            found.append(int(script[position:end][:9]))
            if found[-1] == 0:
                raise CommandError("sed: -e expression #1, char 2: invalid usage of line address 0")
            position = end
        elif char == "$":
            found.append("$")
            position += 1
        elif char == "/" or (char == "\\" and position + 1 < len(script)):
            mark = char if char == "/" else script[position + 1]
            text, position = _until(script, position + (1 if char == "/" else 2), mark)
            ignores = script[position : position + 1] == "I"
            position += ignores
            found.append(compile_pattern(text, extended, False, ignores))
        else:
            break
        if script[position : position + 1] == "," and len(found) == 1:
            position += 1
        else:
            break
    if script[position : position + 1] in ("~", "+"):
        raise PatternError("steps between lines are not covered")
    return tuple(found), position


def _command(script: str, position: int, extended: bool) -> tuple[Edit, int]:
    letter = script[position : position + 1]
    if letter and letter in "dpq=":
        return Edit(letter), position + 1
    if letter == "s" and position + 1 < len(script):
        mark = script[position + 1]
        found, position = _until(script, position + 2, mark)
        text, position = _until(script, position, mark)
        flags = ""
        while position < len(script) and script[position] in "gIip0123456789":
            flags += script[position]
            position += 1
        nth = int("".join(filter(str.isdigit, flags)) or 1)
        return Edit(
            "s",
            pattern=compile_pattern(found, extended, False, "i" in flags.lower()),
            text=_plain(text, bool(_GROUP.search(found))),
            flags=flags,
            nth=nth,
        ), position
    if letter and letter in "aic":
        end = script.find("\n", position)
        text = script[position + 1 : len(script) if end < 0 else end].lstrip()
        if text == "\\" and end >= 0:  # the classical form: the text is on the next line
            start, end = end + 1, script.find("\n", end + 1)
            text = script[start : len(script) if end < 0 else end]
        text = text.removeprefix("\\").replace("\\t", "\t")
        if not text or "\\" in text:
            raise PatternError(f"{script[:40]!r} is not covered")
        return Edit(letter, text=text), len(script) if end < 0 else end
    raise PatternError(f"{script[:40]!r} is not covered")


def _until(script: str, start: int, mark: str) -> tuple[str, int]:
    """The text up to the next unescaped mark, the mark itself unescaped, and the position behind it."""
    pieces: list[str] = []
    position = start
    while position < len(script):
        char = script[position]
        if char == mark:
            return "".join(pieces), position + 1
        if char == "\\" and position + 1 < len(script):
            follows = script[position + 1]
            pieces.append(follows if follows == mark and mark not in "&.*[]^$" else "\\" + follows)
            position += 2
            continue
        pieces.append(char)
        position += 1
    raise PatternError(f"{script[:40]!r} has no closing {mark}")


def _plain(text: str, has_groups: bool) -> str:
    """The replacement: `&` stands for the match, a NUL for a plain `&`, \\1 for a group by its control character.

    Raises PatternError at anything else that is special.
    """
    pieces, position = [], 0
    while position < len(text):
        if text[position] == "\\" and position + 1 < len(text):
            escaped = _ESCAPES.get(text[position + 1])
            if has_groups and text[position + 1] in "123456789":
                escaped = GROUP_MARKS[int(text[position + 1]) - 1]
            if escaped is None and text[position + 1].isalnum():
                raise PatternError("back references and case changes in the replacement are not covered")
            pieces.append(escaped if escaped is not None else text[position + 1])
            position += 2
        else:
            pieces.append(text[position])
            position += 1
    return "".join(pieces)
