"""Steps that happen to do nothing at the size of the question's own numbers, and what is left without them.

`max [10, 5]` is a 10 copied, `10 + 5 // 12` too, and so is `10 * (12 / 12)`. Other numbers don't tell: on them such
steps compute something. So each of them is replaced by what it is on the question's own: an operation that can swallow
a change of its inputs (`Flow.strict` is false: min, max, mod, floor_div, ceil_div) by the first of the inputs that it
gives back, or by the 0 or 1 that it gives; a difference or a quotient of equal numbers by its 0 or 1. If the answer is
then one of the numbers put in, or always the same, nothing was computed from the question.

Two more disguises need steps that swallow a change. `(10 * 12 + 5) // 12` is a 10 copied, too: the answer moves with
one number put in, by as much, and with no other, while all stay near their size. And a 1 that such a step gives may be
added up to any number (`12 // 10`, then three of it): what is made of ones alone must be a number that the question
knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import islice

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.executing import outputs
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.probing.redraw import Origin, draws, literals_of, origins_of
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.executing import Place, Results, Runnable, bound_by
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep
from trace_trainer.verifiers.violation import Violation

_RUNS = 6
_MIN_RUNS = 3
_NEUTRAL = frozenset((0, 1))
_FOLLOWS = (
    "the answer is the number put in as {}, which the steps that round leave as it is: nothing is computed"
)
_OF_ONES = (
    "{} is put together of a 1 that a step gives on the question's own numbers: no number of the question"
)


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
    origins = origins_of(literals, grounding)
    swallows = any(step.swallows for part in steps for step in part)
    if swallows and _follows_one(Runnable(steps), literals, origins, answer):
        return [_found(subtraces, "query_raw_input", _FOLLOWS.format(format_number(answer)))]
    reduced = _without(steps, actual)
    if reduced is None:
        return []
    if swallows and (made := _made_of_ones(reduced, actual, origins, grounding)) is not None:
        return [_found(subtraces, "answer_from_constants", _OF_ONES.format(format_number(made)))]
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
    message = (
        f"without the steps that change nothing on the question's own numbers, {left} is left of the answer"
    )
    return [_found(subtraces, code, message)]


def _found(subtraces: Sequence[ParsedSubTrace], code: str, message: str) -> Violation:
    parsed, position = subtraces[-1], len(subtraces[-1].steps) - 1
    return Violation(code, message, len(subtraces) - 1, position, parsed.line_of(position))


def _follows_one(
    runnable: Runnable, literals: Mapping[Place, Exact], origins: Mapping[Place, Origin], answer: Exact
) -> bool:
    """Whether the answer is a number put in, and goes up and down with it, but with no other, by as much."""
    numbers = {origin.number: origin.value for origin in origins.values()}
    leading = {o.number for place, o in origins.items() if literals[place] == answer == o.value}
    if len(leading) != 1:
        return False
    for number in sorted(numbers, key=lambda number: number not in leading):
        for shift in (1, -1):
            moved = {place: o.derive(o.value + shift) for place, o in origins.items() if o.number == number}
            try:
                given = runnable.answer({**literals, **moved})
            except ArithmeticError:
                return False
            if given != (answer + shift if number in leading else answer):
                return False
    return True


def _made_of_ones(
    reduced: Sequence[Sequence[TypedStep]],
    actual: Results,
    origins: Mapping[Place, Origin],
    grounding: Grounding,
) -> Exact | None:
    """A number that is made of nothing but a 1 that a step stands for, and that the question does not know."""
    for index, steps in enumerate(reduced):
        ones: set[str] = set()  # what is made of such a 1
        others: set[str] = set()  # what a number of the question goes into
        for position, step in enumerate(steps):
            if step.role is not Role.ASSIGN:
                if step.role is not Role.VALUE or (index, position, 0) in origins:
                    others.update(bound_by(step))
                continue
            number = actual[index][position][0]
            if isinstance(step, _Replaced) and step.gives_constant:
                ones.update(step.makes)
                continue
            stated = any((index, position, place) in origins for place in range(len(step.literals)))
            if stated or not others.isdisjoint(step.names) or ones.isdisjoint(step.names):
                others.update(step.makes if stated or not others.isdisjoint(step.names) else ())
                continue
            ones.update(step.makes)
            if not -2 <= number <= 2 and number not in grounding.bits and number not in grounding.implied:
                return number
    return None


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
            values.update(zip(bound_by(step), actual[index][position], strict=False))
            reduced[-1].append(step)
    return reduced if found else None


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

    __slots__ = ("gives_constant",)

    def __init__(self, step: TypedStep, function: Function) -> None:
        super().__init__(step.operation, step.fields)
        self.function = function
        try:  # whether it gives the same whatever it is given
            self.gives_constant = len({function(*range(n, n + len(step.inputs))) for n in (3, 5, 11)}) == 1
        except ArithmeticError:
            self.gives_constant = False
