"""A reward: what a right trace is worth falls with its length.

trainer rl --reward docs/examples/reward.py:brief
trainer audit traces.jsonl --reward docs/examples/reward.py:brief
"""


def brief(verdict):
    """correct 1, less 0.02 for each step, but at least 0.5; anything else 0."""
    if verdict.outcome != "correct":
        return 0.0
    return max(0.5, 1 - 0.02 * verdict.steps)
