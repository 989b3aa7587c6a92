"""harmony (GPT-OSS): a turn is messages, each with a header that names its channel and, for a call, its tool.

<|channel|>analysis<|message|>They want disks.<|end|>
<|start|>assistant to=functions.look<|channel|>commentary json<|message|>{"what": "disks"}<|call|>

No line break stands between them. The prompt ends with `<|start|>assistant`, so the first header is the rest of one.
What is said in the channels final and commentary is the reply's words, analysis is thought. The tool may stand before
or behind the channel, and `<|constrain|>` before json. A turn has one call, which ends it. Read where it is named.
"""

from __future__ import annotations

import re

from trace_trainer.verifiers.calls.call import Call, Reply
from trace_trainer.verifiers.calls.formats.format import FORMATS, Format
from trace_trainer.verifiers.calls.formats.layout import Layout
from trace_trainer.verifiers.calls.formats.surroundings import (
    refuse_call_in_thought,
    refuse_stray_call,
    split_thought,
    trim_turn,
)
from trace_trainer.verifiers.calls.strict_json import CallSyntaxError, decode

_CHANNEL, _MESSAGE = "<|channel|>", "<|message|>"
_TO = "to=functions."
_START = "<|start|>assistant"
_HEADER = re.compile(
    r"\s*(?:to=(?P<before>\S+?))?\s*<\|channel\|>(?P<channel>analysis|commentary|final)"
    r"\s*(?:to=(?P<behind>[^\s<]+))?\s*(?:(?:<\|constrain\|>)?\s*json)?\s*<\|message\|>"
)
_END = re.compile(r"<\|(?:end|call|return|start)\|>")


def _read(text: str) -> Reply:
    body = text.strip()
    if not _is_message(body):
        body = split_thought(body)
    if not _is_message(body):
        spoken = trim_turn(body)
        refuse_stray_call(spoken)
        return Reply((), spoken)
    words: list[str] = []
    position, is_first = 0, True
    while position < len(body):
        if body.startswith(_START, position):
            position += len(_START)
        elif not is_first:
            raise CallSyntaxError(
                "stray_call", f"{body[position : position + 20]!r} follows a message that has ended"
            )
        is_first = False
        header = _HEADER.match(body, position)
        if header is None:
            raise _no_header(body[position:])
        end = _END.search(body, header.end())
        said = body[header.end() : end.start() if end else len(body)]
        to = header["before"] or header["behind"]
        if to is not None:
            return Reply((_call(to, said, body[end.end() :] if end else ""),), _joined(words))
        if header["channel"] == "analysis":
            refuse_call_in_thought(said)
            if end is None:
                raise CallSyntaxError("unclosed_thought", "the analysis never ends")
        else:
            refuse_stray_call(said)
            words.append(said)
        position = end.end() if end and end[0] != "<|start|>" else end.start() if end else len(body)
    return Reply((), _joined(words))


def _is_message(text: str) -> bool:
    return text.removeprefix(_START).lstrip().startswith((_CHANNEL, "to="))


def _call(to: str, said: str, rest: str) -> Call:
    """The call that a message to `to` is. Raises CallSyntaxError, also where text follows it."""
    name = to.removeprefix("functions.")
    if not name or name == to:
        raise CallSyntaxError("not_a_call", f"a call is addressed {_TO}NAME, not to={to[:40]}")
    arguments = decode(trim_turn(said))
    if not isinstance(arguments, dict):
        raise CallSyntaxError("not_a_call", "the arguments of a call are a JSON object of names and values")
    if trim_turn(rest):
        several = _TO in rest
        raise CallSyntaxError(
            "several_calls" if several else "text_around_call",
            "a second call follows; this format has one call a turn" if several else "text follows the call",
        )
    return Call(name, arguments)


def _no_header(text: str) -> CallSyntaxError:
    if _MESSAGE not in text:
        return CallSyntaxError(
            "unclosed_call", f"the text ends before {_MESSAGE}; it was cut, perhaps by a limit"
        )
    return CallSyntaxError(
        "not_a_call",
        f"{text[:40]!r} is no header: {_TO}NAME for a call, and the channel analysis, commentary or final",
    )


def _joined(words: list[str]) -> str:
    return "\n".join(stripped for part in words if (stripped := part.strip()))


HARMONY = FORMATS.declare(
    "harmony",
    Format(
        "harmony",
        Layout(
            f" {_TO}@name{_CHANNEL}commentary json{_MESSAGE}@arguments",
            bare_name=True,
            tokens=(_CHANNEL, _MESSAGE),
            header=f"{_CHANNEL}final{_MESSAGE}",
        ),
        _read,
        opening=_TO,
        in_auto=False,
    ),
)
