"""Wrong replies where tool calls are wanted: constant ones, and the right call with one mistake."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from trace_trainer.engine.audit.calls import CallRow
from trace_trainer.engine.audit.stress.tried import Payment, Tried
from trace_trainer.verifiers.calls import (
    AUTO,
    COMMAND_ARGUMENT,
    COMMAND_TOOL,
    FORMATS,
    Call,
    RenderError,
    Reply,
)
from trace_trainer.verifiers.calls.baselines import ALWAYS_TEXT, MOST_FREQUENT, constant_replies, gold_call
from trace_trainer.verifiers.calls.expected import wants

NOTHING = "nothing"
LETTER = "a letter"
PROMISE = "a promise"
SWAPPED = "values swapped"
TYPE = "another type"
VALUE = "another value"
LEFT_OUT = "an argument left out"
NAME = "another name"
TWICE = "called twice"
NOTATION = "another notation"
TOLD = "told in words"
SHOWN = "echoed"
CONSTANT = (NOTHING, LETTER, PROMISE, ALWAYS_TEXT, MOST_FREQUENT)
NEAR = (SWAPPED, TYPE, VALUE, LEFT_OUT, NAME, TWICE, NOTATION, TOLD, SHOWN)
KINDS = (*CONSTANT, *NEAR)
TOGETHER = {"any near miss": frozenset(NEAR)}

_WORDS = {NOTHING: "", LETTER: "a", PROMISE: "Sure, I have done what you asked for."}
_FORMAT = "hermes"  # in which replies are written where a line names no format


def constants(rows: Sequence[CallRow]) -> dict[str, Reply]:
    """The constant replies, by kind: words, and the call that these rows expect most often."""
    found = constant_replies(row.expected for row in rows)
    return {kind: Reply((), text) for kind, text in _WORDS.items()} | found


def try_row(row: CallRow, constant: dict[str, Reply], payment: Payment) -> Iterator[Tried]:
    """The constant replies and the near misses for one row, judged. Raises RewardError where the reward fails."""
    for kind, text in _texts(row, constant):
        yield Tried(kind, text, payment.pays(row.answered(text).verdict()))


def _texts(row: CallRow, constant: dict[str, Reply]) -> Iterator[tuple[str, str]]:
    writer = FORMATS[_FORMAT if row.format == AUTO else row.format]
    gold = gold_call(row.expected) if wants(row.expected) in ("calls", "commands") else None
    replies = list(constant.items())
    if gold is not None:
        yield (
            NOTATION,
            f"{gold.name}({', '.join(f'{key}={value!r}' for key, value in gold.arguments.items())})",
        )
        if gold.name == COMMAND_TOOL:
            yield TOLD, f"Run: {gold.arguments[COMMAND_ARGUMENT]}"
        else:
            yield TOLD, f"Call {gold.name} with {json.dumps(gold.arguments)}"
        replies += [(kind, Reply(calls)) for kind, calls in _near_misses(gold)]
    for kind, reply in replies:
        try:
            yield kind, writer.render(reply) if reply.calls else reply.text
        except RenderError:
            continue  # a format that can't say this can't be paid for it


def _near_misses(gold: Call) -> Iterator[tuple[str, tuple[Call, ...]]]:
    given = gold.arguments
    yield NAME, (Call(f"{gold.name}_", given),)
    yield TWICE, (gold, gold)
    if gold.name == COMMAND_TOOL:
        line = str(given[COMMAND_ARGUMENT])
        yield SHOWN, (Call(COMMAND_TOOL, {COMMAND_ARGUMENT: f"echo {shlex.quote(line)}"}),)
        yield TYPE, (Call(COMMAND_TOOL, {COMMAND_ARGUMENT: [line]}),)
        return
    for one, other in pairwise(given):
        if given[one] != given[other]:
            yield SWAPPED, (Call(gold.name, {**given, one: given[other], other: given[one]}),)
    for key, value in given.items():
        yield TYPE, (Call(gold.name, {**given, key: _of_another_type(value)}),)
        yield VALUE, (Call(gold.name, {**given, key: _another(value)}),)
        yield LEFT_OUT, (Call(gold.name, {name: kept for name, kept in given.items() if name != key}),)


def _of_another_type(value: Any) -> Any:
    return [value] if isinstance(value, str | list | dict) else json.dumps(value)


def _another(value: Any) -> Any:
    """A value of the same type that nobody would list beside this one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 987
    if isinstance(value, list):
        return [*value, *value, "qx"] if not value else [*value, value[-1], value[-1]]
    return {**value, "qx": 1} if isinstance(value, dict) else f"{value or ''} qx"
