"""What violations of boundary and wiring tell whoever wrote the trace: what was asked for, and what exists."""

from __future__ import annotations

from trace_trainer.experts import EXPERTS
from trace_trainer.experts.language.core import CORE_OPERATIONS
from trace_trainer.verifiers.traces.running.state import Execution
from trace_trainer.verifiers.traces.running.statements import is_hidden
from trace_trainer.verifiers.traces.steps.step import TypedStep
from trace_trainer.verifiers.traces.steps.typing import quoted


def source_advice(source: str, index: int) -> str:
    """What to say of a source that is no earlier answer, in the sub-trace at `index`."""
    if index == 0:
        return f"{quoted(source)}: the first sub-trace has no earlier answer to read; give init a value"
    example = "sub0.result" if index == 1 else f"sub0.result to sub{index - 1}.result"
    return f"{quoted(source)} names no earlier answer; use prev.result or {example}"


def boundary_advice(step: TypedStep, expert: str) -> tuple[str, str]:
    """The code and the message for an operation that this expert does not have."""
    name = step.operation.name
    if name in CORE_OPERATIONS:
        allowed = ", ".join(sorted(EXPERTS[expert].compute_ops or ()))
        return (
            "compute_op_not_allowed",
            f"{expert} computes with {allowed} only, not {step.fields['compute_op']}",
        )
    owners = " or ".join(sorted(step.experts))
    return (
        "expert_boundary",
        f"{name} belongs to the expert {owners}, not {expert}; use compute, or a composition",
    )


def undefined_advice(name: str, run: Execution) -> str:
    """What to say of a variable that has no value."""
    if name in run.unknowns:
        return f"{name} is not known before it is solved"
    known = ", ".join([other for other in run.values if not is_hidden(other)][:8]) or "none yet"
    return f"{name} has no value here; there are {known}"


def no_unknown_advice(name: str, run: Execution) -> str:
    """What to say of a variable that is concluded about, and was never declared an unknown."""
    known = ", ".join(sorted(run.unknowns)[:8]) or "none yet"
    return f"{name} is no unknown; the unknowns are {known}"
