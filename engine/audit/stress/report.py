"""A stress test for people: what share of each kind is paid, and what share of problems can be had so."""

from __future__ import annotations

from collections.abc import Iterator

from trace_trainer.engine.audit.report import Section, plural
from trace_trainer.engine.audit.stress.tally import Paid, StressTally


def sections(tally: StressTally) -> Iterator[Section]:
    """The two tables: of traces or replies, and of problems."""
    many = plural(tally.noun)
    rows = list(tally.rows())
    texts = [(row.kind, *_cells(row.texts), row.judged) for row in rows if row.kind in tally.kinds]
    problems = [(row.kind, *_cells(row.problems), row.judged) for row in rows]
    for noun, cells in ((many, texts), ("problems", problems)):
        yield Section(("kind", noun, "paid", "share", "95 % interval", "judged by"), cells, 4)


def _cells(paid: Paid) -> tuple[str, ...]:
    low, high = paid.interval
    return f"{paid.tried:,}", f"{paid.paid:,}", f"{paid.paid / paid.tried:.1%}", f"{low:.1%} to {high:.1%}"


def summary(tally: StressTally, policy: str) -> list[str]:
    """What was tried, one sentence a line."""
    gold = f", {tally.with_gold:,} of them with a gold trace" if tally.noun == "trace" else ""
    lines = [f"{tally.problems:,} problems{gold}. Reward: {policy}."]
    if tally.left_out:
        lines.append(f"{tally.left_out:,} inputs were left out.")
    if tally.noun == "trace" and tally.with_gold < tally.problems:
        lines.append(
            "Without a gold trace, the shortest formula that gives the answer is taken for the right one."
        )
    return lines
