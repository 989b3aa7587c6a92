"""What was expected of a reply, in the forms that data sets have, read into one internal form.

- Calls: `[{"f": {"x": [1, 2, ""]}}]`, the Berkeley form, lists the possible values of each argument; `""` among them
  says that it may be left out. `[{"name": "f", "arguments": {"x": 1}}]` has one value each. No call: an empty list.
- Text: `{"type": "text", "response": "...", "intent": "ask"}`. How it is worded is never compared. Of the
  optional intents answer, ask, refuse and confirm, each wants something that is checked (`words/saying.py`).
- A command: `{"type": "command", "command": "lsblk", "goal": {"target.hostname": "mypc"}}`; the goal is optional.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trace_trainer.verifiers.calls.call import shown

Pattern = Any
"""A possible value: a scalar, a list of patterns, or a dict of names to `Possible`."""

INTENTS = ("answer", "ask", "refuse", "confirm")


class ExpectedError(ValueError):
    """What is expected can't be read; the message is one line that names the place."""


@dataclass(frozen=True, slots=True)
class Possible:
    """The possible values of one argument. `optional`: it may be left out."""

    patterns: tuple[Pattern, ...]
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """One call with the possible values of its arguments."""

    name: str
    arguments: Mapping[str, Possible]


@dataclass(frozen=True, slots=True)
class ExpectedCalls:
    """Calls in any order; none for a reply in words. `exact`: each argument has one value."""

    calls: tuple[ExpectedCall, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class ExpectedText:
    """A reply in words. `response`: the right one, "" where it is not known."""

    intent: str | None = None
    response: str = ""


@dataclass(frozen=True, slots=True)
class ExpectedCommand:
    """One shell command with the effect of this one, or, where a goal is given, one that reaches the goal's facts."""

    command: str
    goal: Mapping[str, Any] | None = None


Expected = ExpectedCalls | ExpectedText | ExpectedCommand

WANTS = ("words", "calls", "commands")
"""What a turn may want, as reports tell turns apart."""


def wants(raw: Any) -> str | None:
    """Which of WANTS this expects; None where nothing is expected, or nothing that can be read."""
    if isinstance(raw, Mapping):
        return {"text": "words", "command": "commands"}.get(str(raw.get("type")))
    return None if not isinstance(raw, list | tuple) else "calls" if raw else "words"


def read_expected(raw: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> Expected:
    """Read what is expected. Raises ExpectedError."""
    if isinstance(raw, list | tuple):
        return _read_calls(raw)
    if not isinstance(raw, Mapping):
        raise ExpectedError(f"expected: a list of calls or an object with type is needed, not {shown(raw)}")
    kind = raw.get("type")
    if kind == "text":
        intent = raw.get("intent")
        if intent is not None and intent not in INTENTS:
            raise ExpectedError(f"expected.intent: {shown(intent)}; there are {', '.join(INTENTS)}")
        response = raw.get("response")
        return ExpectedText(intent, response if isinstance(response, str) else "")
    if kind == "command":
        command, goal = raw.get("command"), raw.get("goal")
        if not isinstance(command, str) or not command.strip():
            raise ExpectedError(f"expected.command: a command line is needed, not {shown(command)}")
        if goal is not None and (not isinstance(goal, Mapping) or not goal):
            raise ExpectedError(f"expected.goal: an object of facts is needed, not {shown(goal)}")
        return ExpectedCommand(command, goal)
    raise ExpectedError(f"expected.type: {shown(kind)}; 'text', 'command', or a list of calls is needed")


def _read_calls(raw: Sequence[Any]) -> ExpectedCalls:
    calls = []
    exact = True
    for index, item in enumerate(raw):
        place = f"expected[{index}]"
        if not isinstance(item, Mapping) or not item:
            raise ExpectedError(f"{place}: a call is an object, not {shown(item)}")
        if isinstance(item.get("name"), str):
            arguments = item.get("arguments", {})
            if not isinstance(arguments, Mapping):
                raise ExpectedError(f"{place}.arguments: an object is needed, not {shown(arguments)}")
            calls.append(ExpectedCall(item["name"], {key: _one(value) for key, value in arguments.items()}))
            continue
        if len(item) != 1:
            raise ExpectedError(f"{place}: one name with its arguments is needed, not {len(item)} of them")
        ((name, arguments),) = item.items()
        if not isinstance(arguments, Mapping):
            raise ExpectedError(
                f"{place}.{name}: an object of possible values is needed, not {shown(arguments)}"
            )
        exact = False
        read = {key: _several(values, f"{place}.{name}.{key}") for key, values in arguments.items()}
        calls.append(ExpectedCall(name, read))
    return ExpectedCalls(tuple(calls), exact)


def _one(value: Any) -> Possible:
    return Possible((_exactly(value),))


def _exactly(value: Any) -> Pattern:
    if isinstance(value, Mapping):
        return {key: _one(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exactly(item) for item in value]
    return value


def _several(values: Any, place: str) -> Possible:
    if not isinstance(values, list | tuple):
        raise ExpectedError(f"{place}: a list of possible values is needed, not {shown(values)}")
    if not values:  # a few rows of the Berkeley data say so that the argument is the empty list
        return Possible(([],))
    return Possible(tuple(_pattern(value, place) for value in values), optional="" in values)


def _pattern(value: Any, place: str) -> Pattern:
    if isinstance(value, Mapping):
        return {key: _several(item, f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_pattern(item, place) for item in value]
    return value
