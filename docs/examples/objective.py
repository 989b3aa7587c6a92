"""An objective: an advantage that counts only what is better than the group's best half.

trainer rl --plugin docs/examples/objective.py --objective upper-half
"""

from trace_trainer.engine.objectives.objective import OBJECTIVES, Objective, clipped, within_groups


def above_the_median(rewards):
    """r - median of the group, or 0 where that is less. Shape (prompts, group), NaN where there is no reward."""
    return (rewards - rewards.nanmedian(dim=1, keepdim=True).values).clamp(min=0)


OBJECTIVES.declare("upper-half", Objective(within_groups(above_the_median), "tokens", clipped))
