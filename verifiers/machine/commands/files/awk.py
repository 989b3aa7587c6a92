"""awk: programs that print fields, `[/PATTERN/ or CONDITION] { print FIELDS }`; others are unsupported, never
guessed."""

from __future__ import annotations

import re
from collections.abc import Sequence

from trace_trainer.verifiers.machine.commands.files.columns import lines_of
from trace_trainer.verifiers.machine.commands.files.groups import compile_pattern
from trace_trainer.verifiers.machine.commands.files.patterns import PatternError
from trace_trainer.verifiers.machine.commands.files.text import Texts, unescape
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_PROGRAM = re.compile(
    r"\s*(?P<when>[^{}]*?)\s*(?:\{\s*(?:print(?:\s+(?P<what>[^{};]*?))?)?\s*;?\s*\})?\s*", re.DOTALL
)
_ITEM = re.compile(
    r'\s*(?:\$(?P<field>\d{1,3}|NF)|(?P<name>NR|NF)|"(?P<text>(?:[^"\\]|\\.)*)")\s*(?P<comma>,?)'
)
_CONDITION = re.compile(
    r'(?:\$(?P<field>\d{1,3}|NF)|(?P<name>NR|NF))\s*(?P<sign>==|!=|>=|<=|>|<|~|!~)\s*(?P<value>"[^"]*"|\d{1,9}|/[^/]*/)'
)


@command("awk", "gawk")
def awk(session: Session, arguments: Sequence[str]) -> Output:
    """Print fields of the lines that a pattern or a comparison selects."""
    options = read_options(session, arguments, "F:v:f:", anywhere=False)
    if options.has("-f", "-v") or not options.operands:
        raise Unsupported("awk with a program file or variables")
    program, *paths = options.operands
    match = _PROGRAM.fullmatch(program)
    if match is None or (not match["when"] and "{" not in program):
        raise Unsupported("awk beyond printing fields")
    if "{" in program and "print" not in program:
        raise Unsupported("awk beyond printing fields")
    separator = options.last("-F")
    texts = Texts(session, paths)
    shown = []
    for number, line in enumerate((line for _, text in texts.found for line in lines_of(text)), 1):
        fields = _fields(line, separator)
        if _selects(session, match["when"], line, fields, number):
            shown.append(_printed(match["what"] or "$0", line, fields, number))
    return texts.output("".join(line + "\n" for line in shown))


def _fields(line: str, separator: str | None) -> list[str]:
    if separator in (None, " "):
        return line.split()
    separator = unescape(separator or "")[0]
    if len(separator) != 1 or separator in "^$*+?()[]\\":
        raise Unsupported("awk with a pattern between fields")
    return line.split(separator) if line else []


def _field(name: str, line: str, fields: Sequence[str]) -> str:
    place = len(fields) if name == "NF" else int(name)
    if place == 0:
        return line
    return fields[place - 1] if place <= len(fields) else ""


def _printed(what: str, line: str, fields: Sequence[str], number: int) -> str:
    pieces: list[str] = []
    position = 0
    while position < len(what):
        match = _ITEM.match(what, position)
        if match is None:
            raise Unsupported("awk beyond printing fields")
        position = match.end()
        if match["field"] is not None:
            pieces.append(_field(match["field"], line, fields))
        elif match["name"] is not None:
            pieces.append(str(number if match["name"] == "NR" else len(fields)))
        else:
            pieces.append(unescape(match["text"])[0])
        pieces += [" "] if match["comma"] else []
    return "".join(pieces)


def _selects(session: Session, when: str, line: str, fields: Sequence[str], number: int) -> bool:
    if not when:
        return True
    negated = when.startswith("!/")
    if re.fullmatch(r"!?/[^/]*/", when):
        return _finds(session, when.lstrip("!")[1:-1], line) != negated
    match = _CONDITION.fullmatch(when)
    if match is None:
        raise Unsupported("awk with another condition")
    left = (
        str(number if match["name"] == "NR" else len(fields))
        if match["name"]
        else _field(match["field"], line, fields)
    )
    sign, right = match["sign"], match["value"]
    if sign in ("~", "!~"):
        return _finds(session, right.strip('/"'), left) == (sign == "~")
    if right.startswith("/"):
        raise CommandError("awk: syntax error", exit=2)
    if right.startswith('"') or not re.fullmatch(r"\s*-?\d{1,15}(?:\.\d{1,6})?\s*", left):
        order = (left > right.strip('"')) - (left < right.strip('"'))
    else:
        order = (float(left) > float(right)) - (float(left) < float(right))
    return {
        "==": order == 0,
        "!=": order != 0,
        ">": order > 0,
        "<": order < 0,
        ">=": order >= 0,
        "<=": order <= 0,
    }[sign]


def _finds(session: Session, text: str, line: str) -> bool:
    try:
        return (
            compile_pattern(text, extended=True).find(line, 0, session.allowance.spend_searching) is not None
        )
    except PatternError as error:
        raise Unsupported(f"awk: {error}") from None
