"""The state of a trace while it is checked: each sub-trace's variables, what it has used so far, what came of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import NamedTuple

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.trace import OperandValue
from trace_trainer.verifiers.questions.grounding import (
    MAX_CONSTANT_READS,
    MAX_CONSTANT_TERMS,
    MAX_PLAIN_TWOS,
    MAX_REPEATS,
    MAX_SAME_TERMS,
    Grounding,
)
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running.following import NEW_ENTITY, Bits, Followed, Trail, follow
from trace_trainer.verifiers.traces.running.statements import is_hidden
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep
from trace_trainer.verifiers.violation import Violation

_FACTORS = frozenset({"mul", "div", "floor_div", "ceil_div"})


class Checked(NamedTuple):
    """What is known of a trace once it has been checked and run.

    Attributes:
        violations: what is wrong, in the order in which it was found.
        answer: what it computes, or None where it does not get that far.
        values: tells what the variables of the last sub-trace hold in the end.
        unused: variables that nothing reads, with the index of their sub-trace.
        used: the bits of the question's numbers that its literals come from.
        steps: how many steps were executed.
    """

    violations: Sequence[Violation]
    answer: Exact | None
    values: Callable[[], Mapping[str, Exact]]
    unused: Sequence[tuple[int, str]]
    used: int
    steps: int


@dataclass(slots=True)
class Execution:
    """One sub-trace while it is checked and run.

    Attributes:
        index: its place in the composition.
        values: what each variable holds; None where a fault left it without a value.
        bound: the numbers that variables were bound to.
        unknowns: those declared so far.
        results: what each step made, changed first or queried.
        computed: variables that an operation assigned or changed.
        rooted: variables whose value comes from a number of the question.
        read: variables that something read.
        sources: for variables bound to an earlier answer, the index of its sub-trace.
        followed: its variables, and the literals that its operations take, as long as the trace has no violation.
        constant_reads: how often it computed with something that no number of the question goes into.
        doubtful: whether one of its values may be a constant.
        answer: the queried value.
    """

    parsed: ParsedSubTrace
    index: int
    values: dict[str, Exact | None] = field(default_factory=dict)
    bound: dict[str, Exact] = field(default_factory=dict)
    unknowns: set[str] = field(default_factory=set)
    results: list[Exact | None] = field(default_factory=list)
    computed: set[str] = field(default_factory=set)
    rooted: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    sources: dict[str, int] = field(default_factory=dict)
    followed: dict[str | Exact, Followed] = field(default_factory=dict)
    constant_reads: int = 0
    doubtful: bool = False
    answer: Exact | None = None
    queried: str | None = None
    steps: int = 0

    def fork(self) -> Execution:
        """The same to go on with apart."""
        twin = copy.copy(self)
        for name in _GROWING:
            setattr(twin, name, copy.copy(getattr(self, name)))
        return twin

    def lose(self, name: str) -> None:
        """Take a variable that a fault leaves without a value: later uses of it are no faults of theirs."""
        self.values.setdefault(name, None)
        self.computed.add(name)
        self.rooted.add(name)

    def follow(self, step: TypedStep, results: tuple[Exact, ...], numbers: Bits) -> None:
        """Follow the question's numbers into what a step of a trace without a violation has made."""
        known = self.followed
        for literal in step.literals:
            bits = numbers[literal]
            known[literal] = (literal, bits, bits)
        for entity in step.may_create:
            known.setdefault(entity, NEW_ENTITY)
        given = [known[operand] for operand in step.inputs]
        followed, constants, doubtful = follow(step, given, results)
        known.update(zip(step.makes, followed, strict=True))
        self.constant_reads += constants
        self.doubtful |= doubtful

    def result_of(self, step: TypedStep) -> Exact | None:
        """What a step made, changed first or queried."""
        if step.role is Role.STATEMENT:
            return None
        return self.values.get(step.makes[0] if step.makes else step.target or str(step.fields["var"]))

    def sources_read(self) -> list[int]:
        """The earlier sub-traces whose answers it uses."""
        return [index for name, index in self.sources.items() if name in self.read]

    def trail(self) -> Trail:
        """What following it showed, in a trace without a violation."""
        steps = self.parsed.typed_steps
        literals = [literal for step in steps for literal in step.literals]
        reads = [operand for step in steps if step.makes for operand in step.inputs]
        reads += [name for step in steps if step.role is Role.STATEMENT for name in step.names]
        repeats = len(reads) - len(set(reads))
        answer = self.followed[str(self.queried)]
        return Trail(answer, literals, self.sources_read(), self.constant_reads, repeats, self.doubtful)

    def unread(self) -> list[str]:
        """The trace's variables and unknowns that nothing reads."""
        names = dict.fromkeys((*self.values, *sorted(self.unknowns)))
        return [name for name in names if name not in self.read and not is_hidden(name)]


_GROWING = tuple(f.name for f in fields(Execution) if f.default_factory is not MISSING)


class Budget:
    """How often a trace may compute with constants, and with the same again, before they build a number of its own.

    A trace may read constants `MAX_CONSTANT_READS` times, and add or subtract them `MAX_CONSTANT_TERMS` times, a 2 that
    nothing states `MAX_PLAIN_TWOS` times. Numbers
    of the question, variables and earlier answers it may use again `MAX_REPEATS` times, all together.
    """

    _CONSTANTS = (
        f"a trace may compute with constants {MAX_CONSTANT_READS} times, and add or subtract them "
        f"{MAX_CONSTANT_TERMS} times; compute with the question's numbers"
    )
    _TWOS = f"the question states no 2; one may be added or subtracted {MAX_PLAIN_TWOS} times"
    _SAME_TERMS = f"a step may take the same operand {MAX_SAME_TERMS} times; multiply"
    _REPEATS = f"a trace may use its numbers and variables again {MAX_REPEATS} times; multiply"

    def __init__(self, grounding: Grounding) -> None:
        self._grounding = grounding
        self._known = grounding.bits.keys() | grounding.implied
        self._reads = self._terms = self._repeats = self._twos = 0
        self._used: set[Hashable] = set()

    @property
    def repeats_left(self) -> int:
        """How often something may still be used again."""
        return MAX_REPEATS - self._repeats

    @property
    def reads_left(self) -> int:
        """How often the trace may still compute with constants."""
        return MAX_CONSTANT_READS - self._reads

    @property
    def terms_left(self) -> int:
        """How often of these it may add or subtract them."""
        return MAX_CONSTANT_TERMS - self._terms

    def fork(self) -> Budget:
        """The same to go on with apart."""
        twin = copy.copy(self)
        twin._used = set(self._used)
        return twin

    def spend(self, run: Execution, step: TypedStep) -> str | None:
        """Count what a step binds or reads; a message for the step that exceeds the budget, and for none after it."""
        if step.role is Role.SOURCE:
            return self._use([("answer", run.sources.get(str(step.target)))])
        if step.role is Role.VALUE:
            return self._use([] if self._is_constant(run, step.number) else [step.number])
        if step.role is Role.CONCLUSION:  # what the statements read has been counted
            return None
        if step.is_crowded:
            return self._SAME_TERMS
        constants = [self._is_constant(run, operand) for operand in step.reads]
        was_within = self._within()
        self._reads += sum(constants)
        if str(step.fields.get("compute_op")) not in _FACTORS:
            self._terms += sum(constants)
            had = self._twos
            self._twos += sum(
                is_constant and _number_of(run, operand) == 2
                for operand, is_constant in zip(step.reads, constants, strict=True)
            )
            if had <= MAX_PLAIN_TWOS < self._twos:
                return self._TWOS
        if was_within and not self._within():
            return self._CONSTANTS
        return self._use(
            (run.index, operand) if isinstance(operand, str) else operand
            for operand, is_constant in zip(step.reads, constants, strict=True)
            if not is_constant
        )

    def _use(self, used: Iterable[Hashable]) -> str | None:
        was_within = self._repeats <= MAX_REPEATS
        for key in used:
            self._repeats += key in self._used
            self._used.add(key)
        return self._REPEATS if was_within and self._repeats > MAX_REPEATS else None

    def _within(self) -> bool:
        return self._reads <= MAX_CONSTANT_READS and self._terms <= MAX_CONSTANT_TERMS

    def _is_constant(self, run: Execution, operand: OperandValue | Exact) -> bool:
        if isinstance(operand, str):
            return operand in run.values and operand not in run.rooted
        return operand in self._known and not self._grounding.bits.get(operand)


def _number_of(run: Execution, operand: OperandValue | Exact) -> OperandValue | Exact | None:
    """The number that an operand is, or that its variable was bound to."""
    return run.bound.get(operand) if isinstance(operand, str) else operand
