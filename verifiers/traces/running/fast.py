"""The fast pass: runs a trace that has nothing wrong, fast, and gives up at the first doubt.

It has no verdict of its own to get wrong: it returns None for any trace that it does not know to be without violation,
and `verifiers.traces.running.reference` then says what is wrong. A property test holds that both agree.
Most traces of a trained model take this path, so it keeps one tuple a variable and little else.

Numbers of the question are followed as bits: for each variable, the numbers that go into its value, and those of them
that surely change it. A number surely changes a value that it reaches by one way only, short of a multiplication by 0;
operations that can swallow a change (`Flow.strict` is false: `min`, `mod`) let it through where every operand can vary.
Where no number surely changes what a step makes, the step may be a constant in disguise, and where an answer equals a
number put in and no other surely changes it, it may be a copy: then `verifiers.traces.probing.probe` is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

from trace_trainer.experts.language.composition import resolve_source
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.questions.grounding import MAX_CONSTANT_TERMS, MAX_REPEATS, Grounding
from trace_trainer.verifiers.traces.probing.probe import probe
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running.composing import repeated_subtraces, unused_subtraces
from trace_trainer.verifiers.traces.running.reference import Checked
from trace_trainer.verifiers.traces.running.statements import bind, is_hidden
from trace_trainer.verifiers.traces.steps.bounds import MAX_MAGNITUDE, computable, in_bounds
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

Followed = tuple[Exact, int, int]
"""A value, the bits of the numbers that go into it, and the bits of those that surely change it."""

_NEW_ENTITY: Followed = (0, 0, 0)
_FEW_NUMBERS = 24  # of a system; to try another in the place of each of more takes too long
_VALUE, _SOURCE, _QUERY = Role.VALUE, Role.SOURCE, Role.QUERY
_UNKNOWN, _STATEMENT, _CONCLUSION = Role.UNKNOWN, Role.STATEMENT, Role.CONCLUSION


class _EachItsOwn:
    """Where no question is known, every literal counts as a number of its own."""

    def __init__(self) -> None:
        self._last = 1

    def __getitem__(self, value: Exact) -> int:
        self._last <<= 1
        return self._last


class _SubTraceRun(NamedTuple):
    """A sub-trace that ran without a fault.

    Attributes:
        known: its variables, and the literals that its operations take.
        answer: what it queries.
        literals: the numbers written in it.
        sources: the earlier sub-traces whose answers it uses.
        unused: variables that nothing reads, with the index of the sub-trace.
        constant_reads: how often it computes with something that no number of the question goes into.
        repeats: how often it uses again what it has used before, or more; the literals that it writes aside.
        doubtful: whether one of its values may be a constant, or its answer a copy.
    """

    known: dict[str | Exact, Followed]
    answer: Followed
    literals: list[Exact]
    sources: list[int]
    unused: list[tuple[int, str]]
    constant_reads: int
    repeats: int
    doubtful: bool

    def values(self) -> dict[str, Exact]:
        """What its variables hold."""
        return {
            name: value
            for name, (value, _, _) in self.known.items()
            if isinstance(name, str) and not is_hidden(name)
        }


def run_fast(subtraces: Sequence[ParsedSubTrace], grounding: Grounding | None) -> Checked | None:
    """What checking the trace yields where nothing is wrong with it; None where something may be."""
    subtraces = bind(subtraces)
    numbers = _EachItsOwn() if grounding is None else grounding.bits
    runs: list[_SubTraceRun] = []
    try:
        for parsed in subtraces:
            run = _run(parsed, runs, numbers)
            if run is None:
                return None
            runs.append(run)
    except (KeyError, ArithmeticError):
        # A variable without a value, an ungrounded number, a division by zero, a system without one solution, a doubt.
        return None
    last = runs[-1]
    literals, constant_reads, repeats, doubtful, unused = (
        last.literals,
        last.constant_reads,
        last.repeats,
        last.doubtful,
        last.unused,
    )
    if len(runs) > 1:
        if unused_subtraces([run.sources for run in runs]) or any(repeated_subtraces(subtraces)):
            return None
        literals = [literal for run in runs for literal in run.literals]
        constant_reads = sum(run.constant_reads for run in runs)
        repeats = sum(run.repeats + len(run.sources) for run in runs)
        unused = [place for run in runs for place in run.unused]
        doubtful = any(run.doubtful or _may_copy(run, run.literals, runs, grounding) for run in runs)
    value, bits, _ = last.answer
    if not bits or constant_reads > MAX_CONSTANT_TERMS:
        return None
    if repeats + len(literals) > MAX_REPEATS and repeats + len(literals) - len(set(literals)) > MAX_REPEATS:
        return None
    if (doubtful or _may_copy(last, literals, runs, grounding)) and probe(subtraces, grounding):
        return None
    used = 0
    if grounding is not None:
        for literal in literals:
            used |= grounding.bits[literal]
    steps = sum([len(parsed.steps) for parsed in subtraces])
    return Checked((), value, last.values, unused, used, steps)


def _may_copy(
    run: _SubTraceRun, literals: Sequence[Exact], runs: Sequence[_SubTraceRun], grounding: Grounding | None
) -> bool:
    """Whether the answer may be one of the literals or an earlier answer: equal, and not surely changed by another."""
    value, _, sure = run.answer
    if value in literals and (grounding is None or not sure & ~grounding.bits[value]):
        return True
    return any(runs[index].answer[0] == value and not sure & ~runs[index].answer[1] for index in run.sources)


def _run(
    parsed: ParsedSubTrace, earlier: Sequence[_SubTraceRun], numbers: Mapping[Exact, int] | _EachItsOwn
) -> _SubTraceRun | None:
    """Run one sub-trace after the earlier ones. Raises KeyError and ArithmeticError where it can't be run."""
    expert = parsed.expert
    if parsed.problems or len(parsed.steps) < 2:
        return None
    # A broken step fits no expert, so it does not get past the first test.
    *body, query = cast("Sequence[TypedStep]", parsed.steps)
    known: dict[str | Exact, Followed] = {}  # variables, and the literals that operations take
    read: set[str | Exact] = set()
    literals: list[Exact] = []
    sources: dict[str, int] = {}
    constant_reads = reads = 0
    doubtful = False
    unknowns: set[str] = set()
    solved: set[str] = set()
    for step in body:
        if expert not in step.fits or step.creates in known:
            return None
        name, role = step.creates, step.role
        if role is _VALUE:
            value = step.number
            bits = numbers[value]
            known[name] = (value, bits, bits)
            literals.append(value)
            continue
        if role is _SOURCE:
            index = resolve_source(str(step.fields["source"]), len(earlier))
            if index is None:
                return None
            known[name] = earlier[index].answer
            sources[name] = index
            continue
        if role is _QUERY:
            return None
        for value in step.literals:
            bits = numbers[value]
            known[value] = (value, bits, bits)
            literals.append(value)
        reads += len(step.inputs)
        read.update(step.inputs)
        if step.pair:  # by far the most frequent case of the general one
            one, other = step.inputs
            first, first_bits, first_sure = known[one]
            second, second_bits, second_sure = known[other]
            value = step.function(first, second)
            if step.changes:
                (value,) = value
                if value < 0:
                    return None
            if not (type(value) is int and -MAX_MAGNITUDE <= value <= MAX_MAGNITUDE) and not in_bounds(value):
                return None
            bits = first_bits | second_bits
            sure = 0
            if value and (step.strict or (first_sure and second_sure)):
                sure = (first_sure | second_sure) & ~(first_bits & second_bits)
            known[step.pair] = (value, bits, sure)
            if not (first_bits and second_bits):
                constant_reads += 1 if bits else 2
            if bits and not sure:
                doubtful = True
            continue
        if role is _UNKNOWN:
            if name in unknowns:
                return None
            unknowns.add(name)
            continue
        if role is _CONCLUSION:
            if not step.makes:  # about what is no unknown
                return None
            known[name] = value, bits, sure = _conclusion(step, [known[number] for number in step.inputs])
            doubtful = doubtful or bool(bits and not sure)
            solved.add(name)
            continue
        for entity in step.may_create:
            known.setdefault(entity, _NEW_ENTITY)
        given = [known[name] for name in step.inputs]
        if role is _STATEMENT:
            reads += len(step.names)
            read |= step.names  # the unknowns too
            doubtful = doubtful or not all(value for value, _, _ in given)  # a product with 0
        made = _outputs(step, given)
        if made is None:
            return None
        known.update(zip(step.makes, made, strict=True))
        constant_reads += sum(not bits for _, bits, _ in given)
        doubtful = doubtful or any(bits and not sure for _, bits, sure in made)
    if expert not in query.fits or query.role is not _QUERY:
        return None
    (name,) = query.names
    if name not in body[-1].makes and name not in solved and not any(name in step.makes for step in body):
        return None
    # An unknown that is bound in another way, or that nothing is said about.
    if unknowns and (unknowns & known.keys() != solved or not unknowns <= read):
        return None
    repeats = reads - len(read)
    read.add(name)
    return _SubTraceRun(
        known,
        known[name],
        literals,
        [index for var, index in sources.items() if var in read] if sources else [],
        [] if known.keys() <= read else [(len(earlier), name) for name in _unread(known, read)],
        constant_reads,
        repeats,
        doubtful,
    )


def _unread(known: Iterable[str | Exact], read: set[str | Exact]) -> list[str]:
    """The trace's variables that nothing reads."""
    return [str(name) for name in known if name not in read and not is_hidden(str(name))]


def _conclusion(step: TypedStep, given: Sequence[Followed]) -> Followed:
    """What a step finds out from statements.

    A solution is a quotient of two linear functions of any one number, so it changes with it always or never, and one
    other number in its place tells. Where one statement is about one unknown it does, unless it is 0. Raises
    ArithmeticError where there is no solution.
    """
    values = [value for value, _, _ in given]
    found = step.function(*values)
    if not in_bounds(found):
        raise OverflowError
    bits = sure = twice = 0
    certain = bool(found) and len(values) <= _FEW_NUMBERS
    for place, (value, more, surely) in enumerate(given):
        if more:
            twice |= bits & more
            bits |= more
            sure |= surely
            certain = certain and bool(surely)
            if certain and len(values) > 2:
                certain = _differs(step, [*values[:place], 2 * value + 1, *values[place + 1 :]], found)
    return found, bits, sure & ~twice if certain else 0


def _differs(step: TypedStep, values: Sequence[Exact], found: Exact) -> bool:
    try:
        return bool(step.function(*values) != found)
    except ArithmeticError:
        return False


def _outputs(step: TypedStep, given: Sequence[Followed]) -> list[Followed] | None:
    """What any step makes of its inputs; None where a result is out of bounds or an entity goes below 0."""
    values = [value for value, _, _ in given]
    if not computable(values):
        return None
    result = step.function(*values)
    made: list[Followed] = []
    for value, flow in zip(result if isinstance(result, tuple) else (result,), step.flows, strict=True):
        if not in_bounds(value) or (step.changes and value < 0):
            return None
        bits = sure = twice = 0
        swallowed = False
        for place in flow.inputs:
            _, more, surely = given[place]
            twice |= bits & more
            bits |= more
            sure |= surely
            swallowed |= not (surely or flow.strict)
        made.append((value, bits, 0 if swallowed or not value else sure & ~twice))
    return made
