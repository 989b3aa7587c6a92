"""The operations that take a number as so many of a hundred, and the experts that have them."""

from __future__ import annotations

from trace_trainer.experts import EXPERTS

_PREFIX = "percent_"


@EXPERTS.cached
def percent_operations() -> frozenset[str]:
    """The names of the operations on percentages."""
    return frozenset(
        name for expert in EXPERTS.values() for name in expert.own_operations if name.startswith(_PREFIX)
    )


@EXPERTS.cached
def percent_experts() -> frozenset[str]:
    """The names of the experts that own one."""
    return frozenset(
        expert.name
        for expert in EXPERTS.values()
        if not percent_operations().isdisjoint(expert.own_operations)
    )
