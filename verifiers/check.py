"""Boundary, wiring, grounding and execution: one pass over the steps, in the order in which they run.

The pass executes as it goes, so that a step is judged knowing the values it reads. What is wrong is collected, not
raised; a step that cannot run leaves its variable without a value, and what depends on it is passed over in silence, so
that one fault is reported once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from experts import EXPERTS
from experts.composition import resolve_source
from experts.core import CORE_OPERATIONS
from experts.declaration import Expert
from experts.trace import Step, apply
from verifiers.identity import is_identity
from verifiers.parsed import MAX_STEPS, MAX_SUBTRACES, ParsedSubTrace
from verifiers.question_numbers import QuestionNumbers
from verifiers.schema import BrokenStep
from verifiers.verdict import Violation

MAX_MAGNITUDE = 10**15
MAX_DENOMINATOR = 10**12

_INIT, _QUERY = CORE_OPERATIONS["init"], CORE_OPERATIONS["query"]


@dataclass(slots=True)
class Execution:
    """One sub-trace while it is checked and run.

    Attributes:
        index: its place in the composition.
        values: what each variable holds; None where a fault left it without a value.
        computed: variables that an operation assigned or changed.
        rooted: variables whose value depends on a number of the question.
        read: variables that something read.
        sources: for variables bound to an earlier answer, the index of its sub-trace.
        answer: the queried value.
    """

    parsed: ParsedSubTrace
    index: int
    values: dict[str, Fraction | None] = field(default_factory=dict)
    computed: set[str] = field(default_factory=set)
    rooted: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    sources: dict[str, int] = field(default_factory=dict)
    answer: Fraction | None = None
    queried: str | None = None
    steps: int = 0


class Checker:
    """Checks one trace. Use once.

    Args:
        subtraces: as read.
        numbers: the numbers of the question, or None to leave out the grounding stage.
    """

    def __init__(self, subtraces: Sequence[ParsedSubTrace], numbers: QuestionNumbers | None) -> None:
        self.violations: list[Violation] = []
        self.executions: list[Execution] = []
        self.literals: set[Fraction | int] = set()
        self._numbers = numbers
        if len(subtraces) > MAX_SUBTRACES:
            self._add("too_large", f"{len(subtraces)} sub-traces; the limit is {MAX_SUBTRACES}")
            return
        for index, parsed in enumerate(subtraces):
            if len(parsed.steps) > MAX_STEPS:
                self._add("too_large", f"{len(parsed.steps)} steps; the limit is {MAX_STEPS}", index)
                return
        for index, parsed in enumerate(subtraces):
            self._run_subtrace(Execution(parsed, index))
        if len(subtraces) > 1:
            self._check_composition()

    def _add(self, code: str, message: str, subtrace: int | None = None, step: int | None = None) -> None:
        line = None
        if subtrace is not None and subtrace < len(self.executions):
            parsed = self.executions[subtrace].parsed
            line = parsed.line if step is None else parsed.line_of(step)
        self.violations.append(Violation(code, message, subtrace, step, line))

    def _run_subtrace(self, run: Execution) -> None:
        self.executions.append(run)
        parsed, index = run.parsed, run.index
        expert = EXPERTS.get(parsed.expert)
        if expert is None:
            self._add("unknown_expert", f"no expert {parsed.expert[:40]!r}; there are {', '.join(EXPERTS)}", index)
        for code, message in parsed.problems:
            self._add(code, message, index)
        last = len(parsed.steps) - 1
        queried = False
        for position, step in enumerate(parsed.steps):
            if type(step) is not Step:
                self._broken(run, position, step)
                continue
            operation = step.operation
            if operation is _INIT:
                self._init(run, position, step)
            elif operation is _QUERY:
                queried = True
                if position != last:
                    self._add("query_not_last", "the query must be the last step, and the only one", index, position)
                else:
                    self._query(run, position, step)
            else:
                self._operate(run, position, step, expert)
            run.steps += 1
        if not queried:
            self._add("missing_query", "the sub-trace must end with {op: query, var: VARIABLE}", index, max(last, 0))

    def _broken(self, run: Execution, position: int, step: Step | BrokenStep) -> None:
        assert isinstance(step, BrokenStep)
        for code, message in step.problems:
            self._add(code, message, run.index, position)
        if step.variable is not None:
            run.values.setdefault(step.variable, None)
            run.computed.add(step.variable)
            run.rooted.add(step.variable)

    def _init(self, run: Execution, position: int, step: Step) -> None:
        var = step.target
        assert var is not None
        if var in run.values:
            self._overwrite(run, position, var)
        value = step.fields.get("value")
        if value is not None:
            assert isinstance(value, Fraction)
            if self._numbers is not None and self._grounded(run, position, step):
                run.rooted.add(var)
            run.values[var] = value
            return
        source = resolve_source(str(step.fields["source"]), run.index)
        if source is None:
            self._add("bad_source", self._source_advice(str(step.fields["source"]), run.index), run.index, position)
            run.values[var] = None
            run.rooted.add(var)
            return
        earlier = self.executions[source]
        run.sources[var] = source
        run.values[var] = earlier.answer
        if earlier.queried is None or earlier.queried in earlier.rooted:
            run.rooted.add(var)

    @staticmethod
    def _source_advice(source: str, index: int) -> str:
        if index == 0:
            return f"source: {source[:40]} has no earlier sub-trace to read; init takes a value here"
        return f"source: {source[:40]} names no earlier answer; use prev.result or sub0.result to sub{index - 1}.result"

    def _overwrite(self, run: Execution, position: int, var: str) -> None:
        self._add("variable_overwrite", f"{var} already has a value; use a new name", run.index, position)

    def _query(self, run: Execution, position: int, step: Step) -> None:
        var = str(step.fields["var"])
        run.queried = var
        run.read.add(var)
        if var not in run.values:
            self._undefined(run, position, var)
            run.rooted.add(var)
            return
        run.answer = run.values[var]
        if var not in run.computed:
            self._add("query_raw_input", f"{var} was never computed; query what an operation made", run.index, position)

    def _undefined(self, run: Execution, position: int, var: str) -> None:
        known = ", ".join(list(run.values)[:8]) or "none yet"
        self._add("undefined_variable", f"{var} has no value here; there are {known}", run.index, position)

    def _operate(self, run: Execution, position: int, step: Step, expert: Expert | None) -> None:
        index, values = run.index, run.values
        if expert is not None:
            self._check_boundary(run, position, step, expert)
        runnable = rooted = True
        for operand in step.reads:
            if type(operand) is str:
                run.read.add(operand)
                if operand not in values:
                    self._undefined(run, position, operand)
                    runnable = False
                elif values[operand] is None:
                    runnable = False
        if self._numbers is not None:
            rooted = self._grounded(run, position, step) or not run.rooted.isdisjoint(step.reads)
        for entity in step.changes:
            run.read.add(entity)
            if entity not in values:
                if entity in step.may_create:  # apply() starts it at 0
                    continue
                self._add("not_initialised", f"{entity} is changed before an init gives it a value", index, position)
                runnable = False
            elif values[entity] is None:
                runnable = False
        identity = is_identity(step)
        if identity is not None:
            self._add("identity_compute", identity, index, position)
        result = self._apply(run, position, step) if runnable else None
        self._store(run, position, step, result, rooted, identity is not None)

    def _check_boundary(self, run: Execution, position: int, step: Step, expert: Expert) -> None:
        name = step.operation.name
        if name not in CORE_OPERATIONS and name not in expert.own_operations:
            owner = next(e.name for e in EXPERTS.values() if name in e.own_operations)
            message = f"{name} belongs to the expert {owner}, not {expert.name}; use compute, or a composition"
            self._add("expert_boundary", message, run.index, position)
        elif expert.compute_ops is not None and name == "compute":
            computation = str(step.fields["compute_op"])
            if computation not in expert.compute_ops:
                allowed = ", ".join(sorted(expert.compute_ops))
                message = f"{expert.name} computes with {allowed} only, not {computation}"
                self._add("compute_op_not_allowed", message, run.index, position)

    def _grounded(self, run: Execution, position: int, step: Step) -> bool:
        """Report literals that the question does not hold; True where one of them is a number of the question."""
        numbers = self._numbers
        assert numbers is not None
        rooted = False
        for literal in step.literals:
            if literal in numbers.grounded:
                rooted = True
            elif literal not in numbers.constants:
                message = f"{literal} is neither a number of the question nor a constant that it speaks of"
                self._add("ungrounded_number", message, run.index, position)
        self.literals.update(step.literals)
        return rooted

    def _apply(self, run: Execution, position: int, step: Step) -> tuple[Fraction, ...] | None:
        """Run the body; None where it cannot run or its result is out of bounds."""
        try:
            result = apply(step, run.values)  # type: ignore[arg-type]
        except ZeroDivisionError:
            self._add("division_by_zero", "division by zero", run.index, position)
            return None
        results = result if isinstance(result, tuple) else (result,)
        for value in results:
            assert isinstance(value, Fraction)
            if abs(value.numerator) > MAX_MAGNITUDE * value.denominator or value.denominator > MAX_DENOMINATOR:
                message = "the value is beyond 10^15, or its denominator beyond 10^12"
                self._add("magnitude", message, run.index, position)
                return None
            if value < 0 and step.changes:
                short = step.changes[results.index(value)]
                self._add("insufficient_quantity", f"{short} would go below 0", run.index, position)
                return None
        return results  # type: ignore[return-value]

    def _store(
        self,
        run: Execution,
        position: int,
        step: Step,
        results: tuple[Fraction, ...] | None,
        rooted: bool,
        identity: bool,
    ) -> None:
        targets = step.changes or (step.target,)
        for number, target in enumerate(targets):
            assert target is not None
            if target is step.target and target in run.values:
                self._overwrite(run, position, target)
            run.values[target] = None if results is None else results[number]
            if not identity:
                run.computed.add(target)
            if rooted:
                run.rooted.add(target)

    def _check_composition(self) -> None:
        seen: dict[tuple[object, ...], int] = {}
        feeding = {self.executions[-1].index}
        for run in reversed(self.executions):
            if run.index in feeding:
                feeding.update(source for var, source in run.sources.items() if var in run.read)
        for run in self.executions:
            # Two sub-traces that read different answers are not the same, even where both write prev.result.
            key = (
                run.parsed.expert,
                *((step, run.sources.get(step.target or "")) for step in run.parsed.steps if type(step) is Step),
            )
            if key in seen:
                message = f"the same as sub-trace {seen[key]}; compute once and use its answer"
                self._add("repeated_subtrace", message, run.index)
            seen.setdefault(key, run.index)
            if run.index not in feeding:
                self._add("unused_subtrace", "no later sub-trace reads its answer", run.index)
