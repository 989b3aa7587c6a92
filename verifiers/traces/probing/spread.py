"""One variable for two equal numbers: the reads of a number spread over the places where the question states it.

"6 columns and 3 rows for 6 people" is one 6 in a trace that says `mul [six, three]` and `div [step1, six]`, which then
gives 3 whatever the six is. Where the question states a number more than once, each reading of it may be of another of
its places, so such a trace is looked at again as if it had written the number anew each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trace_trainer.experts.language.declaration import Exact, Kind
from trace_trainer.experts.language.literals import plain
from trace_trainer.experts.language.trace import FieldValue
from trace_trainer.verifiers.questions.grounding import Grounding
from trace_trainer.verifiers.traces.reading.parsed import ParsedSubTrace
from trace_trainer.verifiers.traces.steps.executing import Place
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep
from trace_trainer.verifiers.traces.steps.typing import BrokenStep


def stated_again(literals: Mapping[Place, Exact], grounding: Grounding) -> frozenset[Exact]:
    """Those of the literals that the question states more than once."""
    return frozenset(literal for literal in set(literals.values()) if grounding.sources(literal) > 1)


def written_anew(subtraces: Sequence[ParsedSubTrace], numbers: frozenset[Exact]) -> Sequence[ParsedSubTrace]:
    """The trace with these numbers written where operations read the variables that are bound to them.

    Variables keep their inits, and what changes entities or speaks of unknowns is left as it is.
    """
    return [parsed._replace(steps=_written(parsed.steps, numbers)) for parsed in subtraces]


def _written(
    steps: Sequence[TypedStep | BrokenStep], numbers: frozenset[Exact]
) -> list[TypedStep | BrokenStep]:
    bound: dict[str, Exact] = {}
    changed = {name for step in steps if isinstance(step, TypedStep) for name in step.changes}
    written: list[TypedStep | BrokenStep] = []
    for step in steps:
        assert isinstance(step, TypedStep)
        if step.role is Role.VALUE and step.number in numbers and step.creates not in changed:
            bound[step.creates] = step.number
        elif step.role is Role.ASSIGN and not bound.keys().isdisjoint(step.names):
            fields: dict[str, FieldValue] = dict(step.fields)
            for name, kind in step.operation.takes:
                if kind is Kind.OPERAND or kind is Kind.OPERANDS:
                    fields[name] = _number_for(fields[name], bound)
            step = TypedStep(step.operation, fields)
        written.append(step)
    return written


def _number_for(value: FieldValue, bound: Mapping[str, Exact]) -> FieldValue:
    if isinstance(value, tuple):
        return tuple(_number_for(operand, bound) for operand in value)  # type: ignore[misc]
    return plain(bound[value]) if isinstance(value, str) and value in bound else value  # type: ignore[return-value]
