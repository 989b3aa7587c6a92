"""The table of what was tried of models and templates, each row of which a test beside this file holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from compatibility.architectures import ARCHITECTURES
from compatibility.families import FAMILIES
from compatibility.faults import ADAPTERS, MODELS, Fault


def models_table() -> str:
    """The table, as Markdown: chat templates, architectures, faults of models and of adapters."""
    return "\n".join([*_families(), "", *_architectures(), "", *_faults("a model", MODELS), "",
                      *_faults("an adapter", ADAPTERS)])  # fmt: skip


def _families() -> Iterator[str]:
    yield "| chat template | an answer ends with | calls of tools |"
    yield "|---|---|---|"
    for family in FAMILIES:
        calls = f"its own, format {family.calls}" if family.calls else "one around its own"
        end = family.end.replace("|", "\\|")
        yield f"| {family.template} | `{end}` | {calls} |"


def _architectures() -> Iterator[str]:
    yield "| architecture | outcome |"
    yield "|---|---|"
    for architecture in ARCHITECTURES:
        yield f"| {architecture.model_type} | examined, sampled from, updated, saved, loaded again as it was |"


def _faults(of: str, faults: Iterable[Fault]) -> Iterator[str]:
    yield f"| fault of {of} | one line, which says |"
    yield "|---|---|"
    for fault in faults:
        yield f"| {fault.name} | ... {fault.said} ... |"
