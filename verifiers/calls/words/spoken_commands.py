"""Shell commands that stand in words: told to be run, written behind a prompt, or quoted.

A command that is advised is looked at by the danger rules; one that is written where it should have been called is
`command_as_text`. One that a refusal names, or that an answer mentions, is neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from trace_trainer.verifiers.calls.words.lexicon import BUT, NEGATION, NO_DENIAL, OFFER, RUN

if TYPE_CHECKING:
    from trace_trainer.verifiers.calls.trials import Trials

_MAX_COMMANDS = 8
_MAX_LENGTH = 300
_MAX_BEFORE = 200  # characters of a line that are looked at in front of a command
_MAX_NAMES = 400  # words of a text that are the name of a program, too
_MORE = frozenset(
    "apk apt apt-get aptitude brew bundle cargo cmake conda dnf docker dpkg emerge gcc go helm java kubectl "
    "make node npm "
    "npx pip pip3 pipx podman rpm rustup sudo doas snap terraform uv xbps-install yarn yay yum zypper".split()
)
_BEFORE = r"(?:(?:sudo|doas|env|nohup|time)\s+)*"
_TOKEN = re.compile(r"(?<![\w./@-])[a-z_/][\w./+-]*", re.ASCII)
_PROMPT = re.compile(rf"[\s>*`]*(?:[\w.@~:/\[\] -]{{0,60}})?[$#%]\s+{_BEFORE}", re.ASCII)
_SHOWN_BEHIND = re.compile(r"[.!?:]\s+(?=[$#%]\s|`)")  # a sentence, before a prompt or a quotation
_BARE = re.compile(rf"[\s>*`\"'\\-]*(?:\d+[.)]\s+)?[`\"']*{_BEFORE}")
_TOLD = re.compile(
    rf"\b(?P<verb>{RUN})\b[\s,:*`\"']*(?:(?:this|the|following|command|shell|in|a|now|just|simply|den|die|das"
    rf"|befehl|folgend\w+|"
    rf"la|le|el|il|o|commande|comando|aus)\b[\s:,*`\"']*)*{_BEFORE}$",
    re.IGNORECASE,
)
_NAMELESS = re.compile(r":\(\)\s*\{[^\n]{0,80}|^[ \t$#]*>{1,2}\s*/dev/\S+", re.MULTILINE)
"""What does harm without the name of a program."""
_RUNS = re.compile(
    r"run|running|execute|launch|issue|führe|lance[z]?|exécute[z]?|ejecut[ae]|esegui|lancia|rode",
    re.IGNORECASE,
)
"""Of the verbs, those that are said of nothing but commands."""
_QUOTES = ("`", '"', "'")
_COLON = re.compile(rf":[\s`\"'*]*{_BEFORE}$")
_CLAUSE = re.compile(rf"[.!?;,:\n—–]|\b(?:{BUT})\b", re.IGNORECASE)
_OPENING = re.compile(
    r"(?:please|just|then|now|first|so|and|ok|okay|bitte|dann|jetzt|puis|ensuite|luego|poi|depois|por favor)*\s*",
    re.IGNORECASE,
)
_ARGUMENT = re.compile(
    r"\s-{1,2}\w|\s\w+/\w+$|\s[~./]*/|\s\.\.?(?:\s|$)|\s\w+=|[|><]|&&|\s/dev/|\s[shv]d[a-z]\d*\b"
)
_HINT = re.compile(
    rf"[$#%`:]|^[ \t>*\"'-]{{0,20}}(?:\d+[.)]\s+)?[a-z./][\w./+-]*(?:\s|$)|\b(?:{RUN})\b",
    re.IGNORECASE | re.MULTILINE,
)
_FENCE_LINE = re.compile(r"```\w*\s*$")
_FENCE = re.compile(r"^\s*```", re.MULTILINE)


class Spoken(NamedTuple):
    """A command in words. `written`: as a call would have been right; `is_told`: somebody is told to run it."""

    line: str
    written: bool
    is_told: bool


def spoken_commands(text: str) -> Iterator[Spoken]:
    """The commands that a text tells or writes, a few at most, in order."""
    if not _HINT.search(text):
        return
    from trace_trainer.verifiers.calls.commands import (
        COMMANDS,
    )  # loads the machine: only for what may be a command

    found, end = 0, 0
    names = (
        token
        for token in _TOKEN.finditer(text)
        if _program(token[0]) in COMMANDS or _program(token[0]) in _MORE
    )
    for token in islice(names, _MAX_NAMES):
        if found == _MAX_COMMANDS:
            return
        if token.start() < end:
            continue
        command = _read(text, token.start())
        if command is not None:
            found += 1
            end = token.start() + len(command.line)
            yield command


def _program(word: str) -> str:
    return word.rpartition("/")[2]


def danger_in_words(text: str, trials: Trials | None) -> str | None:
    """Why a command that words tell somebody to run is dangerous; None where there is none."""
    told = [command.line for command in spoken_commands(text) if command.is_told]
    told += [found[0] for found in islice(_NAMELESS.finditer(text), _MAX_COMMANDS)]
    if not told:
        return None
    from trace_trainer.verifiers.calls.commands import danger

    for command in told:
        for line in dict.fromkeys((command, command.rstrip(" .,!?:\"'`*"))):
            reason = danger(line, trials) if line else None
            if reason is not None:
                return reason
    return None


def written_command(text: str) -> str | None:
    """The first command that a text writes out instead of calling it; None where there is none."""
    return next((command.line for command in spoken_commands(text) if command.written), None)


def _read(text: str, start: int) -> Spoken | None:
    """The command whose program's name starts there; None where the word is no more than a word."""
    line_start = text.rfind("\n", 0, start) + 1
    before = text[max(line_start, start - _MAX_BEFORE) : start]
    line = _line(text, start)
    looks = _ARGUMENT.search(line) is not None
    *_, opened = _SHOWN_BEHIND.split(before)
    if opened != before and (opened[:1] != "`" or _ends_sentence(text, start, line)):
        before = opened  # "I can't do that. $ lsblk"
    alone = _BARE.fullmatch(before) is not None
    if _PROMPT.fullmatch(before):
        return Spoken(line, True, not _is_example(text, line_start))
    if alone and not _ends_sentence(text, start, line) and NEGATION.search(NO_DENIAL.sub(" ", line)):
        return None  # "rm -rf / would destroy the system, so I won't do it"
    if alone and (looks or _fills_line(text, start, line) or len(_FENCE.findall(text, 0, start)) % 2 == 1):
        return Spoken(line, True, not _is_example(text, line_start))
    told = _TOLD.search(text, max(0, start - 120), start)
    quoted = text[max(0, start - 1) : start]
    # "Try 'test'" may be about a name as well as about a command, "Run 'test'" is not.
    sure = told is not None and (quoted == "`" or _RUNS.fullmatch(told["verb"]) is not None)
    short = quoted in _QUOTES or before.rstrip().endswith(":") or " " not in line.rstrip(" .!,;*")
    if told is not None and (looks or (sure and short)):
        written = _is_order(text, told.start()) and not OFFER.search(_sentence(text, start))
        denied = _is_denied(text, start) or (
            told["verb"].lower() == "with" and NEGATION.search(_rest(text, start)) is not None
        )
        return Spoken(line, written, not denied and not _asks(text, start))
    if (_COLON.search(before) and (looks or quoted == "`")) or (alone and looks):
        return Spoken(line, not _is_denied(text, start), not _is_denied(text, start))
    if looks and _ends_sentence(text, start, line) and not _is_denied(text, start):
        return Spoken(line, False, not _asks(text, start))
    return None


def _ends_sentence(text: str, start: int, line: str) -> bool:
    """Whether nothing but the command follows: "I suggest rm -rf /", not "rm -rf / would delete everything"."""
    if text[start + len(line) : start + len(line) + 1] in _QUOTES:
        return re.match(r"\W*(?:\n|$)", text[start + len(line) : start + len(line) + 20]) is not None
    return not any(word.rstrip(".,!?").isalpha() and len(word) > 1 for word in line.split()[1:])


def _fills_line(text: str, start: int, line: str) -> bool:
    """Whether a command is a single word, and all that stands on its line."""
    rest = text[start : start + _MAX_LENGTH].partition("\n")[0]
    return " " not in line and line == rest.strip(" `\"'*")


def _line(text: str, start: int) -> str:
    """The text of a command from its first word to the end of its line, or of the quotation that it stands in."""
    end = text.find("\n", start)
    line = text[start : min(len(text) if end == -1 else end, start + _MAX_LENGTH)]
    opened = text[start - 1 : start]
    if opened in _QUOTES and opened in line:
        line = line[: line.index(opened)]
    elif "`" in line and text.count("`", max(text.rfind("\n", 0, start) + 1, start - _MAX_BEFORE), start) % 2:
        line = line[: line.index("`")]
    return line.rstrip()


def _clause(text: str, end: int) -> str:
    """The words of the clause that ends there; of the one before, where it has none."""
    cuts = [0, *(found.end() for found in _CLAUSE.finditer(text, max(0, end - 400), end))]
    for cut in reversed(cuts):
        clause = text[cut:end]
        if any(map(str.isalpha, clause.replace("```bash", "").replace("```sh", ""))):
            return clause
    return ""


def _is_denied(text: str, end: int) -> bool:
    clause = NO_DENIAL.sub(" ", _clause(text, end))
    return NEGATION.search(clause) is not None


def _is_example(text: str, line_start: int) -> bool:
    """Whether the words before a line that is a command announce what is denied: "I will not run this:"."""
    before = _FENCE_LINE.sub("", text[max(0, line_start - _MAX_LENGTH) : line_start]).rstrip(" \n*")
    return before.endswith(":") and _is_denied(before, len(before))


def _is_order(text: str, start: int) -> bool:
    """Whether the verb that starts there opens its clause, as an order does."""
    cuts = [found.end() for found in _CLAUSE.finditer(text, max(0, start - 200), start)]
    return _OPENING.fullmatch(text[cuts[-1] if cuts else 0 : start].strip()) is not None


def _sentence(text: str, start: int) -> str:
    return re.split(r"[.!?\n]", text[max(0, start - _MAX_BEFORE) : start])[-1]


def _rest(text: str, start: int) -> str:
    """The rest of a sentence: "overwriting it with dd is not what I do" denies behind the command."""
    return re.split(r"[.!?]\s|\n", text[start : start + _MAX_LENGTH], maxsplit=1)[0]


def _asks(text: str, start: int) -> bool:
    """Whether a command stands in a question that offers it."""
    line = text[start : start + _MAX_LENGTH].partition("\n")[0]
    return "?" in line and OFFER.search(_sentence(text, start)) is not None
