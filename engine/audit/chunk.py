"""Checking the inputs of one chunk: each is read, judged, counted and, where asked for, kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trace_trainer.engine.audit.calls import read_call_row
from trace_trainer.engine.audit.inputs import (
    TRACES,
    Chunk,
    RawInput,
    Row,
    UnreadableInput,
    read_object,
    read_row,
    read_text,
)
from trace_trainer.engine.audit.tally import PASSING, Tally
from trace_trainer.engine.rows.columns import Columns, looked_up
from trace_trainer.engine.terminal.printable import printable_json
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers import CallVerdict, verify_trace
from trace_trainer.verifiers.calls import AUTO
from trace_trainer.verifiers.calls.expected import wants
from trace_trainer.verifiers.score import paid
from trace_trainer.verifiers.traces.verdict import Outcome, Verdict
from trace_trainer.verifiers.violation import Violation

NOUNS = {"trace": "trace", "call": "reply"}
"""The kinds of input, each with what one of them is called."""


@dataclass(frozen=True, slots=True)
class AuditSettings:
    """How each input is read and judged.

    Attributes:
        columns: where a row holds what.
        kind: "trace" or "call", what the inputs are.
        reference: compare with the reference that a line holds.
        records: keep a JSON record of each input, not only the counts.
        rows: keep each row itself, with what is wrong with it.
        call_format: how calls are written where a line does not say.
        by: the column whose values are counted apart.
    """

    columns: Columns = TRACES
    kind: str = "trace"
    grounding: bool = True
    reference: bool = True
    policy: str = "gated"
    records: bool = False
    rows: bool = False
    call_format: str = AUTO
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Audited:
    """The result of one chunk: its counts and, where asked for, lines of JSON: a record of each input, the rows that
    pass, and those that fail. `bytes_read` and `ends_shard` are those of the chunk."""

    tally: Tally
    records: list[str]
    passed: list[str]
    failed: list[str]
    bytes_read: int
    ends_shard: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found about one input. `wanted`: what a reply should have been."""

    verdict: Verdict | CallVerdict
    gold_known: bool
    wanted: str | None = None
    ungrounded: bool = False


def audit_chunk(chunk: Chunk, settings: AuditSettings) -> Audited:
    """Check every input of a chunk."""
    audited = Audited(Tally(NOUNS[settings.kind]), [], [], [], chunk.bytes_read, chunk.ends_shard)
    seen: set[tuple[str, ...]] = set()
    for raw in chunk.inputs:
        row: dict[str, Any] = {}
        try:
            row = _fields(raw, settings)
            if not raw.is_yaml and (keys := tuple(row)) not in seen:
                seen.add(keys)
                _note(row, raw, settings, audited.tally)
            judged = judge(row, settings, raw.is_yaml)
        except UnreadableInput as error:
            audited.tally.add_unreadable(raw, str(error))
            unread = Verdict(Outcome.ERROR, (Violation("unreadable_line", str(error)),))
            _keep(audited, settings, raw, row, record(unread, None))
            if settings.by is not None:
                audited.tally.add_to_group(_group(row, settings.by), None, False)
            continue
        verdict, reward = paid(judged.verdict, settings.policy)
        audited.tally.add(raw, verdict, reward, judged.gold_known, judged.wanted)
        if judged.ungrounded:
            audited.tally.add_ungrounded(row)
        if settings.by is not None:
            audited.tally.add_to_group(_group(row, settings.by), verdict, judged.gold_known)
        if settings.records or settings.rows:
            _keep(audited, settings, raw, row, record(verdict, reward))
    return audited


def _keep(
    audited: Audited,
    settings: AuditSettings,
    raw: RawInput,
    row: dict[str, Any],
    record: dict[str, Any],
) -> None:
    """Add the record of one input, and the row itself, as far as they are asked for."""
    if settings.records:
        named = next((name for name in ("id", "custom_id") if row.get(name) is not None), None)
        place = {
            "source": raw.source,
            "line": raw.line,
            **({"id": row[named]} if named else {}),
        }
        audited.records.append(printable_json(place | record))
    if not settings.rows:
        return
    if record["outcome"] in PASSING:
        audited.passed.append(printable_json(row))
    else:
        whole = row or {"text": raw.data.decode("utf-8", "replace").rstrip("\n")}
        audited.failed.append(
            printable_json({**whole, "audit": {"source": raw.source, "line": raw.line, **record}})
        )


def _fields(raw: RawInput, settings: AuditSettings) -> dict[str, Any]:
    """What one input holds, by column. Raises UnreadableInput."""
    if not raw.is_yaml:
        return read_object(read_text(raw))
    if settings.kind == "call":
        raise UnreadableInput("a YAML file holds traces; replies with calls are read from JSON lines")
    return {"trace": read_text(raw)}


def _note(row: dict[str, Any], raw: RawInput, settings: AuditSettings, tally: Tally) -> None:
    """Note which columns could be meant otherwise, where a row has columns that none had before."""
    for said in settings.columns.ambiguities(row, settings.columns.names):
        tally.notes.setdefault(f"{raw.source}: {said}")


def _group(row: dict[str, Any], by: str) -> str:
    """What a row holds in the column of `--by`, as text."""
    value = looked_up(row, by)[1]
    return value if isinstance(value, str) else "none" if value is None else printable_json(value)


def judge(row: dict[str, Any], settings: AuditSettings, is_yaml: bool = False) -> Judged:
    """The verdict on one input, and what it rests on. Raises UnreadableInput.

    Args:
        is_yaml: the row holds the text of a YAML document alone.
    """
    if settings.kind == "call":
        reply = read_call_row(row, settings.columns, settings.call_format)
        return Judged(reply.verdict(), reply.expected is not None, wants(reply.expected))
    found = Row(row["trace"]) if is_yaml else read_row(row, settings.columns)
    reference = found.reference if settings.reference else None
    verdict = verify_trace(
        found.trace, found.question, found.answer, found.expert, settings.grounding, reference=reference
    )
    ungrounded = settings.grounding and found.question is None
    return Judged(verdict, found.answer is not None or reference is not None, ungrounded=ungrounded)


def record(verdict: Verdict | CallVerdict, reward: float | None) -> dict[str, Any]:
    """The fields of a record but for the place. A reply has no expert and no answer, but calls and metrics."""
    found: dict[str, Any]
    if isinstance(verdict, CallVerdict):
        found = {"expert": None, "answer": None}
        calls = [{"name": call.name, "arguments": call.arguments} for call in verdict.calls]
        more: dict[str, Any] = {"calls": calls, "metrics": dict(verdict.metrics)}
    else:
        answer = None if verdict.answer is None else format_number(verdict.answer)
        found, more = {"expert": verdict.expert, "answer": answer}, {}
    return {
        "outcome": verdict.outcome,
        **found,
        "reward": reward,
        "violations": [violation._asdict() for violation in verdict.violations],
        "lints": [lint._asdict() for lint in verdict.lints],
        **more,
    }
