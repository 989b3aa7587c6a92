"""sort and uniq: lines in order, by fields or numbers, and lines that repeat. Order is by code point, as in the
locale C."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from trace_trainer.verifiers.machine.commands.files.text import Texts
from trace_trainer.verifiers.machine.session.declaring import Options, command, read_options
from trace_trainer.verifiers.machine.session.outcomes import CommandError, Output, Unsupported
from trace_trainer.verifiers.machine.session.session import Session

_SORT_LONG = """reverse unique ignore-case key= field-separator= numeric-sort output= stable check human-numeric-sort
    ignore-leading-blanks version-sort random-sort zero-terminated merge""".split()
_SORT_KNOWN = frozenset(
    """-r -u -f -k -t -n -o -s -h -b --reverse --unique --ignore-case --key --field-separator --numeric-sort --output
    --stable --human-numeric-sort --ignore-leading-blanks""".split()
)
_KEY = re.compile(r"(\d{1,4})([bfnrh]*)(?:,(\d{1,4})([bfnrh]*))?", re.ASCII)
_NUMBER = re.compile(r"\s*(-?\d*\.?\d*)", re.ASCII)
_HUMAN = re.compile(r"\s*(-?\d*\.?\d*)([KMGTP]?)", re.ASCII)
Key = Callable[[str], Any]


@command("sort")
def sort(session: Session, arguments: Sequence[str]) -> Output:
    """Order lines; -k F[,F] with -t, -n, -h, -r, -f, -u, -o."""
    options = read_options(session, arguments, "bcCdfghik:mMnN:o:rRsS:t:T:uVz", _SORT_LONG)
    unknown = next((name for name, _ in options.pairs if name not in _SORT_KNOWN), None)
    if unknown is not None:
        raise Unsupported(f"sort {unknown}")
    texts = Texts(session, options.operands, "{name}: cannot read: {path}: {reason}")
    if texts.errors:
        return Output("", texts.errors, 2, texts.info, texts.operands)
    lines = [line for _, text in texts.found for line in _lines(text)]
    lines = _sorted(lines, options)
    stdout = "".join(line + "\n" for line in lines)
    target = options.last("-o", "--output")
    if target is None:
        return texts.output(stdout)
    session.write(target, stdout)
    return Output()


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n") if text else []


def _sorted(lines: list[str], options: Options) -> list[str]:
    letters = "".join(name[1] for name, _ in options.pairs if name in ("-n", "-h", "-f", "-r", "-b"))
    letters += (
        "n" * options.has("--numeric-sort")
        + "r" * options.has("--reverse")
        + "f" * options.has("--ignore-case")
    )
    letters += "h" * options.has("--human-numeric-sort")
    separator = options.last("-t", "--field-separator")
    if separator is not None and len(separator) != 1:
        raise CommandError(f"sort: multi-character tab '{separator}'", exit=2)
    keys = [_key(text, separator, letters) for text in options.values("-k", "--key")]
    unique = options.has("-u", "--unique")
    if not unique and not options.has("-s", "--stable") and (keys or letters.strip("rb")):
        lines.sort(reverse="r" in letters)  # ties are broken by the whole line
    for key, is_reverse in reversed(keys or [(_comparison(letters), "r" in letters)]):
        lines.sort(key=key, reverse=is_reverse)
    if not unique:
        return lines
    form = [key for key, _ in keys] or [_comparison(letters)]
    return [next(group) for _, group in groupby(lines, key=lambda line: [key(line) for key in form])]


def _key(text: str, separator: str | None, letters: str) -> tuple[Key, bool]:
    """The comparison that `-k 2,2n` asks for, and whether it is reversed."""
    match = _KEY.fullmatch(text)
    if match is None or match[1] == "0":
        raise Unsupported(f"sort -k {text}")
    first, last = int(match[1]), int(match[3]) if match[3] else None
    own = match[2] + (match[4] or "") or letters
    compare = _comparison(own)

    def key(line: str) -> Any:
        if separator is not None:
            fields = line.split(separator)
            return compare(separator.join(fields[first - 1 : last]))
        fields = re.findall(r"\s*\S+|\s+$", line)
        return compare("".join(fields[first - 1 : last]))

    return key, "r" in own


def _comparison(letters: str) -> Key:
    if "h" in letters:
        return _human
    if "n" in letters:
        return _number
    blank = str.lstrip if "b" in letters else str
    return (lambda text: blank(text).upper()) if "f" in letters else blank


def _number(text: str) -> float:
    match = _NUMBER.match(text)
    digits = match[1] if match else ""
    return float(digits) if re.search(r"\d", digits) else 0.0


def _human(text: str) -> tuple[int, float]:
    match = _HUMAN.match(text)
    unit = " KMGTP".index(match[2] or " ") if match else 0
    return unit, _number(text)


@command("uniq")
def uniq(session: Session, arguments: Sequence[str]) -> Output:
    """Lines that repeat the one before are dropped, counted (-c), or alone shown (-d; -u the others)."""
    options = read_options(session, arguments, "cdDf:is:uw:z", ["count", "repeated", "unique", "ignore-case"])
    if options.has("-D", "-f", "-s", "-w", "-z") or len(options.operands) > 2:
        raise Unsupported("uniq that compares parts of lines")
    texts = Texts(session, options.operands[:1])
    lines = [line for _, text in texts.found for line in _lines(text)]
    fold = str.lower if options.has("-i", "--ignore-case") else str
    shown = []
    for _, group in groupby(lines, key=fold):
        same = list(group)
        if (options.has("-d", "--repeated") and len(same) == 1) or (
            options.has("-u", "--unique") and len(same) > 1
        ):
            continue
        shown.append(f"{len(same):7d} {same[0]}" if options.has("-c", "--count") else same[0])
    stdout = "".join(line + "\n" for line in shown)
    if len(options.operands) == 2:
        session.write(options.operands[1], stdout)
        return Output()
    return texts.output(stdout)
