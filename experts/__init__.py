"""The experts, discovered: every module of this folder that declares `EXPERT` is one.

Adding an expert is adding one file. Two experts of one name, or two experts that declare an operation of the same
name, are an error at import.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType

from trace_trainer.experts.language.composition import COMPOSITION
from trace_trainer.experts.language.core import CORE_OPERATIONS
from trace_trainer.experts.language.declaration import DeclarationError, Expert, Operation

__all__ = ["EXPERT_NAMES", "EXPERTS", "OPERATIONS", "Expert", "Operation", "get_expert"]


def _discover() -> dict[str, Expert]:
    found: dict[str, Expert] = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        if info.ispkg:  # experts.problems builds on the experts
            continue
        declared = getattr(importlib.import_module(f"{__name__}.{info.name}"), "EXPERT", None)
        if declared is None:
            continue
        if declared.name in found:
            raise DeclarationError(f"two experts are named {declared.name}")
        found[declared.name] = declared
    return found


def _all_operations() -> dict[str, Operation]:
    operations = dict(CORE_OPERATIONS)
    for expert in EXPERTS.values():
        for name, operation in expert.own_operations.items():
            if name in operations:
                raise DeclarationError(f"operation {name} is declared by two experts; names must be unique")
            operations[name] = operation
    return operations


EXPERTS: Mapping[str, Expert] = MappingProxyType(_discover())
"""The experts by name."""

OPERATIONS: Mapping[str, Operation] = MappingProxyType(_all_operations())
"""Every operation by name, the shared ones first."""

EXPERT_NAMES: tuple[str, ...] = (*EXPERTS, COMPOSITION)
"""What a problem's `expert` may name."""


def get_expert(name: str) -> Expert:
    """The expert of that name. Raises KeyError naming those that exist."""
    try:
        return EXPERTS[name]
    except KeyError:
        raise KeyError(f"no expert {name!r}; there are {', '.join(EXPERTS)}") from None
