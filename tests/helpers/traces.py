"""Traces that several test files start from."""

from __future__ import annotations

QUESTION = "Ann has 16 eggs and eats 3 of them. She sells the rest for $5 each. How much does she make?"

EGGS = """\
expert: arithmetic
trace:
- {op: init, var: eggs, value: 16}
- {op: init, var: eaten, value: 3}
- {op: compute, compute_op: sub, args: [eggs, eaten], var: step1}
- {op: init, var: price, value: 5}
- {op: compute, compute_op: mul, args: [step1, price], var: result}
- {op: query, var: result}
"""
"""Right for QUESTION: 65."""


def trace(*steps: str, expert: str = "arithmetic") -> str:
    """The canonical text of one expert's trace; a step is written without its `- {op: ` and `}`."""
    return "\n".join([f"expert: {expert}", "trace:", *(f"- {{op: {step}}}" for step in steps)]) + "\n"


def composition(*parts: str) -> str:
    """The canonical text of a composition of such traces."""
    lines = []
    for part in parts:
        first, *rest = part.splitlines()
        lines += [f"- {first}", *(f"  {line}" for line in rest)]
    return "\n".join(lines) + "\n"


X, Y, Z = "init, var: x, value: 18", "init, var: y, value: 3", "init, var: z, value: 4"
"""Steps that bind x, y and z."""


def compute(computation: str, args: str, var: str) -> str:
    """A step that computes."""
    return f"compute, compute_op: {computation}, args: [{args}], var: {var}"


def arithmetic(*steps: str, query: str = "r") -> str:
    """A trace of these steps that queries r."""
    return trace(*steps, f"query, var: {query}")


def tracked(*steps: str, query: str = "x") -> str:
    """A trace of entities that queries x."""
    return trace(*steps, f"query, var: {query}", expert="entity_track")


def percentage(*steps: str) -> str:
    """A trace of percentages that queries r."""
    return trace(*steps, "query, var: r", expert="percentage")
