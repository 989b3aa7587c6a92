"""The two constant replies that every evaluation of calls is printed beside: what no learning at all would score.

A published evaluation gave 100 % to a model that never produced a command. Beside these two it would have been noticed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trace_trainer.verifiers.calls.call import Call, Reply, canonical
from trace_trainer.verifiers.calls.expected import ExpectedCalls, ExpectedCommand, Possible, read_expected
from trace_trainer.verifiers.calls.tools import COMMAND_ARGUMENT, COMMAND_TOOL

ALWAYS_TEXT, MOST_FREQUENT = "always text", "most frequent call"


def constant_replies(
    expected: Iterable[Mapping[str, Any] | Sequence[Mapping[str, Any]]],
) -> dict[str, Reply]:
    """The constant replies for problems that expect this: words, and the call most often expected.

    Of calls equally frequent the first. Only words where no call is expected at all. The text refuses: that is right
    wherever something is to be refused, and nowhere else that more than words are wanted. Raises ExpectedError.
    """
    counts: Counter[Any] = Counter()
    calls: dict[Any, Call] = {}
    for raw in expected:
        call = gold_call(raw)
        if call is not None:
            key = (call.name, canonical(call.arguments))
            counts[key] += 1
            calls.setdefault(key, call)
    replies = {ALWAYS_TEXT: Reply((), "I can't do that. Shall I go on?")}
    if counts:
        replies[MOST_FREQUENT] = Reply((calls[counts.most_common(1)[0][0]],))
    return replies


def gold_call(raw: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Call | None:
    """The one call that is expected, with the first possible value of each argument; the first one of several."""
    wanted = read_expected(raw)
    if isinstance(wanted, ExpectedCommand):
        return Call(COMMAND_TOOL, {COMMAND_ARGUMENT: wanted.command})
    if not isinstance(wanted, ExpectedCalls) or not wanted.calls:
        return None
    return Call(wanted.calls[0].name, _first_values(wanted.calls[0].arguments))


def _first_values(arguments: Mapping[str, Possible]) -> dict[str, Any]:
    return {
        name: _value(possible.patterns[0]) for name, possible in arguments.items() if not possible.optional
    }


def _value(pattern: Any) -> Any:
    if isinstance(pattern, dict):
        return _first_values(pattern)
    return [_value(item) for item in pattern] if isinstance(pattern, list) else pattern
