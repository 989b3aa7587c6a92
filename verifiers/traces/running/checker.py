"""Boundary, wiring, grounding and execution: one pass over the steps, in the order in which they run.

The pass executes as it goes, so that a step is judged knowing the values it reads. What is wrong is collected, not
raised; a step that cannot run leaves its variable without a value, and what depends on it is passed over in silence, so
that one fault is reported once.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Self

from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.composition import resolve_source
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.executing import inputs_of
from trace_trainer.experts.language.linear import UnsolvableError
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running.advice import (
    boundary_advice,
    no_unknown_advice,
    source_advice,
    undefined_advice,
)
from trace_trainer.verifiers.traces.running.following import bits_of
from trace_trainer.verifiers.traces.running.implied import Unstated, computes, is_excused
from trace_trainer.verifiers.traces.running.state import Budget, Execution
from trace_trainer.verifiers.traces.steps.bounds import in_bounds
from trace_trainer.verifiers.traces.steps.executing import InsufficientError, MagnitudeError, execute
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep
from trace_trainer.verifiers.traces.steps.typing import BrokenStep, quoted
from trace_trainer.verifiers.violation import Violation


class Checker:
    """Checks and runs the steps of one trace: of a whole one by `checked`, or one by one as it is written.

    Args:
        grounding: what the question lets the trace write, or None to leave out the grounding stage.

    Attributes:
        violations: what is wrong, in the order in which it was found.
        executions: the sub-traces as they ran.
        used: the bits of the question's numbers that literals come from.
        budget: what the trace may still compute with; None without a grounding.
    """

    def __init__(self, grounding: Grounding | None) -> None:
        self.violations: list[Violation] = []
        self.executions: list[Execution] = []
        self.used = 0
        self._grounding = grounding
        self._numbers = bits_of(grounding, implied=True)
        self._unstated = None if grounding is None else Unstated(grounding)
        self.budget = None if grounding is None else Budget(grounding)

    @classmethod
    def checked(cls, subtraces: Sequence[ParsedSubTrace], grounding: Grounding | None) -> Self:
        """The checker of a whole trace, its steps about unknowns bound."""
        checker = cls(grounding)
        for parsed in subtraces:
            checker._run_subtrace(checker.open(parsed))
        return checker

    @property
    def subtraces(self) -> list[ParsedSubTrace]:
        """The sub-traces so far."""
        return [run.parsed for run in self.executions]

    def open(self, parsed: ParsedSubTrace) -> Execution:
        """Begin another sub-trace, of which no step is taken yet."""
        self.executions.append(Execution(parsed, len(self.executions)))
        return self.executions[-1]

    def fork(self) -> Self:
        """The same to go on with apart; sub-traces before the last are shared."""
        twin = copy.copy(self)
        twin.violations = list(self.violations)
        twin.executions = [*self.executions[:-1], *(run.fork() for run in self.executions[-1:])]
        twin._unstated = copy.copy(self._unstated)
        twin.budget = None if self.budget is None else self.budget.fork()
        return twin

    def add(self, code: str, message: str, subtrace: int, step: int | None = None) -> None:
        """Report a violation at its place."""
        parsed = self.executions[subtrace].parsed
        line = parsed.line if step is None else parsed.line_of(step)
        self.violations.append(Violation(code, message, subtrace, step, line))

    def _run_subtrace(self, run: Execution) -> None:
        parsed, index = run.parsed, run.index
        if parsed.expert not in EXPERTS:
            message = f"no expert {quoted(parsed.expert)}; there are {', '.join(EXPERTS)}"
            self.add("unknown_expert", message, index)
        for problem in parsed.problems:
            self.add(problem.code, problem.message, index)
        last = len(parsed.steps) - 1
        queried = False
        for position, step in enumerate(parsed.steps):
            if isinstance(step, BrokenStep):
                queried |= step.operation == "query"
                self._broken(run, position, step)
                continue
            queried |= step.role is Role.QUERY
            self.take(run, position, step, is_last=position == last)
        if not queried:
            message = "the sub-trace must end with {op: query, var: VARIABLE}"
            self.add("missing_query", message, index, last if parsed.steps else None)

    def take(self, run: Execution, position: int, step: TypedStep, is_last: bool = False) -> None:
        """Check and run the next step of a sub-trace, bound."""
        if step.role is Role.VALUE or step.role is Role.SOURCE:
            self._init(run, position, step)
            self._spend(run, position, step)
        elif step.role is Role.QUERY:
            self._query(run, position, step, is_last)
        elif step.role is Role.UNKNOWN:
            self._declare(run, position, step)
        elif step.role is Role.CONCLUSION and not step.makes:
            self._conclude_nothing(run, position, step)
        else:
            self._operate(run, position, step)
        run.results.append(run.result_of(step))
        run.steps += 1

    def _broken(self, run: Execution, position: int, step: BrokenStep) -> None:
        for problem in step.problems:
            self.add(problem.code, problem.message, run.index, position)
        for name in step.creates:
            run.lose(name)
        run.results.append(None)

    def _init(self, run: Execution, position: int, step: TypedStep) -> None:
        var = str(step.target)
        if var in run.values or var in run.unknowns:
            self._overwrite(run, position, var)
        if step.role is Role.VALUE:
            run.values[var] = run.bound[var] = step.number
            if not in_bounds(step.number):
                self._add_magnitude(run, position)
                run.values[var] = None
            if self._ground(run, position, step):
                run.rooted.add(var)
            if not self.violations:
                bits = self._numbers[step.number]
                run.followed[var] = (step.number, bits, bits)
            return
        name = str(step.fields["source"])
        source = resolve_source(name, run.index)
        if source is None:
            self.add("bad_source", source_advice(name, run.index), run.index, position)
            run.values[var] = None
            run.rooted.add(var)
            return
        earlier = self.executions[source]
        run.sources[var] = source
        run.values[var] = earlier.answer
        if earlier.queried is None or earlier.queried in earlier.rooted:
            run.rooted.add(var)
        if not self.violations:
            run.followed[var] = earlier.followed[str(earlier.queried)]

    def _declare(self, run: Execution, position: int, step: TypedStep) -> None:
        var = str(step.target)
        self._check_boundary(run, position, step)
        if var in run.values or var in run.unknowns:
            self._overwrite(run, position, var)
        run.unknowns.add(var)

    def _conclude_nothing(self, run: Execution, position: int, step: TypedStep) -> None:
        """A conclusion about what is no unknown, or under an expert that has none."""
        var = str(step.target)
        if self._check_boundary(run, position, step):
            self.add("undefined_variable", no_unknown_advice(var, run), run.index, position)
        run.lose(var)

    def _overwrite(self, run: Execution, position: int, var: str) -> None:
        self.add("variable_overwrite", f"{var} already has a value; use a new name", run.index, position)

    def _query(self, run: Execution, position: int, step: TypedStep, is_last: bool) -> None:
        var = str(step.fields["var"])
        run.read.add(var)
        if var not in run.values:
            self._undefined(run, position, var)
        elif var not in run.computed and is_last:
            message = f"{var} was never computed; query what an operation made"
            self.add("query_raw_input", message, run.index, position)
        if not is_last:
            message = "the query must be the last step, and the only one"
            self.add("query_not_last", message, run.index, position)
        elif var in run.values:
            run.queried = var
            run.answer = run.values[var]

    def _undefined(self, run: Execution, position: int, var: str) -> None:
        self.add("undefined_variable", undefined_advice(var, run), run.index, position)

    def _operate(self, run: Execution, position: int, step: TypedStep) -> None:
        index, values = run.index, run.values
        if not self._check_boundary(run, position, step) and step.role is Role.STATEMENT:
            return
        runnable = True
        for operand in step.reads:
            if isinstance(operand, str) and operand not in values:
                self._undefined(run, position, operand)
                runnable = False
        for entity in step.changes:
            if entity not in values and entity not in step.may_create:  # those start at 0
                message = f"{entity} is changed before an init gives it a value"
                self.add("not_initialised", message, index, position)
                runnable = False
        run.read.update(step.names)
        rooted = self._ground(run, position, step) or not run.rooted.isdisjoint(step.reads)
        self._spend(run, position, step)
        if step.identity is not None and not is_excused(step, run, self._grounding):
            self.add("identity_compute", step.identity, index, position)
        self._store(run, position, step, self._results(run, position, step) if runnable else None, rooted)

    def _spend(self, run: Execution, position: int, step: TypedStep) -> None:
        """Report the step that exceeds a budget, or brings in what the question does not state."""
        if self._unstated is not None and (fault := self._unstated.fault(run, step)):
            self.add("ungrounded_number", fault, run.index, position)
        if self.budget is not None and (exceeded := self.budget.spend(run, step)):
            self.add("answer_from_constants", exceeded, run.index, position)

    def _check_boundary(self, run: Execution, position: int, step: TypedStep) -> bool:
        """Whether the expert has the step's operation, as far as one can tell; reported where not."""
        expert = run.parsed.expert
        if expert not in EXPERTS or expert in step.experts:
            return expert in EXPERTS
        code, message = boundary_advice(step, expert)
        self.add(code, message, run.index, position)
        return False

    def _ground(self, run: Execution, position: int, step: TypedStep) -> bool:
        """Report literals that the question does not hold; True where one of them is a number of the question."""
        if self._grounding is None:
            return False
        rooted = False
        for literal in step.literals:
            bits = self._numbers.get(literal)
            if bits is None:
                shown = format_number(literal)
                message = f"{shown} is neither a number of the question nor a constant that it speaks of"
                self.add("ungrounded_number", message, run.index, position)
                continue
            rooted |= bits > 0
            self.used |= bits
        return rooted

    def _results(self, run: Execution, position: int, step: TypedStep) -> tuple[Exact, ...] | None:
        """Run the step; None where it cannot run or a result is out of bounds."""
        inputs = inputs_of(step, run.values)
        values = [value for value in inputs if value is not None]
        if len(values) < len(inputs):
            return None
        try:
            results = execute(step, values)
        except ZeroDivisionError:
            self.add("division_by_zero", "division by zero", run.index, position)
        except UnsolvableError as error:
            self.add("no_unique_solution", str(error), run.index, position)
        except MagnitudeError:
            self._add_magnitude(run, position)
        except InsufficientError as error:
            self.add("insufficient_quantity", f"{error} would go below 0", run.index, position)
        else:
            if not self.violations:
                run.follow(step, results, self._numbers)
            return results
        return None

    def _add_magnitude(self, run: Execution, position: int) -> None:
        message = "the value is beyond 10^15, or its denominator beyond 10^12"
        self.add("magnitude", message, run.index, position)

    def _store(
        self,
        run: Execution,
        position: int,
        step: TypedStep,
        results: tuple[Exact, ...] | None,
        rooted: bool,
    ) -> None:
        for number, name in enumerate(step.makes):
            is_taken = name in run.values or (name in run.unknowns and step.role is not Role.CONCLUSION)
            if name == step.target and is_taken:
                self._overwrite(run, position, name)
            run.values[name] = None if results is None else results[number]
            run.bound.pop(name, None)
            if computes(step, run, self._grounding):
                run.computed.add(name)
            if rooted:
                run.rooted.add(name)
