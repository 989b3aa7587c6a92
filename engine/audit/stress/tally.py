"""What a reward paid of all that was tried: counts of traces and of problems, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from trace_trainer.engine.audit.stress.tried import Tried
from trace_trainer.engine.evaluation.intervals import wilson

ANSWER, REFERENCE = "answer", "reference"


@dataclass(slots=True)
class Paid:
    """How many of those that were tried are paid."""

    tried: int = 0
    paid: int = 0

    def add(self, is_paid: bool) -> None:
        self.tried += 1
        self.paid += is_paid

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, for the share that is paid."""
        return wilson(self.paid, self.tried)

    def to_json(self) -> dict[str, Any]:
        share = self.paid / self.tried if self.tried else None
        return {"tried": self.tried, "paid": self.paid, "share": share, "interval": list(self.interval)}


class Row(NamedTuple):
    """One kind of what was tried, judged in one way: by the answer, or with the reference."""

    kind: str
    judged: str
    texts: Paid
    problems: Paid


@dataclass(slots=True)
class StressTally:
    """The counts of a stress test.

    Attributes:
        noun: what is tried: a trace or a reply.
        kinds: in the order of tables.
        together: names of several kinds together, with these.
        problems: those that were tried.
        with_gold: those of them that have a gold trace.
        left_out: inputs that are no problem.
    """

    noun: str
    kinds: Sequence[str]
    together: dict[str, frozenset[str]]
    problems: int = 0
    with_gold: int = 0
    left_out: int = 0
    _counts: dict[tuple[str, str], tuple[Paid, Paid]] = field(default_factory=dict)

    def add(self, tried: Iterable[Tried], has_gold: bool = False, compared: bool = False) -> None:
        """Count one problem with what was tried on it; `compared` with its reference, too."""
        self.problems += 1
        self.with_gold += has_gold
        tried = list(tried)
        kinds = {kind: frozenset([kind]) for kind in self.kinds} | self.together
        for name, members in kinds.items():
            of_kind = [one for one in tried if one.kind in members]
            self._count(name, ANSWER, [one.by_answer for one in of_kind])
            if compared:
                self._count(name, REFERENCE, [bool(one.by_reference) for one in of_kind])

    def _count(self, kind: str, judged: str, paid: Sequence[bool]) -> None:
        texts, problems = self._counts.setdefault((kind, judged), (Paid(), Paid()))
        for one in paid:
            texts.add(one)
        problems.add(any(paid))

    def rows(self) -> Iterator[Row]:
        """The figures of each kind of which something was tried, and of those together."""
        for kind in (*self.kinds, *self.together):
            for judged in (ANSWER, REFERENCE):
                texts, problems = self._counts.get((kind, judged), (Paid(), Paid()))
                if texts.tried:
                    yield Row(kind, judged, texts, problems)

    def to_json(self) -> dict[str, Any]:
        """The figures of `trainer audit --stress --format json`."""
        kinds: dict[str, Any] = {}
        for kind, judged, texts, problems in self.rows():
            kinds.setdefault(kind, {})[judged] = {
                f"{self.noun}s" if self.noun == "trace" else "replies": texts.to_json(),
                "problems": problems.to_json(),
            }
        return {
            "problems": self.problems,
            "with_gold": self.with_gold,
            "left_out": self.left_out,
            "kinds": kinds,
        }
