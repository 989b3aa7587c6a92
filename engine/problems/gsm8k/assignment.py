"""What every number of a solution stands for: the cheapest reading of them all together, and what else it might be.

Equations are assigned from the one that states the answer downwards, only those that it needs. The cost of an
assignment is that of its readings, plus penalties for what a solution rarely does: using a number twice in an equation,
leaving a number of the question unused, computing something that feeds nothing, using the numbers out of order.

The cheapest assignment gives the right answer, which does not prove that it is the right one. So all assignments within
a margin of the best are kept, and the problem is certain only if all of them compute the same function of the
question's numbers.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from trace_trainer.engine.problems.converting.expressions import Expression, Literal, Operation
from trace_trainer.engine.problems.converting.formula import Computed, Field, Formula
from trace_trainer.engine.problems.gsm8k.doubts import is_doubtful
from trace_trainer.engine.problems.gsm8k.operands import Earlier, Operand, Operands
from trace_trainer.engine.problems.gsm8k.options import Option, Options
from trace_trainer.engine.problems.gsm8k.solution import Equation

_MAX_LEAVES = 3_000  # assignments looked at; beyond them the problem counts as ambiguous


class UnexplainedError(ValueError):
    """A number of the solution that neither the question nor an earlier result nor a constant gives."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a solution computes, over the question's numbers.

    Attributes:
        formula: the answer.
        unambiguous: whether everything about as plausible computes the same function.
        derived: whether it holds a value that the solution worked out without writing it.
        pruned: how many of the solution's equations feed nothing.
    """

    formula: Formula
    unambiguous: bool
    derived: bool
    pruned: int


class Search:
    """Assigns the numbers of one problem.

    Args:
        equations: the solution's, simplified.
        operands: what each number may stand for.
    """

    def __init__(self, equations: Sequence[Equation], operands: Operands) -> None:
        self._equations = equations
        self._operands = operands
        self._weights = operands.weights
        context = operands.context
        # Leaving one of these unused is odd.
        self._strong = frozenset(context.aliases) - context.weak
        self._values = [mention.value for mention in operands.mentions]
        self._options = Options(equations, operands)
        self._known: dict[int, list[Option]] = {}
        self._cut = False

    def assign(self, final: int) -> Assignment:
        """The best assignment that makes equation `final` the answer. Raises UnexplainedError."""
        found = self._search(final)
        best = min(found, key=lambda item: item[0])[1]
        limit = min(cost for cost, _ in found) + self._weights.margin
        field = Field(self._operands.mentions)
        functions = {
            field.fingerprint(self._resolve(final, options)) for cost, options in found if cost <= limit
        }
        computing = sum(isinstance(e.expression, Operation) for e in self._equations[: final + 1])
        return Assignment(
            formula=self._resolve(final, best),
            unambiguous=not self._cut
            and len(functions) == 1
            and None not in functions
            and not is_doubtful(best, self._equations, self._operands, self._strong),
            derived=any(self._operands.is_derived(o) for option in best.values() for o in option.operands),
            pruned=computing - len(best),
        )

    def _search(self, final: int) -> list[tuple[float, dict[int, Option]]]:
        """All assignments found within the margin of the best, and some beyond it."""
        found: list[tuple[float, dict[int, Option]]] = []
        best = float("inf")
        leaves = 0

        # Readings may cost less than nothing, so what is still to come can lower the sum by as much.
        least = [0.0]
        for index in range(final + 1):
            least.append(least[-1] + min([0.0, *(option.cost for option in self._options_of(index)[:1])]))

        def descend(index: int, needed: frozenset[int], chosen: dict[int, Option], cost: float) -> None:
            nonlocal best, leaves
            if cost + least[index + 1] > best + self._weights.margin or leaves >= _MAX_LEAVES:
                return
            while index >= 0 and index not in needed:
                if isinstance(self._equations[index].expression, Operation):
                    cost += self._weights.unused_equation
                index -= 1
            if index < 0:
                leaves += 1
                total = cost + self._oddness(chosen)
                if total <= best + self._weights.margin:
                    found.append((total, dict(chosen)))
                    best = min(best, total)
                return
            for option in self._options_of(index):
                chosen[index] = option
                descend(index - 1, needed | option.results, chosen, cost + option.cost)
                del chosen[index]

        descend(final, frozenset([final]), {}, 0.0)
        if not found:
            raise UnexplainedError(f"no reading of {self._equations[final].line.strip()!r}")
        self._cut |= leaves >= _MAX_LEAVES
        return found

    def _oddness(self, chosen: dict[int, Option]) -> float:
        # Within an equation the order says nothing: 2 * 2 may be either way round.
        used = [m for index in sorted(chosen) for m in sorted(chosen[index].mentions)]
        order, weights = list(dict.fromkeys(used)), self._weights
        cost = weights.unused_number * len(self._strong.difference(order))
        cost += weights.reused_delta * sum(used.count(m) > 1 for m in self._operands.context.deltas)
        for a, b in itertools.combinations(order, 2):
            if a > b:
                equals = self._values[a] == self._values[b]
                cost += weights.equals_out_of_order if equals else weights.out_of_order
        return cost

    def _options_of(self, index: int) -> list[Option]:
        if index not in self._known:
            self._known[index], cut = self._options.of(index)
            self._cut |= cut
        return self._known[index]

    def _resolve(
        self, index: int, options: dict[int, Option], known: dict[int, Formula] | None = None
    ) -> Formula:
        """The formula of an equation, its operands put in place of its numbers, left to right."""
        known = {} if known is None else known
        if index in known:
            return known[index]
        operands = iter(options[index].operands)

        def resolve(operand: Operand | Formula) -> Formula:
            if isinstance(operand, Earlier):
                return self._resolve(operand.index, options, known)
            if isinstance(operand, Computed):
                arguments = tuple(resolve(argument) for argument in operand.arguments)
                if len(arguments) == 1 and isinstance(arguments[0], Computed):  # a quotient, rounded
                    return Computed(operand.name, arguments[0].arguments)
                return Computed(operand.name, arguments)
            return operand

        def build(expression: Expression) -> Formula:
            if isinstance(expression, Literal):
                return resolve(next(operands))
            return Computed(expression.name, tuple(build(argument) for argument in expression.arguments))

        known[index] = build(self._equations[index].expression)
        return known[index]
