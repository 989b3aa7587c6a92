"""How many more, how many fewer, how many times as many."""

from trace_trainer.experts.language import core
from trace_trainer.experts.language.declaration import ComputeOp, Operands, Result, expert

EXPERT = expert("comparison", "how many more, how many times as many")


@EXPERT.operation
def compare(compute_op: ComputeOp, args: Operands) -> Result:
    """Compare quantities: sub for how many more, div for how many times as many; otherwise as compute."""
    return core.compute(compute_op, args)
