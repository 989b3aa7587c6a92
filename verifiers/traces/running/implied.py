"""What only the question tells of a step: whether its 1 is implied, and whether what looks like an identity is none.

A 1 that the question implies may be added to what comes from the question, or subtracted, and only so often: as a
factor it would be an identity, and with other constants it would build numbers.

`mul [x, 1]` is an identity, unless the question states a 1: a shirt costs $1. `div [x, x]` is one, unless the question
states the number more than once: the 4 potatoes and the "4 times". Such a step is judged as one on variables is.

A percentage is a division by 100, so its operations are for questions that speak of percentages.
"""

from __future__ import annotations

from trace_trainer.verifiers.questions.grounding import MAX_IMPLIED_ONES, Grounding
from trace_trainer.verifiers.questions.implied import ONE
from trace_trainer.verifiers.traces.running.state import Execution
from trace_trainer.verifiers.traces.steps.percent import percent_operations
from trace_trainer.verifiers.traces.steps.step import Role, TypedStep

_TERMS = frozenset({"add", "sub"})


class Unstated:
    """Judges what the steps of a trace bring in that the question does not state. Use once, for one trace."""

    _PARTS_OF_100 = "the question speaks of no percentage; {} would bring in a 100"
    _USED_UP = f"the question states no 1; one that it implies may be used {MAX_IMPLIED_ONES} times"
    _NO_TERM = (
        "the question states no 1; one that it implies may be added to its numbers, or subtracted from them"
    )

    def __init__(self, grounding: Grounding) -> None:
        self._grounding = grounding
        self._implies_one = ONE in grounding.implied
        self._reads = 0

    def fault(self, run: Execution, step: TypedStep) -> str | None:
        """What the step brings in, as a message, or None."""
        if not self._grounding.percent and step.operation.name in percent_operations():
            return self._PARTS_OF_100.format(step.operation.name)
        if not self._implies_one or step.role is Role.CONCLUSION:
            return None
        ones = [_is_one(operand, run) for operand in step.reads]
        if not any(ones):
            return None
        self._reads += sum(ones)
        if self._reads > MAX_IMPLIED_ONES:
            return self._USED_UP
        if step.role is not Role.ASSIGN:
            return None
        is_term = step.fields.get("compute_op") in _TERMS
        return None if is_term and any(self._is_rooted(o, run) for o in step.reads) else self._NO_TERM

    def _is_rooted(self, operand: object, run: Execution) -> bool:
        return operand in run.rooted if isinstance(operand, str) else bool(self._grounding.bits.get(operand))  # type: ignore[call-overload]


def _is_one(operand: object, run: Execution) -> bool:
    """Whether an operand is a literal 1, or a variable that was bound to one."""
    return (run.bound.get(operand) if isinstance(operand, str) else operand) == ONE


def is_excused(step: TypedStep, run: Execution, grounding: Grounding | None) -> bool:
    """Whether a step that is an identity by its literals computes something, as the question states them so."""
    if grounding is None or step.role is not Role.ASSIGN:
        return False
    if len(set(step.inputs)) > 1:
        return bool(grounding.bits.get(ONE)) and ONE in step.literals and 0 not in step.literals
    operand = step.inputs[0]
    number = run.bound.get(operand) if isinstance(operand, str) else operand
    return number is not None and grounding.sources(number) >= len(step.inputs)


def computes(step: TypedStep, run: Execution, grounding: Grounding | None) -> bool:
    """Whether what a step makes counts as computed: it is no identity, or an excused one of something computed."""
    if step.identity is None:
        return True
    return is_excused(step, run, grounding) and not step.names.isdisjoint(run.computed)
