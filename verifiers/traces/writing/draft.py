"""A trace so far, and whether another step would leave anything wrong with it but its execution and its answer.

Steps are judged by the verifier itself: they are checked and run as in a finished trace, and one that may be a constant
in disguise is run on other numbers. What a violation of a whole trace is made of (an answer from constants, a copy) is
asked when it is queried.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import count

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number, parse_number, plain
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.probing.probe import HARDLY_RUNS, probe
from trace_trainer.verifiers.traces.reading.canonical import canonical_step
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running.checker import Checker
from trace_trainer.verifiers.traces.running.composing import repeated_subtraces
from trace_trainer.verifiers.traces.running.full import check_answer
from trace_trainer.verifiers.traces.running.state import Execution
from trace_trainer.verifiers.traces.running.statements import bind, is_hidden
from trace_trainer.verifiers.traces.steps.step import TypedStep
from trace_trainer.verifiers.traces.verdict import CODES, Stage
from trace_trainer.verifiers.violation import Violation

_RESERVED = 3
"""How often something may be used again by the step that brings a trace to its end, or by the one after it."""


_TO_BIND = 2
"""How often binding earlier answers may do so."""

_MOST_PARTS = 8
_MOST_UNREAD = 1
"""Sub-traces before the last one whose answers are still to be used: one more can use two with one operation."""

_MOST_STEPS = 48
"""Of all sub-traces; then it has to come to its end, well within the limits of a trace."""


class Draft:
    """A trace so far. It never changes: a step leads to another draft.

    Args:
        grounding: what the question lets the trace write.
        is_part: whether it is a composition.
        checker: which has taken the steps so far.
        steps: those of the last sub-trace, as read.
        asks: whether steps are judged; where a trace can't go on without a fault, any step fits.
    """

    def __init__(
        self,
        grounding: Grounding,
        is_part: bool,
        checker: Checker | None = None,
        steps: tuple[TypedStep, ...] = (),
        asks: bool = True,
    ) -> None:
        self.grounding, self.is_part = grounding, is_part
        self.checker = Checker(grounding) if checker is None else checker
        self.asks = asks
        self._steps = steps
        self.known: dict[Hashable, bool] = {}  # for whoever asks the same again and again
        self._fitting: dict[str, Draft | None] = {}

    @property
    def run(self) -> Execution:
        """The last sub-trace."""
        return self.checker.executions[-1]

    @property
    def parts(self) -> int:
        """How many sub-traces there are."""
        return len(self.checker.executions)

    @property
    def is_full(self) -> bool:
        """Whether it has to come to its end: it has many steps, or has used again what it may."""
        many = sum(run.steps for run in self.checker.executions) >= _MOST_STEPS
        return many or not self._leaves(_RESERVED)

    @property
    def reserve(self) -> int:
        """How often its end may use something again, at most."""
        return _RESERVED + (_TO_BIND if self.is_part else 0)

    @cached_property
    def names(self) -> list[str]:
        """The variables of the last sub-trace that have values, the latest first."""
        return [name for name in reversed(self.run.values) if not is_hidden(name)]

    @cached_property
    def taken(self) -> frozenset[str]:
        """The names of the last sub-trace."""
        return frozenset(self.names) | self.run.unknowns

    @cached_property
    def new(self) -> str:
        """A name that is not taken, to try a step with before its own is known."""
        return next(name for number in count() if (name := f"new{number or ''}") not in self.taken)

    @cached_property
    def operands(self) -> list[str]:
        """What an operation may take: first what leads to an end soonest, answers that nothing uses yet."""
        awaited = [name for name in self.names if self.run.sources.get(name) in self.unread]
        return [*awaited, *self.numbers, *(name for name in self.names if name not in awaited)]

    @property
    def numbers(self) -> list[str]:
        """The literals that may be written: the question's numbers, then constants, each in its order."""
        return _literals(self.grounding)

    @property
    def values(self) -> dict[str, Exact]:
        """The same with their values."""
        return _values(self.grounding)

    @cached_property
    def unread(self) -> list[int]:
        """The earlier sub-traces whose answers nothing uses yet."""
        read = {source for run in self.checker.executions for source in run.sources_read()}
        return [index for index in range(self.parts - 1) if index not in read]

    @property
    def unbound(self) -> set[int]:
        """Those of them that no variable of the last sub-trace is bound to."""
        return set(self.unread) - set(self.run.sources.values())

    def opened(self, expert: str) -> Draft:
        """With another sub-trace, still empty."""
        checker = self.checker.fork()
        checker.open(ParsedSubTrace(expert, [], 1))
        return Draft(self.grounding, self.is_part, checker, (), self.asks)

    def unasking(self) -> Draft:
        """The same, which any step fits."""
        return Draft(self.grounding, self.is_part, self.checker, self._steps, asks=False)

    def with_step(self, line: str) -> Draft | None:
        """The draft with the step of a line, `- {...}`; None where it would leave something wrong."""
        if line not in self._fitting:
            self._fitting[line] = self._judged(line)
        return self._fitting[line]

    def took(self, line: str) -> Draft:
        """The draft with the step of a line that is known to fit."""
        step = canonical_step(line)
        assert isinstance(step, TypedStep)
        return self._with(step)[0]

    def queried(self, name: str) -> Draft | None:
        """The draft whose last sub-trace ends with the query of this variable; None likewise."""
        line = f"- {{op: query, var: {name}}}"
        if line not in self._fitting:
            self._fitting[line] = self._judged_query(line)
        return self._fitting[line]

    @property
    def may_bind(self) -> bool:
        """Whether binding a variable surely fits, whatever to."""
        return self._leaves(self.reserve + 1)

    @property
    def may_end(self) -> bool:
        """Whether the trace may end with the last sub-trace, which has ended."""
        return not self.is_part or (self.parts > 1 and not self.unread)

    @property
    def may_go_on(self) -> bool:
        """Whether another sub-trace may follow the last one, which has ended."""
        if not self.is_part or self.is_full or self.parts == _MOST_PARTS or len(self.unread) > _MOST_UNREAD:
            return False
        return self._leaves(_RESERVED + len(self.unread) + 1)

    @cached_property
    def may_be_queried(self) -> bool:
        """Whether the last sub-trace may end with some query."""
        return any(
            after.may_end or after.may_go_on
            for name in self.names
            if (after := self.queried(name)) is not None
        )

    @cached_property
    def may_end_now(self) -> bool:
        """Whether the trace may, with some query."""
        return any(after is not None and after.may_end for after in map(self.queried, self.names))

    @cached_property
    def ends(self) -> list[tuple[str, Draft]]:
        """The variables that the last sub-trace may end with a query of, each with the draft after it."""
        found = [(name, after) for name in self.names if (after := self.queried(name))]
        found = [(name, after) for name, after in found if after.may_end or after.may_go_on]
        return sorted(found, key=lambda one: not one[1].may_end)

    def _leaves(self, reserve: int) -> bool:
        """Whether it may still use something again so often, and a constant."""
        budget = self.checker.budget
        return budget is None or (budget.repeats_left >= reserve and budget.reads_left > 0)

    def _judged(self, line: str) -> Draft | None:
        step = canonical_step(line)
        if not isinstance(step, TypedStep):
            return None
        after, is_doubtful = self._with(step)
        if not self.asks:
            return after
        if _early(after.checker.violations[len(self.checker.violations) :]):
            return None
        # A fault of execution ends it: what a whole trace is blamed for is not looked at any more.
        if not after.checker.violations and is_doubtful and _is_constant(after):
            return None
        to_come = 1 if self.is_part and self.parts == 1 else len(after.unbound)  # answers still to be bound
        if after._leaves(_RESERVED + to_come) or self.may_end_now:
            return after
        ended = after.queried(after.names[0]) if after.names else None
        return after if ended is not None and ended.may_end else None

    def _judged_query(self, line: str) -> Draft | None:
        step = canonical_step(line)
        assert isinstance(step, TypedStep)
        after, _ = self._with(step, is_last=True)
        if not self.asks:
            return after
        checker = after.checker
        known = len(self.checker.violations)
        if not checker.violations:
            check_answer(checker, self.grounding)
        found = checker.violations[known:]
        if not self.grounding.everything:  # without a number nothing better can be written
            found = [violation for violation in found if violation.code != "answer_from_constants"]
        return None if _early(found) or any(_of_last(after)) else after

    def _with(self, step: TypedStep, is_last: bool = False) -> tuple[Draft, bool]:
        """The draft with a step, and whether what it makes may be a constant."""
        checker = self.checker.fork()
        run = checker.executions[-1]
        steps = (*self._steps, step)
        (run.parsed,) = bind([run.parsed._replace(steps=steps)])
        before, run.doubtful = run.doubtful, False
        checker.take(run, len(steps) - 1, run.parsed.typed_steps[-1], is_last)
        is_doubtful, run.doubtful = run.doubtful, run.doubtful or before
        return Draft(self.grounding, self.is_part, checker, steps, self.asks), is_doubtful


def _early(violations: Sequence[Violation]) -> bool:
    """Whether one of these is of a stage before the execution."""
    return any(CODES[violation.code] < Stage.EXECUTION for violation in violations)


def _is_constant(draft: Draft) -> bool:
    """Whether a step gives the same whatever the question's numbers are, or nothing can show that it does not."""
    return any(
        found.code == "identity_compute" or found.message == HARDLY_RUNS
        for found in probe(draft.checker.subtraces, draft.grounding)
    )


def _of_last(draft: Draft) -> list[int]:
    """The sub-traces that say the same as the last one."""
    subtraces = draft.checker.subtraces
    return [earlier for index, earlier in repeated_subtraces(subtraces) if index == len(subtraces) - 1]


@lru_cache(maxsize=1024)
def _literals(grounding: Grounding) -> list[str]:
    bits = grounding.bits
    values = sorted(bits, key=lambda value: (not bits[value], bits[value] & -bits[value]))
    texts = map(format_number, [*values, *sorted(grounding.implied)])
    return [text for text in texts if parse_number(text) is not None]


@lru_cache(maxsize=1024)
def _values(grounding: Grounding) -> dict[str, Exact]:
    return {text: plain(Fraction(text)) for text in _literals(grounding)}
