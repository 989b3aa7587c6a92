"""How close calls are to the expected ones: names, arguments, F1 over arguments, and which of these apply to a reply.

`ast_match` has a file of its own.

Values are compared as JSON values: 1 equals 1.0, true differs from 1, key order is free, strings are compared as they
stand. Where several values are possible, any of them is right, and an argument that may be left out counts on neither
side when it is.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trace_trainer.verifiers.calls.ast_match import ast_match
from trace_trainer.verifiers.calls.call import Call
from trace_trainer.verifiers.calls.expected import (
    Expected,
    ExpectedCall,
    ExpectedCalls,
    ExpectedCommand,
    ExpectedText,
    Pattern,
    Possible,
)
from trace_trainer.verifiers.calls.matching import match
from trace_trainer.verifiers.calls.tools import COMMAND_TOOL, Tools, command_of

Metrics = dict[str, bool | float]


def name_match(calls: Sequence[Call], expected: Sequence[ExpectedCall]) -> bool:
    """Whether the names are equal as multisets."""
    return Counter(call.name for call in calls) == Counter(one.name for one in expected)


def arguments_match(calls: Sequence[Call], expected: Sequence[ExpectedCall]) -> bool:
    """Whether names and arguments are equal, calls in any order."""
    if len(calls) != len(expected):
        return False
    return -1 not in match(calls, expected, _same_call)


def same_values(calls: Sequence[Call], expected: Sequence[ExpectedCall]) -> bool:
    """Whether calls are the expected ones in values: as `arguments_match`, and 1,000 is 1000 where both are texts."""
    if len(calls) != len(expected):
        return False
    plain = [Call(call.name, _without_separators(call.arguments)) for call in calls]
    wanted = [
        ExpectedCall(one.name, {name: _plain_possible(possible) for name, possible in one.arguments.items()})
        for one in expected
    ]
    return -1 not in match(plain, wanted, _same_call)


_SEPARATED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", re.ASCII)


def _without_separators(value: Any) -> Any:
    """A value with the commas dropped that part thousands in a text that is a number."""
    if isinstance(value, str):
        return value.replace(",", "") if _SEPARATED.fullmatch(value) else value
    if isinstance(value, dict):
        return {key: _without_separators(item) for key, item in value.items()}
    return [_without_separators(item) for item in value] if isinstance(value, list) else value


def _plain_possible(possible: Possible) -> Possible:
    return Possible(tuple(map(_plain_pattern, possible.patterns)), possible.optional)


def _plain_pattern(pattern: Pattern) -> Pattern:
    if isinstance(pattern, dict):
        return {name: _plain_possible(possible) for name, possible in pattern.items()}
    if isinstance(pattern, list):
        return [_plain_pattern(item) for item in pattern]
    return _without_separators(pattern)


def f1(calls: Sequence[Call], expected: Sequence[ExpectedCall]) -> float:
    """F1 over triples of a call's name, a key and a value; 1 where both sides have none.

    A call without arguments counts as one triple of its name alone.
    """
    given: defaultdict[tuple[str, str | None], list[Any]] = defaultdict(list)
    wanted: defaultdict[tuple[str, str | None], list[Possible]] = defaultdict(list)
    for call in calls:
        for key, value in call.arguments.items():
            given[call.name, key].append(value)
        if not call.arguments:
            given[call.name, None].append(None)
    for one in expected:
        for name, possible in one.arguments.items():
            wanted[one.name, name].append(possible)
        if not one.arguments:
            wanted[one.name, None].append(_NOTHING)
    right = total_wanted = 0
    for place, possibles in wanted.items():
        partners = match(given.get(place, []), possibles, _is_possible)
        right += sum(partner != -1 for partner in partners)
        total_wanted += sum(
            partner != -1 or not possible.optional
            for partner, possible in zip(partners, possibles, strict=True)
        )
    total = total_wanted + sum(map(len, given.values()))
    return 2 * right / total if total else 1.0


_NOTHING = Possible((None,))


def mean_metrics(metrics: Iterable[Mapping[str, bool | float]]) -> dict[str, float]:
    """The mean of each metric over the replies that it applies to, in the order of first appearance."""
    sums: dict[str, float] = {}
    counts: Counter[str] = Counter()
    for one in metrics:
        for name, value in one.items():
            sums[name] = sums.get(name, 0.0) + value
            counts[name] += 1
    return {name: total / counts[name] for name, total in sums.items()}


def _same_call(call: Call, expected: ExpectedCall) -> bool:
    return call.name == expected.name and _same_mapping(call.arguments, expected.arguments)


def _same_mapping(values: Mapping[str, Any], possibles: Mapping[str, Possible]) -> bool:
    for key, value in values.items():
        if key not in possibles or not _is_possible(value, possibles[key]):
            return False
    return all(possible.optional or key in values for key, possible in possibles.items())


def _is_possible(value: Any, possible: Possible) -> bool:
    if isinstance(value, str):
        return value in possible.patterns
    return any(_same(value, pattern) for pattern in possible.patterns)


def _same(value: Any, pattern: Pattern) -> bool:
    if isinstance(value, dict):
        return isinstance(pattern, dict) and _same_mapping(value, pattern)
    if isinstance(value, list):
        return isinstance(pattern, list) and len(value) == len(pattern) and all(map(_same, value, pattern))
    return isinstance(value, bool) == isinstance(pattern, bool) and bool(value == pattern)


def call_metrics(calls: Sequence[Call], wanted: ExpectedCalls, known: Tools | None) -> Metrics:
    """The metrics of calls where calls, or none, were expected."""
    equal = arguments_match(calls, wanted.calls)
    return {
        "type_match": bool(calls) == bool(wanted.calls),
        "name_match": equal or name_match(calls, wanted.calls),
        "arguments_match": equal,
        "f1": 1.0 if equal else f1(calls, wanted.calls),
        "ast_match": ast_match(calls, wanted.calls, known),
    }


def command_metrics(calls: Sequence[Call], wanted: ExpectedCommand) -> Metrics:
    """The metrics of calls where a shell command was expected, all but `effect_match`, which needs a machine."""
    from trace_trainer.verifiers.calls.command_text import command_exact, command_partial

    metrics = type_and_name(calls, wanted)
    command = command_of(calls[0]) if len(calls) == 1 else None
    metrics["command_exact"] = command is not None and command_exact(command, wanted.command)
    metrics["command_partial"] = 0.0 if command is None else command_partial(command, wanted.command)
    return metrics


def type_and_name(calls: Sequence[Call], wanted: Expected | None) -> Metrics:
    """The metrics that apply to a reply whatever else is wrong with it."""
    if wanted is None:
        return {}
    if isinstance(wanted, ExpectedCommand):
        return {"type_match": bool(calls), "name_match": [call.name for call in calls] == [COMMAND_TOOL]}
    if isinstance(wanted, ExpectedText):
        return {"type_match": not calls}
    return {"type_match": bool(calls) == bool(wanted.calls), "name_match": name_match(calls, wanted.calls)}


def lowest_metrics(wanted: Expected | None, has_machine: bool) -> Metrics:
    """The metrics of a reply that is neither words nor calls: every one that applies, at its lowest."""
    if wanted is None:
        return {}
    if isinstance(wanted, ExpectedText):
        return {"type_match": False}
    if isinstance(wanted, ExpectedCalls):
        return {
            "type_match": False,
            "name_match": False,
            "arguments_match": False,
            "f1": 0.0,
            "ast_match": False,
        }
    metrics: Metrics = {
        "type_match": False,
        "name_match": False,
        "command_exact": False,
        "command_partial": 0.0,
    }
    return metrics | {"effect_match": False} if has_machine else metrics
