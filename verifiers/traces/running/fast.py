"""The fast pass: runs a trace that has nothing wrong, and gives up at the first fault.

It finds no violation itself: it returns None for any trace that it does not know to be without one, short of what a
probe shows, and `verifiers.traces.running.full` then says what is wrong. A property test holds that both agree.
Most traces of a trained model take this path: it is a loop over the executing and following of steps that both passes
share, with next to nothing noted down.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trace_trainer.experts.language.composition import resolve_source
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.probing.neutral import neutral_steps
from trace_trainer.verifiers.traces.probing.probe import probe
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running.composing import repeated_subtraces, unused_subtraces
from trace_trainer.verifiers.traces.running.following import (
    NEW_ENTITY,
    Bits,
    Followed,
    Trail,
    bits_of,
    follow,
    follow_pair,
    may_be_neutral,
    needs_probe,
    uses_much_again,
)
from trace_trainer.verifiers.traces.running.state import Checked
from trace_trainer.verifiers.traces.running.statements import bind, is_hidden
from trace_trainer.verifiers.traces.steps.executing import execute
from trace_trainer.verifiers.traces.steps.percent import percent_experts
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

Known = dict[str | Exact, Followed]
"""The variables of a sub-trace, and the literals that its operations take."""

_VALUE, _SOURCE, _QUERY = Role.VALUE, Role.SOURCE, Role.QUERY
_UNKNOWN, _STATEMENT, _CONCLUSION = Role.UNKNOWN, Role.STATEMENT, Role.CONCLUSION


def run_fast(subtraces: Sequence[ParsedSubTrace], grounding: Grounding | None) -> Checked | None:
    """What checking the trace yields, where nothing may be wrong with it but what a probe shows; None for any other."""
    subtraces = bind(subtraces)
    of_percent = () if grounding is None else percent_experts()
    numbers = bits_of(grounding)
    trails: list[Trail] = []
    unused: list[tuple[int, str]] = []
    used = 0
    try:
        for parsed in subtraces:
            if parsed.problems or len(parsed.steps) < 2:
                return None
            if parsed.expert in of_percent and grounding is not None and not grounding.percent:
                return None
            run = _run(parsed, trails, numbers)
            if run is None:
                return None
            trail, known, read, bits = run
            if not known.keys() <= read:
                unused += [(len(trails), name) for name in _unread(known, read)]
            trails.append(trail)
            used |= bits
    except (KeyError, ArithmeticError):
        # A variable without a value, an ungrounded number, a value out of bounds, a system without one solution.
        return None
    answer, rooted, _ = trail.answer
    if not rooted or uses_much_again(trails):
        return None
    if len(trails) > 1 and (
        unused_subtraces([trail.sources for trail in trails]) or any(repeated_subtraces(subtraces))
    ):
        return None
    violations = []
    if needs_probe(trails, grounding):
        violations = probe(subtraces, grounding)
    elif grounding is not None and may_be_neutral(trails, subtraces):
        violations = neutral_steps(subtraces, grounding)
    steps = sum([len(parsed.steps) for parsed in subtraces])
    return Checked(
        violations, answer, lambda: _values(known), unused, 0 if grounding is None else used, steps
    )


def _values(known: Known) -> dict[str, Exact]:
    """What the variables hold."""
    return {
        name: value for name, (value, _, _) in known.items() if isinstance(name, str) and not is_hidden(name)
    }


def _run(
    parsed: ParsedSubTrace, earlier: Sequence[Trail], numbers: Bits
) -> tuple[Trail, Known, set[str | Exact], int] | None:
    """Run one sub-trace after the earlier ones: its trail, its variables, those that are read, its literals' bits.

    None where something may be wrong. Raises KeyError and ArithmeticError where it can't be run.
    """
    expert, (*body, query) = parsed.expert, parsed.typed_steps
    known: Known = {}
    read: set[str | Exact] = set()
    literals: list[Exact] = []
    sources: dict[str, int] = {}
    constant_reads, reads, used, doubtful = 0, 0, 0, False
    unknowns: set[str] = set()
    for step in body:
        if expert not in step.fits or step.creates in known:  # a broken step fits no expert
            return None
        role = step.role
        if role is _VALUE:
            value = step.number
            bits = numbers[value]
            known[step.creates] = (value, bits, bits)
            literals.append(value)
            used |= bits
            continue
        for value in step.literals:
            bits = numbers[value]
            known[value] = (value, bits, bits)
            literals.append(value)
            used |= bits
        inputs = step.inputs
        reads += len(inputs)
        read.update(inputs)
        if step.pair:  # by far the most frequent case of the general one
            first, second = known[inputs[0]], known[inputs[1]]
            (value,) = execute(step, (first[0], second[0]))
            made, constants = follow_pair(step, first, second, value)
            known[step.pair] = made
            constant_reads += constants
            doubtful |= not made[2] and made[1] > 0
            continue
        if role is _QUERY or (role is _CONCLUSION and not step.makes):  # about what is no unknown
            return None
        if role is _SOURCE or role is _UNKNOWN:
            if not _declare(step, known, earlier, sources, unknowns):
                return None
            continue
        constants, doubt = _execute(step, known)
        constant_reads += constants
        doubtful |= doubt
        if role is _STATEMENT:
            reads += len(step.names)
            read |= step.names  # the unknowns too
    queried = _queried(query, body, expert, known, unknowns, read)
    if queried is None:
        return None
    answers = [index for var, index in sources.items() if var in read or var == queried]
    trail = Trail(known[queried], literals, answers, constant_reads, reads - len(read), doubtful)
    return trail, known, read | {queried}, used


def _declare(
    step: TypedStep, known: Known, earlier: Sequence[Trail], sources: dict[str, int], unknowns: set[str]
) -> bool:
    """Note the answer of an earlier sub-trace, or an unknown; False where something is wrong with it."""
    if step.role is _UNKNOWN:
        fresh = step.creates not in unknowns
        unknowns.add(step.creates)
        return fresh
    index = resolve_source(str(step.fields["source"]), len(earlier))
    if index is None:
        return False
    known[step.creates] = earlier[index].answer
    sources[step.creates] = index
    return True


def _execute(step: TypedStep, known: Known) -> tuple[int, bool]:
    """Run a step of any kind that computes; how many constants it reads, and whether its value is doubtful."""
    for entity in step.may_create:
        known.setdefault(entity, NEW_ENTITY)
    given = [known[operand] for operand in step.inputs]
    followed, constants, doubt = follow(step, given, execute(step, [value for value, _, _ in given]))
    known.update(zip(step.makes, followed, strict=True))
    return constants, doubt


def _queried(
    query: TypedStep,
    body: Sequence[TypedStep],
    expert: str,
    known: Known,
    unknowns: set[str],
    read: set[str | Exact],
) -> str | None:
    """The variable that the last step queries; None where it is no query, or asks for what no step computed."""
    if expert not in query.fits or query.role is not _QUERY:
        return None
    (name,) = query.names
    if name not in body[-1].makes and not any(name in step.makes for step in body):
        return None
    if unknowns:
        # One that is bound in another way, or that nothing is said about.
        solved = {step.creates for step in body if step.role is _CONCLUSION}
        if unknowns & known.keys() != solved or not unknowns <= read:
            return None
    return name


def _unread(known: Iterable[str | Exact], read: set[str | Exact]) -> list[str]:
    """The trace's variables that nothing reads."""
    return [str(name) for name in known if name not in read and not is_hidden(str(name))]
