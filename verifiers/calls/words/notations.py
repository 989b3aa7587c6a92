"""Calls of known tools in notations that are not the format's: what reads as a call is no reply in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from trace_trainer.verifiers.calls.strict_json import CallSyntaxError, decode

_MAX_MENTIONS = 32
_LABEL = re.compile(
    r"(?:action|tool|function|call|invoke|tool_name|function_name|tool_call|api|name"
    r"|functions?)\s*[^\w\s:=.]*\s*[:=.]\s*[\"'`*]*$",
    re.IGNORECASE,
)
_SURE_LABEL = re.compile(
    r"(?:action|tool_name|function_name|tool_call|call|to=functions?)[\"'`*]*\s*[:=.]\s*[\"'`*]*$",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:]\s+(?=\S*$)|[.!?:]\s+(?=[$#%>]\s*$)")
_NAMED = re.compile(r"\(\s*\w+\s*[=:]\s*[^\s)]|\(\s*[{\"']")
_PASSED = re.compile(r"\s+(?:--\w+|\w+=\S)|:\s*\{")
_GIVEN = re.compile(r"(?:\.\w+)?\s*\((?:\s*\)|[^)\n]{0,200}[=:\"'\d{\[]|[^\s)]{1,200}\)\W*$)")
_OPTION = re.compile(r"[\s:]+(?:--?\w+|\w+\s*=\s*\S|\{)|:\s*$|\s+[\"'][^\"'\n]*[\"'][)\]]?$")


_EXPRESSION = re.compile(r"\[?[A-Za-z_][\w.]*\((?:\s*[A-Za-z_]\w*\s*=[^\n]*|\s*[{\"'][^\n]*)?\)\]?;?")


def _is_json(text: str) -> bool:
    try:
        return isinstance(decode(text), dict | list)
    except CallSyntaxError:
        return False


def stray_notation(text: str, names: Iterable[str]) -> str | None:
    """What a text calls in some notation of its own; None where it only speaks.

    A text that is one call, or one JSON value, and nothing else is a call whatever it names.

    Args:
        names: of the tools that could be called.
    """
    whole = text.strip(" `\n")
    if _EXPRESSION.fullmatch(whole) or (whole[:1] in ("{", "[") and _is_json(whole)):
        return whole[:40]
    known = frozenset(names)
    pattern = _names(known)
    if pattern is None:
        return None
    for count, found in enumerate(pattern.finditer(text)):
        if count == _MAX_MENTIONS:
            return found[0]  # nobody is told a name so often
        if found[0] not in known:  # another spelling, which is a call where it is given arguments by name
            if _NAMED.match(text, found.end()):
                return found[0]
        elif _is_call(text, found.start(), found.end()):
            return found[0]
    return None


@lru_cache(maxsize=1024)
def _names(names: frozenset[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    spelt = (re.escape(name).replace("_", "[_ -]?") for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(spelt)})(?!\w)", re.IGNORECASE)


def _is_call(text: str, start: int, end: int) -> bool:
    name = text[start:end]
    before = text[text.rfind("\n", 0, start) + 1 : start]
    before = _SENTENCE_END.split(before)[-1]
    line_end = text.find("\n", end)
    after = text[end : len(text) if line_end == -1 else line_end]
    is_name = not name.isalpha() or not name.islower()  # `get_weather`, not `weather`
    opens = not before.strip(" \t[(`*>-/@\"'$#%")
    if _GIVEN.match(after):
        return is_name or opens or "=" in after or '"' in after
    tagged = text[start - 1 : start] == "<" or text[max(0, start - 2) : start] == "</"
    if (
        after[:1] == "{"
        or (is_name and after[:1] == "[")
        or (tagged and (is_name or after.lstrip()[:1] in (">", "/")))
    ):
        return True
    quoted = text[start - 1 : start] in ('"', "'") and after[:1] in ('"', "'")
    if quoted and "{" in text[max(0, start - 400) : start]:
        return True
    in_tags = text[start - 1 : start] == ">" and after[:2] == "</"
    if is_name and (in_tags or _PASSED.match(after)):
        return True
    if _SURE_LABEL.search(before) or (is_name and len(before.split()) <= 2 and _LABEL.search(before)):
        return True
    if not opens:
        return False
    rest = after.strip(" \t]`*\"'()")
    # A name and one or two words are a call as a shell has it; more are a sentence.
    bare = is_name and len(rest.split()) <= 2 and not rest.endswith((".", "!", "?"))
    return bare or (_OPTION.match(after) is not None and (is_name or "=" in after or "{" in after))
