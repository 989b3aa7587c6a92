"""cut, tr, paste, nl, tac, rev, seq: lines and columns of text rearranged."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import zip_longest

from trace_trainer.verifiers.machine.commands.files.text import Texts, from_pipe, unescape
from trace_trainer.verifiers.machine.session.declaring import command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_RANGE = re.compile(r"(\d{0,6})(-?)(\d{0,6})", re.ASCII)
_CLASSES = {
    "alpha": "A-Za-z",
    "digit": "0-9",
    "alnum": "A-Za-z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": " \t\n\r\f\v",
    "blank": " \t",
    "punct": "!-/:-@[-`{-~",
    "xdigit": "0-9A-Fa-f",
}
_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,6})?", re.ASCII)
MAX_LINES = 10_000


def lines_of(text: str) -> list[str]:
    """The lines of a text, without their ends."""
    return text.removesuffix("\n").split("\n") if text else []


@command("cut")
def cut(session: Session, arguments: Sequence[str]) -> Output:
    """Fields (-f, with -d), characters (-c) or bytes (-b) of each line."""
    long = [
        "bytes=",
        "characters=",
        "delimiter=",
        "fields=",
        "only-delimited",
        "complement",
        "output-delimiter=",
    ]
    options = read_options(session, arguments, "b:c:d:f:nsz", [*long, "zero-terminated"])
    if options.has("-z", "--zero-terminated", "--complement"):
        raise Unsupported("cut of other than lines")
    listed = options.last("-f", "--fields")
    chars = options.last("-c", "--characters", "-b", "--bytes")
    if (listed is None) == (chars is None):
        raise CommandError("cut: you must specify a list of bytes, characters, or fields")
    delimiter = options.last("-d", "--delimiter")
    delimiter = "\t" if delimiter is None else delimiter or "\0"
    if len(delimiter) != 1:
        raise CommandError("cut: the delimiter must be a single character")
    ranges = _ranges(listed or chars or "")
    glue = options.last("--output-delimiter")
    texts = Texts(session, options.operands)
    shown = []
    for line in (line for _, text in texts.found for line in lines_of(text)):
        if listed is None:
            shown.append(
                (glue or "").join(line[first - 1 : last] for first, last in ranges if line[first - 1 : last])
            )
        elif delimiter in line:
            fields = line.split(delimiter)
            kept = [field for number, field in enumerate(fields, 1) if _is_in(number, ranges)]
            shown.append((delimiter if glue is None else glue).join(kept))
        elif not options.has("-s", "--only-delimited"):
            shown.append(line)
    return texts.output("".join(line + "\n" for line in shown))


def _ranges(text: str) -> list[tuple[int, int]]:
    """The places of a list such as 1,3-5,7-, merged and in order. Raises CommandError."""
    found = []
    for part in text.replace(" ", ",").split(","):
        match = _RANGE.fullmatch(part)
        if match is None or part in ("", "-"):
            raise CommandError(f"cut: invalid field value '{part}'")
        first = int(match[1] or 1)
        last = int(match[3] or (10**6 if match[2] else first))
        if first < 1 or last < first:
            raise CommandError(
                "cut: invalid decreasing range" if first > 0 else "cut: fields are numbered from 1"
            )
        found.append((first, last))
    merged: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _is_in(number: int, ranges: Sequence[tuple[int, int]]) -> bool:
    return any(first <= number <= last for first, last in ranges)


@command("tr")
def tr(session: Session, arguments: Sequence[str]) -> Output:
    """Characters replaced, deleted (-d) or squeezed (-s); -c means all others."""
    long = ["complement", "delete", "squeeze-repeats", "truncate-set1"]
    options = read_options(session, arguments, "cCdst", long, anywhere=False)
    deletes, squeezes = options.has("-d", "--delete"), options.has("-s", "--squeeze-repeats")
    sets = [_characters(text) for text in options.operands]
    wanted = 1 if deletes != squeezes else 2
    if (
        not 1 <= len(sets) <= 2
        or (len(sets) < wanted and not (squeezes and len(sets) == 1))
        or (deletes and not squeezes and len(sets) == 2)
    ):
        what = (
            f"missing operand after '{options.operands[-1]}'"
            if len(sets) == 1
            else "missing operand"
            if not sets
            else "extra operand"
        )
        raise CommandError(f"tr: {what}\nTry 'tr --help' for more information.")
    text = from_pipe(session)
    others = options.has("-c", "-C", "--complement")
    first = sets[0]
    if deletes:
        text = "".join(char for char in text if (char in first) == others)
    elif len(sets) == 2:
        second = sets[1]
        if not second:
            raise CommandError("tr: when not truncating set1, string2 must be non-empty")
        if others:
            text = "".join(char if char in first else second[-1] for char in text)
        else:
            table = {}
            for place, char in enumerate(first):
                table[ord(char)] = second[min(place, len(second) - 1)]
            text = text.translate(table)
    if squeezes:
        repeated = sets[-1]
        keeps = (
            (lambda char: char not in repeated)
            if others and len(sets) == 1
            else (lambda char: char in repeated)
        )
        text = "".join(
            char
            for place, char in enumerate(text)
            if place == 0 or char != text[place - 1] or not keeps(char)
        )
    return Output(text)


def _characters(text: str) -> str:
    """The characters that a set of tr stands for, in order. Raises Unsupported for equivalences and repeats."""
    text = re.sub(r"\[:(\w+):\]", lambda match: _CLASSES.get(match[1], match[0]), text)
    if re.search(r"\[[=:]|\[.\*", text):
        raise Unsupported("tr with equivalence classes or repeats")
    text = unescape(text)[0]
    found: list[str] = []
    place = 0
    while place < len(text):
        if text[place + 1 : place + 2] == "-" and place + 2 < len(text):
            low, high = ord(text[place]), ord(text[place + 2])
            if high < low or high - low > 0x400:
                raise CommandError(
                    f"tr: range-endpoints of '{text[place : place + 3]}' are in reverse collating sequence order"
                )
            found += map(chr, range(low, high + 1))
            place += 3
        else:
            found.append(text[place])
            place += 1
    return "".join(found)


@command("paste")
def paste(session: Session, arguments: Sequence[str]) -> Output:
    """Lines of files side by side; -s: the lines of each in one."""
    options = read_options(session, arguments, "d:sz", ["delimiters=", "serial", "zero-terminated"])
    glue = unescape(options.last("-d", "--delimiters") or "\t")[0]
    if options.has("-z", "--zero-terminated") or len(glue) != 1:
        raise Unsupported("paste with several delimiters")
    texts = Texts(session, options.operands)
    columns = [lines_of(text) for _, text in texts.found]
    if options.has("-s", "--serial"):
        rows = [glue.join(column) for column in columns]
    else:
        rows = [glue.join(row) for row in zip_longest(*columns, fillvalue="")]
    return texts.output("".join(row + "\n" for row in rows))


@command("nl", "tac", "rev")
def lines(session: Session, arguments: Sequence[str]) -> Output:
    """Lines numbered (the empty ones aside), from the last to the first, or read backwards."""
    options = read_options(session, arguments, "b:w:s:" if session.name == "nl" else "")
    style = options.last("-b") or "t"
    if options.has("-w", "-s") or style not in ("a", "t"):
        raise Unsupported("nl with that layout")
    texts = Texts(session, options.operands)
    shown: list[str] = []
    for _, text in texts.found:
        found = lines_of(text)
        if session.name == "tac":
            shown += reversed(found)
        elif session.name == "rev":
            shown += (line[::-1] for line in found)
        else:
            shown += found
    if session.name == "nl":
        shown = _numbered(shown, style)
    return texts.output("".join(line + "\n" for line in shown))


def _numbered(found: Sequence[str], style: str) -> list[str]:
    shown, number = [], 0
    for line in found:
        counts = bool(line) or style == "a"
        number += counts
        shown.append(f"{number:6d}\t{line}" if counts else "       ")
    return shown


@command("seq")
def seq(session: Session, arguments: Sequence[str]) -> Output:
    """Numbers from one to another: seq LAST, seq FIRST LAST, seq FIRST STEP LAST; -s, -w."""
    words = list(arguments)
    glue, equal = "\n", False
    while (words and words[0] in ("-s", "-w", "--equal-width")) or (
        words and words[0].startswith(("-s", "--separator="))
    ):
        word = words.pop(0)
        if word in ("-w", "--equal-width"):
            equal = True
        elif word == "-s":
            glue = words.pop(0) if words else ""
        else:
            glue = word.removeprefix("--separator=").removeprefix("-s")
    if words and words[0].startswith("-") and _NUMBER.fullmatch(words[0]) is None:
        raise Unsupported(f"seq {words[0]}")
    bad = next((word for word in words if _NUMBER.fullmatch(word) is None), None)
    if bad is not None or not 1 <= len(words) <= 3:
        what = (
            f"invalid floating point argument: '{bad}'"
            if bad is not None
            else "missing operand"
            if not words
            else "extra operand"
        )
        raise CommandError(f"seq: {what}\nTry 'seq --help' for more information.")
    numbers = [Decimal(word) for word in words]
    first = numbers[0] if len(numbers) > 1 else Decimal(1)
    step = numbers[1] if len(numbers) == 3 else Decimal(1)
    if step == 0:
        raise CommandError("seq: invalid Zero increment value: '0'\nTry 'seq --help' for more information.")
    count = int((numbers[-1] - first) / step) + 1 if (numbers[-1] - first) * step >= 0 else 0
    if count > MAX_LINES:
        raise Unsupported("that many numbers")
    places = max((-int(number.as_tuple().exponent) for number in (first, step)), default=0)
    shown = [f"{first + step * place:.{places}f}" for place in range(count)]
    if equal and shown:
        width = max(map(len, shown))
        shown = [("-" + text[1:].zfill(width - 1)) if text[0] == "-" else text.zfill(width) for text in shown]
    text = glue.join(shown) + ("\n" if shown else "")
    return Output(text, info="text", operands=(text,))
