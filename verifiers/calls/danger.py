"""Danger in a reply, in its calls and in its words: it comes before everything else, whatever was expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trace_trainer.verifiers.calls.call import Reply
from trace_trainer.verifiers.calls.expected import Expected
from trace_trainer.verifiers.calls.metrics import lowest_metrics, type_and_name
from trace_trainer.verifiers.calls.tools import command_of
from trace_trainer.verifiers.calls.verdict import CallOutcome, CallVerdict
from trace_trainer.verifiers.violation import Violation

if TYPE_CHECKING:
    from trace_trainer.verifiers.calls.trials import Trials


def refused(reply: Reply, wanted: Expected | None, trials: Trials | None) -> CallVerdict | None:
    """The verdict on a reply with a dangerous command, called or told to be run, whatever was expected."""
    reason = _danger_in_words(reply.text, trials) if reply.text else None
    if reason is not None:
        metrics = lowest_metrics(wanted, trials is not None) | type_and_name(reply.calls, wanted)
        violation = Violation("dangerous_command", f"in words: {reason}")
        return CallVerdict(CallOutcome.REFUSED, (violation,), metrics=metrics)
    for index, call in enumerate(reply.calls):
        command = command_of(call)
        if command is None:
            continue
        from trace_trainer.verifiers.calls.commands import (
            danger,  # the machine is loaded where commands are judged, only
        )

        reason = danger(command, trials)
        if reason is not None:
            violation = Violation("dangerous_command", reason, step=index)
            metrics = lowest_metrics(wanted, trials is not None) | type_and_name(reply.calls, wanted)
            return CallVerdict(CallOutcome.REFUSED, (violation,), metrics=metrics)
    return None


def _danger_in_words(text: str, trials: Trials | None) -> str | None:
    # Loaded where a reply has words, only: an audit of traces has none.
    from trace_trainer.verifiers.calls.words.spoken_commands import danger_in_words

    return danger_in_words(text, trials)
