"""What of running a sub-trace does not depend on its numbers, worked out once for all sub-traces of one form.

Sub-traces of one form have the same steps but for the numbers that variables are bound to. Whether each step may stand
where it does, what nothing reads and how often something is used again is the same for all of them; what they compute,
and what goes into it, is found out each time (`fast`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence, Set
from typing import NamedTuple

from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.composition import resolve_source
from trace_trainer.experts.language.declaration import Exact
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.running.statements import is_hidden
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

_CACHE_SIZE = 1 << 11  # some megabytes
_MAX_INPUTS = 256  # of a sub-trace whose plan is kept, which bounds the memory of the cache


class Plan(NamedTuple):
    """How a sub-trace is run.

    Attributes:
        bound: the variables that are bound to numbers, each with the place of its step.
        taken: variables bound to the answer of an earlier sub-trace, each with its index.
        opened: entities that start at 0.
        work: the steps that compute, in their order.
        names: the trace's variables, in the order in which they get values.
        queried: the variable that is the answer.
        unread: those variables that nothing reads.
        sources: the earlier sub-traces whose answers are used.
        repeats: how often it uses again what it has used before, or more; the numbers bound aside.
    """

    bound: Sequence[tuple[str, int]]
    taken: Sequence[tuple[str, int]]
    opened: Sequence[str]
    work: Sequence[TypedStep]
    names: Sequence[str]
    queried: str
    unread: Sequence[str]
    sources: Sequence[int]
    repeats: int


_PLANS: dict[Hashable, Plan | None] = {}
# Which steps may stand where depends on the operations and on the experts that have them.
EXPERTS.on_change(_PLANS.clear)


def plan_of(parsed: ParsedSubTrace, index: int) -> Plan | None:
    """The plan for a sub-trace, bound, that stands at `index`; None where something may be wrong with it."""
    form = (parsed.expert, index, *[step.form for step in parsed.steps])
    try:
        return _PLANS[form]
    except KeyError:
        pass
    plan = _plan(parsed.expert, parsed.typed_steps, index)
    if plan is None or sum([len(step.inputs) for step in plan.work]) <= _MAX_INPUTS:
        if len(_PLANS) >= _CACHE_SIZE:
            _PLANS.clear()
        _PLANS[form] = plan
    return plan


def _plan(expert: str, steps: Sequence[TypedStep], index: int) -> Plan | None:
    *body, query = steps
    known: dict[str, None] = {}  # the variables so far; a dict keeps their order
    read: set[str | Exact] = set()
    taken: dict[str, int] = {}
    opened: list[str] = []
    reads = 0
    unknowns: set[str] = set()
    for step in body:
        if expert not in step.fits or step.creates in known:  # a broken step fits no expert
            return None
        role = step.role
        if role is Role.QUERY or (role is Role.CONCLUSION and not step.makes):  # about what is no unknown
            return None
        if role is Role.UNKNOWN:
            if step.creates in unknowns:
                return None
            unknowns.add(step.creates)
            continue
        if role is Role.SOURCE:
            source = resolve_source(str(step.fields["source"]), index)
            if source is None:
                return None
            taken[step.creates] = source
        opened += [entity for entity in step.may_create if entity not in known]
        known.update(dict.fromkeys(step.may_create))
        if not known.keys() >= {operand for operand in step.inputs if isinstance(operand, str)}:
            return None
        reads += len(step.inputs)
        read.update(step.inputs)
        if role is Role.STATEMENT:  # it reads the unknowns too
            reads += len(step.names)
            read |= step.names
        known.update(dict.fromkeys(step.makes or (step.creates,)))
    queried = _queried(query, body, expert, known.keys(), unknowns, read)
    if queried is None:
        return None
    used = read | {queried}
    names = [name for name in known if not is_hidden(name)]
    return Plan(
        [(step.creates, place) for place, step in enumerate(body) if step.role is Role.VALUE],
        list(taken.items()),
        opened,
        [step for step in body if step.makes],
        names,
        queried,
        [name for name in names if name not in used],
        [source for name, source in taken.items() if name in used],
        reads - len(read),
    )


def _queried(
    query: TypedStep,
    body: Sequence[TypedStep],
    expert: str,
    known: Set[str],
    unknowns: set[str],
    read: set[str | Exact],
) -> str | None:
    """The variable that the last step queries; None where it is no query, or asks for what no step computed."""
    if expert not in query.fits or query.role is not Role.QUERY:
        return None
    (name,) = query.names
    if not any(name in step.makes for step in body):
        return None
    # An unknown may be bound in another way, or nothing is said about it.
    solved = {step.creates for step in body if step.role is Role.CONCLUSION}
    return name if unknowns & known == solved and unknowns <= read else None
