"""The metrics that apply to a reply, by what was expected of it."""

from __future__ import annotations

from collections.abc import Sequence

from trace_trainer.verifiers.calls.ast_match import ast_match
from trace_trainer.verifiers.calls.call import Call
from trace_trainer.verifiers.calls.expected import Expected, ExpectedCalls, ExpectedCommand, ExpectedText
from trace_trainer.verifiers.calls.metrics import Metrics, arguments_match, f1, name_match
from trace_trainer.verifiers.calls.tools import COMMAND_TOOL, Tools, command_of


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
