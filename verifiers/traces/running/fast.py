"""The fast pass: runs a trace that has nothing wrong, and gives up at the first fault.

It finds no violation itself: it returns None for any trace that it does not know to be without one, short of what a
probe shows, and `verifiers.traces.running.full` then says what is wrong. A property test holds that both agree.
Most traces of a trained model take this path: what can be known of a trace without its numbers is planned once for all
that are alike (`plan`), and what is left is a loop over the executing and following of steps that both passes share.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    told_apart,
    uses_much_again,
)
from trace_trainer.verifiers.traces.running.plan import Plan, plan_of
from trace_trainer.verifiers.traces.running.state import Checked
from trace_trainer.verifiers.traces.running.statements import bind
from trace_trainer.verifiers.traces.steps.bounds import LOWEST, MAX_MAGNITUDE
from trace_trainer.verifiers.traces.steps.executing import checked, execute
from trace_trainer.verifiers.traces.steps.percent import percent_experts
from trace_trainer.verifiers.traces.steps.step import TypedStep
from trace_trainer.verifiers.violation import Violation

Known = dict[str | Exact, Followed]
"""The variables of a sub-trace, and the literals that its operations take."""


def run_fast(subtraces: Sequence[ParsedSubTrace], grounding: Grounding | None) -> Checked | None:
    """What checking the trace yields, where nothing may be wrong with it but what a probe shows; None for any other."""
    subtraces = bind(subtraces)
    of_percent = () if grounding is None else percent_experts()
    plans: list[Plan] = []
    for parsed in subtraces:
        if parsed.problems or len(parsed.steps) < 2:
            return None
        if parsed.expert in of_percent and grounding is not None and not grounding.percent:
            return None
        plan = plan_of(parsed, len(plans))
        if plan is None:
            return None
        plans.append(plan)
    try:
        trails, known, used = _run(plans, subtraces, bits_of(grounding))
    except (KeyError, ArithmeticError):
        # An ungrounded number, a value out of bounds, a system without one solution.
        return None
    value, bits, _ = trails[-1].answer
    if not bits or uses_much_again(trails):
        return None
    if len(trails) > 1 and (
        unused_subtraces([trail.sources for trail in trails]) or any(repeated_subtraces(subtraces))
    ):
        return None
    violations: Sequence[Violation] = ()
    is_doubtful = needs_probe(trails, grounding)
    if is_doubtful and _needs_probe_apart(plans, subtraces, trails, grounding):
        violations = probe(subtraces, grounding)
    elif grounding is not None and (is_doubtful or may_be_neutral(trails, subtraces)):
        violations = neutral_steps(subtraces, grounding)
    names = plans[-1].names
    return Checked(
        violations,
        value,
        lambda: {name: known[name][0] for name in names},
        [(index, name) for index, plan in enumerate(plans) for name in plan.unread],
        0 if grounding is None else used,
        sum([len(parsed.steps) for parsed in subtraces]),
    )


def _needs_probe_apart(
    plans: Sequence[Plan],
    subtraces: Sequence[ParsedSubTrace],
    trails: Sequence[Trail],
    grounding: Grounding | None,
) -> bool:
    """Whether a trace needs a probe even if numbers that the question states several times are followed apart."""
    numbers = told_apart(trails, grounding)
    return numbers is None or needs_probe(_run(plans, subtraces, numbers)[0], grounding)


def _run(
    plans: Sequence[Plan], subtraces: Sequence[ParsedSubTrace], numbers: Bits
) -> tuple[list[Trail], Known, int]:
    """Run a trace: its trails, the variables of its last sub-trace, and the bits of its literals.

    Raises KeyError and ArithmeticError where it can't be run.
    """
    trails: list[Trail] = []
    used = 0
    for plan, parsed in zip(plans, subtraces, strict=True):
        trail, known, bits = _run_one(plan, parsed.typed_steps, trails, numbers)
        trails.append(trail)
        used |= bits
    return trails, known, used


def _run_one(
    plan: Plan, steps: Sequence[TypedStep], earlier: Sequence[Trail], numbers: Bits
) -> tuple[Trail, Known, int]:
    """The same for one sub-trace after the earlier ones."""
    known: Known = {}
    literals: list[Exact] = []
    constant_reads, used, doubtful = 0, 0, False
    for name, place in plan.bound:
        value = steps[place].number
        bits = numbers[value]
        known[name] = (value, bits, bits)
        literals.append(value)
        used |= bits
    for name, index in plan.taken:
        known[name] = earlier[index].answer
    for name in plan.opened:
        known[name] = NEW_ENTITY
    for step in plan.work:
        for value in step.literals:
            bits = numbers[value]
            known[value] = (value, bits, bits)
            literals.append(value)
            used |= bits
        if step.pair:  # by far the most frequent case of the general one
            one, other = step.inputs
            first, second = known[one], known[other]
            value = step.function(first[0], second[0])
            if type(value) is not int or not LOWEST <= value <= MAX_MAGNITUDE:
                (value,) = checked(step, value)
            known[step.pair], constants, doubt = follow_pair(step, first, second, value)
        else:
            given = [known[operand] for operand in step.inputs]
            made, constants, doubt = follow(step, given, execute(step, [value for value, _, _ in given]))
            known.update(zip(step.makes, made, strict=True))
        constant_reads += constants
        doubtful |= doubt
    trail = Trail(known[plan.queried], literals, plan.sources, constant_reads, plan.repeats, doubtful)
    return trail, known, used
