"""The experts, discovered: every module of this folder declares one.

Adding an expert is adding one file, here or anywhere (`--plugin`). Two experts of one name, or two operations of the
same name, are an error at import.
"""

from __future__ import annotations

from trace_trainer.experts.language import (
    core as _core,  # declares the operations that all share, before any other
)
from trace_trainer.experts.language.catalogue import discover
from trace_trainer.experts.language.composition import COMPOSITION
from trace_trainer.experts.language.declaration import EXPERTS, OPERATIONS, Expert, Operation, expert

__all__ = ["EXPERTS", "OPERATIONS", "Expert", "Operation", "expert", "expert_names", "get_expert"]

discover(__name__)
del _core


def expert_names() -> tuple[str, ...]:
    """What a problem's `expert` may name."""
    return (*EXPERTS, COMPOSITION)


def get_expert(name: str) -> Expert:
    """The expert of that name. Raises KeyError naming those that exist."""
    return EXPERTS.find(name)
