"""Command-line text to a `CommandLine`: lists, pipelines, simple commands, and the text of `sh -c`.

list     := pipeline ((&& | || | ; | newline) pipeline)*
pipeline := simple (| simple)*
simple   := (word | redirection)+
redirection := [0-2] (> | >> | >| | < | << | <<< | >&) word  or  (&> | &>>) word

The subset is that of installer dialogues: no variables, no substitutions, no loops. Text outside it comes
back as Unsupported with the construct's name; nothing is ever executed or looked up. Time is linear in the text. `time`
counts as a command, `sudo` is dropped with the flags that leave the meaning alone, and a home folder `~` is refused,
because whose it is depends on the machine.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from trace_trainer.verifiers.shell.braces import Budget, Expanded, expand
from trace_trainer.verifiers.shell.lexer import ENV_NAME, Arrow, NotInSubset, Token, Word, tokens
from trace_trainer.verifiers.shell.prefixes import drop_sudo, script_text
from trace_trainer.verifiers.shell.syntax import CommandLine, Part, Redirect, Simple, Unsupported
from trace_trainer.verifiers.shell.unparsed import is_dangerous

_SHORT = 1_000  # characters of a line that is kept among many, which bounds their memory
MAX_LENGTH = 20_000  # characters of a line; longer ones are Unsupported

_KEYWORDS = dict.fromkeys(
    "if then else elif fi do done case esac while until for select".split(), "a loop or condition"
) | {
    "function": "a function",
    "coproc": "a background command, coproc",
    "[[": "a condition, [[ ... ]]",
    "]]": "a condition, [[ ... ]]",
    "{": "a group, { ... }",
    "}": "a group, { ... }",
    "!": "a negated exit status, !",
}
_DESCRIPTOR = re.compile(r"[0-9]*-?")  # behind >&; with the minus it is closed or moved
_TILDE_IN_VALUE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=(?:.*:)?~", re.DOTALL)


def parse_shell(text: str) -> CommandLine | Unsupported:
    """Parse a command line. Never raises and never executes anything, whatever the text."""
    return (_parsed if len(text) <= _SHORT else _parsed_long)(text)


def _parse(text: str) -> CommandLine | Unsupported:
    if len(text) > MAX_LENGTH:
        return Unsupported(f"a line of more than {MAX_LENGTH:,} characters", is_dangerous(text[:MAX_LENGTH]))
    try:
        return _Parser(text, Budget(), in_script=False).line()
    except NotInSubset as found:
        return Unsupported(str(found), is_dangerous(text))


# One verdict parses a line several times, a training the same expected lines again and again.
_parsed = lru_cache(maxsize=1024)(_parse)
_parsed_long = lru_cache(maxsize=2)(_parse)


class _Parser:
    """Recursive descent over the tokens of one text. Every method may raise NotInSubset."""

    def __init__(self, text: str, budget: Budget, in_script: bool) -> None:
        self._tokens = tokens(text)
        self._position = 0
        self._budget = budget
        self._in_script = in_script

    def _next(self) -> Token:
        """The token at the position, "" at the end."""
        return self._tokens[self._position] if self._position < len(self._tokens) else ""

    def _skip_newlines(self) -> None:
        while self._next() == "\n":
            self._position += 1

    def line(self) -> CommandLine:
        """The whole text."""
        parts: list[Part] = []
        connector: Literal["", "&&", "||", ";"] = ""
        self._skip_newlines()
        while self._next() or connector in ("&&", "||"):
            parts.append(Part(connector, self._pipeline()))
            operator = self._next()
            connector = "&&" if operator == "&&" else "||" if operator == "||" else ";"
            self._position += 1
            self._skip_newlines()
        return CommandLine(tuple(parts))

    def _pipeline(self) -> tuple[Simple, ...]:
        simples = [self._simple()]
        while self._next() == "|":
            self._position += 1
            self._skip_newlines()
            simples.append(self._simple())
        return tuple(simples)

    def _simple(self) -> Simple:
        words: list[Word] = []
        redirects: list[Redirect] = []
        token = self._next()
        if isinstance(token, str):
            raise NotInSubset(
                f"a missing command before {token!r}" if token else "a missing command at the end"
            )
        if isinstance(token, Word) and token.bare in _KEYWORDS:
            raise NotInSubset(_KEYWORDS[token.bare])
        while not isinstance(token, str):
            self._position += 1
            if isinstance(token, Word):
                words.append(token)
            else:
                redirects += self._redirects(token)
            token = self._next()
        return self._command(words, tuple(redirects))

    def _redirects(self, arrow: Arrow) -> list[Redirect]:
        word = self._next()
        if not isinstance(word, Word):
            raise NotInSubset(f"a missing file after {arrow.operator}")
        self._position += 1
        expanded = expand(word, self._budget)
        if len(expanded) != 1 or _is_glob(expanded[0]):
            raise NotInSubset("a redirection to other than one file")
        _check_tilde(expanded[0])
        operator, digits, target = arrow.operator, arrow.descriptor, expanded[0].text
        if operator in ("<<", "<<-"):
            return [Redirect(_descriptor(digits or "0", "0"), "<<", arrow.body)]
        if operator == "<<<":
            return [Redirect(_descriptor(digits or "0", "0"), "<<", target + "\n")]
        if operator == "<":
            return [Redirect(_descriptor(digits or "0", "0"), "<", target)]
        fd = _descriptor(digits or "1", "12")
        if operator == ">&" and (digits or _DESCRIPTOR.fullmatch(target)):
            return [Redirect(fd, ">&", str(_descriptor(target, "12")))]
        if operator in (">", ">>"):
            return [Redirect(fd, ">>" if operator == ">>" else ">", target)]
        if operator == ">|":
            return [Redirect(fd, ">", target)]
        return [Redirect(1, ">>" if operator == "&>>" else ">", target), Redirect(2, ">&", "1")]

    def _command(self, words: list[Word], redirects: tuple[Redirect, ...]) -> Simple:
        start = 0
        while start < len(words) and _is_assignment(words[start]):
            start += 1
        assignments = tuple(word.text for word in words[:start])
        expanded = [made for word in words[start:] for made in expand(word, self._budget)]
        for made in expanded:
            _check_tilde(made)
        command, more = drop_sudo(expanded)
        if words and not command:
            raise NotInSubset("no command behind the prefixes")
        globs = tuple(index for index, made in enumerate(command) if _is_glob(made))
        texts = tuple(made.text for made in command)
        return Simple(
            texts,
            redirects,
            globs,
            self._script(texts, globs),
            len(command) < len(expanded),
            assignments + more,
        )

    def _script(self, words: Sequence[str], globs: Sequence[int]) -> CommandLine | None:
        """The parsed text of `sh -c`; None for any other command."""
        text = script_text(words)
        if text is None:
            return None
        if self._in_script:
            raise NotInSubset("sh -c inside sh -c")
        if globs:
            raise NotInSubset("a glob as the text of sh -c")
        return _Parser(text, self._budget, in_script=True).line()


def _is_assignment(word: Word) -> bool:
    first = word.pieces[0]
    return not first.quoted and "=" in first.text and ENV_NAME.match(first.text) is not None


def _descriptor(digits: str, allowed: str) -> int:
    if len(digits) != 1 or digits not in allowed:
        raise NotInSubset("a descriptor other than 0, 1 and 2")
    return int(digits)


def _check_tilde(word: Expanded) -> None:
    if "~" in word.shape and (word.shape[0] == "~" or _TILDE_IN_VALUE.match(word.shape)):
        raise NotInSubset("a home folder, ~")


def _is_glob(word: Expanded) -> bool:
    """Whether an unquoted `*`, `?` or `[...]` is left in a word."""
    shape = word.shape
    return "*" in shape or "?" in shape or -1 < shape.find("[") < shape.rfind("]") - 1
