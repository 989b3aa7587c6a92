"""The state of a trace while `verifiers.check` runs it: each sub-trace's variables, and the constants spent so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from experts.declaration import Exact
from experts.trace import OperandValue
from verifiers.grounding import MAX_CONSTANT_READS, MAX_CONSTANT_TERMS, Grounding
from verifiers.parsed import ParsedSubTrace
from verifiers.prepared import PreparedStep, Role
from verifiers.statements import is_hidden

_FACTORS = frozenset({"mul", "div", "floor_div", "ceil_div"})


@dataclass(slots=True)
class Execution:
    """One sub-trace while it is checked and run.

    Attributes:
        index: its place in the composition.
        values: what each variable holds; None where a fault left it without a value.
        unknowns: those declared so far.
        results: what each step made, changed first or queried.
        computed: variables that an operation assigned or changed.
        rooted: variables whose value comes from a number of the question.
        read: variables that something read.
        sources: for variables bound to an earlier answer, the index of its sub-trace.
        answer: the queried value.
    """

    parsed: ParsedSubTrace
    index: int
    values: dict[str, Exact | None] = field(default_factory=dict)
    unknowns: set[str] = field(default_factory=set)
    results: list[Exact | None] = field(default_factory=list)
    computed: set[str] = field(default_factory=set)
    rooted: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    sources: dict[str, int] = field(default_factory=dict)
    answer: Exact | None = None
    queried: str | None = None
    steps: int = 0

    def unread(self) -> list[str]:
        """The trace's variables and unknowns that nothing reads."""
        names = dict.fromkeys((*self.values, *sorted(self.unknowns)))
        return [name for name in names if name not in self.read and not is_hidden(name)]


class ConstantBudget:
    """How often a trace may compute with constants before they build a number of its own.

    A trace may read constants `MAX_CONSTANT_READS` times, and add or subtract them `MAX_CONSTANT_TERMS` times.
    """

    EXCEEDED = (
        f"a trace may compute with constants {MAX_CONSTANT_READS} times, and add or subtract them "
        f"{MAX_CONSTANT_TERMS} times; compute with the question's numbers"
    )

    def __init__(self, grounding: Grounding) -> None:
        self._grounding = grounding
        self._reads = self._terms = 0

    def spend(self, run: Execution, step: PreparedStep) -> bool:
        """Count the constants that a step reads; True for the step that exceeds the budget, and for none after it."""
        if step.role is Role.CONCLUSION:  # the statements' constants have been counted
            return False
        constants = sum(self._is_constant(run, operand) for operand in step.reads)
        was_within = self._within()
        self._reads += constants
        if str(step.fields.get("compute_op")) not in _FACTORS:
            self._terms += constants
        return was_within and not self._within()

    def _within(self) -> bool:
        return self._reads <= MAX_CONSTANT_READS and self._terms <= MAX_CONSTANT_TERMS

    def _is_constant(self, run: Execution, operand: OperandValue) -> bool:
        if isinstance(operand, str):
            return operand in run.values and operand not in run.rooted
        return self._grounding.bits.get(operand) == 0
