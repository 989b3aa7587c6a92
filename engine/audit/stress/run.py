"""Running a stress test: problems drawn from files, tried one after the other, counted and kept as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO, TypeVar

from trace_trainer.engine.audit.calls import CallRow, read_call_row
from trace_trainer.engine.audit.inputs import RawInput, UnreadableInput, read_object, read_text
from trace_trainer.engine.audit.stress import replies, traces
from trace_trainer.engine.audit.stress.problems import drawn, read_problem
from trace_trainer.engine.audit.stress.tally import StressTally
from trace_trainer.engine.audit.stress.tried import Payment, StressSettings, Tried
from trace_trainer.engine.errors import UserError
from trace_trainer.engine.rows import sources
from trace_trainer.engine.rows.columns import Columns
from trace_trainer.engine.terminal.printable import tell
from trace_trainer.engine.terminal.progress import Progress

T = TypeVar("T")

_MAX_NAMED = 20  # inputs left out that are named on standard error

_PROBLEM = "each line needs a question and an answer"
_TURN = "each line needs what is expected of a reply"


@dataclass(frozen=True, slots=True)
class Source:
    """Where problems come from: files, what their columns hold, and how many are drawn with which seed."""

    files: Sequence[sources.Source]
    columns: Columns
    count: int
    seed: int


def stress_traces(
    source: Source, settings: StressSettings, payment: Payment, paid: TextIO | None = None
) -> StressTally:
    """Try false traces on problems. The paid ones go to `paid`, a line of JSON each.

    Raises UserError where no problem can be read, and RewardError where the reward fails.
    """
    tally = StressTally("trace", traces.KINDS, traces.TOGETHER)
    problems = _read(source, lambda raw: read_problem(raw, source.columns), _PROBLEM, tally)
    for problem in _with_progress(problems):
        tried = list(traces.try_problem(problem, settings, payment))
        has_gold = problem.gold is not None
        tally.add(tried, has_gold, has_gold and settings.reference)
        _keep(tried, {"question": problem.question, "answer": problem.answer}, problem.gold, paid)
    return tally


def stress_calls(
    source: Source, call_format: str, payment: Payment, paid: TextIO | None = None
) -> StressTally:
    """Try wrong replies on rows of tool calls; as `stress_traces`."""
    tally = StressTally("reply", replies.KINDS, replies.TOGETHER)
    rows: list[CallRow] = _read(
        source, lambda raw: _expecting(raw, source.columns, call_format), _TURN, tally
    )
    constant = replies.constants(rows)
    for row in _with_progress(rows):
        tried = list(replies.try_row(row, constant, payment))
        tally.add(tried)
        _keep(tried, {"expected": row.expected}, None, paid)
    return tally


def _expecting(raw: RawInput, columns: Columns, call_format: str) -> CallRow:
    if raw.is_yaml:
        raise UnreadableInput("a YAML file holds traces; replies with calls are read from JSON lines")
    row = read_call_row(read_object(read_text(raw)), columns, call_format, needs_reply=False)
    if row.expected is None:
        raise UnreadableInput("no field " + " or ".join(columns.of("expected")))
    verdict = row.verdict()
    if verdict.outcome == "error":
        raise UnreadableInput(verdict.violations[0].message)
    return row


def _read(source: Source, read: Callable[[RawInput], T], needed: str, tally: StressTally) -> list[T]:
    found: list[T] = []
    for raw in drawn(source.files, source.count, source.seed):
        try:
            found.append(read(raw))
        except UnreadableInput as error:
            tally.left_out += 1
            if tally.left_out <= _MAX_NAMED:
                tell(f"{raw.source}:{raw.line}: left out: {error}")
    if not found:
        raise UserError(f"no problem could be read; {needed}")
    return found


def _with_progress(problems: Sequence[T]) -> Iterator[T]:
    with Progress("stress", total=len(problems), unit="problems") as bar:
        for problem in problems:
            yield problem
            bar.advance()


def _keep(tried: Iterable[Tried], known: dict[str, object], gold: str | None, paid: TextIO | None) -> None:
    if paid is None:
        return
    for one in tried:
        by = [name for name, pays in (("answer", one.by_answer), ("reference", one.by_reference)) if pays]
        if by:
            line = {**known, "trace": one.text, "kind": one.kind, "paid_by": by}
            print(
                json.dumps(line | ({} if gold is None else {"reference": gold}), ensure_ascii=False),
                file=paid,
            )
