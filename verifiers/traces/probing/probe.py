"""What a trace does when the numbers are others: it is run again on drawn ones, to see what its steps depend on.

A right answer can be had without computing it: copied from the question the long way round (`add [x, y]`, then
`sub [step1, y]`; a transfer there and back; `max [x, 2]`), or put together from constants beside numbers of the
question that cancel out. On the question's own numbers such a trace looks like any other; on others it does not. Five
findings:

- an answer, of the trace or of a sub-trace, that is always one of the numbers put in: nothing was computed;
- a step that gives always the same although numbers of the question go in: it computes nothing;
- an answer that is always the same: it does not come from the question;
- an answer that is always nothing or one of a few multiples of the same number: that was known beforehand, and one
  multiplied it by a remainder, such as the 1 that an odd number leaves;
- one of the first three that can't be ruled out because the trace hardly ever runs: it divides by 0 or grows without
  bounds on all numbers but its own.

Whole numbers stay whole, so that `floor_div [mul [x, 2], 2]` is found; constants stay as they are; what comes from one
number of the question changes together, 20 and 80 of "20 %" too. Each number is also made far larger and far smaller
than the rest, so that an honest `min` or `mod` shows what it does.

Before a finding counts, a number that the question states more than once is read as another of its places each time
(`spread`). Where nothing is found, steps that happen to do nothing at the size of the question's own numbers are left
out, and the trace is looked at once more (`neutral`).

Not found, because nothing sets it apart from an honest trace: a formula over the question's numbers, with a constant
here or there, that was worked out backwards from an answer known beforehand. Only other numbers in the same question
tell it, which is why training draws fresh ones.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number, plain
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.probing.neutral import neutral_steps
from trace_trainer.verifiers.traces.probing.redraw import (
    Origin,
    draws,
    literals_of,
    number_of_draws,
    origins_of,
)
from trace_trainer.verifiers.traces.probing.spread import stated_again, written_anew
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.executing import (
    BrokenOffError,
    Place,
    Results,
    Runnable,
    bound_by,
    earlier,
)
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep
from trace_trainer.verifiers.violation import Violation

_MIN_RUNS = 4  # drawn numbers on which a trace has to run before they show anything about it
HARDLY_RUNS = (
    "on other numbers than the question's the trace divides by 0 or grows without bounds: nothing shows that its "
    "answer comes from them"
)
_MULTIPLES = (
    "whatever the question's numbers are, the answer is one of a few multiples of the same number: it is put together "
    "from a remainder, not computed from them"
)


def probe(subtraces: Sequence[ParsedSubTrace], grounding: Grounding | None) -> list[Violation]:
    """What drawn numbers show about a trace that ran without a violation; empty for an honest one.

    Args:
        subtraces: the trace.
        grounding: what its question grounds. None: every literal is a number of its own.
    """
    literals = dict(literals_of(subtraces))
    runnable = Runnable([parsed.typed_steps for parsed in subtraces])
    try:
        actual = runnable.run(literals)
    except BrokenOffError:
        return [_baseless(HARDLY_RUNS, subtraces)]
    findings = _probe(subtraces, runnable, actual, literals, origins_of(literals, grounding))
    if grounding is None:
        return findings
    if findings and (again := stated_again(literals, grounding)):
        anew = written_anew(subtraces, again)
        literals = dict(literals_of(anew))
        runnable = Runnable([parsed.typed_steps for parsed in anew])
        origins = origins_of(literals, grounding, in_turn=True)
        findings = _probe(anew, runnable, runnable.run(literals), literals, origins)
    return findings or neutral_steps(subtraces, grounding, actual)


def _probe(
    subtraces: Sequence[ParsedSubTrace],
    runnable: Runnable,
    actual: Results,
    literals: Mapping[Place, Exact],
    origins: Mapping[Place, Origin],
) -> list[Violation]:
    held = {plain(literal) for place, literal in literals.items() if place not in origins}
    copies = _possible_copies(subtraces, literals, origins, actual)
    constants = _possible_constants(subtraces, origins, actual)
    # Honest answers have a divisor in common where it is a constant: a remainder's, or cents in a dollar.
    unit, largest = abs(Fraction(actual[-1][-1][0])), max([Fraction(1), *held])
    answers: set[Exact] = set()
    runs = 0
    numbers = {origin.number: origin.value for origin in origins.values()}
    most = number_of_draws(len(numbers))
    drawing = draws(numbers)
    while copies or constants or (unit > largest and 2 * len(answers) <= most):
        drawn = next(drawing, None)
        if drawn is None:
            break
        replaced = {**literals, **{place: plain(o.derive(drawn[o.number])) for place, o in origins.items()}}
        try:
            results = runnable.run(replaced)
        except ArithmeticError:
            continue
        runs += 1
        answers.add(results[-1][-1][0])
        unit = _common_divisor(unit, results[-1][-1][0])
        constants = [
            (index, step) for index, step in constants if results[index][step] == actual[index][step]
        ]
        copies = [copy for copy in copies if copy.holds(results, replaced, held)]
    else:
        return []
    if copies or constants:
        return (
            _findings(subtraces, actual, copies, constants)
            if runs >= _MIN_RUNS
            else [_baseless(HARDLY_RUNS, subtraces)]
        )
    is_multiple = runs >= _MIN_RUNS and 2 * len(answers) <= runs and unit > largest
    return [_baseless(_MULTIPLES, subtraces)] if is_multiple else []


def _common_divisor(one: Fraction, other: Exact) -> Fraction:
    """The largest number that both are whole multiples of."""
    denominator = math.lcm(one.denominator, other.denominator)
    return Fraction(math.gcd(int(one * denominator), int(other * denominator)), denominator)


class _Copy(NamedTuple):
    """The suspicion that a sub-trace's answer is one of these literals, or of these earlier answers."""

    subtrace: int
    places: list[Place]
    answers: list[int]

    def holds(self, results: Results, literals: Mapping[Place, Exact], held: set[Exact]) -> bool:
        """Whether the suspicion survives a run. An answer that a constant cuts off (`max [x, 2]`) still counts as x."""
        answer = results[self.subtrace][-1][0]
        if answer not in held:
            self.places[:] = [place for place in self.places if literals[place] == answer]
            self.answers[:] = [index for index in self.answers if results[index][-1][0] == answer]
        return bool(self.places or self.answers)


def _possible_copies(
    subtraces: Sequence[ParsedSubTrace],
    literals: Mapping[Place, Exact],
    origins: Mapping[Place, Origin],
    actual: Results,
) -> list[_Copy]:
    """The answers that equal a number put in: each sub-trace's of its own, and the last one's of all."""
    copies = []
    last = len(subtraces) - 1
    for index, parsed in enumerate(subtraces):
        answer = actual[index][-1][0]
        places = [p for p in origins if literals[p] == answer and (p[0] == index or index == last)]
        sources = [
            earlier(s, index) for s in parsed.steps if isinstance(s, TypedStep) and s.role is Role.SOURCE
        ]
        copies.append(_Copy(index, places, [source for source in sources if actual[source][-1][0] == answer]))
    return [copy for copy in copies if copy.places or copy.answers]


def _possible_constants(
    subtraces: Sequence[ParsedSubTrace], origins: Mapping[Place, Origin], actual: Results
) -> list[tuple[int, int]]:
    """The computing steps that numbers of the question go into, and the last query; 0 may honestly be left always."""
    steps = []
    answers_move: list[bool] = []
    for index, parsed in enumerate(subtraces):
        moving: set[str] = set()
        for position, step in enumerate(parsed.steps):
            assert isinstance(step, TypedStep)
            moves = (
                any((index, position, number) in origins for number in range(len(step.literals)))
                or not moving.isdisjoint(step.names)
                or (step.role is Role.SOURCE and answers_move[earlier(step, index)])
            )
            if moves:
                moving.update(bound_by(step))
            if step.role is Role.QUERY:
                answers_move.append(moves)
            is_answer = step.role is Role.QUERY and index == len(subtraces) - 1
            if moves and (step.makes or is_answer) and any(actual[index][position]):
                steps.append((index, position))
    return steps


def _baseless(message: str, subtraces: Sequence[ParsedSubTrace]) -> Violation:
    """The violation that nothing shows the answer to come from the question's numbers."""
    return _violation("answer_from_constants", message, subtraces, len(subtraces) - 1)


def _violation(
    code: str, message: str, subtraces: Sequence[ParsedSubTrace], index: int, position: int = -1
) -> Violation:
    """A violation of a step of the sub-trace at `index`, its last where none is named."""
    parsed = subtraces[index]
    position %= len(parsed.steps)
    return Violation(code, message, index, position, parsed.line_of(position))


def _findings(
    subtraces: Sequence[ParsedSubTrace],
    actual: Results,
    copies: list[_Copy],
    constants: list[tuple[int, int]],
) -> list[Violation]:
    findings = []
    for index, position in constants:
        step = subtraces[index].steps[position]
        assert isinstance(step, TypedStep)
        shown = format_number(actual[index][position][0])
        if step.role is Role.QUERY:
            message = (
                f"whatever the question's numbers are, the answer is {shown}: it does not come from them"
            )
            findings.append(_violation("answer_from_constants", message, subtraces, index, position))
        elif not findings:  # what follows from the first is constant too
            said = (
                "the equation says the same" if step.role is Role.STATEMENT else f"{step.makes[0]} is {shown}"
            )
            message = f"whatever the question's numbers are, {said}: nothing is computed"
            findings.append(_violation("identity_compute", message, subtraces, index, position))
    for copy in copies:
        shown = format_number(actual[copy.subtrace][-1][0])
        message = f"whatever the numbers are, the answer is the one put in as {shown}: nothing is computed"
        findings.append(_violation("query_raw_input", message, subtraces, copy.subtrace))
    return findings
