"""Text cut roughly into commands, for the danger rules: quotes and backslashes dropped, each construct as if it
were run.

Values that the text gives to a variable itself (`d=/dev/sda`, `for d in /dev/sd?`) are put in its place; HOME and
PWD are known, `cd` is followed by its word. Any other variable is UNKNOWN. Linear in the text, but for values used
often, which are bounded.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

UNKNOWN: Final = "\0"  # stands for a variable whose value the text does not give
_OPEN, _CLOSE = "\1", "\2"  # around the name of a variable
_NO_QUOTES = str.maketrans("", "", "'\"\\")
_ANSI = re.compile(r"\$'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ANSI_ESCAPE = re.compile(r"\\(x[0-9A-Fa-f]{1,2}|[0-7]{1,3})")
_VARIABLE = re.compile(r"\$(?:\{([^{}\s]{0,64})\}|([A-Za-z_][A-Za-z0-9_]{0,63}|[0-9@*#?$!-]))")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_DEFAULT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*:?[-=](.*)")  # ${NAME:-word}
_MARKED = re.compile("\1([^\1\2]*)\2")
_BLANKS = re.compile(r"\$\{?IFS\b\}?")
_ECHOED = re.compile(r"\$\((?:echo|printf)\s+([^()$`\\]*)\)|`(?:echo|printf)\s+([^()$`\\]*)`")
_SEPARATOR = re.compile(r"(&&|\|\||[;&|\n(){}`])")
_WRITTEN = re.compile(r"(?:>[>|&]?|<>)\s*([^\s;&|()<>`]+)")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=(.*)", re.DOTALL)
_BETWEEN = ("&&", "||", ";", "\n")
_MAX_VALUES = 16  # words that a variable may become
_MAX_WORD = 4096


class Rough(NamedTuple):
    """A command: its words, what separates it from the one before, whether a pipe feeds it, and where it runs.

    `fed` are the operands of the commands before it in the pipe where it is xargs, which takes them as its own.
    """

    words: tuple[str, ...]
    separator: str
    piped: bool
    cwd: str | None
    fed: tuple[str, ...]


def bare_text(text: str) -> str:
    """The text with its variables marked, without quotes and backslashes; what only echoes words stands for them."""
    text = _ECHOED.sub(lambda match: match[1] or match[2] or "", _BLANKS.sub(" ", text))
    text = _ANSI.sub(lambda match: _ANSI_ESCAPE.sub(_escaped, match[1]), text)
    text = _VARIABLE.sub(lambda match: f"{_OPEN}{match[1] or match[2] or ''}{_CLOSE}", text)
    return text.replace('$"', '"').replace("$'", "'").translate(_NO_QUOTES)


def _escaped(match: re.Match[str]) -> str:
    code = match[1]
    value = int(code[1:], 16) if code[0] == "x" else int(code, 8) % 256
    return chr(value) if value > 2 else " "


def written(text: str) -> Sequence[str]:
    """The files that redirections write to."""
    return _WRITTEN.findall(_MARKED.sub(UNKNOWN, bare_text(text)))


def rough_commands(text: str, cwd: str | None = None) -> Iterator[Rough]:
    """The commands of a text, in order; `cwd` is None where the working directory is not known."""
    pieces = _SEPARATOR.split(bare_text(text))
    values: dict[str, list[str]] = {"HOME": ["/root"]} | ({"PWD": [cwd]} if cwd is not None else {})
    fed: list[str] = []
    piped = False
    for index in range(0, len(pieces), 2):
        separator = pieces[index - 1] if index else ""
        if separator in _BETWEEN:
            piped, fed = False, []
        elif separator == "|":
            piped = True
        words = [made for word in pieces[index].split() for made in _resolved(word, values)]
        own = words[1:] if words[:1] == ["export"] else words
        kept = _ASSIGNMENT.fullmatch(own[0]) if len(own) > 1 else None
        if kept is not None and kept[2]:  # a command kept for later: PROMPT_COMMAND='rm -rf /'
            yield Rough((kept[2], *own[1:]), separator, piped, cwd, ())
        words = _assigned(words, values)
        if not words:
            continue
        if words[0] == "cd" and len(words) > 1 and UNKNOWN not in words[1]:
            cwd = posixpath.normpath(posixpath.join(cwd or "/root", words[1]))
            values["PWD"] = [cwd]
        yield Rough(tuple(words), separator, piped, cwd, tuple(fed) if "xargs" in words else ())
        if words[0] == "find":
            fed.append("-r")  # what it finds lies below its operands
        fed += [word for word in words[1:] if word[:1] != "-"][:_MAX_VALUES]


def _resolved(word: str, values: dict[str, list[str]]) -> list[str]:
    """The words that a word becomes with the values known; UNKNOWN for the others."""
    names = _MARKED.findall(word)
    if not names:
        return [word]
    many = next((name for name in names if len(values.get(name, ())) > 1), None)
    made = []
    for chosen in values[many] if many is not None else [""]:

        def value(match: re.Match[str], chosen: str = chosen) -> str:
            if match[1] == many:
                return chosen
            name = _NAME.match(match[1])  # most that stands behind it in braces is not carried out: ${d%/}
            default = _DEFAULT.fullmatch(match[1])
            unset = default[1] if default is not None else UNKNOWN
            return values.get(name[0], [unset])[0] if name is not None else UNKNOWN

        made.append(_MARKED.sub(value, word)[:_MAX_WORD])
    return made


def _assigned(words: list[str], values: dict[str, list[str]]) -> list[str]:
    """Take the variables that a command sets into `values`; the words behind them."""
    if words[:1] == ["alias"]:
        return [part for word in words for part in word.split("=") if part]
    if len(words) > 3 and words[0] in ("for", "select") and words[2] == "in":
        values[words[1]] = words[3:][:_MAX_VALUES]
    while words and words[0] in ("export", "local", "declare", "readonly") and len(words) > 1:
        words = words[1:]
    while words and (match := _ASSIGNMENT.fullmatch(words[0])):
        values[match[1]] = [match[2][:_MAX_WORD]]
        words = words[1:]
    if "-c" in words and words[-1] != "-c":  # a shell's text begins there
        _assigned(words[words.index("-c") + 1 :], values)
    return words
