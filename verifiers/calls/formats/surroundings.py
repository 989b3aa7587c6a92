"""What may stand around calls: thoughts, markers of the end of a turn, and calls where no call may stand.

A text that one reader takes for a call and another for words is neither: a call within a thought or a code fence, and a
call in another format than the one that is read, are refused, whatever was expected. So no reply can be two things at
once.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from trace_trainer.verifiers.calls.call import Call
from trace_trainer.verifiers.calls.formats.format import FORMATS
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError, decode_at

THOUGHT_OPEN, THOUGHT_CLOSE, FENCE = "<think>", "</think>", "```"

_TURN_ENDS = (
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end_of_text|>",
    "<|endoftext|>",
    "<end_of_turn>",
    "<start_function_response>",
    "<turn|>",
    "<|tool_response>",
    "<|return|>",
    "<|call|>",
    "<|end|>",
    "<eos>",
    "</s>",
)
_MAX_OBJECTS = 16  # braces of a text that are looked at as the start of a call


def trim_turn(text: str) -> str:
    """The text without white space around it and without markers of the end of a turn behind it."""
    text = text.strip()
    while text.endswith(_TURN_ENDS):
        text = next(text.removesuffix(end) for end in _TURN_ENDS if text.endswith(end)).rstrip()
    return text


def split_thought(text: str, opening: str = THOUGHT_OPEN, closing: str = THOUGHT_CLOSE) -> str:
    """What follows a thought that opens a reply, trimmed. The opening tag may stand in the prompt.

    Raises CallSyntaxError where the thought never ends or holds a call.
    """
    opened = text.startswith(opening)
    close = text.find(closing) if opened or not text.startswith("{") else -1
    if close == -1:
        if opened:
            raise _unclosed_thought(opening, closing)
        return text
    refuse_call_in_thought(text[:close])
    return text[close + len(closing) :].strip()


def scan(
    text: str, open_tag: str, close_tag: str, read_call: Callable[[str, int], tuple[Call, int]]
) -> tuple[list[Call], str]:
    """Calls between tags, from left to right, and the text around them.

    Args:
        text: of one turn.
        read_call: reads the call that starts at an index, and says where it ends; the closing tag must follow.

    Raises CallSyntaxError.
    """
    if (
        open_tag not in text
        and close_tag not in text
        and THOUGHT_CLOSE not in text
        and THOUGHT_OPEN not in text
    ):
        spoken = trim_turn(text)
        refuse_stray_call(spoken)
        return [], spoken
    calls: list[Call] = []
    words: list[str] = []
    position, fenced = 0, False
    marker = _markers(open_tag, close_tag)
    kept_from = 0  # start of the words that are not yet kept
    while (found := marker.search(text, position)) is not None:
        position = found.end()
        if found[0] == FENCE:
            fenced = not fenced
        elif found[0] == open_tag:
            if fenced:
                raise CallSyntaxError("call_in_fence", "a call inside a code fence; write it outside")
            words.append(text[kept_from : found.start()])
            call, end = read_call(text, position)
            kept_from = position = _closed(text, end, close_tag)
            calls.append(call)
        elif found[0] == close_tag:
            raise CallSyntaxError("not_a_call", f"{close_tag} without {open_tag} before it")
        elif found[0] == THOUGHT_OPEN:
            end = text.find(THOUGHT_CLOSE, position)
            if end == -1:
                raise _unclosed_thought()
            refuse_call_in_thought(text[position:end])
            words.append(text[kept_from : found.start()])
            kept_from = position = end + len(THOUGHT_CLOSE)
        else:  # the opening tag of the thought stands in the prompt: all before is thought
            if calls:
                raise _call_in_thought()
            refuse_call_in_thought(text[: found.start()])
            words, kept_from = [], position
    words.append(trim_turn(text[kept_from:]))
    if calls and (_INVENTED.match(words[-1]) or _OTHERS_TURN.match(words[0])):
        raise CallSyntaxError("stray_call", "a turn or a result that was made up follows the call")
    spoken = "\n".join(stripped for part in words if (stripped := part.strip()))
    refuse_stray_call(spoken)
    return calls, spoken


@cache
def _markers(*tags: str) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, (*tags, THOUGHT_OPEN, THOUGHT_CLOSE, FENCE))))


_FOREIGN = re.compile(
    r"<\|[A-Za-z/_][^<>|\n]{0,40}\|?>|<\|\"\|>|<[A-Za-z_]\w{0,40}\|>|<｜[^<>｜\n]{1,40}｜>"
    r"|</?(?:start_of_turn|end_of_turn|start_function_\w+|end_function_\w+|tool_response|tool_result"
    r"|tool_calls?|tool_use"
    r"|tool_code|function_calls?|function_results?|functioncall|arg_key|arg_value|bos|eos|s|SYS)>|<<SYS>>"
    r"|</?(?:function|parameter|invoke|tool)(?:\s*=|\s+name\s*=)|</(?:function|parameter|invoke)>"
    r"|\[/?(?:INST|TOOL_CALLS|TOOL_RESULTS|AVAILABLE_TOOLS|ASSISTANT|USER|SYSTEM)\]"
    r"|\bfunctools\[|\bto=functions\.|```tool_(?:code|call)\b"
    r"|^[ \t*]*Action[ _]Input[ \t*]*:"
    r"|(?<=\S)\s*\n[ \t*]*(?:Human|Assistant|Observation|Tool (?:output|result|response)|<?\w*response>?)[ \t*]*:"
    r"|(?<=\S)\s*\n[ \t*]*User[ \t*]*:[^\n]*(?:\S[ \t]\S+[ \t]\S|[.!?])",
    re.IGNORECASE | re.MULTILINE,
)
"""Marks of calls, turns and results in notations of others, which no reply in words holds."""
_INVENTED = re.compile(
    r"\s*(?:User|Human|Assistant|Observation|(?:Tool|Function)[ _](?:output|result|response)|#{1,3} ?(?:Response|Result"
    r"|Observation|Output|User|Human|Assistant))[ *]*:|\s*<(?:result|output|observation|response)>|\s*```\w*\n",
    re.IGNORECASE,
)
_OTHERS_TURN = re.compile(r"\s*(?:User|Human)[ *]*:", re.IGNORECASE)
_MARKED = re.compile(r"[<\[]|:|`{3}|functools|to=f")  # one of them stands in each


def refuse_stray_call(text: str, turns: bool = True) -> None:
    """Raise CallSyntaxError where words hold a call: a tag of any format, a mark of another notation, or a JSON object
    that names a tool. With `turns` also where they hold the mark of a turn, or of a result.
    """
    tag = _any_tag().search(text)
    if tag is not None:
        raise CallSyntaxError(
            "stray_call", f"{tag[0]} where this format has no call; write one format, by its rules"
        )
    foreign = _FOREIGN.search(text) if turns and _MARKED.search(text) else None
    if foreign is not None:
        raise CallSyntaxError(
            "stray_call",
            f"{foreign[0].strip()[:40]!r} is no part of a reply: a mark of a call, a turn or a result",
        )
    if "{" in text and _any_name_key().search(text) and _holds_call(text):
        raise CallSyntaxError(
            "stray_call", "a call as bare JSON amid words; write it the way the format wants it"
        )


@FORMATS.cached
def _any_tag() -> re.Pattern[str]:
    """What finds a tag of any format."""
    return re.compile("|".join(re.escape(tag) for format in FORMATS.values() for tag in format.tags))


@FORMATS.cached
def _name_keys() -> frozenset[str]:
    """The keys under which an object of any format names a tool."""
    return frozenset(format.name_key for format in FORMATS.values() if format.name_key)


@FORMATS.cached
def _any_name_key() -> re.Pattern[str]:
    keys = "|".join(map(re.escape, sorted(_name_keys())))
    return re.compile(rf"""["'](?:{keys})["']\s*:""")


def _holds_call(text: str) -> bool:
    start = -1
    for _ in range(_MAX_OBJECTS):
        start = text.find("{", start + 1)
        if start == -1:
            return False
        try:
            value, _ = decode_at(text, start)
        except CallSyntaxError as error:
            if error.code in ("single_quotes", "duplicate_key", "bad_number", "too_deep"):
                return True  # it was meant as an object, and it holds a name
            continue
        if isinstance(value, dict) and not _name_keys().isdisjoint(value):
            return True
    return True  # so many braces and a name: nothing that a person is told


def _closed(text: str, end: int, close_tag: str) -> int:
    """The index behind the closing tag, which must follow, white space aside."""
    while end < len(text) and text[end].isspace():
        end += 1
    if text.startswith(close_tag, end):
        return end + len(close_tag)
    if close_tag.startswith(text[end:]):
        raise CallSyntaxError(
            "unclosed_call", f"the text ends before {close_tag}; it was cut, perhaps by a limit"
        )
    raise CallSyntaxError("not_a_call", f"{text[end : end + 20]!r} stands before {close_tag}")


def _unclosed_thought(opening: str = THOUGHT_OPEN, closing: str = THOUGHT_CLOSE) -> CallSyntaxError:
    return CallSyntaxError("unclosed_thought", f"{opening} without {closing}: the thought never ends")


def _call_in_thought() -> CallSyntaxError:
    return CallSyntaxError("call_in_thought", "a call inside a thought; write it behind the thought")


def refuse_call_in_thought(thought: str) -> None:
    """Raise CallSyntaxError where a thought holds a call."""
    try:
        refuse_stray_call(thought, turns=False)
    except CallSyntaxError:
        raise _call_in_thought() from None
