"""Command-line text to tokens: words in pieces that remember their quotes, control operators and redirection arrows.

One pass over the text with one regular expression; no construct is looked at twice. Whatever the subset lacks is found
here or in `parse`, and ends the reading with NotInSubset, which says what it was. Lines follow bash as it runs a
script: no history expansion, comments from a `#` that starts a word. Not covered: bytes that are not text; those are
refused.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")

COMMAND_SUBSTITUTION = "a command substitution, $(...)"
UNCLOSED = "a quote that is not closed"


class NotInSubset(ValueError):
    """The text has something that the subset lacks; the message names it."""


class Piece(NamedTuple):
    """A stretch of a word whose characters are all quoted, or all not."""

    text: str
    quoted: bool


class Word(NamedTuple):
    """A word before brace expansion; never without pieces. Unquoted pieces don't follow each other."""

    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The word with its quotes removed."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def bare(self) -> str:
        """The word's text where nothing in it is quoted, else "". Keywords and descriptors have to be bare."""
        return "" if len(self.pieces) > 1 or self.pieces[0].quoted else self.pieces[0].text


class Arrow(NamedTuple):
    """A redirection operator, the digits before it, if any, and the text of a here-document."""

    operator: str
    descriptor: str
    body: str = ""


Token = Word | Arrow | str  # a str is one of the control operators && || | ; and newline

_TOKEN = re.compile(
    r"""
    ([^ \t\n'"\\$`|&;()<>]+)        # 1 unquoted text
  | ([ \t]+)                        # 2 blanks
  | '([^']*)'                       # 3 'text'
  | "([^"\\$`]*)"                   # 4 "text" with nothing special in it
  | \\([^\n])                       # 5 an escaped character
  | (&&|\|\||\|(?!&)|;(?![;&])|\n)  # 6 a control operator
  | (&>>|&>|>>|>\||>&|>(?!\()|<<<|<<-?|<(?![<&>(]))  # 7 an arrow
    """,
    re.VERBOSE,
)
# What `$` starts, a line continuation between the two aside; any other `$` is a dollar.
_EXPANSION = re.compile(r"\$(?:\\\n)*([A-Za-z0-9_@*#?$!{\[-]|\((?:\\\n)*\(?)")
_ANSI_QUOTE = re.compile(r"\$(?:\\\n)*['\"]")
_IN_DOUBLE = re.compile(r'([^"\\$`]+)|\\(?:([$`"\\])|\n)|(["$`\\])')
_IN_DOCUMENT = re.compile(r"([^\\$`]+)|\\(?:([$`\\])|\n)|([$`\\])")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")


def tokens(text: str) -> list[Token]:
    """The tokens of a command line. Raises NotInSubset."""
    if _NOT_TEXT.search(text):
        raise NotInSubset("a character that is not text")
    found: list[Token] = []
    pieces: list[Piece] = []
    waiting: list[int] = []  # here-documents whose text comes behind the line, as places in `found`
    position, end = 0, len(text)
    match_token = _TOKEN.match
    while position < end:
        match = match_token(text, position)
        if match is None:
            position = _read_special(text, position, pieces)
            continue
        kind, start, position = match.lastindex, position, match.end()
        if kind == 1:
            if not pieces and text[start] == "#":
                position = _end_of_line(text, start)
            else:
                _add_bare(pieces, match[1])
        elif kind == 2:
            if pieces:
                found.append(Word(tuple(pieces)))
                pieces.clear()
        elif kind == 6:
            if pieces:
                found.append(Word(tuple(pieces)))
                pieces.clear()
            found.append(match[6])
            if match[6] == "\n" and waiting:
                position = _read_documents(text, position, found, waiting)
        elif kind == 7:
            found.extend(_arrow(match[7], pieces))
            pieces.clear()
            if match[7] in ("<<", "<<-"):
                waiting.append(len(found) - 1)
        else:
            pieces.append(Piece(match[kind or 0], True))
    if pieces:
        found.append(Word(tuple(pieces)))
    if waiting:
        _read_documents(text, end, found, waiting)
    return found


def _read_documents(text: str, position: int, found: list[Token], waiting: list[int]) -> int:
    """Read the here-documents that start at `position` into their arrows; the position behind them.

    One that never ends goes to the end of the text, as in bash.
    """
    for place in waiting:
        arrow, word = found[place], found[place + 1] if place + 1 < len(found) else None
        if not isinstance(arrow, Arrow) or not isinstance(word, Word):
            raise NotInSubset("a here-document without its end")
        lines = []
        while position < len(text):
            end = text.find("\n", position)
            line, newline = (text[position:], "") if end < 0 else (text[position:end], "\n")
            position += len(line) + len(newline)
            line = line.lstrip("\t") if arrow.operator == "<<-" else line
            if line == word.text:
                break
            lines.append(line + newline)
        body = "".join(lines)
        if not any(piece.quoted for piece in word.pieces):
            body = _plain_document(body)
        found[place] = arrow._replace(body=body)
    waiting.clear()
    return position


def _plain_document(body: str) -> str:
    """The text of a here-document whose end is not quoted: in it, as in double quotes, variables are replaced."""
    parts: list[str] = []
    position = 0
    while match := _IN_DOCUMENT.match(body, position):
        plain, escaped, special = match.groups()
        position = match.end()
        if special is None:
            parts.append(plain or escaped or "")
        elif special == "\\":
            parts.append(special)
        elif special == "`":
            raise NotInSubset(COMMAND_SUBSTITUTION)
        else:
            _check_dollar(body, position - 1)
            parts.append(special)
    return "".join(parts)


def _add_bare(pieces: list[Piece], text: str) -> None:
    """Add unquoted text to a word, joined to what is before a line continuation or a lone dollar."""
    if pieces and not pieces[-1].quoted:
        text = pieces.pop().text + text
    pieces.append(Piece(text, False))


def _end_of_line(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _arrow(operator: str, pieces: list[Piece]) -> list[Token]:
    """A redirection's operator, and the word that ends before it unless that is its descriptor."""
    if not pieces:
        return [Arrow(operator, "")]
    word = Word(tuple(pieces))
    bare = word.bare
    if bare.isascii() and bare.isdigit() and not operator.startswith("&"):
        return [Arrow(operator, bare)]
    if bare.startswith("{") and bare.endswith("}") and bare[1:-1].isidentifier():
        raise NotInSubset("a descriptor that is kept in a variable, {name}>")
    return [word, Arrow(operator, "")]


def _read_special(text: str, position: int, pieces: list[Piece]) -> int:
    """Read what the token expression does not match; the position behind it. Raises NotInSubset for most of it."""
    char = text[position]
    if char == '"':
        content, position = _read_double(text, position + 1)
        pieces.append(Piece(content, True))
        return position
    if char == "\\":
        if position + 1 == len(text):
            raise NotInSubset("a backslash at the end")
        return position + 2  # a line continuation; any other escape is a token
    if char == "$":
        _check_dollar(text, position)
        if _ANSI_QUOTE.match(text, position):
            raise NotInSubset("a quote with escapes or a translation, $'...' or $\"...\"")
        _add_bare(pieces, "$")
        return position + 1
    _fail_at(text, position)


def _read_double(text: str, position: int) -> tuple[str, int]:
    """The content of a double-quoted string that starts at `position`, and the position behind it."""
    parts: list[str] = []
    while match := _IN_DOUBLE.match(text, position):
        plain, escaped, special = match.groups()
        position = match.end()
        if special is None:
            parts.append(plain or escaped or "")
        elif special == '"':
            return "".join(parts), position
        elif special == "\\":  # before any other character it stands for itself
            parts.append(special)
        elif special == "`":
            raise NotInSubset(COMMAND_SUBSTITUTION)
        else:
            _check_dollar(text, position - 1)
            parts.append(special)
    raise NotInSubset(UNCLOSED)


def _check_dollar(text: str, position: int) -> None:
    """Raise NotInSubset unless the dollar at `position` is only a dollar."""
    if match := _EXPANSION.match(text, position):
        if not match[1].startswith("("):
            raise NotInSubset("a variable, $NAME")
        raise NotInSubset("arithmetic, $((...))" if match[1].endswith("((") else COMMAND_SUBSTITUTION)


def _fail_at(text: str, position: int) -> NoReturn:
    """Raise NotInSubset for the construct that starts here."""
    char, two = text[position], text[position : position + 2]
    if char == "'":
        raise NotInSubset(UNCLOSED)
    if char == "`":
        raise NotInSubset(COMMAND_SUBSTITUTION)
    if char in "()":
        raise NotInSubset("parentheses: a subshell, a function, an array or arithmetic")
    if two in ("<(", ">("):
        raise NotInSubset("a process substitution, <(...)")
    if two in ("<&", "<>"):
        raise NotInSubset(f"the redirection {two}")
    if two == "|&":
        raise NotInSubset("a pipe of both streams, |&")
    if char == ";":
        raise NotInSubset("the end of a case, ;;")
    raise NotInSubset("a background command, &")
