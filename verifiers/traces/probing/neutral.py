"""Steps that happen to do nothing at the size of the question's own numbers, and what is left without them.

`max [10, 5]` is a 10 copied, `10 + 5 // 12` too, and so is `10 * (12 / 12)`. Other numbers don't tell: on them such
steps compute something. So each of them is replaced by what it is on the question's own: an operation that can swallow
a change of its inputs (`Flow.strict` is false: min, max, mod, floor_div, ceil_div) by the first of the inputs that it
gives back, or by the 0 or 1 that it gives; a difference or a quotient of equal numbers by its 0 or 1. If the answer is
then one of the numbers put in, or always the same, nothing was computed from the question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.executing import outputs
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.probing.redraw import draws, literals_of, origins_of
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.executing import Results, Runnable
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep
from trace_trainer.verifiers.violation import Violation

_RUNS = 6
_MIN_RUNS = 3
_NEUTRAL = frozenset((0, 1))


def neutral_steps(
    subtraces: Sequence[ParsedSubTrace], grounding: Grounding, actual: Results | None = None
) -> list[Violation]:
    """What the trace, which ran without a violation, is found to be without its neutral steps; empty if honest.

    Args:
        actual: what its steps give on its own numbers, where that is known.
    """
    literals = dict(literals_of(subtraces))
    steps = [parsed.typed_steps for parsed in subtraces]
    try:
        actual = actual or Runnable(steps).run(literals)
    except ArithmeticError:
        return []
    answer = actual[-1][-1][0]
    if answer in _NEUTRAL or not _may_be_neutral(steps, actual):
        return []
    reduced = _without(steps, actual)
    if reduced is None:
        return []
    origins = origins_of(literals, grounding)
    copied = [place for place, literal in literals.items() if literal == answer]
    runnable = Runnable(reduced)
    constant, runs = True, 0
    for drawn in islice(draws({origin.number: origin.value for origin in origins.values()}), _RUNS):
        replaced = {**literals, **{place: o.derive(drawn[o.number]) for place, o in origins.items()}}
        try:
            given = runnable.answer(replaced)
        except ArithmeticError:
            continue
        runs += 1
        constant &= given == answer
        copied = [place for place in copied if replaced[place] == given]
        if not constant and not copied:
            return []
    if runs < _MIN_RUNS:
        return []
    code = "answer_from_constants" if constant else "query_raw_input"
    left = (
        "no number of the question"
        if constant
        else f"nothing but the number put in as {format_number(answer)}"
    )
    parsed, position = subtraces[-1], len(subtraces[-1].steps) - 1
    message = (
        f"without the steps that change nothing on the question's own numbers, {left} is left of the answer"
    )
    return [Violation(code, message, len(subtraces) - 1, position, parsed.line_of(position))]


def _may_be_neutral(subtraces: Sequence[Sequence[TypedStep]], actual: Results) -> bool:
    """Whether a step can swallow a change of its inputs, or gives a 0 or a 1: no other is ever replaced."""
    return any(
        step.swallows or not _NEUTRAL.isdisjoint(made)
        for steps, results in zip(subtraces, actual, strict=True)
        for step, made in zip(steps, results, strict=True)
        if step.makes
    )


def _without(subtraces: Sequence[Sequence[TypedStep]], actual: Results) -> list[list[TypedStep]] | None:
    """The steps with those that are neutral replaced; None where none is."""
    found = False
    reduced: list[list[TypedStep]] = []
    for index, steps in enumerate(subtraces):
        values: dict[str, Exact] = {}
        reduced.append([])
        for position, step in enumerate(steps):
            if step.role is Role.ASSIGN or step.role is Role.CHANGE:
                given = [values.get(i, 0) if isinstance(i, str) else i for i in step.inputs]
                stands_for = _stands_for(step, given, actual[index][position])
                if stands_for is not None:
                    found = True
                    step = _Replaced(step, stands_for)
            values.update(zip(_bound(step), actual[index][position], strict=False))
            reduced[-1].append(step)
    return reduced if found else None


def _bound(step: TypedStep) -> tuple[str, ...]:
    return step.makes or ((step.target,) if step.target else ())


Function = Callable[..., tuple[Exact, ...]]


def _stands_for(step: TypedStep, given: Sequence[Exact], made: Sequence[Exact]) -> Function | None:
    """A function in which what is neutral on the step's own numbers is so on all; None where nothing is."""
    picked: list[int | None] = []
    constants: list[Exact | None] = []
    for flow, value in zip(step.flows, made, strict=True):
        is_equal = len(given) == 2 and given[0] == given[1] and value != given[0]
        is_copy = not flow.strict and value in (given if _selects(step, given) else given[:1])
        picked.append(given.index(value) if is_copy else None)
        constants.append(
            value if not is_copy and value in _NEUTRAL and (is_equal or not flow.strict) else None
        )
    if picked == [None] * len(made) and constants == picked:
        return None

    def function(*values: Exact) -> tuple[Exact, ...]:
        result = outputs(step.function(*values)) if None in picked else tuple(values[: len(picked)])
        return tuple(
            values[place] if place is not None else own if constant is None else constant
            for own, place, constant in zip(result, picked, constants, strict=True)
        )

    return function


def _selects(step: TypedStep, given: Sequence[Exact]) -> bool:
    """Whether an operation always gives one of its inputs, as `min` and `max` do."""
    trials = ([3 * place + 2 for place in range(len(given))], [97 - 3 * place for place in range(len(given))])
    try:
        return all(set(outputs(step.function(*trial))) <= set(trial) for trial in trials)
    except ArithmeticError:
        return False


class _Replaced(TypedStep):
    """A step with another function in the place of its own."""

    __slots__ = ()

    def __init__(self, step: TypedStep, function: Function) -> None:
        super().__init__(step.operation, step.fields)
        self.function = function
