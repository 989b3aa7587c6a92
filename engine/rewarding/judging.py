"""One row with what a model wrote: its record, with the reward. What can't be judged has none, and is never 0."""

from __future__ import annotations

from typing import Any

from trace_trainer.engine.audit.calls import REPLIES
from trace_trainer.engine.audit.chunk import AuditSettings, judge, record
from trace_trainer.engine.audit.inputs import TRACES, UnreadableInput
from trace_trainer.engine.rows.columns import REFERENCE, REPLY, Columns
from trace_trainer.verifiers.score import paid
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation

COMPLETIONS = {
    "trace": Columns({**TRACES.names, "trace": REPLY, "reference": (*REFERENCE, "trace")}),
    "call": Columns({**REPLIES.names, "reply": (*REPLY, "message")}),
}
"""Where a row holds what, by the kind of completion.

Unlike in an audit `trace` is the gold of a problem file, never what a model wrote: a problem that is sent along with
its gold would else be paid whatever the completion.
"""
UNREADABLE = "unreadable_line"
"""The code of what is wrong with a row that can't be read, as in an audit."""


def rewarded(row: Any, settings: AuditSettings) -> dict[str, Any]:
    """The record that `trainer audit --format jsonl` has of a row, but for its place.

    Its `reward` is None where the verdict earns none: the outcome `error`, of a row that can't be read, too, and
    `valid`, of a row without a gold answer.
    """
    try:
        if not isinstance(row, dict):
            raise UnreadableInput("not a JSON object")
        verdict, reward = paid(judge(row, settings).verdict, settings.policy)
    except UnreadableInput as error:
        unread = Verdict(Outcome.ERROR, (Violation(UNREADABLE, str(error)),))
        return record(unread, None)
    return record(verdict, reward)
