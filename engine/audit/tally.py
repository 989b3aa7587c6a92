"""What an audit counts: tallies of consecutive chunks add up to the tally of all, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from typing import Any

from trace_trainer.engine.audit.inputs import RawInput
from trace_trainer.experts import expert_names
from trace_trainer.verifiers.calls import CallVerdict
from trace_trainer.verifiers.traces.verdict import Verdict
from trace_trainer.verifiers.violation import Violation

PASSING = frozenset({"correct", "valid"})
MAX_NAMED_UNREADABLE = 20
"""So many unreadable inputs are named on standard error; all are counted, and all are in the records."""
MAX_NAMES = 60
MAX_GROUPS = 1000
"""Columns that are named, and values that are told apart: memory must not grow with the file."""


@dataclass(slots=True)
class Finding:
    """One violation or lint code: how often it occurs, in how many traces, and the first place with its message."""

    place: str
    message: str
    count: int = 0
    traces: int = 0


@dataclass(slots=True)
class Group:
    """The inputs that hold one value in the column of `--by`: how many, and of them those that pass, that were compared
    with gold, and that are correct."""

    traces: int = 0
    passed: int = 0
    with_gold: int = 0
    correct: int = 0

    def merge(self, later: Group) -> None:
        """Add the counts of later inputs."""
        self.traces += later.traces
        self.passed += later.passed
        self.with_gold += later.with_gold
        self.correct += later.correct


@dataclass(slots=True)
class Tally:
    """The counts of an audit.

    `noun` is what one of the inputs is called. `wanted` counts replies by what was expected: words, calls or commands.
    `metrics` holds, of each metric, the sum and to how many replies it applies. `with_gold` is the number of traces
    whose right answer is known and was compared, `rewards` the sum of the rewards of the `rewarded` ones among them,
    that earn one: without gold only failures earn any, and their mean says nothing. `ungrounded` counts the traces
    whose numbers were not checked, for lack of a question, and `columns` names what their rows hold. `notes` say what
    could be meant otherwise. An unreadable input is no trace.
    """

    noun: str = "trace"
    traces: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    violations: dict[str, Finding] = field(default_factory=dict)
    lints: dict[str, Finding] = field(default_factory=dict)
    experts: Counter[str] = field(default_factory=Counter)
    correct_by_expert: Counter[str] = field(default_factory=Counter)
    gold_by_expert: Counter[str] = field(default_factory=Counter)
    with_gold: int = 0
    ungrounded: int = 0
    columns: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    rewarded: int = 0
    rewards: Fraction = Fraction(0)
    wanted: Counter[str] = field(default_factory=Counter)
    correct_by_wanted: Counter[str] = field(default_factory=Counter)
    metrics: dict[str, tuple[Fraction, int]] = field(default_factory=dict)
    unreadable: int = 0
    named_unreadable: list[str] = field(default_factory=list)

    @property
    def inputs(self) -> int:
        return self.traces + self.unreadable

    @property
    def passed(self) -> int:
        """Traces with the outcome `correct` or `valid`. All else fails an audit: `error` and what is unreadable too."""
        return sum(self.outcomes[outcome] for outcome in PASSING)

    @property
    def correct(self) -> int:
        return self.outcomes["correct"]

    @property
    def accuracy(self) -> float | None:
        return self.correct / self.with_gold if self.with_gold else None

    @property
    def mean_reward(self) -> float | None:
        return float(self.rewards / self.rewarded) if self.rewarded else None

    def add(
        self,
        raw: RawInput,
        verdict: Verdict | CallVerdict,
        reward: float | None,
        gold_known: bool,
        wanted: str | None = None,
    ) -> None:
        """Count one trace or reply; `wanted` is what was expected of a reply, where that is known."""
        compared = gold_known and verdict.outcome != "error"
        self.traces += 1
        self.outcomes[verdict.outcome] += 1
        _count(self.violations, verdict.violations, raw)
        _count(self.lints, verdict.lints, raw)
        if isinstance(verdict, CallVerdict):
            for name, value in verdict.metrics.items():
                self._add_metric(name, Fraction(value), 1)
        elif verdict.expert in expert_names():  # a name that the trace made up is a violation, no expert
            self.experts[verdict.expert] += 1
            self.correct_by_expert[verdict.expert] += verdict.outcome == "correct"
            self.gold_by_expert[verdict.expert] += compared
        if wanted is not None and verdict.outcome != "error":
            self.wanted[wanted] += 1
            self.correct_by_wanted[wanted] += verdict.outcome == "correct"
        self.with_gold += compared
        if reward is not None and compared:
            self.rewarded += 1
            # exact, so that the mean does not depend on how inputs are chunked
            self.rewards += Fraction(reward)

    def add_ungrounded(self, columns: Iterable[str]) -> None:
        """Count one trace whose numbers were not checked; its row has these columns."""
        self.ungrounded += 1
        _add_names(self.columns, columns)

    def add_to_group(self, value: str, verdict: Verdict | CallVerdict | None, gold_known: bool) -> None:
        """Count one input by its value in the column of `--by`; None where it could not be read."""
        group = self.groups.setdefault(_among(value, self.groups), Group())
        group.traces += 1
        if verdict is not None:
            group.passed += verdict.outcome in PASSING
            group.correct += verdict.outcome == "correct"
            group.with_gold += gold_known and verdict.outcome != "error"

    def _add_metric(self, name: str, total: Fraction, count: int) -> None:
        known, counted = self.metrics.get(name, (Fraction(0), 0))
        self.metrics[name] = (known + total, counted + count)

    def mean_metrics(self) -> dict[str, float]:
        """Of each metric the mean over the replies that it applies to."""
        return {name: float(total / count) for name, (total, count) in self.metrics.items()}

    def add_unreadable(self, raw: RawInput, reason: str) -> None:
        """Count one input that could not be read."""
        self.unreadable += 1
        self.named_unreadable.append(f"{raw.source}:{raw.line}: unreadable: {reason}")

    def merge(self, later: Tally) -> None:
        """Add the tally of inputs that come after those of this one."""
        self.traces += later.traces
        self.outcomes += later.outcomes
        _merge(self.violations, later.violations)
        _merge(self.lints, later.lints)
        self.experts += later.experts
        self.correct_by_expert += later.correct_by_expert
        self.gold_by_expert += later.gold_by_expert
        self.wanted += later.wanted
        self.correct_by_wanted += later.correct_by_wanted
        self.with_gold += later.with_gold
        self.rewarded += later.rewarded
        self.rewards += later.rewards
        for name, (total, count) in later.metrics.items():
            self._add_metric(name, total, count)
        self.ungrounded += later.ungrounded
        _add_names(self.columns, later.columns)
        _add_names(self.notes, later.notes)
        for value, group in later.groups.items():
            self.groups.setdefault(_among(value, self.groups), Group()).merge(group)
        self.unreadable += later.unreadable
        room = MAX_NAMED_UNREADABLE - len(self.named_unreadable)
        self.named_unreadable += later.named_unreadable[: max(0, room)]

    def to_json(self) -> dict[str, Any]:
        """The summary of `trainer audit --format json`; `metrics`, `wanted` and all behind them where there are any."""
        figures: dict[str, Any] = {"metrics": self.mean_metrics()} if self.metrics else {}
        if self.ungrounded:
            figures |= {"without_question": self.ungrounded, "columns": list(self.columns)}
        if self.groups:
            figures["by"] = {value: asdict(group) for value, group in self.groups.items()}
        if self.wanted:
            figures["wanted"] = {
                name: {"n": count, "correct": self.correct_by_wanted[name]}
                for name, count in sorted(self.wanted.items())
            }
        return {
            "traces": self.traces,
            "outcomes": dict(self.outcomes.most_common()),
            "violations": _counts(self.violations),
            "lints": _counts(self.lints),
            "experts": {
                name: {"traces": self.experts[name], "correct": self.correct_by_expert[name]}
                for name in expert_names()
                if name in self.experts
            },
            "accuracy": self.accuracy,
            "mean_reward": self.mean_reward,
            "unreadable_lines": self.unreadable,
            **figures,
        }


def _add_names(names: dict[str, None], more: Iterable[str]) -> None:
    """Add names to a bounded list."""
    for name in more:
        if len(names) < MAX_NAMES:
            names.setdefault(name)


def _among(value: str, groups: dict[str, Group]) -> str:
    """The name of a group: the value's own, or that of all others where there are very many."""
    return value if value in groups or len(groups) < MAX_GROUPS else "(others)"


def by_count(findings: dict[str, Finding]) -> list[tuple[str, Finding]]:
    """Codes with their findings, the most frequent first."""
    return sorted(findings.items(), key=lambda item: (-item[1].count, item[0]))


def _count(findings: dict[str, Finding], violations: Iterable[Violation], raw: RawInput) -> None:
    seen = set()
    for violation in violations:
        finding = findings.get(violation.code)
        if finding is None:
            finding = findings[violation.code] = Finding(_place(raw, violation), violation.message)
        finding.count += 1
        if violation.code not in seen:
            seen.add(violation.code)
            finding.traces += 1


def _place(raw: RawInput, violation: Violation) -> str:
    """`file:line`: the violation's own line in a YAML file, the JSON object's line in a JSON-lines file."""
    inside = violation.line - 1 if raw.is_yaml and violation.line else 0
    return f"{raw.source}:{raw.line + inside}"


def _merge(earlier: dict[str, Finding], later: dict[str, Finding]) -> None:
    for code, finding in later.items():
        known = earlier.setdefault(code, Finding(finding.place, finding.message))
        known.count += finding.count
        known.traces += finding.traces


def _counts(findings: dict[str, Finding]) -> dict[str, int]:
    return {code: finding.count for code, finding in by_count(findings)}
