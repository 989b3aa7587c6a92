"""Whether a trace computes the function that its reference does.

An answer is one number, and many formulas hit it: of 16 eggs less 3 and 4, at 2 each, 16 + 2 gives the right 18. So
both are run on other numbers of the same question. What moves:

- every number of the question that both use;
- every number that the reference alone uses, as the right answer hangs on it; but where one of them computes what the
  other takes from the question ("10 boxes of 6, 60 pens in all"), what only one of them uses stays;
- no number that only the trace uses, and no constant.

Where a number may be none of the question's (`numbers`), it moves if both read it equally often, for then it is most
likely the same in both; else it stays, as one may use it for what the other says in another way, such as `add [x, x]`
for twice as many. Of a number stated several times each is moved by itself where both traces write it so often, in
every order, and all as one where they don't.

Two traces of sums, products and quotients are told apart by exact runs on numbers of any size. Where either rounds,
takes a remainder or a maximum, they need only agree on numbers like the question's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, permutations, product
from math import gcd
from typing import NamedTuple

from trace_trainer.experts.language.declaration import Exact
from trace_trainer.experts.language.literals import format_number
from trace_trainer.verifiers.traces.comparing.draws import (
    ALIKE_RUNS,
    ANY_SIZE_RUNS,
    MIN_ALIKE_RUNS,
    PICKING_RUNS,
    Drawn,
    Key,
    Run,
)
from trace_trainer.verifiers.traces.comparing.numbers import Numbers, Source
from trace_trainer.verifiers.traces.comparing.reference import Moved, Program, Reference, moved_to
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.executing import Place

_MAX_READINGS = 24  # ways in which a trace's literals may hang on the question's numbers that are tried
_MAX_STEPS = 600  # of all the readings that are tried
_MAX_TIMES = 3  # equal numbers that are told apart


class Difference(NamedTuple):
    """Numbers on which a trace and its reference compute different answers; None where the trace can't be run."""

    drawn: Drawn
    expected: Exact
    found: Exact | None

    def __str__(self) -> str:
        moved = ", ".join(
            f"{format_number(value)} for {format_number(number)}" for (number, _), value in self.drawn.items()
        )
        found = "it can't be run" if self.found is None else f"it computes {format_number(self.found)}"
        return f"with {moved} in the question {found}, and the reference {format_number(self.expected)}"


class Undecided(Exception):
    """Nothing moves, or the reference hardly runs on other numbers: only the answers can be compared."""


def difference(reference: Reference, subtraces: Sequence[ParsedSubTrace]) -> Difference | None:
    """Where a trace computes another function than its reference; None where it computes the same.

    Raises Undecided.

    Args:
        subtraces: a trace that ran without a violation.
    """
    program = Program(subtraces)
    moving = _moving(reference, program)
    first = None
    for reading in _readings(reference, program, moving):
        found = _compare(reference, program, reading, moving)
        if found is None:
            return None
        first = first or found
    return first


class _Moving(NamedTuple):
    """The numbers that are moved, and those of them that are moved each time that they are stated by itself."""

    keys: frozenset[Key]
    split: frozenset[Exact]


class _Use(NamedTuple):
    """How a trace uses a number: how often it writes each literal that comes from it, and how often it reads them."""

    written: dict[Exact, int]
    read: dict[Exact, int]


def _uses(program: Program, numbers: Numbers) -> dict[Exact, _Use]:
    uses: dict[Exact, _Use] = {}
    for literal, count in program.written.items():
        source = numbers.source(literal)
        if source is not None:
            use = uses.setdefault(source.number, _Use({}, {}))
            use.written[literal] = count
            use.read[literal] = program.read[literal]
    return uses


def _moving(reference: Reference, program: Program) -> _Moving:
    numbers = reference.numbers
    other = reference.program
    ours = theirs = _uses(program, numbers)
    if program.written != other.written or program.read != other.read:
        theirs = _uses(other, numbers)
    doubtful = {number for number in ours.keys() | theirs.keys() if numbers.is_doubtful(number)}
    for literal in program.written.keys() | other.written.keys():
        doubtful |= numbers.unclear(literal)
    held = {
        number
        for number in doubtful
        if _can_be_written_otherwise(number, ours.get(number), theirs.get(number), program)
    }
    only_ours = ours.keys() - theirs.keys() - held
    only_theirs = theirs.keys() - ours.keys() - held
    shared = ours.keys() & theirs.keys() - held
    if only_theirs and only_ours and shared and _is_said_twice(reference, program, only_ours, only_theirs):
        only_theirs = set()
    split = {
        number
        for number in shared
        if _is_split(number, ours[number].written, theirs[number].written, numbers)
    }
    keys = {
        (number, time)
        for number in shared | only_theirs
        for time in range(theirs[number].written[number] if number in split else 1)
    }
    if not keys:
        raise Undecided(
            "no number of the question can be moved in both traces: only the answers were compared"
        )
    return _Moving(frozenset(keys), frozenset(split))


def _is_split(
    number: Exact, ours: Mapping[Exact, int], theirs: Mapping[Exact, int], numbers: Numbers
) -> bool:
    times = ours.get(number, 0)
    return (
        1 < times <= _MAX_TIMES
        and ours.keys() == theirs.keys() == {number}
        and times == theirs[number]
        and times <= numbers.times_stated(number)
    )


def _can_be_written_otherwise(
    number: Exact, ours: _Use | None, theirs: _Use | None, program: Program
) -> bool:
    """Whether one of two traces may use a doubtful number for what the other says in another way."""
    if ours is not None and theirs is not None:
        return ours.read != theirs.read
    # A fraction can't be had without the primes of its denominator.
    left = number.denominator if ours is None else 1
    for literal in program.written:
        for part in (literal.numerator, literal.denominator):
            while part and (common := gcd(left, part)) > 1:
                left //= common
    return left == 1


def _is_said_twice(
    reference: Reference, program: Program, only_ours: set[Exact], only_theirs: set[Exact]
) -> bool:
    """Whether the question states something that follows from its other numbers, and one trace computes it.

    Args:
        only_ours: numbers that only the trace uses.
        only_theirs: numbers that only the reference uses.
    """
    return bool(program.computed() & only_theirs or reference.program.computed() & only_ours)


def _readings(reference: Reference, program: Program, moving: _Moving) -> Iterator[Moved]:
    """The ways in which the trace's literals may come from the numbers that move, the likeliest first."""
    numbers = reference.numbers
    moved = {number for number, _ in moving.keys}
    choices: list[list[dict[Place, tuple[Key, Source]]]] = []
    for literal, places in program.places.items():
        known = numbers.sources(literal)
        sources = [source for source in known if source.number in moved]
        ways: list[dict[Place, tuple[Key, Source]]] = []
        if sources and sources[0] != known[0]:  # most likely it is the number of its own value, which stays
            ways.append({})
        for source in sources:
            if source.number in moving.split and source.number == literal:
                for order in permutations(range(len(places))):
                    ways.append(
                        {
                            place: ((source.number, time), source)
                            for place, time in zip(places, order, strict=True)
                        }
                    )
            else:
                ways.append(dict.fromkeys(places, ((source.number, 0), source)))
        if ways:
            choices.append(ways)
    steps = sum(map(len, program.steps))
    for chosen in islice(product(*choices), max(1, min(_MAX_READINGS, _MAX_STEPS // steps))):
        yield {place: key for way in chosen for place, key in way.items()}


def _compare(reference: Reference, program: Program, reading: Moved, moving: _Moving) -> Difference | None:
    """The first draw that tells the two apart. Raises Undecided."""
    rational = program.rational and reference.program.rational
    runs = reference.runs(moving.split, moving.keys, False, ANY_SIZE_RUNS if rational else PICKING_RUNS)
    found = _first_difference(program, reading, runs)
    if found is None and runs:
        return None
    if found is not None and rational:
        return found
    runs = reference.runs(moving.split, moving.keys, True, ALIKE_RUNS)
    if not rational:
        runs = _alike_runs(program, reading, runs)
    if len(runs) < MIN_ALIKE_RUNS:
        raise Undecided("the reference hardly runs on other numbers: only the answers were compared")
    return _first_difference(program, reading, runs)


def _first_difference(program: Program, reading: Moved, runs: Sequence[Run]) -> Difference | None:
    for drawn, expected in runs:
        found = program.answer(moved_to(reading, drawn))
        if found != expected:
            return Difference(drawn, expected, found)
    return None


def _alike_runs(program: Program, reading: Moved, runs: Sequence[Run]) -> Sequence[Run]:
    """The runs on which the trace's rounding divisions that leave nothing over do so still.

    An honest trace may divide with `floor_div` where the numbers of the question divide evenly.
    """
    actual = program.actual()
    if actual is None:
        return runs
    exact = program.divisions(actual, {})
    kept = []
    for run in runs:
        literals = moved_to(reading, run.drawn)
        results = program.run(literals)
        if results is None or all(
            now or not was for now, was in zip(program.divisions(results, literals), exact, strict=True)
        ):
            kept.append(run)
    return kept
