"""The tables of what was tried: models, forms of data, faults. A test beside this file holds each row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from compatibility.architectures import ARCHITECTURES
from compatibility.call_forms import CALLS
from compatibility.command_faults import FAULTS
from compatibility.data_columns import COLUMNS
from compatibility.data_forms import FILES, DataForm
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


def data_table() -> str:
    """The table of forms of rows, as Markdown: files, columns, tool calls, by the commands that read them."""
    return "\n".join(_forms([*FILES, *COLUMNS, *CALLS]))


def _forms(forms: Sequence[DataForm]) -> Iterator[str]:
    yield "| form | sft | rl, eval, split | audit |"
    yield "|---|---|---|---|"
    for form in forms:
        if form.error is not None:
            cells = [f"refused: {form.error}"] * 3
        else:
            audited = "-" if form.audited is None else ", ".join(form.audited)
            cells = ["read" if form.gold else "no gold reply", "read", audited]
        yield f"| {_cell(form.name)} | {' | '.join(map(_cell, cells))} |"


def commands_table() -> str:
    """The table of faults on the command line, as Markdown: what is wrong, the exit code, a part of what is said."""
    lines = ["| fault | exit code | one line, which says |", "|---|---|---|"]
    for faults in FAULTS.values():
        lines += [f"| {_cell(fault.what)} | {fault.code} | {_cell(fault.said)} |" for fault in faults]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
